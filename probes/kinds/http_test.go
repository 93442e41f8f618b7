package kinds_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

func TestHTTPPasses(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, `{"method":%q,"host":%q,"agent":%q,"key":%q,"user":%q,"body":%q,"n":3}`,
			r.Method, r.Host, r.UserAgent(), r.Header.Get("X-Key"), r.Header.Get("Authorization"), body)
	})
	facts, err := ask(t, kinds.HTTP{
		URL:     strings.Replace(s.URL, "http://", "http://me:pw@", 1),
		Method:  "PUT",
		Headers: map[string]string{"x-key": "k", "Host": "shop.example"},
		Body:    "hello",
		Expect: []string{
			`status == 200 && elapsed < duration("1m")`,
			`headers["content-type"].startsWith("text/plain")`,
			`body.method == "PUT" && body.host == "shop.example" && body.agent == "andon"`,
			`body.key == "k" && body.body == "hello" && body.user == "Basic bWU6cHc="`,
			`body.n > 2 && text.contains("hello")`,
		},
	}, kinds.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if facts.StatusCode != 200 || facts.Version != "1.1" || facts.Remote != s.Listener.Addr().String() || facts.Bytes < 50 {
		t.Errorf("%+v", facts)
	}
	if want := []string{"connect", "processing", "transfer"}; !slices.Equal(names(facts.Phases), want) {
		t.Errorf("phases %v, want %v", facts.Phases, want)
	}
	if got := sum(facts.Phases); got != facts.Elapsed || got == 0 {
		t.Errorf("the phases %v take %s, all of it %s", facts.Phases, got, facts.Elapsed)
	}
}

func sum(phases []probes.Phase) (sum time.Duration) {
	for _, p := range phases {
		sum += p.Duration
	}
	return sum
}

func names(phases []probes.Phase) (names []string) {
	for _, p := range phases {
		names = append(names, p.Name)
	}
	return names
}

// Each peer is bad in its own way; the class and the sentence say which.
func TestHTTPFails(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", 1<<20)
	for _, tc := range []struct {
		name   string
		talk   func(net.Conn)
		set    kinds.HTTP
		reason string
		text   string
	}{
		{"says nothing", says(""), kinds.HTTP{}, "protocol", "the server closed the connection before the response header was complete"},
		{"resets", func(c net.Conn) {
			says("")(c)
			c.(*net.TCPConn).SetLinger(0)
		}, kinds.HTTP{}, "protocol", "connection reset by peer"},
		{"is no HTTP server", says("SSH-2.0-OpenSSH_9.9\r\n"), kinds.HTTP{}, "protocol", "no valid HTTP response: malformed HTTP response"},
		{"sends control characters", says("\x1b[2J\x00\x07\r\n\r\n"), kinds.HTTP{}, "protocol", "malformed"},
		{"ends inside the header", says("HTTP/1.1 200 OK\r\nA: b"), kinds.HTTP{}, "protocol", "before the response header was complete"},
		{"has an endless header", func(c net.Conn) {
			says("HTTP/1.1 200 OK\r\n")(c)
			for err := error(nil); err == nil; {
				_, err = io.WriteString(c, "A: "+huge[:4000]+"\r\n")
			}
		}, kinds.HTTP{}, "protocol", "exceeded"},
		{"lies about the length", says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), kinds.HTTP{}, "body",
			"the body ended early, after 5 bytes: unexpected EOF"},
		{"breaks off a chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort"), kinds.HTTP{}, "body", "ended early, after 5 bytes"},
		{"has a bad chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), kinds.HTTP{}, "body", "could not be read"},
		{"sends too much", says("HTTP/1.1 200 OK\r\n\r\n" + huge + "x"), kinds.HTTP{}, "body",
			"the body is longer than 1048576 bytes; raise max_bytes or ask for something smaller"},
		{"never stops", func(c net.Conn) {
			says("HTTP/1.1 200 OK\r\n\r\n")(c)
			for err := error(nil); err == nil; {
				_, err = io.WriteString(c, huge)
			}
		}, kinds.HTTP{Expect: []string{`text != ""`}, MaxBytes: 100}, "body", "longer than 100 bytes"},
		{"sends no gzip", says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplainly not"), kinds.HTTP{}, "body", "gzip: invalid header"},
		{"is unwell", says("HTTP/1.1 503 All \x1b[31mgood\r\nContent-Length: 0\r\n\r\n"), kinds.HTTP{}, "status",
			"status 503 Service Unavailable, want 2xx; expect: names other answers that are good"},
		{"has an odd status", says("HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"), kinds.HTTP{}, "status", "status 799, want 2xx"},
		{"sends HTML for JSON", says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>secret</p>"), kinds.HTTP{Expect: []string{"body.ok"}}, "body",
			"the body is not JSON (status 200, 13 bytes of text/html)"},
		{"sends nothing for JSON", says("HTTP/1.1 204 No Content\r\n\r\n"), kinds.HTTP{Expect: []string{"body.ok"}}, "body",
			"the body is not JSON (status 204, 0 bytes)"},
		{"does as it was not told", says("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), kinds.HTTP{Expect: []string{"status < 400"}}, "expect",
			"expected status < 400, but status was 500"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.set.URL = "http://" + peer(t, tc.talk) + "/"
			_, err := ask(t, tc.set, kinds.Env{})
			failsWith(t, err, tc.reason, tc.text)
		})
	}
}

// failsWith checks what every failure has to be: of a known class, one
// printable line, short, and conclusive.
func failsWith(t *testing.T, err error, reason, text string) {
	t.Helper()
	if err == nil {
		t.Fatalf("passed, want %s", reason)
	}
	if errors.Is(err, probes.ErrInconclusive) {
		t.Errorf("inconclusive: %v", err)
	}
	if got := probes.Reason(err); got != reason {
		t.Errorf("reason %s, want %s: %v", got, reason, err)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("%s\nwant %s", err, text)
	}
	presentable(t, err)
}

func presentable(t *testing.T, err error) {
	t.Helper()
	if s := err.Error(); len([]rune(s)) > 400 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not fit for a log line: %q", s)
	}
}

// A gibibyte of zeros is a mebibyte of gzip: the cap is on what comes out.
func TestHTTPGzipBomb(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<16)
		for err := error(nil); err == nil; {
			_, err = z.Write(zeros)
		}
	})
	for _, expect := range [][]string{nil, {`text == ""`}} {
		facts, err := ask(t, kinds.HTTP{URL: s.URL, Expect: expect}, kinds.Env{})
		failsWith(t, err, "body", "longer than 1048576 bytes")
		if facts.Bytes != 1<<20 {
			t.Errorf("%d bytes", facts.Bytes)
		}
	}
}

func TestHTTPDecompresses(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "hello")
		z.Close()
	})
	if facts, err := ask(t, kinds.HTTP{URL: s.URL, Expect: []string{`text == "hello"`}}, kinds.Env{}); err != nil || facts.Bytes != 5 {
		t.Error(facts, err)
	}
}

// P7: connection refused is an ordinary failure, with a reason.
func TestP7ConnectionRefused(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	facts, err := ask(t, kinds.HTTP{URL: "http://" + address}, kinds.Env{})
	failsWith(t, err, "connect", "connection refused")
	if want := []string{"connect"}; !slices.Equal(names(facts.Phases), want) {
		t.Errorf("phases %v, want %v", facts.Phases, want)
	}
	_, err = ask(t, kinds.TCP{Address: address}, kinds.Env{})
	failsWith(t, err, "connect", "connection refused")
}

// A failing dialer stands in for what cannot be had on every machine.
type failing struct{ err error }

func (f failing) DialContext(context.Context, string, string) (net.Conn, error)  { return nil, f.err }
func (f failing) DialResolver(context.Context, string, string) (net.Conn, error) { return nil, f.err }
func (f failing) Judge(string) error                                             { return nil }

func TestOwnExhaustionIsInconclusive(t *testing.T) {
	t.Parallel()
	env := kinds.Env{Dialer: failing{&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}}}
	for _, s := range []kinds.Settings{kinds.HTTP{URL: "http://192.0.2.1"}, kinds.TCP{Address: "192.0.2.1:80"}} {
		_, err := ask(t, s, env)
		if !errors.Is(err, probes.ErrInconclusive) || !strings.Contains(err.Error(), "raise its limits") {
			t.Errorf("%v, want inconclusive with an advice", err)
		}
	}
}

func TestCancelledIsInconclusive(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	address := peer(t, func(c net.Conn) {
		cancel()
		io.Copy(io.Discard, c)
	})
	s := kinds.HTTP{URL: "http://" + address}
	_, err := probe(t, s, kinds.Env{}).Check(ctx, s.Targets()[0])
	if !errors.Is(err, probes.ErrInconclusive) || probes.Reason(err) != "inconclusive" {
		t.Errorf("%v, want inconclusive", err)
	}
}

func TestHTTPConcurrentRuns(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `{"ok":true}`) })
	set := kinds.HTTP{URL: s.URL, Headers: map[string]string{"A": "b"}, Expect: []string{`body.ok && headers["content-length"] == "11"`}}
	p := probe(t, set, kinds.NewEnv(kinds.Env{}))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := p.Check(t.Context(), set.Targets()[0]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// Targets may come from a list of the check's instead of its own settings.
func TestHTTPForeignTarget(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	p := probe(t, kinds.HTTP{URL: "http://192.0.2.1/"}, kinds.Env{})
	if _, err := p.Check(t.Context(), probes.Target{Address: s.URL}); err != nil {
		t.Error(err)
	}
	_, err := p.Check(t.Context(), probes.Target{Address: "ftp://user:hunter2@x/"})
	failsWith(t, err, "protocol", "the target's url does not begin with http:// or https://")
}

func TestHTTPHead(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5000000")
	}))
	t.Cleanup(s.Close)
	if _, err := ask(t, kinds.HTTP{URL: s.URL, Method: "HEAD"}, kinds.Env{}); err != nil {
		t.Error(err)
	}
}
