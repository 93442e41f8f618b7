package kinds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
)

// The classes of failure: the label `reason`.
const (
	reasonDNS      = "dns"
	reasonConnect  = "connect"
	reasonTLS      = "tls"
	reasonTimeout  = "timeout"
	reasonRefused  = "refused-address"
	reasonProtocol = "protocol"
	reasonRedirect = "redirect"
	reasonBody     = "body"
	reasonStatus   = "status"
	reasonExpect   = "expect"
)

// longest is the length, in runes, to which the text of a failure is cut.
const longest = 300

// A failure is why a target did not pass.
type failure struct {
	reason string
	text   string
	err    error // may be nil; its own text may hold secrets and is not shown
}

func (f *failure) Error() string  { return f.text }
func (f *failure) Reason() string { return f.reason }
func (f *failure) Unwrap() error  { return f.err }

func failed(reason, format string, args ...any) *failure {
	return &failure{reason: reason, text: printable(fmt.Sprintf(format, args...), longest)}
}

// explain turns what went wrong during a run into what the run amounts to.
// Doubt in ourselves comes first: a run that was cancelled, or for which we
// had no resources, says nothing of the target, whatever else it met.
func explain(ctx context.Context, w *stopwatch, err error) error {
	if known, ok := errors.AsType[*failure](err); ok {
		return known
	}
	name, doing := w.where()
	switch refused, isRefused := errors.AsType[*egress.RefusedError](err); {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("cancelled while %s: %w", doing, probes.ErrInconclusive)
	case errors.Is(err, probes.ErrInconclusive):
		return err
	case proxyDown(err) && !isRefused && !egress.Exhausted(err):
		return unable("the proxy cannot be reached (%v); mend it, or proxy_url", err)
	case expired(ctx, w.clock(), err):
		deadline, _ := ctx.Deadline()
		limit := deadline.Sub(w.begun).Round(time.Millisecond)
		return &failure{reasonTimeout, printable(fmt.Sprintf("timeout after %s while %s", limit, doing), longest), err}
	case egress.Exhausted(err):
		return fmt.Errorf("andon has no files, ports or memory left (%s); raise its limits or spread its checks: %w",
			printable(err.Error(), longest), probes.ErrInconclusive)
	case isRefused:
		return &failure{reasonRefused, printable(refused.Error(), longest), err}
	}
	reason, text := classify(name, err, w.clock())
	return &failure{reason, printable(text, longest), err}
}

// expired tells whether the deadline is behind err. A dialer's own timer, set
// to the same instant, may fire before the context's.
func expired(ctx context.Context, now time.Time, err error) bool {
	if ctx.Err() != nil {
		return true
	}
	deadline, ok := ctx.Deadline()
	timeout, is := errors.AsType[net.Error](err)
	return ok && is && timeout.Timeout() && !now.Before(deadline)
}

// classify tells the class of an error by what it is, or else by the phase it
// came in.
func classify(phase string, err error, now time.Time) (reason, text string) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return reasonDNS, dns.Error()
	}
	if phase == phaseTLS || alert(err) {
		if errors.Is(err, io.EOF) {
			return reasonTLS, "the server closed the connection during the TLS handshake"
		}
		return reasonTLS, tlsWords(err, now)
	}
	if body, ok := errors.AsType[*bodyError](err); ok {
		return reasonBody, unquoted(body)
	}
	switch phase {
	case phaseResolve:
		return reasonDNS, err.Error()
	case phaseProcessing, phaseTransfer:
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return reasonProtocol, "the server closed the connection before the response header was complete"
		}
		return reasonProtocol, "no valid HTTP response: " + unquoted(err)
	}
	return reasonConnect, unquoted(err) // a proxy has spoken, perhaps
}

// unquoted is the text of an error of net/http without what it quotes of the
// peer's bytes: a peer may send back what it was sent, and that may be secret.
func unquoted(err error) string {
	text := err.Error()
	if at := strings.IndexByte(text, '"'); at >= 0 {
		text = text[:at]
	}
	for _, unmarked := range [...]string{"malformed MIME header", "malformed MIME trailer"} { // quoted without quotation marks
		if at := strings.Index(text, unmarked); at >= 0 {
			text = text[:at+len(unmarked)]
		}
	}
	text = strings.TrimPrefix(text, "net/http: HTTP/1.x transport connection broken: ")
	return strings.TrimRight(text, " :=,;")
}

// alert tells whether err is a TLS alert. Those about a client's certificate
// come after the handshake (RFC 8446 section 4.4.2.4), and crypto/tls gives
// them no type of their own.
func alert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "remote error" || op.Op == "local error")
}

// redacted is u without what may be secret: user, query and fragment.
func redacted(u *url.URL) string {
	s := u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		s += "?…"
	}
	return s
}

// origin is the part of u that a server which redirects to it can hide no
// secret in.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// printable escapes what is not printable, so that bytes from outside stay one
// line in a log, and cuts to limit runes.
func printable(s string, limit int) string {
	var b strings.Builder
	n := 0
	for i, r := range s {
		shown := string(r)
		switch {
		case r == '\uFFFD':
			shown = fmt.Sprintf(`\x%02x`, s[i])
		case !strconv.IsPrint(r):
			shown = strings.Trim(strconv.QuoteRuneToASCII(r), "'")
		}
		if n += utf8.RuneCountInString(shown); n > limit {
			return b.String() + "…"
		}
		b.WriteString(shown)
	}
	return b.String()
}
