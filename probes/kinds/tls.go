package kinds

import (
	"errors"

	"github.com/andon-project/andon/probes"
)

// TLS asks whether an address speaks TLS from the first byte on, with a
// certificate that holds. Nothing is said over the connection then.
type TLS struct {
	Address string `koanf:"address"` // host:port
	Secure
}

// String is what is asked; nothing in it is secret.
func (s TLS) String() string { return s.Address }

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
	return []probes.Target{{Name: s.Address, Address: s.Address}}
}

// Expects is what is demanded, in words.
func (s TLS) Expects() []string { return []string{s.expects()} }

// Probe implements Settings.
func (s TLS) Probe(env Env) (probes.Probe, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	env = env.complete()
	return &tcpProbe{address: s.Address, dialer: env.Dialer, clock: env.Clock, tls: s.client(env), atOnce: true}, nil
}
