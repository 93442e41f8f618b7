package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

const healthHelp = `Asks a running andon whether it serves, or with --ready whether its answers mean
something: every gate has been looked at, in AWS too, since it started. It is for
the health check of a container, which has no other program to ask with.

Which andon is asked: --addr, else the variable ANDON_ADDR, else the port of
ANDON_LISTEN on this machine, else ` + defaultAddr + `. An andon that serves TLS is
asked over TLS; on a loopback address its certificate is not verified. Whether it
serves, an andon tells everybody: users and rate_limit of its web_config do not
count, nor does a file that cannot be used. One on this machine that wants to see
a certificate first (client_auth_type) serves as well. To be ready it has to let
us in, as ANDON_USER with ANDON_PASSWORD, which are sent over TLS or loopback only.

Exit status: 0 yes, 1 no, or it did not answer.`

func (p *program) healthCommand() *cobra.Command {
	var addr string
	var ready bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:     "health",
		Short:   "Ask a running andon whether it serves, for a container's health check",
		Long:    healthHelp,
		Example: "  andon health\n  andon health --ready --addr https://andon.example.com:9797",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timeout <= 0 {
				return fmt.Errorf("--timeout %v: want how long to wait for an answer, like 3s", timeout)
			}
			base, err := p.healthAddr(addr)
			if err != nil {
				return err
			}
			path := "/-/healthy"
			if ready {
				path = "/-/ready"
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			said, err := asker(getOnce).health(ctx, base, path, p.getenv("ANDON_USER"), p.getenv("ANDON_PASSWORD"))
			if err != nil {
				return failed(exitBad, err)
			}
			_, err = fmt.Fprintln(p.Stdout, said)
			return failed(exitBad, err)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "`URL` of the andon to ask (default $ANDON_ADDR, else from $ANDON_LISTEN, else "+defaultAddr+")")
	cmd.Flags().BoolVar(&ready, "ready", false, "ask whether its answers mean something yet")
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long to wait for an answer")
	return cmd
}

// healthAddr is the andon to ask, where no other is named the one that the
// same environment would start.
func (p *program) healthAddr(addr string) (*url.URL, error) {
	addr = cmp.Or(addr, p.getenv("ANDON_ADDR"))
	if listen := p.getenv("ANDON_LISTEN"); addr == "" && listen != "" {
		host, port, err := net.SplitHostPort(listen)
		if err != nil {
			return nil, fmt.Errorf("ANDON_LISTEN is not host:port: %w; or name andon's address with --addr", err)
		}
		if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		addr = net.JoinHostPort(host, port)
	}
	r, err := p.remote(addr)
	return r.base, err
}

// An asker makes one request, as a user unless that is "".
type asker func(ctx context.Context, base *url.URL, path, user, password string) (healthAnswer, error)

// health returns what andon said if it was a yes. A password is shown to
// nobody who did not ask for it, and never in plain text over a network: only
// the first answer tells whether this andon speaks TLS.
func (ask asker) health(ctx context.Context, base *url.URL, path, user, password string) (string, error) {
	got, err := ask(ctx, base, path, "", "")
	if err == nil && got.status == http.StatusBadRequest && base.Scheme == "http" && strings.Contains(got.body, "HTTPS") {
		// Go's server says so to whoever does not speak TLS.
		base = &url.URL{Scheme: "https", Host: base.Host, Path: base.Path}
		got, err = ask(ctx, base, path, "", "")
	}
	if err == nil && got.asksWho() && user != "" {
		if base.Scheme == "http" && !loopback(base) {
			return "", fmt.Errorf("andon at %s wants a password, and it would go there unencrypted: serve andon with TLS", base.Redacted())
		}
		got, err = ask(ctx, base, path, user, password)
	}
	turnedAway := remote{base: base, user: user}.turnedAway(got.status, []byte(got.body))
	switch {
	case wantsCertificate(err) && path == "/-/healthy" && loopback(base):
		return "andon is serving who shows a certificate", nil // by client_auth_type of its web configuration
	case err != nil:
		return "", remote{base: base}.unreachable(err)
	case got.status == http.StatusOK && strings.HasPrefix(got.body, "andon "):
		return got.body, nil
	case turnedAway != nil && (got.status != http.StatusUnauthorized || got.asksWho()):
		return "", turnedAway
	case got.status == http.StatusServiceUnavailable && got.body != "":
		return "", errors.New(got.body)
	}
	return "", remote{base: base}.stranger(got.status)
}

// A healthAnswer is what is read of an answer.
type healthAnswer struct {
	status          int
	challenge, body string
}

// asksWho tells whether this is how andon asks who we are.
func (a healthAnswer) asksWho() bool {
	return a.status == http.StatusUnauthorized && a.challenge == challenge
}

func getOnce(ctx context.Context, base *url.URL, path, user, password string) (healthAnswer, error) {
	const most = 4 << 10 // bytes of a sentence
	client := http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: loopback(base)},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base.String()+path, nil)
	if err != nil {
		return healthAnswer{}, err
	}
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := client.Do(req)
	if err != nil {
		return healthAnswer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	return healthAnswer{status: resp.StatusCode, challenge: resp.Header.Get("WWW-Authenticate"),
		body: strings.TrimSpace(plain(strings.TrimSpace(string(text))))}, err
}

func loopback(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback() || u.Hostname() == "localhost"
}
