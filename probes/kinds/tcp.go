package kinds

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/andon-project/andon/probes"
)

// TCP asks whether an address takes connections, and, as far as it is told to,
// whether it speaks TLS and gives the expected answers.
type TCP struct {
	Address string  `koanf:"address"` // host:port
	TLS     *Secure `koanf:"tls"`     // speak TLS: at once, or from the step with starttls on
	Steps   []Step  `koanf:"steps"`   // what is said, in this order; without any, connecting is enough

	Quoted
}

// A Step sends, then waits until what came matches, then goes over to TLS; each
// of them if it is given.
type Step struct {
	Send     string `koanf:"send"`     // as it is: the end of a line has to be written; may be secret
	SendHex  string `koanf:"send_hex"` // likewise, in hexadecimal, for what is no text: two digits a byte, spaces between bytes
	Expect   string `koanf:"expect"`   // RE2 over what came since the step before, ^ and $ at every line; 64 KiB at most
	StartTLS bool   `koanf:"starttls"` // here TLS begins
}

// String shows no step: what is sent may be secret.
func (s TCP) String() string {
	if len(s.Steps) == 0 {
		return s.shown(s.Address)
	}
	return fmt.Sprintf("%s (%d steps)", s.shown(s.Address), len(s.Steps))
}

// Format, LogValue and MarshalText keep fmt, whatever the verb, log/slog and
// encoding/json from showing more than String.
func (s TCP) Format(f fmt.State, _ rune)   { io.WriteString(f, s.String()) }
func (s TCP) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s TCP) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String shows neither what is sent nor what is expected: it does not know how
// it was written.
func (s Step) String() string {
	return fmt.Sprintf("sends %t, expects %t, starttls %t", s.Send != "" || s.SendHex != "", s.Expect != "", s.StartTLS)
}

// Format, LogValue and MarshalText are those of TCP.
func (s Step) Format(f fmt.State, _ rune)   { io.WriteString(f, s.String()) }
func (s Step) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate implements Settings.
func (s TCP) Validate() error {
	_, err := s.check()
	return err
}

// check is Validate that keeps what it compiled.
func (s TCP) check() ([]line, error) {
	var wrong problems
	if problem := hostPort(s.Address); problem != "" {
		wrong.add("address", "%s", problem)
	}
	if s.TLS != nil {
		s.TLS.check("tls.", &wrong)
	}
	lines := compileSteps(s.Steps, s.references, &wrong)
	return lines, errors.Join(wrong...)
}

// Targets implements Settings.
func (s TCP) Targets() []probes.Target {
	return []probes.Target{{Name: s.shown(s.Address), Address: s.Address}}
}

// Expects are the patterns of the steps, and what TLS has to be like, in the
// order in which they are judged.
func (s TCP) Expects() (all []string) {
	var secure Secure
	if s.TLS != nil {
		secure = *s.TLS
	}
	if s.TLS != nil && !s.later() {
		all = append(all, s.references.Hide(secure.expects()))
	}
	for i, step := range s.Steps {
		if step.Expect != "" {
			all = append(all, fmt.Sprintf("step %d: %s", i+1, printable(s.shown(step.Expect), longest)))
		}
		if step.StartTLS {
			all = append(all, s.references.Hide(secure.expects()))
		}
	}
	return all
}

// later tells whether TLS begins with a step.
func (s TCP) later() bool {
	return slices.ContainsFunc(s.Steps, func(s Step) bool { return s.StartTLS })
}

// Probe implements Settings.
func (s TCP) Probe(env Env) (probes.Probe, error) {
	lines, err := s.check()
	if err != nil {
		return nil, err
	}
	env = env.complete()
	p := &tcpProbe{address: s.Address, dialer: env.Dialer, clock: env.Clock, lines: lines}
	switch {
	case s.TLS != nil:
		p.tls, p.atOnce = s.TLS.client(env), !s.later()
	case s.later():
		p.tls = Secure{}.client(env)
	}
	return s.discreet(p), nil
}
