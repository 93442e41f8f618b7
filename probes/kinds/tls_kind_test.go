package kinds_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// Every sort of certificate: what is bad with it is said, and its expiry known
// all the same.
func TestTLSCertificates(t *testing.T) {
	t.Parallel()
	ca, stranger := newAuthority(t), newAuthority(t)
	middle := ca.below(t, nil)
	key := newKey(t)
	brief := ca.below(t, func(c *x509.Certificate) { c.NotAfter = epoch.Add(25 * time.Hour) })
	narrow := ca.below(t, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"b.example"}
	})
	nobody := ca.below(t, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, 0 })
	stale := ca.below(t, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Hour) })
	own := self(t)
	named := func(names ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = names, nil }
	}
	for _, tc := range []struct {
		name string
		cert tls.Certificate
		set  kinds.Secure
		text string // "" passes
	}{
		{"good", ca.custom(t, key, nil), kinds.Secure{}, ""},
		{"good for as long as it has to", ca.custom(t, key, nil), kinds.Secure{ValidFor: 30 * 24 * time.Hour}, ""},
		{"about to expire", ca.custom(t, key, nil), kinds.Secure{ValidFor: 30*24*time.Hour + time.Second},
			"the certificate is valid for 30 days more, until 2026-12-20 09:00 UTC, and valid_for demands 30 days; renew it"},
		{"outlives its authority", with(brief.custom(t, key, nil), brief), kinds.Secure{ValidFor: 48 * time.Hour},
			"the certificate is valid for 25h0m0s more, until 2026-11-21 10:00 UTC, and valid_for demands 2 days; renew it"},
		{"expired", ca.custom(t, key, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Minute) }), kinds.Secure{},
			"the certificate has expired on 2026-11-20 08:59 UTC; renew it"},
		{"not valid yet", ca.custom(t, key, func(c *x509.Certificate) { c.NotBefore = epoch.Add(time.Minute) }), kinds.Secure{},
			"the certificate is not valid before 2026-11-20 09:01 UTC; check the clocks"},
		{"of another host", ca.custom(t, key, named("a.example", "b.example")), kinds.Secure{}, "the certificate is for a.example, b.example, not for 127.0.0.1"},
		{"of many other hosts", ca.custom(t, key, named(strings.Split(strings.Repeat("a.example ", 9), " ")[:9]...)), kinds.Secure{}, "a.example and 4 more, not for"},
		{"asked for another name", ca.custom(t, key, named("a.example")), kinds.Secure{ServerName: "a.example"}, ""},
		{"wildcard", ca.custom(t, key, named("*.a.example")), kinds.Secure{ServerName: "x.a.example"}, ""},
		{"wildcard is one label", ca.custom(t, key, named("*.a.example")), kinds.Secure{ServerName: "x.y.a.example"}, "the certificate is for *.a.example, not for x.y.a.example"},
		{"wildcard is not the name itself", ca.custom(t, key, named("*.a.example")), kinds.Secure{ServerName: "a.example"}, "not for a.example"},
		{"common name only", ca.custom(t, key, func(c *x509.Certificate) { c.Subject.CommonName, c.IPAddresses = "a.example", nil }), kinds.Secure{ServerName: "a.example"},
			"names a.example as common name only, which does not count"},
		{"no name at all", ca.custom(t, key, named()), kinds.Secure{}, "the certificate names no host at all, so not 127.0.0.1"},
		{"not for servers", ca.custom(t, key, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), kinds.Secure{},
			"the certificate is not for servers: its extended key usage lacks serverAuth"},
		{"signed by nobody we know", with(stranger.custom(t, key, nil), stranger), kinds.Secure{}, `chain ends at "test authority", an unknown authority`},
		{"self-signed", own, kinds.Secure{}, "the certificate is self-signed, and by an unknown authority therefore; name it in ca_file"},
		{"self-signed and trusted", own, kinds.Secure{CAFile: file(t, pemText("CERTIFICATE", own.Certificate[0]))}, ""},
		{"with its intermediate", with(middle.custom(t, key, nil), middle), kinds.Secure{}, ""},
		{"without its intermediate", middle.custom(t, key, nil), kinds.Secure{},
			`signed by "test intermediate", an unknown authority, and the server sent no intermediate certificate`},
		{"signed by an authority that has expired", with(stale.custom(t, key, nil), stale), kinds.Secure{},
			`the certificate of the authority "test intermediate" has expired on 2026-11-20 08:00 UTC`},
		{"signed by no authority", with(nobody.custom(t, key, nil), nobody), kinds.Secure{}, "signed another and is no authority"},
		{"outside of what its authority may sign", with(narrow.custom(t, key, named("a.example")), narrow), kinds.Secure{ServerName: "a.example"},
			"an authority of the chain may not sign for this name"},
		{"signed with SHA-1", ca.custom(t, key, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 }), kinds.Secure{},
			"the certificate is signed with ECDSA-SHA1, which can be forged; issue it anew"},
		{"with a key too short", ca.custom(t, rsaKey(t, 1024), nil), kinds.Secure{}, "the certificate's RSA key has 1024 bits, and clients demand 2048"},
		{"of another authority, which is named", stranger.custom(t, key, nil), kinds.Secure{CAFile: file(t, stranger.pem())}, ""},
		{"expired, which is allowed", ca.custom(t, key, func(c *x509.Certificate) { c.NotAfter = epoch.Add(-time.Minute) }), kinds.Secure{InsecureSkipVerify: true}, ""},
		{"anything, which is allowed", with(stranger.custom(t, rsaKey(t, 1024), named()), stranger), kinds.Secure{InsecureSkipVerify: true}, ""},
		{"in a huge chain", with(ca.custom(t, key, nil), slices.Repeat([]authority{middle}, 100)...), kinds.Secure{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			address := serverTLS(t, &tls.Config{Certificates: []tls.Certificate{tc.cert}, Time: atEpoch}, drain)
			facts, err := ask(t, kinds.TLS{Address: address, Secure: tc.set}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
			if tc.text != "" {
				failsWith(t, err, "tls", tc.text)
			} else if err != nil {
				t.Error(err)
			}
			if facts.CertExpiry.IsZero() || facts.Remote != address || !slices.Equal(names(facts.Phases), []string{"connect", "tls"}) {
				t.Errorf("%+v", facts)
			}
		})
	}
}

// What goes wrong before there is a certificate, or after it was taken.
func TestTLSHandshakes(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert := []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 30))}
	var mine kinds.Secure
	mine.CertFile, mine.KeyFile = pemFiles(t, ca.issueClient(t))
	served := func(c *tls.Config) func(net.Conn) {
		c.Certificates, c.Time = cert, atEpoch
		return func(conn net.Conn) {
			if s := tls.Server(conn, c); s.Handshake() == nil {
				drain(s)
			}
		}
	}
	after := func(text string) func(net.Conn) {
		return func(c net.Conn) { c.Read(make([]byte, 4096)); io.WriteString(c, text); drain(c) }
	}
	for _, tc := range []struct {
		name   string
		talk   func(net.Conn)
		set    kinds.Secure
		reason string
		text   string // "" passes
	}{
		{"TLS 1.2", served(&tls.Config{MaxVersion: tls.VersionTLS12}), kinds.Secure{}, "", ""},
		{"TLS 1.2 is not enough", served(&tls.Config{MaxVersion: tls.VersionTLS12}), kinds.Secure{MinVersion: "TLS13"}, "tls",
			"the server speaks no TLS version that is accepted here; let it speak TLS 1.2 or 1.3, or lower min_version"},
		{"TLS 1.0 only", served(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}), kinds.Secure{}, "tls", "the server speaks no TLS version"},
		{"TLS 1.0 allowed", served(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}), kinds.Secure{MinVersion: "TLS10"}, "", ""},
		{"no cipher in common", served(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}), kinds.Secure{}, "tls",
			"the server refused the handshake: it shares no version or cipher with andon"},
		{"takes a protocol", served(&tls.Config{NextProtos: []string{"h2"}}), kinds.Secure{ALPN: []string{"h2", "http/1.1"}}, "", ""},
		{"takes no protocol", served(&tls.Config{}), kinds.Secure{ALPN: []string{"h2"}}, "tls", "the server takes none of the protocols that alpn offers"},
		{"speaks another protocol", served(&tls.Config{NextProtos: []string{"x"}}), kinds.Secure{ALPN: []string{"h2"}}, "tls", "the server speaks none of the protocols that alpn offers"},
		{"demands a certificate, 1.3", served(&tls.Config{ClientAuth: tls.RequireAnyClientCert}), kinds.Secure{}, "tls",
			"the server demands a client certificate; give it one by cert_file and key_file (alert: certificate required)"},
		{"demands a certificate, 1.2", served(&tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}), kinds.Secure{}, "tls", "client certificate"},
		{"asks for a certificate", served(&tls.Config{ClientAuth: tls.RequestClientCert}), kinds.Secure{}, "", ""},
		{"gets a certificate", served(&tls.Config{ClientAuth: tls.RequireAnyClientCert}), mine, "", ""},
		{"does not like the certificate", served(&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: newAuthority(t).pool()}), mine, "tls",
			"the server does not accept our client certificate"},
		{"speaks HTTP", after("HTTP/1.1 400 Bad Request\r\n\r\n"), kinds.Secure{}, "tls", "the server answered in plain HTTP, not TLS; ask another port, or without TLS"},
		{"speaks SMTP", after("220 mail.example ESMTP\r\n"), kinds.Secure{}, "tls", "the server greets in plain text, not in TLS; ask another port, or by a tcp check with starttls"},
		{"speaks SSH", after("SSH-2.0-x\r\n"), kinds.Secure{}, "tls", "the server speaks SSH, not TLS"},
		{"speaks noise", after("\x00\x1b\xff\x07\x08"), kinds.Secure{}, "tls", "the server does not speak TLS here"},
		{"sends an alert", after("\x15\x03\x03\x00\x02\x02\x70"), kinds.Secure{}, "tls", "the server has no site of this name; check server_name (alert: unrecognized name)"},
		{"sends an alert of its own", after("\x15\x03\x03\x00\x02\x02\xee"), kinds.Secure{}, "tls", "the server broke off the handshake (alert: alert(238))"},
		{"closes", func(c net.Conn) { c.Read(make([]byte, 4096)) }, kinds.Secure{}, "tls", "the server closed the connection during the TLS handshake"},
		{"resets", func(c net.Conn) { c.Read(make([]byte, 4096)); c.(*net.TCPConn).SetLinger(0) }, kinds.Secure{}, "tls", "connection reset by peer"},
		{"sends a record too long", after("\x16\x03\x03\xff\xff"), kinds.Secure{}, "tls", "the server does not speak TLS here"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, kinds.TLS{Address: peer(t, tc.talk), Secure: tc.set}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
			if tc.text != "" {
				failsWith(t, err, tc.reason, tc.text)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// askNginx asks the TLS of a server of TestNginx, with its authority and a
// client certificate in files.
func askNginx(t *testing.T, address, ca, cert, key string) {
	t.Helper()
	for _, tc := range []struct {
		set    kinds.Settings
		reason string
	}{
		{kinds.TLS{Address: address, Secure: kinds.Secure{CAFile: ca, ValidFor: 720 * time.Hour, ALPN: []string{"h2", "http/1.1"}}}, ""},
		{kinds.TLS{Address: address, Secure: kinds.Secure{CAFile: ca, CertFile: cert, KeyFile: key, MinVersion: "TLS13"}}, ""},
		{kinds.TLS{Address: address, Secure: kinds.Secure{CAFile: ca, ValidFor: 721 * time.Hour}}, "tls"},
		{kinds.TLS{Address: address, Secure: kinds.Secure{CAFile: ca, ServerName: "shop.example"}}, "tls"},
		{kinds.TLS{Address: address, Secure: kinds.Secure{CAFile: ca, ALPN: []string{"imap"}}}, "tls"},
		{kinds.TLS{Address: address}, "tls"},
		{kinds.TCP{Address: address, TLS: &kinds.Secure{CAFile: ca}, Steps: []kinds.Step{{Send: "GET / HTTP/1.0\r\n\r\n", Expect: "^HTTP/1.1 200 OK\r$"}, {Expect: "^NONE HTTP/1.0"}}}, ""},
		{kinds.TCP{Address: address, Steps: []kinds.Step{{Send: "GET / HTTP/1.0\r\n\r\n", Expect: "^HTTP/1.1 200 OK\r$"}}}, "expect"},
	} {
		if _, err := ask(t, tc.set, kinds.Env{Clock: atEpoch}); tc.reason != "" {
			failsWith(t, err, tc.reason, "")
		} else if err != nil {
			t.Errorf("%v: %v", tc.set, err)
		}
	}
}

// Files of ours that cannot be read say nothing of the target.
func TestTLSFilesMissing(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address := serverTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 1))}, Time: atEpoch}, drain)
	missing := filepath.Join(t.TempDir(), "missing.pem")
	for _, set := range []kinds.Secure{{CAFile: missing}, {CAFile: file(t, "no PEM")}, {CertFile: missing, KeyFile: missing}} {
		_, err := ask(t, kinds.TLS{Address: address, Secure: set}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
		if !errors.Is(err, probes.ErrInconclusive) {
			t.Errorf("%v, want inconclusive", err)
		}
	}
}
