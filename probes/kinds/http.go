package kinds

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/probes"
)

// HTTP asks a URL, HTTP/1.1 or HTTP/2 as the server chooses, and compares the
// answer with what is expected. What it asks stands in its own fields; how it
// connects and who it says it is, in Client: nothing can be said in both.
type HTTP struct {
	URL     string            `koanf:"url"`
	Method  string            `koanf:"method"`  // default GET
	Headers map[string]string `koanf:"headers"` // sent to the url's own origin only
	Body    string            `koanf:"body"`    // likewise

	MaxRedirects int      `koanf:"max_redirects"` // default 5
	Expect       []string `koanf:"expect"`        // CEL, all must be true; default: the status is 2xx
	MaxBytes     int64    `koanf:"max_bytes"`     // of the body, decompressed; default 1 MiB; a longer one is a failure

	// ReuseConnection keeps the connection for the next run, which then measures
	// the server alone. Without it each run pays for its own, as a new visitor does.
	ReuseConnection bool `koanf:"reuse_connection"`

	// Client is Prometheus' HTTP client configuration, decoded by its own
	// UnmarshalYAML; nil is its default. Credentials are sent to the url's own
	// origin only. Without a proxy_url it goes straight to the server: proxies of
	// the environment are used only by proxy_from_environment.
	Client *promconfig.HTTPClientConfig `koanf:"client"`

	SigV4 *SigV4 `koanf:"sigv4"` // sign requests to the url's own origin for AWS

	Quoted
}

const (
	defaultMaxRedirects = 5
	defaultMaxBytes     = 1 << 20
	mostMaxBytes        = 64 << 20 // a body that an expectation uses is held in memory
	maxHeaderBytes      = 256 << 10
)

// String shows no header, body, user or query: those may be secret.
func (s HTTP) String() string {
	u, err := url.Parse(s.URL)
	if err != nil {
		return s.method() + " (unreadable url)"
	}
	return s.shown(s.method()) + " " + s.name(u)
}

// name is the url, parsed as u, as it is shown.
func (s HTTP) name(u *url.URL) string {
	if written := s.shown(s.URL); written != s.URL {
		return bare(written)
	}
	return redacted(u)
}

// Format, LogValue and MarshalText keep fmt, whatever the verb, log/slog and
// encoding/json from showing more than String.
func (s HTTP) Format(f fmt.State, _ rune)   { io.WriteString(f, s.String()) }
func (s HTTP) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s HTTP) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Validate implements Settings.
func (s HTTP) Validate() error { return s.validate(Env{}) }

// validate is Validate that compiles no expression which env knows already.
func (s HTTP) validate(env Env) error {
	_, _, err := s.check(env.complete())
	return err
}

// check is validate that keeps what it parsed and compiled.
func (s HTTP) check(env Env) (*url.URL, []expectation, error) {
	own, problems := s.checkRequest()
	problems = append(problems, s.checkClient(own)...)
	expect, err := env.shared.compile(httpWords, s.Expect, s.references)
	return own, expect, errors.Join(append(problems, err)...)
}

// Targets implements Settings. The name is the URL without user and query, and
// with its references as they are written.
func (s HTTP) Targets() []probes.Target {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	return []probes.Target{{Name: s.name(u), Address: s.URL}}
}

// Expects are the conditions that an answer is judged by.
func (s HTTP) Expects() []string {
	if len(s.Expect) == 0 {
		return []string{"status >= 200 && status < 300"}
	}
	return s.shownAll(s.Expect)
}

// Probe implements Settings.
func (s HTTP) Probe(env Env) (probes.Probe, error) {
	env = env.complete()
	own, expect, err := s.check(env)
	if err != nil {
		return nil, err
	}
	client := s.client()
	header, sources := credentials(client, s.header())
	p := &httpProbe{
		clock:        env.Clock,
		way:          env.shared.way(env, client, s.ReuseConnection),
		address:      s.URL,
		url:          own,
		method:       s.method(),
		header:       env.shared.header(header),
		body:         s.Body,
		sources:      sources,
		maxRedirects: s.MaxRedirects,
		maxBytes:     s.MaxBytes,
		expect:       expect,
	}
	switch {
	case !client.FollowRedirects:
		p.maxRedirects = -1
	case p.maxRedirects == 0:
		p.maxRedirects = defaultMaxRedirects
	}
	if p.maxBytes == 0 {
		p.maxBytes = defaultMaxBytes
	}
	if client.OAuth2 != nil {
		p.sources = append(p.sources, newTokens(env, client.OAuth2))
	}
	if s.ReuseConnection {
		p.keeper = new(keeper)
	}
	if s.SigV4 != nil {
		if env.Signer == nil {
			return nil, &FieldError{"sigv4", "this program cannot sign for AWS; remove it"}
		}
		p.signer = env.Signer(s.SigV4.complete())
	}
	return s.discreet(p), nil
}

func (s HTTP) method() string {
	if s.Method == "" {
		return http.MethodGet
	}
	return s.Method
}

func (s HTTP) header() http.Header {
	h := make(http.Header, len(s.Headers)+1)
	h.Set("User-Agent", "andon")
	for name, value := range s.Headers {
		h.Set(name, value)
	}
	return h
}

// client is Client, complete: a copy that Prometheus' own Validate has filled in.
func (s HTTP) client() *promconfig.HTTPClientConfig {
	c := promconfig.DefaultHTTPClientConfig
	if s.Client == nil {
		return &c
	}
	c = *s.Client
	if c.Authorization != nil {
		a := *c.Authorization
		c.Authorization = &a
	}
	_ = c.Validate() // checked before; here it only fills in defaults
	return &c
}
