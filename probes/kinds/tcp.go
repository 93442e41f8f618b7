package kinds

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http/httptrace"
	"strconv"
	"time"

	"github.com/andon-project/andon/probes"
)

// TCP asks whether an address takes connections.
type TCP struct {
	Address string `koanf:"address"` // host:port
}

// Validate implements Settings.
func (s TCP) Validate() error {
	if problem := hostPort(s.Address); problem != "" {
		return &FieldError{"address", problem}
	}
	return nil
}

// Targets implements Settings.
func (s TCP) Targets() []probes.Target {
	return []probes.Target{{Name: s.Address, Address: s.Address}}
}

// Probe implements Settings.
func (s TCP) Probe(env Env) (probes.Probe, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	env = env.complete()
	return &tcpProbe{address: s.Address, dialer: env.Dialer, clock: env.Clock}, nil
}

type tcpProbe struct {
	address string
	dialer  Dialer
	clock   func() time.Time
}

// Check implements probes.Probe.
func (p *tcpProbe) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	var w stopwatch
	w.start(p.clock)
	address := cmp.Or(t.Address, p.address)
	conn, err := p.dialer.DialContext(httptrace.WithClientTrace(ctx, w.trace()), "tcp", address)
	facts := w.stop()
	if err != nil {
		return facts, explain(ctx, &w, err)
	}
	conn.Close() // it answered: how it says goodbye is not asked
	return facts, nil
}

// hostPort returns what is wrong with an address, or "".
func hostPort(address string) string {
	const example = `write host:port, such as db.example.com:5432 or "[2001:db8::1]:5432"`
	if address == "" {
		return "is missing; " + example
	}
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return "is not host:port; " + example
	case host == "":
		return "names no host; " + example
	case !ascii(host):
		return "has a host that is not ASCII; write its xn-- form"
	}
	return badPort(port)
}

func badPort(port string) string {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Sprintf("port %q is not a number from 1 to 65535", printable(port, 20))
	}
	return ""
}
