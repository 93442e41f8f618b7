package sources

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"syscall"

	"github.com/andon-project/andon/egress"
)

// netFailure says why a server gave no answer. Errors of net, net/http, net/url and
// crypto quote names, addresses and what peers send; so only their kind is told.
func netFailure(ctx context.Context, err error) error {
	if known, ok := errors.AsType[*Failure](err); ok {
		return known
	}
	if timeout, ok := errors.AsType[net.Error](err); errors.Is(ctx.Err(), context.DeadlineExceeded) || ok && timeout.Timeout() {
		return &Failure{Code: Timeout, Text: "no whole answer came within " + Deadline.String(), Err: err}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	if refused, ok := errors.AsType[*egress.RefusedError](err); ok {
		return &Failure{Code: Refused, Text: "andon does not connect to where it leads: " + refused.Class.String(), Do: "write an address that is public, or allow private ones under egress", Err: err}
	}
	if text, do := tlsWords(err); text != "" {
		return &Failure{Code: Unreachable, Text: text, Do: do, Err: err}
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return &Failure{Code: Unreachable, Text: "its host has no address: no such name", Do: "look for a typing mistake in the address, and whether andon can resolve public names", Err: err}
		}
		return &Failure{Code: Unreachable, Text: "the name of its host could not be resolved", Err: err}
	}
	if egress.Exhausted(err) {
		return &Failure{Code: Unknown, Text: "andon has no files, ports or memory left", Do: "raise its limits", Err: err}
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return &Failure{Code: Unreachable, Text: "no connection: " + errno.Error(), Err: err}
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return &Failure{Code: Unreachable, Text: "it did not answer as an HTTP server does", Err: err}
	}
	return &Failure{Code: Unknown, Text: "it could not be read", Err: err}
}

// tlsWords says what is wrong with how a server proves who it is.
func tlsWords(err error) (text, do string) {
	const renew = "the owner of the server has to renew its certificate"
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return "its certificate has expired, or is not valid yet", renew + "; look at the clock of this machine, too"
		}
		return "its certificate is not valid", renew
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name", "look for a typing mistake in the address"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "its certificate is signed by an authority that is not known here", "add that authority to the system's certificates"
	}
	if _, ok := errors.AsType[x509.SystemRootsError](err); ok {
		return "this machine has no list of authorities that sign certificates", "install ca-certificates"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "it does not speak TLS", "look for a wrong port in the address"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "remote error" || op.Op == "local error") { // an alert
		return "the TLS handshake was broken off", ""
	}
	return "", ""
}
