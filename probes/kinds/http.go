package kinds

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/andon-project/andon/probes"
)

// HTTP asks a URL over a connection of its own, HTTP/1.1 or HTTP/2 as the
// server chooses, and compares the answer with what is expected. It goes
// straight to the server: proxies of the environment are not used.
type HTTP struct {
	URL     string            `koanf:"url"`
	Method  string            `koanf:"method"`  // default GET
	Headers map[string]string `koanf:"headers"` // sent to the url's own origin only
	Body    string            `koanf:"body"`    // likewise

	FollowRedirects *bool `koanf:"follow_redirects"` // default true
	MaxRedirects    int   `koanf:"max_redirects"`    // default 5

	Expect   []string `koanf:"expect"`    // CEL, all must be true; default: the status is 2xx
	MaxBytes int64    `koanf:"max_bytes"` // of the body, decompressed; default 1 MiB; a longer one is a failure

	TLS TLS `koanf:"tls"`
}

// TLS says how to judge a server's certificate. It holds for every hop of a
// chain of redirects.
type TLS struct {
	InsecureSkipVerify bool   `koanf:"insecure_skip_verify"`
	ServerName         string `koanf:"server_name"` // asked for and verified instead of the URL's host
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
	return s.method() + " " + redacted(u)
}

// GoString and LogValue keep %#v and log/slog from showing more than String.
func (s HTTP) GoString() string     { return s.String() }
func (s HTTP) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Validate implements Settings.
func (s HTTP) Validate() error {
	_, _, err := s.check()
	return err
}

// check is Validate that keeps what it parsed and compiled.
func (s HTTP) check() (*url.URL, []expectation, error) {
	var errs []error
	wrong := func(path, format string, args ...any) {
		errs = append(errs, &FieldError{path, fmt.Sprintf(format, args...)})
	}
	own, problem := parseURL(s.URL)
	if problem != "" {
		wrong("url", "%s", problem)
	}
	if m := s.method(); !validMethod(m) {
		wrong("method", "%q cannot be sent; write one such as GET, HEAD or POST", printable(m, 20))
	}
	given := make(map[string]bool, len(s.Headers))
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		problem, key := badHeader(name, s.Headers[name]), http.CanonicalHeaderKey(name)
		if problem == "" && given[key] {
			problem = "is given twice, in upper and lower case; remove one"
		}
		if given[key] = true; problem != "" {
			wrong("headers."+printable(name, 40), "%s", problem)
		}
	}
	if s.MaxRedirects < 0 {
		wrong("max_redirects", "%d is negative; write how many to follow, or follow_redirects: false for none", s.MaxRedirects)
	}
	if s.MaxBytes < 0 || s.MaxBytes > mostMaxBytes {
		wrong("max_bytes", "%d is not from 1 to %d; write the largest body in bytes, or leave it out for 1 MiB", s.MaxBytes, mostMaxBytes)
	}
	if s.TLS.ServerName != "" && (!ascii(s.TLS.ServerName) || strings.ContainsAny(s.TLS.ServerName, ":/ ")) {
		wrong("tls.server_name", "is not a host name; write the name alone, without scheme and port")
	}
	expect, err := httpWords.compile(s.Expect)
	return own, expect, errors.Join(append(errs, err)...)
}

// Targets implements Settings. The name is the URL without user and query.
func (s HTTP) Targets() []probes.Target {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil
	}
	return []probes.Target{{Name: redacted(u), Address: s.URL}}
}

// Probe implements Settings.
func (s HTTP) Probe(env Env) (probes.Probe, error) {
	own, expect, err := s.check()
	if err != nil {
		return nil, err
	}
	env = env.complete()
	p := &httpProbe{
		clock:        env.Clock,
		transport:    env.transport,
		address:      s.URL,
		url:          own,
		method:       s.method(),
		header:       s.header(),
		body:         s.Body,
		maxRedirects: s.MaxRedirects,
		maxBytes:     s.MaxBytes,
		expect:       expect,
	}
	switch {
	case s.FollowRedirects != nil && !*s.FollowRedirects:
		p.maxRedirects = -1
	case p.maxRedirects == 0:
		p.maxRedirects = defaultMaxRedirects
	}
	if p.maxBytes == 0 {
		p.maxBytes = defaultMaxBytes
	}
	if p.transport == nil || s.TLS != (TLS{}) {
		p.transport = newTransport(env, s.TLS)
	}
	return p, nil
}

func newTransport(env Env, t TLS) *http.Transport {
	return &http.Transport{
		DialContext:            env.Dialer.DialContext,
		DisableKeepAlives:      true, // every run pays for its own connection, as a new visitor does
		ForceAttemptHTTP2:      true, // a custom TLS configuration would turn it off
		MaxResponseHeaderBytes: maxHeaderBytes,
		TLSClientConfig: &tls.Config{
			RootCAs:            env.Roots,
			Time:               env.Clock,
			ServerName:         t.ServerName,
			InsecureSkipVerify: t.InsecureSkipVerify,
		},
	}
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
