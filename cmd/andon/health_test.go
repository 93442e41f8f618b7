package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// An andon that serves TLS is asked over TLS, under whatever address its
// certificate does not name.
func TestHealthOverTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(daemonOf(openGate("g")))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	for _, addr := range []string{s.URL, strings.TrimPrefix(s.URL, "https://")} {
		if got := andon(t, nil, "health", "--ready", "--addr", addr); got.exit != exitGood || got.out != "andon is ready\n" {
			t.Errorf("%s: %+v", addr, got)
		}
	}
}

func TestHealthAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ addr, environ, want string }{
		{"", "", "http://127.0.0.1:9797"},
		{"", "ANDON_LISTEN=0.0.0.0:80", "http://127.0.0.1:80"},
		{"", "ANDON_LISTEN=:80", "http://127.0.0.1:80"},
		{"", "ANDON_LISTEN=[::]:80", "http://127.0.0.1:80"},
		{"", "ANDON_LISTEN=192.0.2.1:80", "http://192.0.2.1:80"},
		{"", "ANDON_LISTEN=[::1]:80", "http://[::1]:80"},
		{"", "ANDON_ADDR=https://a.example.com", "https://a.example.com"},
		{"b.example.com:1", "ANDON_ADDR=https://a.example.com", "http://b.example.com:1"},
	} {
		p := program{Environ: []string{c.environ}}
		got, err := p.healthAddr(c.addr)
		if err != nil || got.String() != c.want {
			t.Errorf("%q %q: %v %v, want %s", c.addr, c.environ, got, err, c.want)
		}
	}
}

// What comes from a stranger does not count as a yes, and cannot play with the
// terminal.
func TestHealthOfAStranger(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"another program": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				w.Write([]byte("andon is serving"))
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
		"who knows no such user": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="another program"`)
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
		},
		"terminal codes": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			w.Write([]byte("\x1b[2Jwait"))
		},
	} {
		got := andon(t, nil, "health", "--addr", serving(t, h))
		if got.exit != exitBad || got.out != "" || strings.ContainsRune(got.stderr, 0x1b) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A password is shown only to who asks for it, and over a network only under TLS.
func TestHealthKeepsThePassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		base, path string
		tls        bool   // the server speaks it
		shown      string // to whom; "": to nobody
		err        string
	}{
		{"http://127.0.0.1:9797", "/-/healthy", false, "", ""},
		{"https://andon.example.com", "/-/healthy", true, "", ""},
		{"http://127.0.0.1:9797", "/-/ready", false, "http://127.0.0.1:9797", ""},
		{"https://andon.example.com", "/-/ready", true, "https://andon.example.com", ""},
		{"http://andon.example.com", "/-/ready", true, "https://andon.example.com", ""},
		{"http://andon.example.com", "/-/ready", false, "", "would go there unencrypted"},
	} {
		base, err := url.Parse(c.base)
		if err != nil {
			t.Fatal(err)
		}
		shown := ""
		ask := func(_ context.Context, base *url.URL, path, user, password string) (healthAnswer, error) {
			if user != "" {
				shown = base.String()
			}
			switch {
			case c.tls && base.Scheme == "http":
				return healthAnswer{status: 400, body: "Client sent an HTTP request to an HTTPS server."}, nil
			case path == "/-/healthy":
				return healthAnswer{status: 200, body: "andon is serving"}, nil
			case password == "hunter2":
				return healthAnswer{status: 200, body: "andon is ready"}, nil
			}
			return healthAnswer{status: 401, challenge: challenge}, nil
		}
		_, err = asker(ask).health(t.Context(), base, c.path, "alice", "hunter2")
		if shown != c.shown || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s%s: shown to %q, %v", c.base, c.path, shown, err)
		}
	}
}
