package kinds_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// counted is a server that counts its connections.
func counted(t testing.TB, h2 bool, h http.HandlerFunc) (*httptest.Server, *atomic.Int32, authority) {
	t.Helper()
	ca, n := newAuthority(t), new(atomic.Int32)
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
	s.EnableHTTP2 = h2
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 30))}}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, n, ca
}

func TestReuse(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		s, n, ca := counted(t, h2, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				http.Redirect(w, r, "/next", http.StatusFound)
				return
			}
			hello(w, r)
		})
		for _, reuse := range []bool{false, true} {
			n.Store(0)
			set := kinds.HTTP{URL: s.URL + "/", ReuseConnection: reuse, Expect: []string{`text == "hello" && tls.days_left == 30`}}
			p := probe(t, set, kinds.NewEnv(kinds.Env{Roots: ca.pool(), Clock: atEpoch}))
			for i := range 3 {
				facts, err := p.Check(t.Context(), set.Targets()[0])
				if err != nil {
					t.Fatal(err)
				}
				if facts.Reused != (reuse && i > 0) && i > 0 {
					t.Errorf("run %d: reused %t", i, facts.Reused)
				}
				if facts.Remote != s.Listener.Addr().String() || facts.CertExpiry.IsZero() || facts.Redirects != 1 {
					t.Errorf("run %d: %+v", i, facts)
				}
				if phases := strings.Join(names(facts.Phases), " "); reuse && i > 0 && strings.Contains(phases, "connect") {
					t.Errorf("run %d: %s", i, phases)
				}
			}
			want := int32(6)
			if reuse {
				want = 1
			}
			if !reuse && n.Load() != want || reuse && n.Load() > 2 {
				t.Errorf("%d connections for 3 runs of 2 requests, reuse %t, HTTP/2 %t", n.Load(), reuse, h2)
			}
		}
	}
}

// What a server does to a connection between two runs is no failure: it is
// made anew. What it does to a new one is.
func TestReuseAfterClose(t *testing.T) {
	t.Parallel()
	answer := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	for name, end := range map[string]func(net.Conn){
		"closes":                     func(net.Conn) {},
		"resets":                     func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
		"closes on the next request": func(c net.Conn) { c.Read(make([]byte, 1)) },
		"resets on the next request": func(c net.Conn) { c.Read(make([]byte, 1)); c.(*net.TCPConn).SetLinger(0) },
		"talks unasked":              func(c net.Conn) { io.WriteString(c, "HTTP/1.1 200 hunter2\r\nContent-Length: 0\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			address := peer(t, func(c net.Conn) {
				n.Add(1)
				says(answer)(c)
				end(c)
			})
			for _, method := range []string{"GET", "PUT", "POST"} {
				set := kinds.HTTP{URL: "http://" + address, Method: method, Body: "b", ReuseConnection: true}
				p := probe(t, set, kinds.Env{})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				for i := range 4 {
					_, err := p.Check(ctx, set.Targets()[0])
					if err != nil && method == "POST" {
						unclear(t, err, "whether it was carried out is not known; the next run makes a new connection")
						continue
					}
					if err != nil {
						t.Errorf("%s, run %d: %v", method, i, err)
					}
				}
			}
		})
	}
	// On a new connection a reset is the target's.
	set := kinds.HTTP{URL: "http://" + peer(t, says("")), ReuseConnection: true}
	p := probe(t, set, kinds.Env{})
	for range 2 {
		_, err := p.Check(t.Context(), set.Targets()[0])
		failsWith(t, err, "protocol", "closed the connection")
	}
}

// A kept connection that nobody uses is closed: after a reload there is nobody
// to close it. What was not read to its end is not kept.
func TestReuseEnds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		max   int64
		after time.Duration
		conns int32
	}{{0, time.Minute, 1}, {0, 6 * time.Minute, 2}, {1, time.Minute, 2}} {
		synctest.Test(t, func(t *testing.T) {
			var conns, open atomic.Int32
			dialer := pipe(func(c net.Conn) {
				conns.Add(1)
				open.Add(1)
				for reader := bufio.NewReader(c); ; {
					if _, err := http.ReadRequest(reader); err != nil {
						open.Add(-1)
						return
					}
					io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			})
			set := kinds.HTTP{URL: "http://192.0.2.1", MaxBytes: tc.max, ReuseConnection: true}
			p := probe(t, set, kinds.Env{Dialer: dialer})
			for range 2 {
				p.Check(t.Context(), probes.Target{})
				time.Sleep(tc.after)
			}
			if n := conns.Load(); n != tc.conns {
				t.Errorf("%d connections, want %d", n, tc.conns)
			}
			time.Sleep(time.Hour)
			if n := open.Load(); n != 0 {
				t.Errorf("%d connections are left open", n)
			}
		})
	}
}

// A run that ends early leaves the connection to nobody.
func TestReuseAfterTimeout(t *testing.T) {
	t.Parallel()
	set := kinds.HTTP{URL: "http://" + peer(t, func(c net.Conn) {
		says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")(c)
		io.Copy(io.Discard, c)
	}), ReuseConnection: true}
	p := probe(t, set, kinds.Env{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.Check(ctx, probes.Target{})
	failsWith(t, err, "timeout", "while reading the body")
	if facts, err := p.Check(ctx, probes.Target{}); err == nil || facts.Reused {
		t.Errorf("%+v, %v", facts, err)
	}
}

// Where others redirect to is theirs to choose: nothing of it is kept.
func TestReuseAtHomeOnly(t *testing.T) {
	t.Parallel()
	elsewhere, n, _ := counted(t, false, hello)
	home := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	set := kinds.HTTP{URL: home.URL, ReuseConnection: true, Client: client(t, "tls_config: {insecure_skip_verify: true}")}
	p := probe(t, set, kinds.Env{Clock: atEpoch})
	for range 3 {
		if facts, err := p.Check(t.Context(), set.Targets()[0]); err != nil || facts.Reused {
			t.Errorf("%+v, %v", facts, err)
		}
	}
	if n.Load() != 3 {
		t.Errorf("%d connections to another origin in 3 runs", n.Load())
	}
}
