package kinds_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// probe builds the probe of s or ends the test.
func probe(t testing.TB, s kinds.Settings, env kinds.Env) probes.Probe {
	t.Helper()
	p, err := s.Probe(env)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ask runs s once against its own target, with a limit that only a bug meets.
func ask(t testing.TB, s kinds.Settings, env kinds.Env) (probes.Facts, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return probe(t, s, env).Check(ctx, s.Targets()[0])
}

// peer is a server of our own that does with each connection what it likes.
func peer(t testing.TB, talk func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// says is a peer's talk: it reads a request and answers with these bytes.
func says(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, answer)
		}
	}
}

// client is Prometheus' HTTP client configuration, read as it reads itself.
func client(t testing.TB, yaml string) *promconfig.HTTPClientConfig {
	t.Helper()
	c, err := promconfig.LoadHTTPConfig(yaml)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// A pipe is a dialer to a peer in memory, for virtual time. It tells the trace
// what a real one would tell.
type pipe func(net.Conn)

func (talk pipe) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	trace := httptrace.ContextClientTrace(ctx)
	trace.ConnectStart(network, address)
	if talk == nil { // never accepts
		<-ctx.Done()
		return nil, ctx.Err()
	}
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		talk(theirs)
	}()
	trace.ConnectDone(network, address, nil)
	return ours, nil
}

func (talk pipe) Judge(string) error { return nil }

func (d pipe) DialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	return d.DialContext(ctx, network, address)
}

// An authority signs the certificates of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: epoch.AddDate(-10, 0, 0), NotAfter: epoch.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue is a certificate for 127.0.0.1 and the names, until expiry.
func (a authority) issue(t testing.TB, expiry time.Time, names ...string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: epoch.AddDate(-1, 0, 0), NotAfter: expiry, DNSNames: names,
	}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// issueClient is a certificate with which a client shows who it is.
func (a authority) issueClient(t testing.TB) tls.Certificate {
	t.Helper()
	return a.issue(t, epoch.AddDate(0, 0, 30), "andon.example")
}

// epoch is the present of tests with certificates.
var epoch = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func atEpoch() time.Time { return epoch }

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// nxdomain is a resolver whose only server knows no name (RFC 1035 section 4.1.1).
func nxdomain(t testing.TB) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			reply := question[:n]
			reply[2] |= 0x80       // a response
			reply[3] = 0x80 | 0x03 // recursion available, NXDOMAIN
			server.WriteTo(reply, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}
