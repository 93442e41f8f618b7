package kinds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// A detour is a request's way through a proxy. It travels in the context,
// because the transport asks for a proxy with less than the whole URL.
type detour struct {
	proxy *url.URL
	watch *stopwatch
}

type detourKey struct{}

// detour looks whether w asks for u by a proxy, and whether the proxy may be
// asked. What a name resolves to at the proxy is not seen from here: only
// addresses, in any form that a proxy may read, and names that always mean one.
func (w *way) detour(ctx context.Context, watch *stopwatch, req *http.Request) (context.Context, *detour, error) {
	if w.proxy == nil {
		return ctx, nil, nil
	}
	proxy, err := w.proxy(req)
	if err != nil || proxy == nil {
		return ctx, nil, err
	}
	if err := w.env.Dialer.Judge(req.URL.Hostname()); err != nil {
		return ctx, nil, err
	}
	d := &detour{proxy, watch}
	return context.WithValue(ctx, detourKey{}, d), d, nil
}

// throughProxy makes t go where the context's detour says.
func (w *way) throughProxy(t *http.Transport) {
	of := func(ctx context.Context) *detour {
		d, _ := ctx.Value(detourKey{}).(*detour)
		return d
	}
	t.Proxy = func(req *http.Request) (*url.URL, error) {
		if d := of(req.Context()); d != nil {
			return d.proxy, nil
		}
		return nil, nil
	}
	t.GetProxyConnectHeader = func(ctx context.Context, _ *url.URL, target string) (http.Header, error) {
		of(ctx).watch.enter(phaseConnect, "waiting for the proxy to connect to ", target)
		return w.hello, nil
	}
	t.OnProxyConnectResponse = func(ctx context.Context, _ *url.URL, req *http.Request, resp *http.Response) error {
		if resp.StatusCode == http.StatusOK {
			return nil
		}
		return of(ctx).refusal(resp.StatusCode, req.Host)
	}
}

// refusal is what it means that the proxy did not connect. Of the proxy's own
// words nothing is repeated: they may quote what it was sent.
func (d *detour) refusal(status int, target string) error {
	said := fmt.Sprintf("%d %s", status, http.StatusText(status))
	switch {
	case status == http.StatusProxyAuthRequired:
		return unable("the proxy %s wants other credentials (%s); mend the user in proxy_url, or proxy_connect_header", d.proxy.Host, said)
	case status < 500:
		return unable("the proxy %s does not let andon through to %s (%s); mend its rules or no_proxy", d.proxy.Host, target, said)
	}
	return failed(reasonConnect, "the proxy %s could not connect to %s (%s)", d.proxy.Host, target, said)
}

// proxyDown tells whether err came up on the way to a proxy, and so says
// nothing about the target. The error is net/http's own.
func proxyDown(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect"
}
