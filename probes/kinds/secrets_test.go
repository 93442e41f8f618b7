package kinds_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// secret stands wherever something secret may stand.
const secret = "hunter2"

// leaks tells in which form text shows the secret, or "".
func leaks(text string) string {
	for _, form := range []string{
		secret, strings.ToUpper(secret), secret[:5],
		base64.StdEncoding.EncodeToString([]byte(secret + ":" + secret)),
		hex.EncodeToString([]byte(secret)), fmt.Sprintf("%d", []byte(secret))[1:10],
	} {
		if strings.Contains(text, form) {
			return form
		}
	}
	return ""
}

// A leaky signer signs with the secret, or says it when it cannot.
type leaky struct{}

func (leaky) Sign(_ context.Context, r *http.Request, _ string, _ time.Time) error {
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+secret)
	r.Header.Set("X-Amz-Security-Token", secret)
	return nil
}

// withSecrets are checks of host (and of a proxy or issuer there) with the
// secret in every place.
func withSecrets(t *testing.T, host string) []kinds.HTTP {
	issuer := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"access_token":"`+secret+`","token_type":"Bearer","expires_in":3600}`)
	}).URL
	client := func(yaml string) kinds.HTTP {
		c := client(t, strings.NewReplacer("SECRET", secret, "FILE", file(t, secret), "HOST", host, "ISSUER", issuer).Replace(yaml))
		return kinds.HTTP{URL: "http://" + host + "/?" + secret, Client: c}
	}
	return []kinds.HTTP{
		{URL: "http://" + secret + ":" + secret + "@" + host + "/?token=" + secret + "#" + secret, Method: "PUT", Body: secret,
			Headers: map[string]string{"X-Key": secret, "Cookie": "a=" + secret}},
		{URL: "https://" + secret + ":" + secret + "@" + host + "/?token=" + secret, Body: secret},
		client("basic_auth: {username: SECRET, password: SECRET}\nhttp_headers: {X-A: {values: [SECRET], secrets: [SECRET], files: [FILE]}}"),
		client("basic_auth: {username_file: FILE, password_file: FILE}"),
		client("authorization: {credentials: SECRET}"),
		client("authorization: {credentials_file: FILE}\nproxy_url: http://SECRET:SECRET@HOST/"),
		client("oauth2: {client_id: SECRET, client_secret: SECRET, token_url: 'http://SECRET:SECRET@HOST/?SECRET', endpoint_params: {a: SECRET}}"),
		client("oauth2: {client_id: SECRET, client_secret: SECRET, token_url: 'ISSUER'}"),
		{URL: "https://shop.example/?" + secret, Client: client("proxy_url: http://SECRET:SECRET@HOST/\nproxy_connect_header: {X-A: [SECRET]}").Client},
		{URL: "http://" + host + "/?" + secret, SigV4: &kinds.SigV4{Region: "us-east-1"}},
	}
}

// Peers that fail in every way, and send back what they were sent.
func leakyPeers(t *testing.T) map[string]string {
	peers := map[string]string{}
	for i, answer := range []string{
		"", secret + "\r\n", secret, "HTTP/1.1 " + secret + "\r\n\r\n", "HTTP/" + secret + " 200 OK\r\n\r\n",
		"HTTP/1.1 500 " + secret + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=" + secret + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 407 No\r\nProxy-Authenticate: " + secret + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n", "HTTP/1.1 200 OK\r\n " + secret + "\r\n\r\n", "HTTP/1.1 200 OK\r\n" + secret + " : x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: " + secret + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: " + secret + "\r\nContent-Type: text/" + secret + "\r\nX-Secret: " + secret + "\r\n\r\n" + secret,
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + secret,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + secret,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n" + secret + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX-Secret: " + secret + "\r\n\r\n" + `{"secret":"` + secret + `"}`,
		"HTTP/1.1 103 Early\r\nLink: " + secret + "\r\n\r\n" + secret,
		"HTTP/1.1 302 Found\r\nLocation: /" + secret + "?" + secret + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 307 Found\r\nLocation: http://" + secret + ":" + secret + "@[" + secret + "/\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: " + secret + "://x\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 307 Found\r\nLocation: http://127.0.0.1:1/" + secret + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: http://0x7f.1:" + secret + "/\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 400 No\r\nContent-Type: application/json\r\n\r\n" + `{"error":"` + secret + `","error_description":"` + secret + `","error_uri":"` + secret + `"}`,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + `{"access_token":"` + secret + `\n","expires_in":"` + secret + `"}`,
	} {
		peers[fmt.Sprintf("answer %d", i)] = peer(t, says(answer))
	}
	peers["echoes"] = peer(t, func(c net.Conn) { io.Copy(c, c) })
	peers["speaks first"] = peer(t, func(c net.Conn) { io.WriteString(c, secret+"\r\n"); io.Copy(io.Discard, c) })
	peers["sends back the head"] = peer(t, func(c net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil {
			fmt.Fprintf(c, "HTTP/1.1 500 %s\r\n%s\r\n\r\n", req.Header.Get("Authorization"), req.URL)
		}
	})
	peers["loops"] = serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/"+secret+"/"+r.URL.Path+"?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
	}).Listener.Addr().String()
	peers["redirects and is unwell"] = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if w.WriteHeader(http.StatusTemporaryRedirect); r.URL.Path == "/" {
			w.Header().Set("Location", "/"+secret)
		}
	}).Listener.Addr().String()
	peers["speaks TLS"] = serveTLS(t, true, newAuthority(t).issue(t, epoch), hello).Listener.Addr().String()
	peers["hangs"] = peer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	peers["is nobody"] = "127.0.0.1:1"
	peers["has no name"] = "shop.example"
	peers["is forbidden"] = "169.254.169.254"
	return peers
}

// Whatever prints settings, or what a run came to, prints no secret.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	env := kinds.Env{Dialer: &egress.Dialer{Resolver: nxdomain(t)}, Clock: atEpoch,
		Signer: func(kinds.SigV4) kinds.Signer { return leaky{} }}
	for name, host := range leakyPeers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, s := range withSecrets(t, host) {
				for _, expect := range [][]string{nil, {`status == 200`, `headers["x-secret"] != "" && int(body.secret) == 3`}, {`text.size() == 3 && false`}} {
					s.Expect, s.ReuseConnection = expect, len(expect) == 1
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
					facts, err := probe(t, &s, env).Check(ctx, s.Targets()[0])
					cancel()
					if shown := everyForm(t, s, facts, err); leaks(shown) != "" {
						t.Errorf("check %d shows %q:\n%s", i, leaks(shown), shown)
					}
				}
			}
		})
	}
}

// everyForm is everything that Go's ways of printing make of a check and its run.
func everyForm[S kinds.Settings](t *testing.T, s S, facts probes.Facts, err error) string {
	t.Helper()
	var out bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&out, nil)), slog.New(slog.NewTextHandler(&out, nil))} {
		log.Info("check", "settings", s, "pointer", &s, "facts", facts, "err", err, "targets", s.Targets()[0].Name)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
		fmt.Fprintf(&out, verb+verb+verb+verb+"\n", s, &s, struct{ S any }{&s}, []S{s})
	}
	for _, v := range []any{s, &s, facts, map[string]any{"s": s}} {
		text, failed := json.Marshal(v)
		if failed != nil {
			t.Error(failed)
		}
		out.Write(text)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if _, ours := err.(interface{ Reason() string }); ours || errors.Is(err, probes.ErrInconclusive) {
			fmt.Fprintln(&out, err)
		}
	}
	fmt.Fprintln(&out, probes.Reason(err), facts, s.Targets()[0].Name)
	return out.String()
}

// Nor does a mistake in the settings show what was written.
func TestSecretsStayInsideMistakes(t *testing.T) {
	t.Parallel()
	for _, s := range []kinds.HTTP{
		{URL: "htp://" + secret + "@x"}, {URL: "http://x:" + secret + "y@/%zz"}, {URL: "http://a@x/", Headers: map[string]string{"A": secret + "\n"}},
		{URL: "http://" + secret + ":" + secret + "@x/", Client: client(t, "basic_auth: {username: "+secret+"}")},
		{URL: "http://x/", Client: client(t, "tls_config: {cert: "+secret+", key: "+secret+", ca: "+secret+"}")},
		{URL: "http://x/", Client: client(t, "proxy_url: 'ftp://"+secret+":"+secret+"@x/"+secret+"'")},
		{URL: "http://x/", Client: client(t, "oauth2: {client_id: a, client_secret: "+secret+", token_url: '"+secret+"://"+secret+"@x'}")},
	} {
		if out := fmt.Sprintf("%v %v %#v %d", s.Validate(), s, s, s); leaks(out) != "" || s.Validate() == nil {
			t.Error(out)
		}
	}
}
