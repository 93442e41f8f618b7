package kinds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// The deadline covers everything, and the reason names the part that ate it.
// A bubble of synctest ends only when every goroutine has: a run that leaves
// one behind fails the test.
func TestHTTPTimeout(t *testing.T) {
	t.Parallel()
	hang := func(c net.Conn) { io.Copy(io.Discard, c) }
	for _, tc := range []struct {
		name string
		url  string
		body string
		talk func(net.Conn)
		text string
	}{
		{"before accept", "http://192.0.2.1/", "", nil, "timeout after 3s while connecting to 192.0.2.1:80"},
		{"in the handshake", "https://192.0.2.1/", "", hang, "timeout after 3s while doing the TLS handshake"},
		{"before the request is read", "http://192.0.2.1/", strings.Repeat("x", 1<<13), func(c net.Conn) { time.Sleep(time.Hour) }, "timeout after 3s while sending the request"},
		{"before the answer", "http://192.0.2.1/", "", hang, "timeout after 3s while waiting for the response header"},
		{"dripping header", "http://192.0.2.1/", "", drip("HTTP/1.1 200 OK\r\nA: "), "timeout after 3s while reading the response header"},
		{"dripping body", "http://192.0.2.1/", "", drip("HTTP/1.1 200 OK\r\n\r\n"), "timeout after 3s while reading the body"},
		{"dripping chunks", "http://192.0.2.1/", "", drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"), "timeout after 3s while reading the body"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				s := kinds.HTTP{URL: tc.url, Body: tc.body}
				p := probe(t, s, kinds.Env{Dialer: pipe(tc.talk)})
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				begun := time.Now()
				facts, err := p.Check(ctx, s.Targets()[0])
				failsWith(t, err, "timeout", tc.text)
				if took := time.Since(begun); took != 3*time.Second {
					t.Errorf("took %s", took)
				}
				if got := sum(facts.Phases); got != 3*time.Second {
					t.Errorf("phases %v add up to %s", facts.Phases, got)
				}
			})
		})
	}
}

// letPeersEnd gives peers that sleep the virtual time to wake up and leave.
func letPeersEnd() { time.Sleep(2 * time.Hour) }

// drip answers a request with a head and then an x every half a second.
func drip(head string) func(net.Conn) {
	return func(c net.Conn) {
		says(head)(c)
		for err := error(nil); err == nil; {
			time.Sleep(500 * time.Millisecond)
			_, err = io.WriteString(c, "x")
		}
	}
}

// A chain of slow redirects is one run with one deadline, and its phases add up.
func TestHTTPPhasesOfRedirects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s := kinds.HTTP{URL: "http://192.0.2.1/", Expect: []string{`status == 200 && elapsed == duration("6s")`}}
		facts, err := ask(t, s, kinds.Env{Dialer: pipe(func(c net.Conn) {
			n++
			time.Sleep(time.Second)
			answer := "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"
			if n == 3 {
				time.Sleep(3 * time.Second)
				answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
			}
			says(answer)(c)
		})})
		if err != nil {
			t.Error(err)
		}
		sums := map[string]time.Duration{}
		for _, p := range facts.Phases {
			sums[p.Name] += p.Duration
		}
		if len(facts.Phases) != 9 || sums["processing"] != 6*time.Second || facts.Redirects != 2 {
			t.Errorf("%+v", facts)
		}
	})
}

// An answer without a length ends when the server closes.
func TestHTTPEndsWithTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := kinds.HTTP{URL: "http://192.0.2.1/", Expect: []string{`text == "all" && elapsed == duration("2s")`}}
		facts, err := ask(t, s, kinds.Env{Dialer: pipe(func(c net.Conn) {
			says("HTTP/1.1 200 OK\r\n\r\nall")(c)
			time.Sleep(2 * time.Second)
		})})
		if err != nil || sum(facts.Phases) != 2*time.Second {
			t.Errorf("%+v, %v", facts, err)
		}
	})
}

func TestTCPTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := kinds.TCP{Address: "192.0.2.1:5432"}
		p := probe(t, s, kinds.Env{Dialer: pipe(nil)})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := p.Check(ctx, s.Targets()[0])
		failsWith(t, err, "timeout", "timeout after 3s while connecting to 192.0.2.1:5432")
	})
}

// A dialer's own timer may fire before the context knows that it is over.
func TestTimeoutOfTheDialer(t *testing.T) {
	t.Parallel()
	late := func() time.Time { return time.Now().Add(time.Hour) }
	env := kinds.Env{Clock: late, Dialer: failing{&net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}}}
	_, err := ask(t, kinds.HTTP{URL: "http://192.0.2.1"}, env)
	failsWith(t, err, "timeout", "timeout after")
}

// A timeout of the kernel's, long before the deadline, is the network's answer.
func TestTimeoutOfTheKernel(t *testing.T) {
	t.Parallel()
	env := kinds.Env{Dialer: failing{&net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}}}
	_, err := ask(t, kinds.TCP{Address: "192.0.2.1:80"}, env)
	failsWith(t, err, "connect", "dial tcp")
}

func TestCancelledInEveryPart(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string]func(net.Conn){
		"connecting": nil,
		"waiting":    func(c net.Conn) { io.Copy(io.Discard, c) },
		"reading":    drip("HTTP/1.1 200 OK\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				s := kinds.HTTP{URL: "http://192.0.2.1/"}
				p := probe(t, s, kinds.Env{Dialer: pipe(talk)})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				time.AfterFunc(time.Second, cancel)
				_, err := p.Check(ctx, s.Targets()[0])
				if !errors.Is(err, probes.ErrInconclusive) || !strings.HasPrefix(err.Error(), "cancelled while "+name) {
					t.Errorf("%v, want inconclusive while %s", err, name)
				}
			})
		})
	}
}
