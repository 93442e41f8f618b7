package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

const withClient = `
checks:
- name: shop
  http:
    url: https://shop.test/
    client:`

func loadClient(client string) (*web, error) {
	text := withClient + strings.ReplaceAll(strings.TrimRight(client, "\n"), "\n", "\n      ")
	c, err := load("conf/andon.yaml", []byte(text), Overrides{Environ: []string{"TOKEN=hunter2 #: '", "YES=true"}}, table())
	if err != nil {
		return nil, err
	}
	return c.Checks[0].Settings.(*web), nil
}

// A foreign subtree has its own defaults, the references of everybody, and
// files beside the configuration.
func TestForeign(t *testing.T) {
	t.Parallel()
	w, err := loadClient(`
oauth2:
  client_id: 0900
  client_secret: ${env:TOKEN}
  token_url: https://token.test/
  scopes: [1.10]
  claims: {sub: "12", n: 12, deep: [{a: null}]}
tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: /etc/key.pem, min_version: TLS12, insecure_skip_verify: "${env:YES}"}
http_headers: {X-Shop: {values: [a], secrets: ["${env:TOKEN}"]}}
proxy_url: http://proxy.test:3128
proxy_connect_header: {X-Proxy: ["null"]}
enable_http2: false
`)
	if err != nil {
		t.Fatal(err)
	}
	c := w.Client
	if o := c.OAuth2; o.ClientID != "0900" || o.ClientSecret != "hunter2 #: '" || o.Scopes[0] != "1.10" || o.Claims["sub"] != "12" || o.Claims["n"] != 12 {
		t.Errorf("got %+v", o)
	}
	if s := c.TLSConfig; s.CAFile != filepath.Join("conf", "ca.pem") || s.KeyFile != "/etc/key.pem" || s.MinVersion == 0 || !s.InsecureSkipVerify {
		t.Errorf("got %+v", s)
	}
	if h := c.HTTPHeaders.Headers["X-Shop"]; h.Values[0] != "a" || h.Secrets[0] != "hunter2 #: '" {
		t.Errorf("got %+v", h)
	}
	if c.ProxyURL.Host != "proxy.test:3128" || c.ProxyConnectHeader["X-Proxy"][0] != "null" || c.EnableHTTP2 || !c.FollowRedirects {
		t.Errorf("got %+v", c)
	}
	if w, err = loadClient(" {}"); err != nil || !w.Client.EnableHTTP2 {
		t.Errorf("nothing given: %+v, %v", w, err)
	}
}

func TestForeignErrors(t *testing.T) {
	t.Parallel()
	for client, want := range map[string]string{
		"\nbasic_auth: {usename: a, pasword: hunter2}": `7:20: checks[0].http.client.basic_auth.usename: unknown field, did you mean "username"?
7:32: checks[0].http.client.basic_auth.pasword: unknown field, did you mean "password"?`,
		"\nbasic_auth: hunter2":                              "7:19: checks[0].http.client.basic_auth: want fields like `password: …`, got a text (not shown, it may be secret)",
		"\nbasic_auth: {password: [hunter2]}":                "7:30: checks[0].http.client.basic_auth.password: want a text, got a list",
		"\nbasic_auth:":                                      "7:7: checks[0].http.client.basic_auth: want fields like `password: …`, got nothing",
		"\nenable_http2: 1":                                  `7:21: checks[0].http.client.enable_http2: want true or false, got "1"`,
		"\ntls_config: {min_version: TLS9}":                  `7:33: checks[0].http.client.tls_config.min_version: unknown TLS version: TLS9`,
		"\nproxy_url: 'http://u:hunter2@a b'":                `7:18: checks[0].http.client.proxy_url: parse "(not shown)": invalid character " " in host name`,
		"\nhttp_headers: {X-A: {values: b}}":                 "7:36: checks[0].http.client.http_headers.X-A.values: want a list like [a, b], got \"b\"",
		"\nbearer_token: hunter2\nbasic_auth: {username: a}": "7:7: checks[0].http.client: at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured",
		"\nauthorization: {credentials: '${env:NONE}'}":      "7:36: checks[0].http.client.authorization.credentials: ${env:NONE}: the variable is not set or empty: set it where andon starts",
		" hunter2": "6:13: checks[0].http.client: want fields like `authorization: …`, got \"hunter2\"",
	} {
		_, err := loadClient(client)
		if err == nil {
			t.Errorf("%s loads", client)
		} else if got := strings.ReplaceAll(err.Error(), "conf/andon.yaml:", ""); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", client, got, want)
		}
	}
}

// Files that settings name start at the folder of the configuration.
func TestFilesOfKinds(t *testing.T) {
	t.Parallel()
	const file = `checks:
- {name: own, tls: {address: "a:1", ca_file: ca.pem, cert_file: ../a.pem, key_file: /etc/a.key}}
- {name: within, tcp: {address: "a:1", tls: {ca_file: ca.pem}}}
`
	c, err := load("conf/andon.yaml", []byte(file), Overrides{}, kinds.Table())
	if err != nil {
		t.Fatal(err)
	}
	own, within := c.Checks[0].Settings.(*kinds.TLS), c.Checks[1].Settings.(*kinds.TCP)
	got := []string{own.CAFile, own.CertFile, own.KeyFile, within.TLS.CAFile}
	if want := []string{"conf/ca.pem", "a.pem", "/etc/a.key", "conf/ca.pem"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
