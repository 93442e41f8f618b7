package kinds_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

// What a peer says after a while: said a peer says after a while.
type said struct {
	after time.Duration
	text  string
}

// tells is a peer that reads a request, says lines, and closes after the last.
func tells(lines ...said) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		go io.Copy(io.Discard, c)
		for _, l := range lines {
			if time.Sleep(l.after); l.text != "" && !tell(c, l.text) {
				return
			}
		}
	}
}

// inTLS is a peer that talks inside TLS. It says goodbye and leaves the
// connection open, if asked to.
func inTLS(config *tls.Config, talk func(net.Conn), lingers bool) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() != nil {
			return
		}
		talk(s)
		s.CloseWrite()
		if lingers {
			io.Copy(io.Discard, c)
		}
	}
}

// served is a peer that is Go's server for one connection.
func served(config *tls.Config, h http.HandlerFunc) func(net.Conn) {
	return func(c net.Conn) {
		l := &single{Conn: c, closed: make(chan struct{})}
		server := &http.Server{Handler: h, TLSConfig: config.Clone(), ErrorLog: quiet()}
		server.ServeTLS(l, "", "")
		server.Close()
	}
}

// single is a listener with one connection, which is itself.
type single struct {
	net.Conn
	once, end sync.Once
	closed    chan struct{}
}

func (s *single) Accept() (conn net.Conn, err error) {
	s.once.Do(func() { conn = s })
	if conn != nil {
		return conn, nil
	}
	<-s.closed
	return nil, net.ErrClosed
}

func (s *single) Close() error {
	s.end.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

func (s *single) Addr() net.Addr { return s.LocalAddr() }

// A run lasts from its first phase to the last byte of the answer: not longer,
// whatever comes afterwards, and with all the time that the server takes.
func TestHTTPDurations(t *testing.T) {
	t.Parallel()
	const s = time.Second
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch)}}
	flush := func(w http.ResponseWriter, text string, after time.Duration) {
		time.Sleep(after)
		io.WriteString(w, text)
		w.(http.Flusher).Flush()
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("speaks %s", r.Proto)
		}
		flush(w, "", s)
		flush(w, "a", s)
		flush(w, "b", s)
	}
	for _, tc := range []struct {
		name string
		url  string
		talk func(net.Conn)
		want time.Duration
	}{
		{"nothing inside", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}), s},
		{"no body", "http://a.test/", tells(said{s, "HTTP/1.1 204 No Content\r\n\r\n"}, said{s, ""}), s},
		{"header in pieces", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\n"}, said{s, "Content-Length: 0\r\n"}, said{s, "\r\n"}), 3 * s},
		{"closes at the end", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\n\r\na"}, said{s, "b"}, said{s, ""}), 3 * s},
		{"HTTP/1.0", "http://a.test/", tells(said{s, "HTTP/1.0 200 OK\r\n\r\n"}, said{s, ""}), 2 * s},
		{"chunks and trailers", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\na\r\n"}, said{s, "0\r\n"}, said{s, "X: 1\r\n\r\n"}), 3 * s},
		{"early hints", "http://a.test/", tells(said{s, "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"}, said{s, "HTTP/1.1 100 Continue\r\n\r\n"}, said{s, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"}), 3 * s},
		{"more after the answer", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcd"}, said{s, "HTTP/1.1 200 OK\r\n"}, said{s, ""}), s},
		{"hangs after the answer", "http://a.test/", tells(said{s, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na"}, said{time.Minute, ""}), s},
		{"goodbye in TLS with the answer", "https://a.test/", inTLS(config, tells(said{s, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"}), true), s},
		{"goodbye in TLS ends it", "https://a.test/", inTLS(config, tells(said{s, "HTTP/1.1 200 OK\r\n\r\na"}, said{s, ""}), true), 2 * s},
		{"closes in TLS", "https://a.test/", inTLS(config, tells(said{s, "HTTP/1.1 200 OK\r\n\r\na"}, said{s, ""}), false), 2 * s},
		{"slow handshake", "https://a.test/", func(c net.Conn) {
			time.Sleep(s)
			inTLS(config, tells(said{s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}), false)(c)
		}, 2 * s},
		{"HTTP/2", "https://a.test/", served(config, slow), 3 * s},
		{"HTTP/2, zero length", "https://a.test/", served(config, func(w http.ResponseWriter, r *http.Request) { time.Sleep(s) }), s},
		{"HTTP/2, trailers", "https://a.test/", served(config, func(w http.ResponseWriter, r *http.Request) {
			slow(w, r)
			w.Header().Set(http.TrailerPrefix+"X", "1")
			time.Sleep(s)
		}), 4 * s},
	} {
		for _, reuse := range []bool{false, true} {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					defer letPeersEnd()
					set := kinds.HTTP{URL: tc.url, ReuseConnection: reuse, Client: client(t, "tls_config: {insecure_skip_verify: true}")}
					p := probe(t, set, kinds.Env{Dialer: pipe(tc.talk)})
					for range 2 {
						begun := time.Now()
						facts, err := p.Check(t.Context(), set.Targets()[0])
						took := time.Since(begun)
						if sum := sum(facts.Phases); err != nil || facts.Elapsed != tc.want || sum != tc.want || took != tc.want {
							t.Errorf("took %s, told %s in %v: %v", took, facts.Elapsed, facts.Phases, err)
						}
						time.Sleep(time.Minute)
					}
				})
			})
		}
	}
}

// A way over several hosts or a proxy is all of the run's time.
func TestHTTPDurationsOfDetours(t *testing.T) {
	t.Parallel()
	const s = time.Second
	moved := tells(said{s, "HTTP/1.1 302 Found\r\nLocation: http://b.test:81/\r\nContent-Length: 0\r\n\r\n"}, said{time.Minute, ""})
	last := tells(said{2 * s, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"}, said{s, "a"})
	through := func(c net.Conn) {
		in := bufio.NewReader(c)
		if _, err := http.ReadRequest(in); err == nil {
			time.Sleep(s)
			tell(c, "HTTP/1.1 200 Connected\r\n\r\n")
			inTLS(&tls.Config{Certificates: []tls.Certificate{newAuthority(t).issue(t, epoch)}}, last, false)(c)
		}
	}
	socks := func(c net.Conn) { // RFC 1928, of which a client needs this much
		for _, step := range []struct {
			size   int
			answer string
		}{{3, "\x05\x00"}, {4 + 1 + len("a.test") + 2, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"}} {
			if _, err := io.ReadFull(c, make([]byte, step.size)); err != nil {
				return
			}
			time.Sleep(s)
			tell(c, step.answer)
		}
		last(c)
	}
	for _, tc := range []struct {
		name  string
		set   kinds.HTTP
		peers byPort
		want  time.Duration
	}{
		{"redirected to another host", kinds.HTTP{URL: "http://a.test/"}, byPort{"80": moved, "81": last}, 4 * s},
		{"by a proxy", kinds.HTTP{URL: "http://a.test/", Client: client(t, "proxy_url: http://p.test:82/")}, byPort{"82": last}, 3 * s},
		{"through a proxy", kinds.HTTP{URL: "https://a.test/", Client: client(t, "{proxy_url: 'http://p.test:82/', tls_config: {insecure_skip_verify: true}}")}, byPort{"82": through}, 4 * s},
		{"through SOCKS", kinds.HTTP{URL: "http://a.test/", Client: client(t, "proxy_url: socks5://p.test:83/")}, byPort{"83": socks}, 5 * s},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				begun := time.Now()
				facts, err := ask(t, tc.set, kinds.Env{Dialer: tc.peers})
				if took := time.Since(begun); err != nil || facts.Elapsed != tc.want || took != tc.want || sum(facts.Phases) != tc.want {
					t.Errorf("took %s, told %s in %v: %v", took, facts.Elapsed, facts.Phases, err)
				}
			})
		})
	}
}

// A kept connection that breaks costs the run its time, and the idle time before
// costs nothing.
func TestHTTPDurationOfABrokenConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer letPeersEnd()
		set := kinds.HTTP{URL: "http://a.test/", ReuseConnection: true}
		p := probe(t, set, kinds.Env{Dialer: pipe(func(c net.Conn) {
			in := bufio.NewReader(c)
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			time.Sleep(time.Second)
			tell(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
			if _, err := http.ReadRequest(in); err == nil {
				time.Sleep(time.Second)
			}
		})})
		for _, want := range []time.Duration{time.Second, 2 * time.Second} {
			begun := time.Now()
			facts, err := p.Check(t.Context(), set.Targets()[0])
			if took := time.Since(begun); err != nil || facts.Elapsed != want || took != want || sum(facts.Phases) != want {
				t.Errorf("took %s, told %s in %v: %v", took, facts.Elapsed, facts.Phases, err)
			}
			time.Sleep(time.Minute)
		}
	})
}

// What we wait for to be sure, and a dialer that tells nothing, are no time of
// the target's.
func TestTCPDurations(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch)}, ClientAuth: tls.RequestClientCert, Time: atEpoch}
	synctest.Test(t, func(t *testing.T) {
		defer letPeersEnd()
		quiet := pipe(func(c net.Conn) {
			time.Sleep(time.Second)
			if s := tls.Server(c, config); s.Handshake() == nil {
				go io.Copy(io.Discard, c) // our goodbye as well
				time.Sleep(time.Hour)
			}
		})
		facts, err := ask(t, kinds.TLS{Address: "192.0.2.1:443", Secure: kinds.Secure{InsecureSkipVerify: true}}, kinds.Env{Dialer: quiet})
		if err != nil || facts.Elapsed != time.Second || sum(facts.Phases) != time.Second {
			t.Errorf("%+v, %v", facts, err)
		}
		facts, err = ask(t, kinds.TCP{Address: "192.0.2.1:1"}, kinds.Env{Dialer: mute{quiet}})
		if err != nil || facts.Elapsed != 0 || len(facts.Phases) != 0 {
			t.Errorf("%+v, %v", facts, err)
		}
	})
}

// mute is a dialer that tells no trace what it does.
type mute struct{ pipe }

func (m mute) DialContext(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		io.Copy(io.Discard, theirs)
	}()
	return ours, nil
}
