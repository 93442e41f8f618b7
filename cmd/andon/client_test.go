package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// guarded is a daemon that has users: mia with her secret.
func guarded(t *testing.T) http.Handler {
	next := daemonOf(openGate("production"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, word, _ := r.BasicAuth(); user != "mia" || word != "hush hush" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	addr := serving(t, guarded(t))
	file := filepath.Join(t.TempDir(), "password")
	write(t, file, "hush hush\n")
	for _, c := range []struct {
		environ []string
		args    string
		exit    int
		says    string
	}{
		{nil, "", exitUnknown, "answers its users only: name one with --user or ANDON_USER"},
		{nil, "--user mia", exitMisuse, "put it into ANDON_PASSWORD, or into a file"},
		{[]string{"ANDON_PASSWORD=hush hush"}, "--user mia", exitGood, ""},
		{[]string{"ANDON_PASSWORD=hush hush", "ANDON_USER=mia"}, "", exitGood, ""},
		{[]string{"ANDON_PASSWORD=wrong", "ANDON_USER=mia"}, "--password-file " + file, exitGood, ""},
		{[]string{"ANDON_PASSWORD=wrong", "ANDON_USER=mia"}, "", exitUnknown, `does not know the user "mia" with this password`},
		{[]string{"ANDON_USER=mia"}, "--password-file /none", exitMisuse, "the password cannot be read"},
		{nil, "--ca-file " + file, exitMisuse, "has no certificates in PEM"},
		{nil, "--addr http://mia:hush@localhost", exitMisuse, "has a user in it"},
	} {
		for _, command := range []string{"gate list", "gate status production", "gate wait production --timeout 20s"} {
			args := append(strings.Fields(command), append([]string{"--addr", addr}, strings.Fields(c.args)...)...)
			s := andon(t, c.environ, args...)
			if s.exit != c.exit || !strings.Contains(s.stderr, c.says) || strings.Contains(s.stderr+s.out, "hush") {
				t.Errorf("%s %s %q: exit %d, %q; want %d, %q", command, c.args, c.environ, s.exit, s.stderr, c.exit, c.says)
			}
		}
	}
}

// A container's health check needs no user.
func TestHealthOfAnAndonWithUsers(t *testing.T) {
	t.Parallel()
	addr, _ := siteOf(t, "basic_auth_users: {mia: "+hashOf(t, "hush hush")+"}\n", daemonOf(openGate("production")))
	for _, c := range []struct {
		environ []string
		args    string
		exit    int
		says    string
	}{
		{nil, "", exitGood, "andon is serving"},
		{nil, "--ready", exitBad, "answers its users only"},
		{[]string{"ANDON_USER=mia", "ANDON_PASSWORD=hush hush"}, "--ready", exitGood, "andon is ready"},
		{[]string{"ANDON_USER=mia", "ANDON_PASSWORD=wrong"}, "", exitGood, "andon is serving"},
		{[]string{"ANDON_USER=mia", "ANDON_PASSWORD=wrong"}, "--ready", exitBad, "does not know the user"},
	} {
		s := andon(t, c.environ, append([]string{"health", "--addr", addr}, strings.Fields(c.args)...)...)
		if s.exit != c.exit || !strings.Contains(s.out+s.stderr, c.says) {
			t.Errorf("%s %q: %+v", c.args, c.environ, s)
		}
	}
}

// Nor does it need a certificate, which a container would have to keep a key for;
// and asking fills no log.
func TestHealthOfAnAndonThatWantsCertificates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if _, err := certify(cert, key); err != nil {
		t.Fatal(err)
	}
	for _, most := range []string{"TLS12", "TLS13"} {
		addr, log := siteOf(t, "tls_server_config: {cert_file: "+cert+", key_file: "+key+", client_ca_file: "+cert+
			", client_auth_type: RequireAndVerifyClientCert, max_version: "+most+"}\n", daemonOf(openGate("production")))
		if s := andon(t, nil, "health", "--addr", addr); s.exit != exitGood || !strings.Contains(s.out, "andon is serving who shows a certificate") {
			t.Errorf("%s: %+v", most, s)
		}
		if s := andon(t, nil, "health", "--ready", "--addr", "https://"+addr); s.exit != exitBad || !strings.Contains(s.stderr, "only who shows a certificate") {
			t.Errorf("%s: %+v", most, s)
		}
		if log.Len() > 0 {
			t.Errorf("logged: %s", log)
		}
	}
}

func TestPasswordInTheClear(t *testing.T) {
	t.Parallel()
	for addr, warned := range map[string]bool{"http://127.0.0.1:1": false, "http://localhost:1": false, "https://andon.example.com": false, "http://andon.example.com": true} {
		r, err := new(program).remote(addr)
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		if r.warn(&said); (said.Len() > 0) != warned {
			t.Errorf("%s: %q", addr, said.String())
		}
	}
}

// A password goes where --addr says, and not where that sends us: to another
// port of the host, or from TLS to plain HTTP.
func TestCredentialsStay(t *testing.T) {
	t.Parallel()
	elsewhere := serving(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was asked elsewhere, with %q", r.Method, r.URL.Path, r.Header.Get("Authorization"))
	}))
	sent := serving(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	for _, args := range [][]string{
		{"gate", "list"},
		{"override", "set", "production", "open", "--reason", "a fix"},
	} {
		s := andon(t, []string{"ANDON_USER=mia", "ANDON_PASSWORD=secret"}, append(args, "--addr", sent)...)
		if s.exit != exitUnknown || !strings.Contains(s.stderr, "answered 307, and not as andon does; name andon's address with --addr") {
			t.Errorf("%v: exit %d: %s", args, s.exit, s.stderr)
		}
	}
}
