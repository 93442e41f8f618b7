package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const (
	defaultAddr    = "http://127.0.0.1:9797"
	answerDeadline = 10 * time.Second // beside what andon was asked to wait
	maxAnswer      = 64 << 20         // bytes; some thousand gates

	addrUsage = "`URL` of the andon to ask (default $ANDON_ADDR, else " + defaultAddr + ")"
)

// askHelp is the part of a help text that tells which andon is asked, and how.
const askHelp = `Which andon is asked: --addr, else the variable ANDON_ADDR, else ` + defaultAddr + `.
One that has users (web_config) is asked with --user or ANDON_USER, and the
password in ANDON_PASSWORD or in the file of --password-file. --ca-file, or
ANDON_CA_FILE, names the certificate of who signed an andon's own.`

// askFlags gives a family of commands the flags that say which andon is asked,
// and as whom. There is none for a password: others see command lines.
func askFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.String("addr", "", addrUsage)
	f.String("user", "", "`NAME` to ask as (default $ANDON_USER)")
	f.String("password-file", "", "`FILE` with the password (default: the password in $ANDON_PASSWORD)")
	f.String("ca-file", "", "`FILE` with certificates (PEM) to trust instead of the system's (default $ANDON_CA_FILE)")
}

// A remote is a running andon, asked over its status API.
type remote struct {
	base           *url.URL
	client         *http.Client
	user, password string
}

// remote finds the daemon to ask: addr, else $ANDON_ADDR, else this machine.
func (p *program) remote(addr string) (remote, error) {
	addr = cmp.Or(addr, p.getenv("ANDON_ADDR"), defaultAddr)
	if !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	u, err := url.Parse(strings.TrimRight(addr, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return remote{}, fmt.Errorf("the address of andon is not a URL like %s: give one with --addr or ANDON_ADDR", defaultAddr)
	}
	if u.User != nil {
		return remote{}, errors.New("the address of andon has a user in it: give that with --user, and the password in ANDON_PASSWORD")
	}
	// andon sends nobody elsewhere, and the password is for nobody else: another
	// port of the host, or plain HTTP, would get it too.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return remote{base: u, client: &http.Client{Transport: p.transport, CheckRedirect: stay}}, nil
}

// asked is the andon that the flags of a command name, asked as who they name.
func (p *program) asked(cmd *cobra.Command) (remote, error) {
	r, err := p.named(cmd)
	if err == nil && r.user != "" {
		r.warn(p.Stderr)
	}
	return r, err
}

// named is asked, without a word.
func (p *program) named(cmd *cobra.Command) (remote, error) {
	flag := func(name string) string { return cmd.Flag(name).Value.String() }
	r, err := p.remote(flag("addr"))
	if err != nil {
		return r, err
	}
	if r.user = cmp.Or(flag("user"), p.getenv("ANDON_USER")); r.user != "" {
		if r.password, err = p.password(flag("password-file")); err != nil {
			return r, err
		}
	}
	if file := cmp.Or(flag("ca-file"), p.getenv("ANDON_CA_FILE")); file != "" {
		r.client.Transport, err = trusting(file)
	}
	return r, err
}

func (p *program) password(file string) (string, error) {
	if file == "" {
		if word := p.getenv("ANDON_PASSWORD"); word != "" {
			return word, nil
		}
		return "", errors.New("a user needs a password: put it into ANDON_PASSWORD, or into a file that --password-file names")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the password cannot be read: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// warn tells who sends a password over a network for everybody to read.
func (r remote) warn(w io.Writer) {
	if r.base.Scheme == "http" && !loopback(r.base) {
		fmt.Fprintf(w, "andon: the password goes to %s unencrypted: serve andon with TLS, and ask it under https://\n", plain(r.base.Host))
	}
}

func trusting(file string) (http.RoundTripper, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the file of --ca-file cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the file of --ca-file, %s, has no certificates in PEM", file)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool}
	return t, nil
}

func (r remote) get(ctx context.Context, path string, wait time.Duration) (status int, body []byte, err error) {
	return r.send(ctx, http.MethodGet, path, nil, wait)
}

// send asks, or tells what is not nil, in JSON. An error says that andon did
// not answer, or not to this user.
func (r remote) send(ctx context.Context, method, path string, tell any, wait time.Duration) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait+answerDeadline)
	defer cancel()
	var said io.Reader
	if tell != nil {
		b, err := json.Marshal(tell)
		if err != nil {
			return 0, nil, err
		}
		said = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base.String()+path, said)
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	if tell != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.user != "" {
		req.SetBasicAuth(r.user, r.password)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, r.unreachable(err)
	}
	return resp.StatusCode, body, r.turnedAway(resp.StatusCode, body)
}

// A turnedAwayError says that andon answers, but not to this user.
type turnedAwayError struct{ text string }

func (e *turnedAwayError) Error() string { return e.text }

func isTurnedAway(err error) bool {
	_, ok := errors.AsType[*turnedAwayError](err)
	return ok
}

// turnedAway says why the server before andon's own answers did not let us in.
func (r remote) turnedAway(status int, body []byte) error {
	switch {
	case status == http.StatusUnauthorized && r.user == "":
		return &turnedAwayError{"andon at " + r.base.Redacted() + " answers its users only: name one with --user or ANDON_USER, and the password in ANDON_PASSWORD or with --password-file"}
	case status == http.StatusUnauthorized:
		return &turnedAwayError{fmt.Sprintf("andon at %s does not know the user %q with this password", r.base.Redacted(), r.user)}
	case status == http.StatusTooManyRequests:
		return fmt.Errorf("andon at %s is asked more often than the rate_limit of its web configuration allows: try again", r.base.Redacted())
	case status == http.StatusServiceUnavailable && bytes.Contains(body, []byte(lockedOut)):
		return fmt.Errorf("andon at %s %s", r.base.Redacted(), lockedOut)
	case status == http.StatusBadRequest && r.base.Scheme == "http" && bytes.Contains(body, []byte("HTTPS")): // Go's server says so
		return fmt.Errorf("andon at %s speaks TLS: ask it under https://%s", r.base.Redacted(), r.base.Host)
	}
	return nil
}

func (r remote) unreachable(err error) error {
	var cause *url.Error
	if errors.As(err, &cause) {
		err = cause.Err // the rest repeats the address
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		err = errors.New("no answer in time")
	}
	var unknown *tls.CertificateVerificationError
	if errors.As(err, &unknown) {
		return fmt.Errorf("andon at %s shows a certificate that is not trusted: %w; name the certificate of who signed it with --ca-file", r.base.Redacted(), unknown.Err)
	}
	if wantsCertificate(err) {
		return fmt.Errorf("andon at %s lets in only who shows a certificate, by client_auth_type of its web configuration, and this command has none to show: ask it with curl --cert", r.base.Redacted())
	}
	return fmt.Errorf("andon cannot be reached at %s: %w; start it with 'andon run', or name another with --addr or ANDON_ADDR", r.base.Redacted(), err)
}

// wantsCertificate tells whether a server ended the handshake because we showed
// no certificate: with this alert of TLS 1.3 (RFC 8446, section 6.2) or that of
// TLS 1.2 (RFC 5246, section 7.4.6).
func wantsCertificate(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error" &&
		(strings.HasSuffix(remote.Err.Error(), "certificate required") || strings.HasSuffix(remote.Err.Error(), "handshake failure"))
}

func (r remote) stranger(status int) error {
	return fmt.Errorf("what listens at %s answered %d, and not as andon does; name andon's address with --addr or ANDON_ADDR", r.base.Redacted(), status)
}
