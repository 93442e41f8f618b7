package kinds

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// An answer is what came back, as expectations see it: it is the activation
// of their programs. What costs something is made when first asked for. It
// belongs to one goroutine.
type answer struct {
	url     *url.URL // of the last hop
	status  int
	header  http.Header
	body    []byte // only if an expectation uses it
	elapsed time.Duration
	tls     *certificate // nil without TLS

	headers    map[string]string
	text       *string
	parsed     any // the body as JSON
	isParsed   bool
	unreadable error // the body is no JSON
}

// A certificate is the root `tls`.
type certificate struct {
	Expiry   time.Time `cel:"expiry"`    // the earliest of all certificates presented
	DaysLeft int64     `cel:"days_left"` // whole days until then, negative after it
}

// Parent implements cel.Activation.
func (a *answer) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (a *answer) ResolveName(name string) (any, bool) {
	switch rootOf(name) {
	case rootStatus:
		return a.status, true
	case rootElapsed:
		return a.elapsed, true
	case rootHeaders:
		return a.lowered(), true
	case rootText:
		return a.string(), true
	case rootBody:
		return a.json()
	case rootTLS:
		if a.tls != nil {
			return a.tls, true
		}
	}
	return nil, false
}

// shown implements evidence: never the body or a header.
func (a *answer) shown(of roots) []string {
	var was []string
	if of&rootStatus != 0 {
		was = append(was, fmt.Sprintf("status was %d", a.status))
	}
	if of&rootElapsed != 0 {
		was = append(was, "elapsed was "+a.elapsed.Round(time.Microsecond).String())
	}
	if of&rootTLS != 0 && a.tls != nil {
		was = append(was, fmt.Sprintf("tls.days_left was %d", a.tls.DaysLeft))
	}
	return was
}

// spoilt implements evidence.
func (a *answer) spoilt() error { return a.unreadable }

func (a *answer) lowered() map[string]string {
	if a.headers == nil {
		a.headers = make(map[string]string, len(a.header))
		for name, values := range a.header {
			a.headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	return a.headers
}

func (a *answer) string() string {
	if a.text == nil {
		text := strings.ToValidUTF8(string(a.body), "\uFFFD")
		a.text = &text
	}
	return *a.text
}

// json parses the body; numbers are doubles, as CEL has it for JSON.
func (a *answer) json() (any, bool) {
	if !a.isParsed {
		a.isParsed = true
		if err := json.Unmarshal(a.body, &a.parsed); err != nil {
			a.unreadable = a.notJSON()
		}
	}
	if a.unreadable != nil {
		return types.WrapErr(a.unreadable), true
	}
	if a.parsed == nil {
		return types.NullValue, true
	}
	return a.parsed, true
}

// notJSON tells what came instead, and never any of it.
func (a *answer) notJSON() error {
	what := fmt.Sprintf("%d bytes", len(a.body))
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "text/html", "text/plain", "text/xml", "application/xml", "application/json", "application/octet-stream":
		what += " of " + kind
	}
	switch coding := a.header.Get("Content-Encoding"); coding {
	case "gzip", "br", "zstd", "deflate":
		what += ", Content-Encoding " + coding
	}
	return failed(reasonBody, "the body is not JSON (status %d, %s)", a.status, what)
}
