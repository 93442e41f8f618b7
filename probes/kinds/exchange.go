package kinds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
)

// exchange sends req over a connection and returns both with the answer's
// header. A kept connection that the server had closed is no failure: the
// request is made again over a new one.
func (r *run) exchange(req *http.Request) (link, *http.Response, error) {
	ctx, via, err := r.way.detour(req.Context(), &r.watch, req)
	if err != nil {
		return link{}, nil, err
	}
	l, err := r.connect(ctx, req, true)
	if err != nil {
		return link{}, nil, err
	}
	resp, err := r.send(l, req)
	if err != nil && l.reused && ctx.Err() == nil {
		if !repeatable(req.Method) {
			return link{}, nil, unable("the connection kept from the last run broke while %s was sent: whether it was carried out is not known; the next run makes a new connection", req.Method)
		}
		if l, err = r.connect(ctx, req, false); err != nil {
			return link{}, nil, err
		}
		if req.Body != nil {
			r.write(req, r.body)
		}
		resp, err = r.send(l, req)
	}
	if err == nil && via != nil && resp.StatusCode == http.StatusProxyAuthRequired {
		l.conn.Close()
		err = via.refusal(resp.StatusCode, req.URL.Host)
	}
	if err != nil {
		return link{}, nil, err
	}
	return l, resp, nil
}

// repeatable tells whether a request may be sent twice (RFC 9110 section 9.2.2).
func repeatable(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace,
		http.MethodPut, http.MethodDelete}, method)
}

// connect returns the kept link, or makes a new connection.
//
// It is made here and not by Transport.RoundTrip, which keeps on dialing, in
// case somebody else wants the connection, after ctx is done: a server that
// hangs would collect one such connection per run.
func (r *run) connect(ctx context.Context, req *http.Request, mayReuse bool) (link, error) {
	t, err := r.way.transport(ctx, sameOrigin(r.origin, req.URL))
	if err != nil {
		return link{}, err
	}
	if mayReuse {
		if l, ok := r.keeper.take(req.URL, t); ok {
			return l, nil
		}
	}
	var m *meter
	conn, err := t.NewClientConn(context.WithValue(ctx, meterKey{}, &m), req.URL.Scheme, net.JoinHostPort(req.URL.Hostname(), req.URL.Port()))
	if err != nil {
		return link{}, err
	}
	return link{conn: conn, transport: t, meter: m, remote: r.watch.remote()}, nil
}

// send makes one request over l and closes l if it fails.
func (r *run) send(l link, req *http.Request) (*http.Response, error) {
	r.watch.enter(phaseProcessing, "sending the request", "")
	resp, err := l.conn.RoundTrip(req)
	if err != nil {
		l.conn.Close()
		return nil, err
	}
	return resp, nil
}

// keep keeps the link for the next run, if it leads to the check's own origin:
// what others redirect to is theirs to choose, and would be without limit.
func (r *run) keep(req *http.Request, l link) {
	if !sameOrigin(r.origin, req.URL) {
		l.conn.Close()
		return
	}
	r.keeper.put(req.URL, l)
}

// read reads the body to its end, at most maxBytes of it, and keeps it only
// if an expectation looks at it.
func (r *run) read(resp *http.Response) ([]byte, error) {
	limited := &r.limited
	*limited = io.LimitedReader{R: resp.Body, N: r.maxBytes + 1}
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

// judge tells whether the answer is the one that was expected. An answer that
// speaks of our own credentials rather than of the target is told as such.
func (r *run) judge(ctx context.Context, a *answer) error {
	err := r.unexpected(ctx, a)
	if err == nil {
		return nil
	}
	if r.signer != nil && sameOrigin(r.origin, a.url) {
		if own := skewed(a, r.clock()); own != nil {
			return own
		}
	}
	return err
}

func (r *run) unexpected(ctx context.Context, a *answer) error {
	if a.status == http.StatusUnauthorized {
		for _, s := range r.sources {
			if s, ok := s.(*tokens); ok {
				s.refused(r.header.Get("Authorization"))
			}
		}
	}
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
		text += " from " + origin(a.url)
	}
	return failed(reasonStatus, "%s, want 2xx; expect: names other answers that are good", text)
}
