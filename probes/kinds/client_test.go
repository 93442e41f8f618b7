package kinds_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// file is a file of a test's own with this text.
func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	write(t, name, text)
	return name
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// echo answers with what the header holds.
func echo(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s|%s|%s", r.Header.Get("Authorization"), strings.Join(r.Header["X-Shop"], ","), r.UserAgent())
}

func TestClientSays(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	for _, tc := range []struct{ yaml, want string }{
		{"basic_auth: {username: me, password: pw}", "Basic bWU6cHc=||andon"},
		{"basic_auth: {username: me, password_file: " + file(t, "pw\n") + "}", "Basic bWU6cHc=||andon"},
		{"basic_auth: {username_file: " + file(t, " me\n") + ", password: pw}", "Basic bWU6cHc=||andon"},
		{"authorization: {credentials: abc}", "Bearer abc||andon"},
		{"authorization: {type: Token, credentials_file: " + file(t, "abc\n") + "}", "Token abc||andon"},
		{"bearer_token: abc", "Bearer abc||andon"},
		{"bearer_token_file: " + file(t, "abc"), "Bearer abc||andon"},
		{"http_headers: {x-shop: {values: [a, b], secrets: [c], files: [" + file(t, "d\n") + "]}}", "|a,b,c,d|andon"},
		{"{}", "||andon"},
	} {
		if _, err := ask(t, kinds.HTTP{URL: s.URL, Client: client(t, tc.yaml), Expect: []string{`text == "` + tc.want + `"`}}, kinds.Env{}); err != nil {
			t.Errorf("%s: %v", tc.yaml, err)
		}
	}
}

// A secret that changes in its file is used from the next run on; while the
// file cannot be used, nothing is known of the target.
func TestClientReadsFilesAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, echo)
	secret := file(t, "one")
	set := kinds.HTTP{URL: s.URL, Client: client(t, "authorization: {credentials_file: "+secret+"}"), Expect: []string{`text.startsWith("Bearer one|")`}}
	p := probe(t, set, kinds.Env{})
	check := func() error {
		_, err := p.Check(t.Context(), set.Targets()[0])
		return err
	}
	if err := check(); err != nil {
		t.Error(err)
	}
	write(t, secret, "two")
	failsWith(t, check(), "expect", "text.startsWith")
	write(t, secret, "one\nhunter2")
	unclear(t, check(), "client.authorization.credentials_file: "+secret+" holds more than one line")
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	unclear(t, check(), "client.authorization.credentials_file: unable to read file "+secret)
	write(t, secret, "one")
	if err := check(); err != nil {
		t.Error(err)
	}
}

// unclear checks for an inconclusive result that says why.
func unclear(t *testing.T, err error, text string) {
	t.Helper()
	if !errors.Is(err, probes.ErrInconclusive) || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v\nwant inconclusive: %s", err, text)
	}
	presentable(t, err)
}

// Whatever says who we are is for the url's own origin.
func TestClientIsSilentElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%v", r.Header) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	token := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"access_token":"hunter2","token_type":"Bearer","expires_in":3600}`)
	})
	for _, yaml := range []string{
		"basic_auth: {username: hunter2, password: hunter2}",
		"authorization: {credentials_file: " + file(t, "hunter2") + "}",
		"oauth2: {client_id: hunter2, client_secret: hunter2, token_url: '" + token.URL + "'}",
		"http_headers: {X-Key: {values: [hunter2], files: [" + file(t, "hunter2") + "]}}",
	} {
		for _, reuse := range []bool{false, true} {
			set := kinds.HTTP{URL: s.URL, Client: client(t, yaml), ReuseConnection: reuse,
				Expect: []string{`!text.contains("hunter2") && !text.contains("Authorization") && !text.contains("aHVudGVyMjpodW50ZXIy")`}}
			if _, err := ask(t, set, kinds.Env{}); err != nil {
				t.Errorf("%s: %v", yaml, err)
			}
		}
	}
}

func TestClientMistakes(t *testing.T) {
	t.Parallel()
	const fine = "https://shop.example.com/"
	with := func(yaml string) *promconfig.HTTPClientConfig { return client(t, yaml) }
	for _, tc := range []struct {
		set     kinds.HTTP
		field   string
		problem string
	}{
		{kinds.HTTP{URL: "https://me:hunter2@shop.example.com/", Client: with("basic_auth: {username: a}")}, "client.basic_auth", "who the request comes from is said already, by the user in the url; keep one of the two"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"authorization": "hunter2"}, Client: with("authorization: {credentials: a}")}, "client.authorization", "by headers.Authorization"},
		{kinds.HTTP{URL: "https://me@shop.example.com/", Headers: map[string]string{"Authorization": "hunter2"}}, "headers.Authorization", "by the user in the url"},
		{kinds.HTTP{URL: fine, Client: with("oauth2: {client_id: a, token_url: 'https://a/'}"), SigV4: &kinds.SigV4{Region: "us-east-1"}}, "sigv4", "by client.oauth2"},
		{kinds.HTTP{URL: fine, Headers: map[string]string{"x-key": "a"}, Client: with("http_headers: {X-KEY: {values: [b]}}")}, "client.http_headers.X-KEY", "is given in headers as well; remove one"},
		{kinds.HTTP{URL: fine, Client: with("http_headers: {a b: {values: [b]}}")}, "client.http_headers.a b", "is not a header name"},
		{kinds.HTTP{URL: fine, Client: with(`http_headers: {A: {secrets: ["hunter2\nB: c"]}}`)}, "client.http_headers.A", "write it on one line"},
		{kinds.HTTP{URL: fine, Client: &promconfig.HTTPClientConfig{HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{"Host": {}}}}}, "client", `setting header "Host" is not allowed`},
		{kinds.HTTP{URL: fine, Client: with("basic_auth: {username_ref: a}")}, "client.basic_auth.username_ref", "andon asks no secret manager"},
		{kinds.HTTP{URL: fine, Client: with("tls_config: {ca_ref: a}")}, "client.tls_config", "andon asks no secret manager"},
		{kinds.HTTP{URL: fine, Client: with("basic_auth: {}")}, "client.basic_auth", "has no username"},
		{kinds.HTTP{URL: fine, Client: with("authorization: {type: Token}")}, "client.authorization", "has no credentials; write credentials or credentials_file"},
		{kinds.HTTP{URL: fine, Client: with("oauth2: {client_id: a, token_url: token.example}")}, "client.oauth2.token_url", "does not begin with http"},
		{kinds.HTTP{URL: fine, Client: with("oauth2: {client_id: a, token_url: 'https://a/', grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'}")}, "client.oauth2.grant_type", "client_credentials only"},
		{kinds.HTTP{URL: fine, Client: with("oauth2: {client_id: a, token_url: 'https://a/', proxy_url: 'ftp://a'}")}, "client.oauth2.proxy_url", "does not begin with"},
		{kinds.HTTP{URL: fine, Client: with("proxy_url: 'http://:3128'")}, "client.proxy_url", "names no host"},
		{kinds.HTTP{URL: fine, Client: with("proxy_url: 'http://a:99999'")}, "client.proxy_url", "is not a number from 1 to 65535"},
		{kinds.HTTP{URL: fine, Client: with("tls_config: {ca: hunter2}")}, "client.tls_config.ca", "holds no certificate in PEM form"},
		{kinds.HTTP{URL: fine, Client: with("tls_config: {cert: hunter2, key: hunter2}")}, "client.tls_config.cert", "and key are no pair"},
		{kinds.HTTP{URL: fine, Client: with("tls_config: {min_version: TLS13, max_version: TLS12}")}, "client.tls_config.min_version", "is later than max_version"},
		{kinds.HTTP{URL: fine, SigV4: &kinds.SigV4{}}, "sigv4.region", "is not a region; write the one of the service, such as eu-central-1"},
		{kinds.HTTP{URL: fine, SigV4: &kinds.SigV4{Region: "us-east-1", Service: "Lambda!"}}, "sigv4.service", "is not a service's signing name"},
		{kinds.HTTP{URL: fine, SigV4: &kinds.SigV4{Region: "us-east-1", RoleARN: "canary"}}, "sigv4.role_arn", "is not the ARN of a role"},
		{kinds.HTTP{URL: fine, SigV4: &kinds.SigV4{Region: "us-east-1"}, Headers: map[string]string{"x-amz-date": "a"}}, "headers.x-amz-date", "is set by sigv4; remove it"},
	} {
		err := tc.set.Validate()
		where, ok := errors.AsType[*kinds.FieldError](err)
		if !ok || where.Path != tc.field || !strings.Contains(err.Error(), tc.problem) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v\nwant %s: %s", err, tc.field, tc.problem)
		}
		if _, err := tc.set.Probe(kinds.Env{}); err == nil {
			t.Errorf("%s: makes a probe", tc.problem)
		}
	}
	if _, err := (kinds.HTTP{URL: fine, SigV4: &kinds.SigV4{Region: "us-east-1"}}).Probe(kinds.Env{}); err == nil || !strings.Contains(err.Error(), "cannot sign") {
		t.Errorf("without a signer: %v", err)
	}
}

// Judging and probing leave the settings as they are: a reload compares them.
func TestClientIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	c := client(t, "bearer_token: abc\nproxy_url: http://a:1\nno_proxy: b")
	s := kinds.HTTP{URL: "https://shop.example.com/", Client: &promconfig.HTTPClientConfig{BearerToken: "abc", ProxyConfig: c.ProxyConfig}}
	before := fmt.Sprintf("%+v", *s.Client)
	probe(t, s, kinds.Env{})
	if s.Client.Authorization != nil || s.Client.BearerToken != "abc" || fmt.Sprintf("%+v", *s.Client) != before {
		t.Errorf("%+v, was %s", *s.Client, before)
	}
}
