package kinds

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
)

// largestDatagram is what passes every network in one piece (RFC 9715 section 3.2).
const largestDatagram = 1232

const resolvConf = "/etc/resolv.conf"

type dnsProbe struct {
	clock     func() time.Time
	dialer    Dialer
	transport string
	tls       *tlsClient // of transport tls
	address   string     // "": the machine's resolver
	question  dns.Question
	rcode     string // "" leaves it to the expectations
	answers   []record
	expect    []expectation
}

// Check implements probes.Probe. The context's deadline covers everything.
func (p *dnsProbe) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	r := dnsRun{dnsProbe: p}
	r.watch.start(p.clock)
	err := r.run(ctx, cmp.Or(t.Address, p.address))
	facts := r.watch.stop()
	if err != nil {
		return facts, explain(ctx, &r.watch, err)
	}
	return facts, nil
}

// A dnsRun is one Check.
type dnsRun struct {
	*dnsProbe
	watch stopwatch
}

func (r *dnsRun) run(ctx context.Context, address string) error {
	if address == "" {
		var err error
		if address, err = firstResolver(resolvConf); err != nil {
			return err
		}
	}
	reply, err := r.ask(ctx, r.transport, address)
	if err == nil && r.transport == transportUDP && truncated(reply) {
		r.watch.enter("", "preparing the connection", "")
		reply, err = r.ask(ctx, transportTCP, address)
	}
	if err != nil {
		return err
	}
	r.watch.read(int64(len(reply)))
	elapsed := r.watch.complete(r.clock())
	a, err := r.parse(reply)
	if err != nil {
		return err
	}
	a.elapsed = elapsed
	return r.judge(ctx, a)
}

// firstResolver is the address of the machine's resolver. That there is none
// says nothing of DNS.
func firstResolver(path string) (string, error) {
	c, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return "", unable("the machine's resolver is not known (%v); write server:", err)
	}
	if len(c.Servers) == 0 {
		return "", unable("%s names no resolver; write server:", path)
	}
	return net.JoinHostPort(c.Servers[0], c.Port), nil
}

// ask asks over one connection, and returns a message with the id of the question.
func (r *dnsRun) ask(ctx context.Context, transport, address string) ([]byte, error) {
	query, id, err := r.query()
	if err != nil {
		return nil, failed(reasonProtocol, "the question cannot be written: %v", err)
	}
	network := transport
	if transport == transportTLS {
		network = transportTCP
	}
	conn, err := r.dialer.DialResolver(httptrace.WithClientTrace(ctx, r.watch.trace()), network, address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer heed(ctx, conn)()
	if transport == transportTLS {
		if conn, _, err = r.tls.handshake(ctx, &r.watch, conn, address); err != nil {
			return nil, err
		}
	}
	r.watch.enter(phaseProcessing, "waiting for the answer", "")
	exchange := r.stream
	if transport == transportUDP {
		exchange = r.datagram
	}
	reply, err := exchange(conn, query, id)
	if err != nil {
		return nil, r.broken(ctx, err)
	}
	return reply, nil
}

func (r *dnsRun) query() (wire []byte, id uint16, err error) {
	var m dns.Msg
	m.Id = dns.Id() // unpredictable (RFC 5452 section 9.2)
	m.RecursionDesired = true
	m.Question = []dns.Question{r.question}
	m.SetEdns0(largestDatagram, false)
	wire, err = m.Pack()
	return wire, m.Id, err
}

// datagram waits for the datagram with the question's id. Others may be forged,
// and what is forged must not decide (RFC 5452 section 9.1).
func (r *dnsRun) datagram(conn net.Conn, query []byte, id uint16) ([]byte, error) {
	if _, err := conn.Write(query); err != nil {
		return nil, err
	}
	buf := make([]byte, largestDatagram+1)
	for ignored := false; ; {
		n, err := conn.Read(buf)
		switch {
		case err != nil:
			return nil, err
		case n > largestDatagram && bears(buf, id):
			return nil, failed(reasonProtocol, "the answer is longer than the %d bytes that were asked for", largestDatagram)
		case bears(buf[:n], id):
			return buf[:n], nil
		case !ignored:
			ignored = true
			r.watch.enter(phaseProcessing, "waiting for the answer (what came does not bear the question's id)", "")
		}
	}
}

// stream asks as RFC 1035 section 4.2.2 has it: each message after its length.
func (r *dnsRun) stream(conn net.Conn, query []byte, id uint16) ([]byte, error) {
	length := binary.BigEndian.AppendUint16(nil, uint16(len(query)))
	if _, err := conn.Write(append(length, query...)); err != nil { // at once: RFC 7766 section 8
		return nil, err
	}
	if _, err := io.ReadFull(conn, length); err != nil {
		return nil, err
	}
	r.watch.enter(phaseTransfer, "reading the answer", "")
	reply := make([]byte, binary.BigEndian.Uint16(length))
	if _, err := io.ReadFull(conn, reply); err != nil {
		return nil, err
	}
	if !bears(reply, id) {
		return nil, failed(reasonProtocol, "the answer does not bear the question's id")
	}
	return reply, nil
}

func bears(message []byte, id uint16) bool {
	return len(message) >= 2 && binary.BigEndian.Uint16(message) == id
}

// broken explains an error of a connection that was made.
func (r *dnsRun) broken(ctx context.Context, err error) error {
	errno, ofSystem := errors.AsType[syscall.Errno](err)
	switch {
	case ctx.Err() != nil || egress.Exhausted(err) || alert(err):
		return err
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return failed(reasonProtocol, "the server closed the connection before the answer was complete")
	case ofSystem:
		return &failure{reasonConnect, printable("asking "+r.watch.remote()+": "+errno.Error(), longest), err}
	}
	if known, ok := errors.AsType[*failure](err); ok {
		return known
	}
	return &failure{reasonConnect, printable(err.Error(), longest), err}
}
