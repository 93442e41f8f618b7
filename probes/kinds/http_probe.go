package kinds

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/andon-project/andon/probes"
)

type httpProbe struct {
	clock        func() time.Time
	way          *way
	keeper       *keeper  // nil: a new connection for each run
	address      string   // as configured
	url          *url.URL // address, parsed; never written
	method       string
	header       http.Header // shared by concurrent runs and other probes, never written
	body         string
	sources      []source // of the rest of the header
	signer       Signer   // may be nil
	maxRedirects int      // -1: do not follow
	maxBytes     int64
	expect       []expectation
}

// Check implements probes.Probe. The context's deadline covers everything,
// from the lookup of the name to the last byte of the body.
func (p *httpProbe) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	r := run{httpProbe: p, header: p.header}
	r.watch.start(p.clock)
	a, err := r.ask(ctx, t.Address)
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
	header http.Header // for the origin; shared unless there are sources
	origin *url.URL    // where header, body and credentials belong
	jar    http.CookieJar

	limited io.LimitedReader // of the answer's body; here it costs no allocation
}

// ask makes requests until one is answered with something other than a
// redirect to follow.
func (r *run) ask(ctx context.Context, address string) (*answer, error) {
	if err := r.gather(ctx); err != nil {
		return nil, err
	}
	trace := r.watch.trace()
	trace.Got1xxResponse = r.watch.informed
	req, err := r.first(httptrace.WithClientTrace(ctx, trace), address)
	if err != nil {
		return nil, err
	}
	r.origin = req.URL
	for {
		a, next, err := r.hop(req)
		if err != nil || next == nil {
			return a, err
		}
		req = next
	}
}

// gather completes the header. What that takes is part of no phase.
func (r *run) gather(ctx context.Context) error {
	if len(r.sources) == 0 {
		return nil
	}
	r.watch.enter("", "getting the credentials", "")
	r.header = r.header.Clone()
	for _, s := range r.sources {
		if err := s.add(ctx, r.header); err != nil {
			return err
		}
	}
	r.watch.enter("", "preparing the connection", "")
	return nil
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
	r.write(req, body)
	return req
}

// write gives req its body, from the beginning.
func (r *run) write(req *http.Request, body string) {
	if body != "" {
		req.Body = io.NopCloser(strings.NewReader(body))
		req.ContentLength = int64(len(body))
	}
}

// hop makes one request. It returns the answer, or where to go next.
func (r *run) hop(req *http.Request) (*answer, *http.Request, error) {
	if err := r.sign(req); err != nil {
		return nil, nil, err
	}
	l, resp, err := r.exchange(req)
	if err != nil {
		return nil, nil, err
	}
	whole := false
	defer func() {
		resp.Body.Close()
		if whole {
			r.keep(req, l)
		} else {
			l.conn.Close()
		}
	}()
	r.watch.answered(resp, l)
	if next, err := r.follow(req, resp); next != nil || err != nil {
		whole = r.keeper.wants(resp.Body)
		return nil, next, err
	}
	a := &answer{url: req.URL, status: resp.StatusCode, header: resp.Header}
	if a.body, err = r.read(resp); err != nil {
		return nil, nil, err
	}
	whole = true
	a.elapsed = r.watch.complete(l.meter.came())
	a.tls = r.watch.certificate(r.clock())
	return a, nil, nil
}

// sign signs a request to the check's own origin, if it is to be signed.
func (r *run) sign(req *http.Request) error {
	if r.signer == nil || !sameOrigin(r.origin, req.URL) {
		return nil
	}
	r.watch.enter("", "signing the request", "")
	body := r.body
	if req.Body == nil {
		body = ""
	}
	u := *req.URL
	req.URL, req.Header = &u, req.Header.Clone()
	if err := r.signer.Sign(req.Context(), req, body, r.clock()); err != nil {
		return unable("no credentials to sign for AWS with: %v", err)
	}
	return nil
}
