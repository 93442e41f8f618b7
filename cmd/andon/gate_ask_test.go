package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGateMistakes(t *testing.T) {
	t.Parallel()
	daemon := serving(t, daemonOf(openGate("production"), openGate("staging")))
	website := serving(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>\x1b[31mhello")) }))
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		args string
		exit int
		says []string
	}{
		{"gate status nope --addr " + daemon, exitUnknown, []string{`there is no gate "nope": there are production, staging`}},
		{"gate wait nope --addr " + daemon, exitUnknown, []string{"there are production, staging"}},
		{"gate status production --addr " + gone.URL, exitUnknown, []string{"cannot be reached at " + gone.URL, "connection refused", "andon run", "--addr"}},
		{"gate list --addr " + gone.URL, exitUnknown, []string{"cannot be reached"}},
		{"gate list --addr " + website, exitUnknown, []string{"answered 200", "not as andon does", "--addr"}},
		{"gate status production --addr " + website, exitUnknown, []string{"not as andon does"}},
		{"gate list --addr ftp://x", exitMisuse, []string{"not a URL like http://127.0.0.1:9797"}},
		{"gate list extra", exitMisuse, []string{"extra"}},
		{"gate list --output yaml", exitMisuse, []string{"text or json"}},
		{"gate frob", exitMisuse, []string{"frob"}},
		{"gate status", exitMisuse, []string{"want the name of one gate", "gate list"}},
		{"gate status a b", exitMisuse, []string{"got 2"}},
		{"gate status ../x", exitMisuse, []string{"cannot be the name of a gate"}},
		{"gate wait production --timeout -1s", exitMisuse, []string{"--timeout -1s"}},
	} {
		s := andon(t, nil, strings.Fields(c.args)...)
		if s.exit != c.exit || strings.Contains(s.stderr+s.out, "\x1b") {
			t.Errorf("%s: exit %d, want %d: %q", c.args, s.exit, c.exit, s.stderr)
		}
		contains(t, s.stderr, c.says...)
	}
}

func TestAddressOfTheDaemon(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ flag, variable, want string }{
		{"", "", "http://127.0.0.1:9797"},
		{"", "http://andon:1/", "http://andon:1"},
		{"localhost:2", "http://andon:1", "http://localhost:2"},
		{"https://andon/prefix/", "", "https://andon/prefix"},
	} {
		p := program{Environ: []string{"ANDON_ADDR=" + c.variable}}
		r, err := p.remote(c.flag)
		if err != nil || r.base.Redacted() != c.want {
			t.Errorf("--addr %q, ANDON_ADDR=%q: %v, %v; want %s", c.flag, c.variable, r.base, err, c.want)
		}
	}
}
