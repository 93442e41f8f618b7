package kinds

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

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
