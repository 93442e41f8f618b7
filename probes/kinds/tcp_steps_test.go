package kinds_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes/kinds"
)

// mail is a peer like a mail server, which goes over to TLS when it is asked.
// Between its readiness and TLS it says more, as somebody in between might.
func mail(config *tls.Config, more string) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		ask := func(want, answer string) bool {
			line, err := in.ReadString('\n')
			return err == nil && line == want && tell(c, answer)
		}
		if !tell(c, "220 mail.example ESMTP\r\n") || !ask("EHLO andon\r\n", "250-mail.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n") ||
			!ask("STARTTLS\r\n", "220 ready\r\n"+more) {
			return
		}
		s := tls.Server(c, config)
		c, in = s, bufio.NewReader(s)
		ask("QUIT\r\n", "221 bye\r\n")
	}
}

func tell(c net.Conn, text string) bool {
	_, err := io.WriteString(c, text)
	return err == nil
}

var mailSteps = []kinds.Step{
	{Expect: `^220 .*\n`},
	{Send: "EHLO andon\r\n", Expect: `^250 .*\n`},
	{Send: "STARTTLS\r\n", Expect: `^220 .*\n`, StartTLS: true},
	{Send: "QUIT\r\n", Expect: `^221 `},
}

func TestTCPStartTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	env := kinds.Env{Roots: ca.pool(), Clock: atEpoch}
	config := func(expiry time.Time) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{ca.issue(t, expiry)}, Time: atEpoch}
	}
	later := epoch.AddDate(0, 0, 30)
	good := peer(t, mail(config(later), ""))
	for _, set := range []*kinds.Secure{nil, {ValidFor: 720 * time.Hour}} {
		facts, err := ask(t, kinds.TCP{Address: good, TLS: set, Steps: mailSteps}, env)
		if err != nil {
			t.Error(err)
		}
		if want := []string{"connect", "processing", "tls", "processing"}; !slices.Equal(names(facts.Phases), want) || !facts.CertExpiry.Equal(later) || facts.Bytes == 0 {
			t.Errorf("%+v, want %v", facts, want)
		}
	}
	_, err := ask(t, kinds.TCP{Address: good, TLS: &kinds.Secure{ValidFor: 721 * time.Hour}, Steps: mailSteps}, env)
	failsWith(t, err, "tls", "valid_for demands 30 days; renew it")
	_, err = ask(t, kinds.TCP{Address: peer(t, mail(config(epoch.Add(-time.Hour)), "")), Steps: mailSteps}, env)
	failsWith(t, err, "tls", "the certificate has expired")
	_, err = ask(t, kinds.TCP{Address: peer(t, mail(config(later), "250 "+secret+"\r\n")), Steps: mailSteps}, env)
	failsWith(t, err, "protocol", "before TLS began the server said 11 bytes more than step 3 expects")
}

// TLS at once, and the same words inside.
func TestTCPInsideTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	address := serverTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 1))}, Time: atEpoch}, func(c net.Conn) { io.Copy(c, c) })
	set := kinds.TCP{Address: address, TLS: new(kinds.Secure), Steps: []kinds.Step{{Send: "PING\r\n", Expect: "^PING\r$"}}}
	if _, err := ask(t, set, kinds.Env{Roots: ca.pool(), Clock: atEpoch}); err != nil {
		t.Error(err)
	}
	_, err := ask(t, set, kinds.Env{Clock: atEpoch})
	failsWith(t, err, "tls", "an unknown authority")
	set.TLS = nil
	_, err = ask(t, set, kinds.Env{})
	failsWith(t, err, "protocol", "")
}

func TestTCPSteps(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64<<10)
	one := func(expect string) []kinds.Step { return []kinds.Step{{Expect: expect}} }
	for _, tc := range []struct {
		name         string
		talk         func(net.Conn)
		steps        []kinds.Step
		reason, text string // "" passes
	}{
		{"two answers in one piece", func(c net.Conn) { tell(c, "a\nb\n"); drain(c) }, []kinds.Step{{Expect: "^a\n"}, {Expect: "^b\n"}}, "", ""},
		{"an answer counts once", func(c net.Conn) { tell(c, "a\n") }, []kinds.Step{{Expect: "a"}, {Expect: "a"}}, "expect", `step 2 expects "a", and the server closed the connection after 1 other bytes`},
		{"the last byte that is read", func(c net.Conn) { tell(c, long[1:]+"a") }, one("a"), "", ""},
		{"a byte too late", func(c net.Conn) { tell(c, long+"a"); drain(c) }, one("a"), "expect", `step 1 expects "a", and 65536 other bytes came`},
		{"endless bytes", func(c net.Conn) {
			for tell(c, long) {
			}
		}, one("a"), "expect", "65536 other bytes came"},
		{"every step has its own 64 KiB", func(c net.Conn) { tell(c, long[1:]+"a"); tell(c, long[1:]+"b"); drain(c) }, []kinds.Step{{Expect: "a"}, {Expect: "b"}}, "", ""},
		{"closes", func(net.Conn) {}, one("a"), "protocol", "the server closed the connection without the answer that step 1 expects"},
		{"resets", func(c net.Conn) { c.Read(make([]byte, 9)); c.(*net.TCPConn).SetLinger(0) }, []kinds.Step{{Send: "a", Expect: "a"}}, "protocol", "the answer to step 1 could not be read: "},
		{"only sends", drain, []kinds.Step{{Send: "a"}}, "", ""},
		{"bytes that are no text", func(c net.Conn) { tell(c, "\x00\xff\r\x1b"); drain(c) }, one(`^\x00.\r\x1b`), "", ""},
		{"is no TLS", func(c net.Conn) { tell(c, "Sno\r\n"); c.Read(make([]byte, 4096)) }, []kinds.Step{{Expect: "S"}, {Expect: "no\r\n", StartTLS: true}}, "tls", "closed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, kinds.TCP{Address: peer(t, tc.talk), Steps: tc.steps}, kinds.Env{})
			if tc.reason != "" {
				failsWith(t, err, tc.reason, tc.text)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// However a peer makes a run wait, it ends at its deadline and says for what.
func TestTCPStepsTimeout(t *testing.T) {
	t.Parallel()
	slow := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			for tell(c, text) {
				time.Sleep(70 * time.Millisecond)
			}
		}
	}
	steps := func(send string) kinds.TCP {
		return kinds.TCP{Address: "192.0.2.1:25", Steps: []kinds.Step{{Send: send, Expect: "never"}}}
	}
	for _, tc := range []struct {
		name string
		set  kinds.Settings
		talk func(net.Conn)
		text string
	}{
		{"says nothing", steps("a\n"), drain, "timeout after 3s while waiting for what step 1 expects"},
		{"waits for the end of a line", steps(secret), drain, `expects (what it sends has no line end; write "…\r\n" in double quotes)`},
		{"drips", steps(""), slow("x"), "timeout after 3s while waiting for what step 1 expects after 43 other bytes"},
		{"does not read", steps("a\n"), func(net.Conn) { time.Sleep(time.Hour) }, "timeout after 3s while sending step 1"},
		{"hangs in the handshake", kinds.TLS{Address: "192.0.2.1:443"}, drain, "timeout after 3s while doing the TLS handshake"},
		{"drips in the handshake", kinds.TLS{Address: "192.0.2.1:443"}, func(c net.Conn) {
			go drain(c)
			tell(c, "\x16\x03\x03\x40\x00")
			slow("\x02")(c)
		}, "timeout after 3s while doing the TLS handshake"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				p := probe(t, tc.set, kinds.Env{Dialer: pipe(tc.talk)})
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				_, err := p.Check(ctx, tc.set.Targets()[0])
				failsWith(t, err, "timeout", tc.text)
			})
		})
	}
}

// A drip must not make a pattern look through everything again for each byte.
func TestTCPStepsDripIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer letPeersEnd()
		_, err := ask(t, kinds.TCP{Address: "192.0.2.1:25", Steps: []kinds.Step{{Expect: "never"}}}, kinds.Env{Dialer: pipe(func(c net.Conn) {
			for tell(c, "x") {
			}
		})})
		failsWith(t, err, "protocol", "too many small pieces to search it for what step 1 expects")
	})
}

// What steps send is in nothing that is printed, even where the peer repeats it.
func TestTCPSecretsStayInside(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	safe := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, epoch.AddDate(0, 0, 1))}, Time: atEpoch}
	for name, address := range map[string]string{
		"echoes":           peer(t, func(c net.Conn) { io.Copy(c, c) }),
		"echoes and ends":  peer(t, func(c net.Conn) { io.CopyN(c, c, 20) }),
		"greets":           peer(t, func(c net.Conn) { tell(c, secret+"\r\n"); drain(c) }),
		"closes":           peer(t, func(c net.Conn) { c.Read(make([]byte, 3)) }),
		"echoes by TLS":    serverTLS(t, safe, func(c net.Conn) { io.Copy(c, c) }),
		"is nobody":        "127.0.0.1:1",
		"is of no account": "nowhere.invalid:1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, secure := range []*kinds.Secure{nil, {}} {
				for _, starts := range []bool{false, true} {
					s := kinds.TCP{Address: address, TLS: secure, Steps: []kinds.Step{{Send: "AUTH " + secret + "\r\n", Expect: "nothing|" + secret[:2], StartTLS: starts}, {Send: secret, Expect: "never"}}}
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
					p := probe(t, &s, kinds.Env{Roots: ca.pool(), Clock: atEpoch, Dialer: &egress.Dialer{Resolver: nxdomain(t)}})
					facts, err := p.Check(ctx, s.Targets()[0])
					cancel()
					if shown := everyForm(t, s, facts, err) + everyForm(t, &s, facts, err) + fmt.Sprintf("%v %#v %d", s.Steps, s.Steps[0], &s.Steps[1]); err == nil || leaks(shown) != "" {
						t.Errorf("%v shows %q:\n%s", err, leaks(shown), shown)
					}
				}
			}
		})
	}
}
