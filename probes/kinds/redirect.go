package kinds

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// follow returns the request that resp redirects req to, or nil if resp is the
// answer (RFC 9110 section 15.4).
func (r *run) follow(req *http.Request, resp *http.Response) (*http.Request, error) {
	location := resp.Header.Get("Location")
	if r.maxRedirects < 0 || location == "" || !redirects(resp.StatusCode) {
		return nil, nil
	}
	to, err := req.URL.Parse(location)
	if err != nil {
		return nil, failed(reasonRedirect, "status %d with a Location that is not a URL", resp.StatusCode)
	}
	if problem := badURL(to); problem != "" {
		return nil, failed(reasonRedirect, "redirected to a url that %s", problem)
	}
	if hops := r.watch.redirected(); hops > r.maxRedirects {
		return nil, failed(reasonRedirect, "gave up after %d redirects, the next one to %s; raise max_redirects or mend the loop", r.maxRedirects, origin(to))
	}
	method, body := req.Method, r.body
	if req.Body == nil {
		body = ""
	}
	if dropsBody(method, resp.StatusCode) {
		method, body = http.MethodGet, ""
	}
	header, host := r.header, r.header.Get("Host")
	if !sameOrigin(r.origin, to) {
		if body != "" {
			return nil, failed(reasonRedirect, "redirected with the body to another host, %s, and a body may be secret; write the final address as url", origin(to))
		}
		header, host = harmless(header), ""
	}
	next := r.request(req.Context(), method, to, header.Clone(), body)
	next.Host = host
	return next, r.carryCookies(req, resp, next)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// dropsBody tells whether a redirect is asked for with GET: always after 303,
// and after 301 and 302 by the custom that RFC 9110 section 15.4.2 records.
func dropsBody(method string, status int) bool {
	switch status {
	case http.StatusSeeOther:
		return method != http.MethodHead
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	}
	return false
}

// sameOrigin tells whether what belongs to one may be sent to the other. The
// way from http to https of the same host is the one that should be taken; on
// ports of their own they may be anybody's.
func sameOrigin(from, to *url.URL) bool {
	if !strings.EqualFold(from.Hostname(), to.Hostname()) {
		return false
	}
	return from.Scheme == to.Scheme && portOf(from) == portOf(to) ||
		from.Scheme == "http" && to.Scheme == "https" && portOf(from) == "80" && portOf(to) == "443"
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// harmless keeps the headers that anybody may see.
func harmless(h http.Header) http.Header {
	kept := make(http.Header)
	for _, name := range []string{"Accept", "Accept-Language", "User-Agent"} {
		if v, ok := h[name]; ok {
			kept[name] = v
		}
	}
	return kept
}

// carryCookies lets a server that sets a cookie and redirects see it again
// within the same run: many send the visitor round for ever otherwise.
func (r *run) carryCookies(req *http.Request, resp *http.Response, next *http.Request) error {
	if r.jar == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return err
		}
		r.jar = jar
	}
	r.jar.SetCookies(req.URL, resp.Cookies())
	for _, c := range r.jar.Cookies(next.URL) {
		next.AddCookie(c)
	}
	return nil
}
