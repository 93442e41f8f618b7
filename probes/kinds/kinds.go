// Package kinds holds the kinds of check: what each can be told, and the
// probe that asks. A kind is one file and one line in Table.
package kinds

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
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
		"http": func() Settings { return new(HTTP) },
		"tcp":  func() Settings { return new(TCP) },
	}
}

// A Dialer connects; *egress.Dialer is the one to use in production.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Env is what probes share. The zero value works: it dials through a zero
// egress.Dialer and reads the machine's clock and root certificates.
type Env struct {
	Dialer Dialer
	Clock  func() time.Time
	Roots  *x509.CertPool

	transport *http.Transport // for every probe without TLS settings of its own
}

// NewEnv is env with what its probes can share already made: with thousands of
// checks that is most of their memory.
func NewEnv(env Env) Env {
	env = env.complete()
	env.transport = newTransport(env, TLS{})
	return env
}

func (e Env) complete() Env {
	if e.Dialer == nil {
		e.Dialer = new(egress.Dialer)
	}
	if e.Clock == nil {
		e.Clock = time.Now
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
