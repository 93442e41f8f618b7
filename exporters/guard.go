package exporters

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy lets the page load its own style sheet and nothing else, run nothing,
// send nothing and stand in no frame.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard refuses what a reader has no need for. A page of somebody else that
// lets its own name resolve to this machine (DNS rebinding) is known by the
// Host header: such a name is not ours.
//
// What only reads goes to reads, the rest to writes, where there is anything to
// write.
func guard(hosts func() []string, reads http.Handler, writes *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		harden(h)
		host := hostname(r.Host)
		switch {
		case !listed(host, hosts()) && !reachedAt(r, host):
			writeError(w, http.StatusMisdirectedRequest, fmt.Sprintf(
				"this server does not answer for the host %.100q: ask for it by the address it listens on, or list the name under hosts in its configuration", r.Host))
		case writable(writes, r):
			writes.ServeHTTP(w, r) // says itself which methods it takes
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			reads.ServeHTTP(w, r)
		default:
			h.Set("Allow", "GET, HEAD")
			writeError(w, http.StatusMethodNotAllowed, fmt.Sprintf(
				"%.20q is not possible here: this path only tells, so ask with GET", r.Method))
		}
	})
}

// harden sets what every answer says to browsers.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// fromElsewhere answers what a browser sends for a page of another origin.
func fromElsewhere(w http.ResponseWriter, _ *http.Request) {
	Refuse(w, http.StatusForbidden, "this is a cross-origin request: a browser sent it for a page of another site, and such a page may change nothing here; use the andon command, or send it by a program")
}

func writable(writes *http.ServeMux, r *http.Request) bool {
	_, pattern := writes.Handler(r)
	return pattern != ""
}

// listed tells whether host is a name of this server. An entry like ":9797" must
// not allow requests that name no host.
func listed(host string, hosts []string) bool {
	return host == "localhost" || host != "" && slices.ContainsFunc(hosts, func(h string) bool { return hostname(h) == host })
}

// hostname is the name in a Host header: without port, without the root's dot.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// reachedAt tells whether host is a loopback address or the one this
// connection came in at. The header is asked, nothing that was forwarded.
func reachedAt(r *http.Request, host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	if ip.IsLoopback() {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == ip.Unmap()
}
