package kinds_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/miekg/dns"
)

// A nameserver is a peer that reads a question and says what it likes.
type nameserver func(q *dns.Msg, say func(...[]byte))

// talk serves a connection in memory: datagrams, or over TCP what follows its length.
func (n nameserver) talk(tcp bool) func(net.Conn) {
	return func(c net.Conn) {
		buf := make([]byte, 1500)
		size, err := c.Read(buf)
		if err != nil {
			return
		}
		buf = buf[:size]
		if tcp {
			buf = buf[2:]
		}
		var q dns.Msg
		if q.Unpack(buf) != nil {
			return
		}
		n(&q, func(messages ...[]byte) {
			for _, m := range messages {
				if tcp {
					m = append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...)
				}
				c.Write(m)
			}
		})
		if !tcp {
			io.Copy(io.Discard, c) // nobody hangs up on datagrams
		}
	}
}

// A network is a dialer to a nameserver in memory by UDP, and another by TCP.
type network struct{ udp, tcp nameserver }

func (n network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network == "udp" {
		return pipe(n.udp.talk(false)).DialContext(ctx, network, address)
	}
	return pipe(n.tcp.talk(true)).DialContext(ctx, network, address)
}

func (n network) Judge(string) error { return nil }

func (d network) DialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	return d.DialContext(ctx, network, address)
}

// zone answers with these records, whoever they are about.
func zone(t testing.TB, records ...string) nameserver {
	return func(q *dns.Msg, say func(...[]byte)) { say(packed(t, answering(t, q, records...))) }
}

func answering(t testing.TB, q *dns.Msg, records ...string) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Error(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	return m
}

func packed(t testing.TB, m *dns.Msg) []byte {
	wire, err := m.Pack()
	if err != nil {
		t.Error(err)
	}
	return wire
}

// coded answers with an rcode.
func coded(t testing.TB, rcode int) nameserver {
	return func(q *dns.Msg, say func(...[]byte)) { say(packed(t, new(dns.Msg).SetRcode(q, rcode))) }
}

// changed answers with a record after change has had its way with the message.
func changed(t testing.TB, change func(*dns.Msg)) nameserver {
	return func(q *dns.Msg, say func(...[]byte)) {
		m := answering(t, q, "shop.test. 60 IN A 192.0.2.1")
		change(m)
		say(packed(t, m))
	}
}

const shopA = "shop.test. 60 IN A 192.0.2.1"
