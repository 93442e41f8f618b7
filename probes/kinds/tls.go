package kinds

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/andon-project/andon/probes"
)

// TLS asks whether an address speaks TLS from the first byte on, with a
// certificate that holds. Nothing is said over the connection then.
type TLS struct {
	Address string `koanf:"address"` // host:port
	Secure

	Quoted
}

// String is what is asked, as it is written.
func (s TLS) String() string { return s.shown(s.Address) }

// Format, LogValue and MarshalText keep fmt, whatever the verb, log/slog and
// encoding/json from showing more than String.
func (s TLS) Format(f fmt.State, _ rune)   { io.WriteString(f, s.String()) }
func (s TLS) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s TLS) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate implements Settings.
func (s TLS) Validate() error {
	var wrong problems
	if problem := hostPort(s.Address); problem != "" {
		wrong.add("address", "%s", problem)
	}
	s.check("", &wrong)
	return errors.Join(wrong...)
}

// Targets implements Settings.
func (s TLS) Targets() []probes.Target {
	return []probes.Target{{Name: s.shown(s.Address), Address: s.Address}}
}

// Expects is what is demanded, in words.
func (s TLS) Expects() []string { return []string{s.references.Hide(s.expects())} }

// Probe implements Settings.
func (s TLS) Probe(env Env) (probes.Probe, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	env = env.complete()
	return s.discreet(&tcpProbe{address: s.Address, dialer: env.Dialer, clock: env.Clock, tls: s.client(env), atOnce: true}), nil
}
