package kinds

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// Secure says how the TLS connection of a tls, tcp or dns check is made and judged.
// The zero value demands TLS 1.2 and a valid certificate for the host asked.
// Files are PEM, read again at each run.
type Secure struct {
	ServerName string        `koanf:"server_name"` // asked for and verified instead of the host
	ValidFor   time.Duration `koanf:"valid_for"`   // how long the certificate must stay valid from now on; default: now is enough
	MinVersion string        `koanf:"min_version"` // TLS10, TLS11, TLS12 (default) or TLS13
	ALPN       []string      `koanf:"alpn"`        // protocols offered; the server must take one
	CAFile     string        `koanf:"ca_file"`     // trusted instead of the machine's roots
	CertFile   string        `koanf:"cert_file"`   // the client certificate, shown if the server asks for one
	KeyFile    string        `koanf:"key_file"`    // its private key

	InsecureSkipVerify bool `koanf:"insecure_skip_verify"` // take any certificate; valid_for holds all the same
}

// leastRSA is what OpenSSL's default security level and browsers demand, in
// bits; crypto/tls itself takes 1024.
const leastRSA = 2048

// SetDirectory makes relative file names start at dir.
func (s *Secure) SetDirectory(dir string) {
	for _, file := range []*string{&s.CAFile, &s.CertFile, &s.KeyFile} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(dir, *file)
		}
	}
}

// check adds what is wrong, with in before each field.
func (s *Secure) check(in string, wrong *problems) {
	if n := s.ServerName; n != "" && (!ascii(n) || strings.ContainsAny(n, ":/")) {
		wrong.add(in+"server_name", "is not a host name; write the name alone, without scheme and port")
	}
	if s.ValidFor < 0 {
		wrong.add(in+"valid_for", "%s is negative; write how long it must stay valid, such as 336h", s.ValidFor)
	}
	if _, known := promconfig.TLSVersions[s.MinVersion]; !known && s.MinVersion != "" {
		wrong.add(in+"min_version", "%q is not a version; write TLS10, TLS11, TLS12 or TLS13", printable(s.MinVersion, 20))
	}
	for i, p := range s.ALPN {
		if p == "" || len(p) > 255 { // RFC 7301 section 3.1
			wrong.add(fmt.Sprintf("%salpn[%d]", in, i), "is not a protocol; write one such as h2, http/1.1 or imap")
		}
	}
	switch {
	case s.CertFile == "" && s.KeyFile != "":
		wrong.add(in+"key_file", "is of no use without cert_file; write the file of the client certificate there")
	case s.CertFile != "" && s.KeyFile == "":
		wrong.add(in+"cert_file", "is of no use without key_file; write the file of its private key there")
	}
}

// expects says in words what is demanded.
func (s *Secure) expects() string {
	var all []string
	switch {
	case s.InsecureSkipVerify:
		all = append(all, "any certificate")
	case s.ServerName != "":
		all = append(all, "a valid certificate for "+s.ServerName)
	default:
		all = append(all, "a valid certificate")
	}
	if s.ValidFor > 0 {
		all = append(all, "valid for "+days(s.ValidFor)+" more")
	}
	if s.MinVersion != "" {
		all = append(all, s.MinVersion+" at least")
	}
	if len(s.ALPN) > 0 {
		all = append(all, "one of the protocols "+strings.Join(s.ALPN, ", "))
	}
	return "TLS with " + strings.Join(all, ", ")
}

// A tlsClient makes TLS connections as a Secure says.
type tlsClient struct {
	Secure
	clock func() time.Time
	roots *x509.CertPool
}

func (s Secure) client(env Env) *tlsClient {
	return &tlsClient{Secure: s, clock: env.Clock, roots: env.Roots}
}

// config is for one connection to address.
func (c *tlsClient) config(ctx context.Context, address string) (*tls.Config, error) {
	config, err := promconfig.NewTLSConfigWithContext(ctx, &promconfig.TLSConfig{
		CAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile,
		ServerName: strings.TrimSuffix(c.ServerName, "."),
		MinVersion: promconfig.TLSVersions[c.MinVersion], InsecureSkipVerify: c.InsecureSkipVerify,
	})
	if err != nil {
		return nil, unable("%v", err)
	}
	if config.RootCAs == nil {
		config.RootCAs = c.roots
	}
	if config.ServerName == "" {
		host, _, _ := net.SplitHostPort(address)
		config.ServerName = strings.TrimSuffix(host, ".")
	}
	config.Time, config.NextProtos = c.clock, c.ALPN
	return config, nil
}

// handshake speaks TLS over conn, which was made to address, and judges what
// the server shows. The deadline is ctx's.
func (c *tlsClient) handshake(ctx context.Context, w *stopwatch, conn net.Conn, address string) (secured *tls.Conn, demanded bool, err error) {
	w.enter(phaseTLS, "doing the TLS handshake", "")
	config, err := c.config(ctx, address)
	if err != nil {
		return nil, false, err
	}
	own := config.GetClientCertificate
	config.GetClientCertificate = func(i *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		demanded = true
		if own == nil {
			return new(tls.Certificate), nil
		}
		cert, err := own(i)
		if err != nil {
			return nil, unable("%v", err)
		}
		return cert, nil
	}
	secured = tls.Client(conn, config)
	err = secured.HandshakeContext(ctx)
	state := secured.ConnectionState()
	w.handshaken(state, err)
	if err == nil {
		err = c.judge(state)
	}
	return secured, demanded, err
}

// judge demands what crypto/tls does not.
func (c *tlsClient) judge(state tls.ConnectionState) error {
	if len(c.ALPN) > 0 && state.NegotiatedProtocol == "" {
		return failed(reasonTLS, "the server takes none of the protocols that alpn offers")
	}
	leaf := state.PeerCertificates[0]
	if key, ok := leaf.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < leastRSA && !c.InsecureSkipVerify {
		return failed(reasonTLS, "the certificate's RSA key has %d bits, and clients demand %d; issue it anew with a longer one", key.N.BitLen(), leastRSA)
	}
	until := validUntil(state)
	if left := until.Sub(c.clock()); c.ValidFor > 0 && left < c.ValidFor {
		return failed(reasonTLS, "the certificate is valid for %s more, until %s, and valid_for demands %s; renew it", days(left), at(until), days(c.ValidFor))
	}
	return nil
}

// validUntil is when the first certificate of the best chain expires; of the
// server's own one where no chain was verified.
func validUntil(state tls.ConnectionState) time.Time {
	var best time.Time
	for _, chain := range state.VerifiedChains {
		if t := earliest(time.Time{}, chain); t.After(best) {
			best = t
		}
	}
	if best.IsZero() {
		best = state.PeerCertificates[0].NotAfter
	}
	return best
}

func days(d time.Duration) string {
	if d < 48*time.Hour && d > -48*time.Hour {
		return d.Round(time.Minute).String()
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
