package kinds_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

func TestDNSFails(t *testing.T) {
	t.Parallel()
	circle := []string{"shop.test. 1 IN CNAME a.test.", "a.test. 1 IN CNAME shop.test."}
	for _, tc := range []struct {
		name   string
		set    kinds.DNS
		server nameserver
		reason string
		text   string
	}{
		{"no such name", kinds.DNS{}, coded(t, dns.RcodeNameError), "dns", "the server answers NXDOMAIN (there is no such name), not NOERROR"},
		{"servfail", kinds.DNS{}, coded(t, dns.RcodeServerFailure), "dns", "the server answers SERVFAIL (it could not find out), not NOERROR"},
		{"refused", kinds.DNS{}, coded(t, dns.RcodeRefused), "dns", "the server answers REFUSED (it does not answer us), not NOERROR"},
		{"a name after all", kinds.DNS{Rcode: "NXDOMAIN"}, zone(t, shopA), "dns", "the server answers NOERROR, not NXDOMAIN"},
		{"unassigned", kinds.DNS{}, coded(t, 13), "dns", "the server answers RCODE13, not NOERROR"},
		{"error without a question", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Question, m.Answer, m.Rcode = nil, nil, dns.RcodeRefused }), "dns", "REFUSED"},
		{"lame", kinds.DNS{}, zone(t), "dns", "the server answers without a record: it has no A for shop.test."},
		{"another type", kinds.DNS{Type: "AAAA"}, zone(t, shopA), "dns", "it has no AAAA for shop.test."},
		{"another name", kinds.DNS{}, zone(t, "shop.test.evil. 1 IN A 192.0.2.1"), "dns", "it has no A for shop.test."},
		{"an alias of nothing", kinds.DNS{}, zone(t, circle[0]), "dns", "it has no A for shop.test., an alias of a.test."},
		{"a circle", kinds.DNS{}, zone(t, circle...), "protocol", "the CNAME records of the answer go round in a circle"},
		{"another answer", kinds.DNS{Answers: []string{"192.0.2.1", "192.0.2.9"}}, zone(t, shopA), "expect", "expected the answer 192.0.2.9, but answers were 192.0.2.1"},
		{"another text", kinds.DNS{Type: "TXT", Answers: []string{"a"}}, zone(t, `shop.test. 1 IN TXT "\027[31m\010<b>"`), "expect", `expected the answer a, but answers were \x1b[31m\n<b>`},
		{"nothing expected", kinds.DNS{Expect: []string{"size(answers) == 0"}}, zone(t, shopA), "expect", "expected size(answers) == 0, but answers were 192.0.2.1"},
		{"ttl", kinds.DNS{Expect: []string{"ttl > 60"}}, zone(t, shopA), "expect", "expected ttl > 60, but ttl was 60"},
		{"beyond the list", kinds.DNS{Expect: []string{`answers[1] == "a"`}}, zone(t, shopA), "expect", "a list is shorter than it needs"},
		{"another question", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Question[0].Name = "evil.test." }), "protocol", "the server answers another question than shop.test. A"},
		{"of another type", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeMX }), "protocol", "another question"},
		{"two questions", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }), "protocol", "another question"},
		{"no question", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Question = nil }), "protocol", "another question"},
		{"an echo", kinds.DNS{}, func(q *dns.Msg, say func(...[]byte)) { say(packed(t, q)) }, "protocol", "what came is a question, not an answer"},
		{"an update", kinds.DNS{}, changed(t, func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }), "protocol", "no answer to a query (opcode 5)"},
		{"garbage", kinds.DNS{}, func(q *dns.Msg, say func(...[]byte)) {
			say(binary.BigEndian.AppendUint16(nil, q.Id))
		}, "protocol", "what came (2 bytes) is no DNS message"},
		{"pointers to themselves", kinds.DNS{}, func(q *dns.Msg, say func(...[]byte)) {
			say(append(binary.BigEndian.AppendUint16(nil, q.Id), 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1))
		}, "protocol", "is no DNS message"},
		{"records that are not there", kinds.DNS{}, func(q *dns.Msg, say func(...[]byte)) {
			wire := packed(t, answering(t, q, shopA))
			say(wire[:len(wire)-3])
		}, "protocol", "is no DNS message"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.set.Name, tc.set.Server = "shop.test", "192.0.2.53"
			for _, tc.set.Transport = range []string{"udp", "tcp"} {
				_, err := ask(t, tc.set, kinds.Env{Dialer: network{tc.server, tc.server}})
				failsWith(t, err, tc.reason, tc.text)
			}
		})
	}
}

// What concerns one transport alone.
func TestDNSFailsByTransport(t *testing.T) {
	t.Parallel()
	other := func(q *dns.Msg, say func(...[]byte)) {
		forged := answering(t, q, shopA)
		forged.Id ^= 1
		say(packed(t, forged))
	}
	long := func(q *dns.Msg, say func(...[]byte)) {
		m := answering(t, q, slices.Repeat([]string{shopA}, 100)...)
		say(packed(t, m))
	}
	set := kinds.DNS{Name: "shop.test", Server: "192.0.2.53", Transport: "tcp"}
	_, err := ask(t, set, kinds.Env{Dialer: network{tcp: other}})
	failsWith(t, err, "protocol", "the answer does not bear the question's id")
	if _, err := ask(t, set, kinds.Env{Dialer: network{tcp: long}}); err != nil {
		t.Error(err)
	}
	for head, text := range map[string]string{"": "the server closed the connection before the answer was complete", "\xff\xff\x00\x01": "closed the connection", "\x00\x00": "does not bear"} {
		_, err := ask(t, set, kinds.Env{Dialer: pipe(func(c net.Conn) {
			c.Read(make([]byte, 1500))
			io.WriteString(c, head)
		})})
		failsWith(t, err, "protocol", text)
	}
	set.Transport = "udp"
	_, err = ask(t, set, kinds.Env{Dialer: network{udp: long}})
	failsWith(t, err, "protocol", "the answer is longer than the 1232 bytes that were asked for")

	nobody := free(t)
	_, err = ask(t, kinds.DNS{Name: "shop.test", Server: nobody}, kinds.Env{})
	failsWith(t, err, "connect", "asking "+nobody+": connection refused")
}

// The deadline covers everything; forged datagrams do not end the wait.
func TestDNSTimeout(t *testing.T) {
	t.Parallel()
	forge := func(q *dns.Msg, say func(...[]byte)) {
		for {
			time.Sleep(time.Second / 2)
			m := answering(t, q, shopA)
			m.Id++
			say(packed(t, m), nil, []byte{0})
			if time.Now().After(time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)) {
				return
			}
		}
	}
	for _, tc := range []struct {
		name      string
		transport string
		dialer    kinds.Dialer
		text      string
	}{
		{"no connection", "tcp", pipe(nil), "timeout after 3s while connecting to 192.0.2.53:53"},
		{"hangs", "udp", network{udp: func(*dns.Msg, func(...[]byte)) {}}, "timeout after 3s while waiting for the answer"},
		{"hangs by tcp", "tcp", pipe(func(c net.Conn) { io.Copy(io.Discard, c) }), "timeout after 3s while waiting for the answer"},
		{"forges", "udp", network{udp: forge}, "timeout after 3s while waiting for the answer (what came does not bear the question's id)"},
		{"drips", "tcp", pipe(dripping), "timeout after 3s while reading the answer"},
		{"hangs in the handshake", "tls", pipe(func(c net.Conn) { io.Copy(io.Discard, c) }), "timeout after 3s while doing the TLS handshake"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer letPeersEnd()
				set := kinds.DNS{Name: "shop.test", Server: "192.0.2.53:53", Transport: tc.transport}
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				begun := time.Now()
				_, err := probe(t, set, kinds.Env{Dialer: tc.dialer}).Check(ctx, set.Targets()[0])
				failsWith(t, err, "timeout", tc.text)
				if took := time.Since(begun); took != 3*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// dripping says that it has a lot to say, and says it slowly.
func dripping(c net.Conn) {
	c.Read(make([]byte, 1500))
	io.WriteString(c, "\xff\xff")
	for err := error(nil); err == nil; {
		time.Sleep(time.Second / 2)
		_, err = io.WriteString(c, "x")
	}
}

// After forged ones the true answer still counts.
func TestDNSForged(t *testing.T) {
	t.Parallel()
	server := func(q *dns.Msg, say func(...[]byte)) {
		forged := answering(t, q, "shop.test. 1 IN A 192.0.2.66")
		forged.Id ^= 0x8000
		say(packed(t, forged), nil, []byte("x"), packed(t, answering(t, q, shopA)))
	}
	set := kinds.DNS{Name: "shop.test", Server: "192.0.2.53", Answers: []string{"192.0.2.1"}, Expect: []string{"size(answers) == 1"}}
	if _, err := ask(t, set, kinds.Env{Dialer: network{udp: server}}); err != nil {
		t.Error(err)
	}
}

// A run that was cancelled tells nothing of the server.
func TestDNSCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := kinds.DNS{Name: "shop.test", Server: "192.0.2.53"}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := probe(t, set, kinds.Env{Dialer: network{udp: func(*dns.Msg, func(...[]byte)) {}}}).Check(ctx, set.Targets()[0])
		if !errors.Is(err, probes.ErrInconclusive) || !strings.Contains(err.Error(), "cancelled while waiting for the answer") {
			t.Error(err)
		}
	})
}

// A packet filter of our own, or one that is full, says nothing of the server.
func TestDNSExhausted(t *testing.T) {
	t.Parallel()
	_, err := ask(t, kinds.DNS{Name: "shop.test", Server: "192.0.2.53"}, kinds.Env{Dialer: filtered{}})
	if !errors.Is(err, probes.ErrInconclusive) {
		t.Error(err)
	}
}

type filtered struct{ net.Conn }

func (filtered) DialContext(context.Context, string, string) (net.Conn, error) {
	return filtered{}, nil
}
func (d filtered) DialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	return d.DialContext(ctx, network, address)
}
func (filtered) Judge(string) error        { return nil }
func (filtered) Write([]byte) (int, error) { return 0, syscall.EPERM }
func (filtered) Close() error              { return nil }
