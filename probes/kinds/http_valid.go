package kinds

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// problems collects FieldErrors.
type problems []error

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, &FieldError{path, fmt.Sprintf(format, args...)})
}

// checkRequest judges what is asked, and returns the parsed url.
func (s HTTP) checkRequest() (own *url.URL, wrong problems) {
	own, problem := parseURL(s.URL)
	if problem != "" {
		wrong.add("url", "%s", problem)
	}
	if m := s.method(); !validMethod(m) {
		wrong.add("method", "%q cannot be sent; write one such as GET, HEAD or POST", printable(m, 20))
	}
	given := make(map[string]bool, len(s.Headers))
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		problem, key := badHeader(name, s.Headers[name]), http.CanonicalHeaderKey(name)
		if problem == "" && given[key] {
			problem = "is given twice, in upper and lower case; remove one"
		}
		if given[key] = true; problem != "" {
			wrong.add("headers."+printable(name, 40), "%s", problem)
		}
	}
	if s.MaxRedirects < 0 {
		wrong.add("max_redirects", "%d is negative; write how many to follow, or client: {follow_redirects: false} for none", s.MaxRedirects)
	}
	if s.MaxBytes < 0 || s.MaxBytes > mostMaxBytes {
		wrong.add("max_bytes", "%d is not from 1 to %d; write the largest body in bytes, or leave it out for 1 MiB", s.MaxBytes, mostMaxBytes)
	}
	return own, wrong
}

// parseURL returns a URL that can be asked, or what is wrong with it and what
// to write, without showing it.
func parseURL(s string) (u *url.URL, problem string) {
	const example = "write one such as https://shop.example.com/"
	if s == "" {
		return nil, "is missing; " + example
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, "is not a URL; " + example // err would show it
	}
	return u, badURL(u)
}

func badURL(u *url.URL) string {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "does not begin with http:// or https://"
	case u.Hostname() == "":
		return "names no host; write it after " + u.Scheme + "://"
	case !ascii(u.Host):
		return "has a host that is not ASCII; write its xn-- form"
	case u.Port() != "":
		return badPort(u.Port())
	}
	return ""
}

// validMethod allows what RFC 9110 section 9.1 calls a token, in upper case:
// methods are case-sensitive. CONNECT asks for a tunnel, not for an answer.
func validMethod(m string) bool {
	return m != http.MethodConnect && token(m) && m == strings.ToUpper(m)
}

// badHeader returns what is wrong with a header, without showing its value, or "".
func badHeader(name, value string) string {
	if !token(name) {
		return "is not a header name; write letters, digits and dashes"
	}
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Connection", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade", "Te", "Expect":
		return fmt.Sprintf("%s is set by andon itself; remove it", canonical)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "the value holds a line break or another control character; write it on one line"
	}
	return ""
}

// token is RFC 9110 section 5.6.2.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		digit := c >= '0' && c <= '9'
		if !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
