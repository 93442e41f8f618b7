// Package kinds holds the kinds of check: what each can be told, and the
// probe that asks. A kind is one file and one line in Table.
package kinds

import (
	"context"
	"crypto/x509"
	"net"
	"time"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
)

// Settings are what a person wrote about one check of a kind: plain values,
// zero means default. Fields with a koanf tag are filled by package config; one
// whose type reads itself from YAML (UnmarshalYAML, as Prometheus'
// HTTPClientConfig does) is filled by that, strictly and with its places: see
// foreign.go there.
type Settings interface {
	// Validate returns nil or one or more joined FieldErrors. It asks neither
	// the network nor the clock.
	Validate() error
	// Targets are the addresses that the settings themselves name.
	Targets() []probes.Target
	// Probe builds the probe, valid settings presumed: it returns what
	// Validate returns otherwise.
	Probe(Env) (probes.Probe, error)
}

// Table has one line per kind: the word in the configuration, and its empty
// settings to decode into.
func Table() map[string]func() Settings {
	return map[string]func() Settings{
		"dns":  func() Settings { return new(DNS) },
		"http": func() Settings { return new(HTTP) },
		"tcp":  func() Settings { return new(TCP) },
		"tls":  func() Settings { return new(TLS) },
	}
}

// A Dialer connects; *egress.Dialer is the one to use in production.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	// DialResolver is DialContext for questions about names, which go to where
	// nothing else may.
	DialResolver(ctx context.Context, network, address string) (net.Conn, error)
	// Judge returns the error with which the dialer refuses host as far as its
	// text tells: for what a proxy is asked to connect to.
	Judge(host string) error
}

// Env is what probes share. The zero value works: it dials through a zero
// egress.Dialer and reads the machine's clock and root certificates.
type Env struct {
	Dialer Dialer
	Clock  func() time.Time
	Roots  *x509.CertPool
	Signer func(SigV4) Signer // nil: checks cannot sign for AWS

	shared *shared
}

// NewEnv is env for many probes: those of equal settings share connections'
// settings, headers and expectations. A zero Env shares nothing.
func NewEnv(env Env) Env { return env.complete() }

// Validate is s.Validate, but compiles no expectation that another of e's
// settings has as well.
func (e Env) Validate(s Settings) error {
	if v, ok := s.(interface{ validate(Env) error }); ok {
		return v.validate(e.complete())
	}
	return s.Validate()
}

func (e Env) complete() Env {
	if e.Dialer == nil {
		e.Dialer = new(egress.Dialer)
	}
	if e.Clock == nil {
		e.Clock = time.Now
	}
	if e.shared == nil {
		e.shared = new(shared)
	}
	return e
}

// A FieldError is one thing wrong with settings.
type FieldError struct {
	Path    string // relative to the settings: "url", "expect[1]"
	Problem string // what is wrong and what to write instead; holds no secrets
}

func (e *FieldError) Error() string { return e.Path + ": " + e.Problem }

// Field is where in the settings the problem is, for whoever knows lines and columns.
func (e *FieldError) Field() string { return e.Path }
