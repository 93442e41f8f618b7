package kinds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/andon-project/andon/probes"
)

type httpProbe struct {
	clock        func() time.Time
	transport    *http.Transport
	address      string   // as configured
	url          *url.URL // address, parsed; never written
	method       string
	header       http.Header // shared by concurrent runs, never written
	body         string
	maxRedirects int // -1: do not follow
	maxBytes     int64
	expect       []expectation
}

// Check implements probes.Probe. The context's deadline covers everything,
// from the lookup of the name to the last byte of the body.
func (p *httpProbe) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	r := run{httpProbe: p}
	r.watch.start(p.clock)
	a, err := r.ask(httptrace.WithClientTrace(ctx, r.watch.trace()), t.Address)
	if err == nil {
		err = r.judge(ctx, a)
	}
	facts := r.watch.stop()
	if err != nil {
		return facts, explain(ctx, &r.watch, err)
	}
	return facts, nil
}

// A run is one Check.
type run struct {
	*httpProbe
	watch  stopwatch
	origin *url.URL // where the configured headers and body belong
	jar    http.CookieJar
}

// ask makes requests until one is answered with something other than a
// redirect to follow.
func (r *run) ask(ctx context.Context, address string) (*answer, error) {
	req, err := r.first(ctx, address)
	if err != nil {
		return nil, err
	}
	r.origin = req.URL
	for {
		a, next, err := r.hop(ctx, req)
		if err != nil || next == nil {
			return a, err
		}
		req = next
	}
}

func (r *run) first(ctx context.Context, address string) (*http.Request, error) {
	u := r.url
	if address != "" && address != r.address { // from a list beside these settings
		var problem string
		if u, problem = parseURL(address); problem != "" {
			return nil, failed(reasonProtocol, "the target's url %s", problem)
		}
	}
	req := r.request(ctx, r.method, u, r.header, r.body)
	req.Host = r.header.Get("Host")
	return req, nil
}

func (r *run) request(ctx context.Context, method string, u *url.URL, header http.Header, body string) *http.Request {
	req := (&http.Request{
		Method: method, URL: u, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if u.User != nil && header.Get("Authorization") == "" {
		password, _ := u.User.Password()
		req.Header = header.Clone()
		req.SetBasicAuth(u.User.Username(), password)
	}
	if body != "" {
		req.Body = io.NopCloser(strings.NewReader(body))
		req.ContentLength = int64(len(body))
	}
	return req
}

// hop makes one request over one connection. It returns the answer, or where
// to go next.
//
// The connection is made here and not by Transport.RoundTrip, which keeps on
// dialing, in case somebody else wants the connection, after ctx is done: a
// server that hangs would collect one such connection per run.
func (r *run) hop(ctx context.Context, req *http.Request) (*answer, *http.Request, error) {
	conn, err := r.transport.NewClientConn(ctx, req.URL.Scheme, net.JoinHostPort(req.URL.Hostname(), req.URL.Port()))
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	r.watch.enter(phaseProcessing, "sending the request", "")
	resp, err := conn.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	r.watch.answered(resp)
	if next, err := r.follow(req, resp); next != nil || err != nil {
		return nil, next, err
	}
	a := &answer{url: req.URL, status: resp.StatusCode, header: resp.Header}
	if a.body, err = r.read(resp); err != nil {
		return nil, nil, err
	}
	r.watch.enter("", "judging the answer", "")
	a.elapsed = r.clock().Sub(r.watch.begun)
	a.tls = r.watch.certificate(r.clock())
	return a, nil, nil
}

// read reads the body to its end, at most maxBytes of it, and keeps it only
// if an expectation looks at it.
func (r *run) read(resp *http.Response) ([]byte, error) {
	limited := &io.LimitedReader{R: resp.Body, N: r.maxBytes + 1}
	var body []byte
	var n int64
	var err error
	if uses(r.expect, rootBody|rootText) {
		body, err = io.ReadAll(limited)
		n = int64(len(body))
	} else {
		n, err = io.Copy(io.Discard, limited)
	}
	r.watch.read(min(n, r.maxBytes))
	switch {
	case n > r.maxBytes:
		return nil, failed(reasonBody, "the body is longer than %d bytes; raise max_bytes or ask for something smaller", r.maxBytes)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &bodyError{fmt.Errorf("the body ended early, after %d bytes: %w", n, err)}
	case err != nil:
		return nil, &bodyError{fmt.Errorf("the body could not be read, after %d bytes: %w", n, err)}
	}
	return body, nil
}

// A bodyError came up while the body was read.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

func (r *run) judge(ctx context.Context, a *answer) error {
	if len(r.expect) > 0 {
		return judge(ctx, r.expect, a)
	}
	if a.status >= 200 && a.status <= 299 {
		return nil
	}
	text := fmt.Sprintf("status %d", a.status)
	if name := http.StatusText(a.status); name != "" {
		text += " " + name
	}
	if a.url != r.origin {
		text += " from " + redacted(a.url)
	}
	return failed(reasonStatus, "%s, want 2xx; expect: names other answers that are good", text)
}
