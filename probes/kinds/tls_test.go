package kinds_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

func serveTLS(t testing.TB, h2 bool, cert tls.Certificate, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = h2
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }

func TestTLSPasses(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	expiry := epoch.AddDate(0, 0, 30)
	for _, tc := range []struct {
		h2      bool
		version string
	}{{false, "1.1"}, {true, "2"}} {
		s := serveTLS(t, tc.h2, ca.issue(t, expiry), hello)
		facts, err := ask(t, kinds.HTTP{
			URL:    s.URL,
			Expect: []string{`text == "hello"`, `tls.days_left == 30`, `tls.expiry > timestamp("2026-12-01T00:00:00Z")`},
		}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
		if err != nil {
			t.Error(err)
		}
		if facts.Version != tc.version || !facts.CertExpiry.Equal(expiry) || facts.Remote != s.Listener.Addr().String() {
			t.Errorf("%+v", facts)
		}
		if want := []string{"connect", "tls", "processing", "transfer"}; !slices.Equal(names(facts.Phases), want) {
			t.Errorf("phases %v, want %v", facts.Phases, want)
		}
	}
}

// The expiry is known however bad the certificate is.
func TestTLSFails(t *testing.T) {
	t.Parallel()
	ca, stranger := newAuthority(t), newAuthority(t)
	later := epoch.AddDate(0, 0, 30)
	for _, tc := range []struct {
		name   string
		cert   tls.Certificate
		expiry time.Time
		set    string
		text   string // "" passes
	}{
		{"expired", ca.issue(t, epoch.Add(-time.Hour)), epoch.Add(-time.Hour), "", "certificate has expired"},
		{"signed by nobody we know", stranger.issue(t, later), later, "", "unknown authority"},
		{"of another name", ca.issue(t, later, "other.example"), later, "", "127.0.0.1"},
		{"of another name, which is asked for", ca.issue(t, later, "other.example"), later, "server_name: other.example", ""},
		{"expired, which is allowed", ca.issue(t, epoch.Add(-time.Hour)), epoch.Add(-time.Hour), "insecure_skip_verify: true", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveTLS(t, false, tc.cert, hello)
			env := kinds.NewEnv(kinds.Env{Roots: ca.pool(), Clock: atEpoch})
			facts, err := ask(t, kinds.HTTP{URL: s.URL, Client: client(t, "tls_config: {"+tc.set+"}")}, env)
			if tc.text != "" {
				failsWith(t, err, "tls", tc.text)
			} else if err != nil {
				t.Error(err)
			}
			if !facts.CertExpiry.Equal(tc.expiry) {
				t.Errorf("expiry %s, want %s", facts.CertExpiry, tc.expiry)
			}
		})
	}
}

func TestTLSPeers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		talk func(net.Conn)
		text string
	}{
		{"closes", func(c net.Conn) { c.Read(make([]byte, 4096)) }, "the server closed the connection during the TLS handshake"},
		{"speaks HTTP", func(c net.Conn) {
			c.Read(make([]byte, 4096))
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}, "the server answered in plain HTTP, not TLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, kinds.HTTP{URL: "https://" + peer(t, tc.talk)}, kinds.Env{})
			failsWith(t, err, "tls", tc.text)
		})
	}
}

// TLS 1.3 tells a client that its certificate is missed after the handshake.
func TestTLSClientCertificateMissed(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 1))}, ClientAuth: tls.RequireAnyClientCert}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	_, err := ask(t, kinds.HTTP{URL: s.URL}, kinds.Env{Roots: ca.pool(), Clock: atEpoch})
	failsWith(t, err, "tls", "certificate required")
}
