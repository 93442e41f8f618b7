package kinds

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"time"

	"github.com/andon-project/andon/probes"
)

// tcpProbe is the probe of tcp and tls checks.
type tcpProbe struct {
	address string
	dialer  Dialer
	clock   func() time.Time
	tls     *tlsClient // nil: never
	atOnce  bool       // TLS begins with the connection
	lines   []line
}

// Check implements probes.Probe.
func (p *tcpProbe) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	var w stopwatch
	w.start(p.clock)
	err := p.ask(ctx, &w, cmp.Or(t.Address, p.address))
	facts := w.stop()
	if err != nil {
		return facts, explain(ctx, &w, err)
	}
	return facts, nil
}

func (p *tcpProbe) ask(ctx context.Context, w *stopwatch, address string) error {
	conn, err := p.dialer.DialContext(httptrace.WithClientTrace(ctx, w.trace()), "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close() // it answered: how it says goodbye is not asked
	defer heed(ctx, conn)()
	d := dialogue{tls: p.tls, watch: w, conn: conn, address: address}
	if p.atOnce {
		if err := d.secure(ctx); err != nil {
			return err
		}
	}
	for i, l := range p.lines {
		if err := d.step(ctx, i+1, l); err != nil {
			return err
		}
	}
	at := p.clock()
	if d.demanded {
		spoke, err := settled(ctx, d.conn.(*tls.Conn))
		if err != nil {
			return err
		}
		if spoke { // to wait for one that does not is our time
			at = p.clock()
		}
	}
	w.complete(at)
	return nil
}

// heed ends reads and writes of conn when ctx ends. The function it returns
// stops that.
func heed(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
}

// settled waits for what a server makes of our answer to its demand for a
// certificate: with TLS 1.3 it says so after the handshake (RFC 8446 section
// 4.4.2.4). It answers our goodbye then, or closes; one that says nothing within
// a second is content.
func settled(ctx context.Context, conn *tls.Conn) (spoke bool, err error) {
	if conn.ConnectionState().Version < tls.VersionTLS13 {
		return false, nil
	}
	patience, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	defer heed(patience, conn)()
	conn.CloseWrite() // an error comes back from Read as well
	if _, err := conn.Read(make([]byte, 1)); alert(err) {
		return true, err
	}
	return patience.Err() == nil, nil
}
