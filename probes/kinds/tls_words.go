package kinds

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// tlsWords says in plain words why a TLS handshake failed and what helps; what
// it has no words for keeps those of the library.
func tlsWords(err error, now time.Time) string {
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificateWords(bad.Err, bad.UnverifiedCertificates, now)
	}
	if plain, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return notTLS(string(plain.RecordHeader[:]))
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" {
		return alertWords(op.Err.Error())
	}
	if strings.Contains(err.Error(), "unsupported protocol version") {
		return tooOld
	}
	return err.Error()
}

const tooOld = "the server speaks no TLS version that is accepted here; let it speak TLS 1.2 or 1.3, or lower min_version"

// notTLS tells what began with these bytes instead of a TLS record, without
// showing them.
func notTLS(begin string) string {
	for _, known := range [...]struct{ begin, text string }{
		{"HTTP/", "the server answered in plain HTTP, not TLS; ask another port, or without TLS"},
		{"SSH-", "the server speaks SSH, not TLS; ask another port, or by a tcp check"},
		{"220", plainGreeting}, {"* OK", plainGreeting}, {"+OK", plainGreeting},
	} {
		if strings.HasPrefix(begin, known.begin) {
			return known.text
		}
	}
	return "the server does not speak TLS here: its answer does not look like a TLS handshake"
}

const plainGreeting = "the server greets in plain text, not in TLS; ask another port, or by a tcp check with starttls"

// alertWords explains the alerts of RFC 8446 section 6.2 that a server sends,
// by the names that crypto/tls has for them.
func alertWords(alert string) string {
	alert = strings.TrimPrefix(alert, "tls: ")
	said := " (alert: " + alert + ")"
	switch alert {
	case "handshake failure":
		return "the server refused the handshake: it shares no version or cipher with andon, does not know the name, or demands a client certificate" + said
	case "unrecognized name":
		return "the server has no site of this name; check server_name" + said
	case "protocol version not supported":
		return tooOld + said
	case "certificate required":
		return "the server demands a client certificate; give it one by cert_file and key_file" + said
	case "bad certificate", "unsupported certificate", "revoked certificate", "expired certificate",
		"unknown certificate", "unknown certificate authority", "access denied":
		return "the server does not accept our client certificate, or misses one; see cert_file and key_file" + said
	case "no application protocol":
		return "the server speaks none of the protocols that alpn offers" + said
	case "internal error":
		return "the server failed in the handshake; its own log says why" + said
	}
	return "the server broke off the handshake" + said
}

// certificateWords explains why a chain, the server's own certificate first,
// is not accepted.
func certificateWords(err error, chain []*x509.Certificate, now time.Time) string {
	if len(chain) == 0 {
		return err.Error()
	}
	if bad, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return invalidWords(bad, chain[0], now)
	}
	if bad, ok := errors.AsType[x509.HostnameError](err); ok {
		return wrongHost(bad.Host, chain[0])
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return untrusted(chain, now)
	}
	return "the certificate is not accepted: " + strings.TrimPrefix(err.Error(), "x509: ")
}

func invalidWords(bad x509.CertificateInvalidError, leaf *x509.Certificate, now time.Time) string {
	whose := "the certificate"
	if bad.Cert != nil && !bad.Cert.Equal(leaf) {
		whose = "the certificate of the authority " + called(bad.Cert.Subject)
	}
	switch bad.Reason {
	case x509.Expired:
		if now.Before(bad.Cert.NotBefore) {
			return whose + " is not valid before " + at(bad.Cert.NotBefore) + "; check the clocks, or install one that is valid now"
		}
		return whose + " has expired on " + at(bad.Cert.NotAfter) + "; renew it"
	case x509.IncompatibleUsage:
		return "the certificate is not for servers: its extended key usage lacks serverAuth; issue one that has it"
	case x509.CANotAuthorizedForThisName:
		return "an authority of the chain may not sign for this name: " + bad.Detail
	}
	return "the certificate is not accepted: " + strings.TrimPrefix(bad.Error(), "x509: ")
}

func wrongHost(host string, leaf *x509.Certificate) string {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	switch cn := leaf.Subject.CommonName; {
	case len(names) == 0 && cn != "":
		return fmt.Sprintf("the certificate names %s as common name only, which does not count (RFC 9525); issue it with a subject alternative name", printable(cn, 60))
	case len(names) == 0:
		return "the certificate names no host at all, so not " + host
	}
	const most = 5
	more := ""
	if n := len(names) - most; n > 0 {
		names, more = names[:most], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the certificate is for %s%s, not for %s", printable(strings.Join(names, ", "), 120), more, host)
}

// untrusted tells the ways apart in which a chain leads to nobody we know.
func untrusted(chain []*x509.Certificate, now time.Time) string {
	leaf, last := chain[0], chain[len(chain)-1]
	for i, c := range chain {
		name := "the certificate"
		if i > 0 {
			name = "the certificate of the authority " + called(c.Subject)
		}
		switch own := bytes.Equal(c.RawIssuer, c.RawSubject); {
		case outdated(c.SignatureAlgorithm) && (i == 0 || !own):
			return fmt.Sprintf("%s is signed with %s, which can be forged; issue it anew", name, c.SignatureAlgorithm)
		case i == 0 && own:
			return "the certificate is self-signed, and by an unknown authority therefore; name it in ca_file to trust it"
		case i > 0 && !c.IsCA && bytes.Equal(c.RawSubject, leaf.RawIssuer):
			return name + " signed another and is no authority; mend the server's chain"
		case i > 0 && now.After(c.NotAfter) && !own:
			return name + " has expired on " + at(c.NotAfter) + "; renew the server's chain"
		}
	}
	if len(chain) == 1 {
		return fmt.Sprintf("the certificate is signed by %s, an unknown authority, and the server sent no intermediate certificate; complete the server's chain, or name the authority in ca_file", called(leaf.Issuer))
	}
	return fmt.Sprintf("the certificate's chain ends at %s, an unknown authority; complete the chain, or name the authority in ca_file", called(last.Issuer))
}

func outdated(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// called is how a certificate's subject or issuer is known.
func called(n pkix.Name) string {
	if n.CommonName != "" {
		return fmt.Sprintf("%q", printable(n.CommonName, 60))
	}
	return fmt.Sprintf("%q", printable(n.String(), 60))
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
