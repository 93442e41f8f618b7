package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// hashOf is what stands in a web configuration for a password; the cheapest.
func hashOf(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

// siteOf serves h with a web configuration until the test ends, and gives its
// address and what it logs.
func siteOf(t *testing.T, config string, h http.Handler) (addr string, log *bytes.Buffer) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "web.yaml")
	write(t, file, config)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log = new(bytes.Buffer)
	site := website{listener: l, log: slog.New(slog.NewTextHandler(log, nil))}
	if site.door, err = newDoor(file, quietly(site.log)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- site.serve(ctx, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), log
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWriter(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "web.yaml")
	users := fmt.Sprintf("basic_auth_users:\n  mia: %s\n  bob: %s\n", hashOf(t, "secret of mia"), hashOf(t, "secret of bob"))
	for _, c := range []struct {
		name, users, file, user, password string
		writers                           []string
		want                              string // what is said against it
	}{
		{"a writer", users, file, "mia", "secret of mia", []string{"mia"}, ""},
		{"a reader", users, file, "bob", "secret of bob", []string{"mia"}, `"bob" may look, but not order`},
		{"a wrong password", users, file, "mia", "secret of bob", []string{"mia"}, "does not know this user"},
		{"nobody", users, file, "", "", []string{"mia"}, "answers its users only"},
		{"the users were removed, and the server lets everybody in", "{}", file, "mia", "secret of mia", []string{"mia"}, "orders are for users"},
		{"the file is broken", "basic_auth_users: [", file, "mia", "secret of mia", []string{"mia"}, "lets nobody in"},
		{"no file", users, "", "mia", "secret of mia", []string{"mia"}, "takes no orders over HTTP"},
		{"no writers", users, file, "mia", "secret of mia", nil, "takes no orders over HTTP"},
	} {
		write(t, file, users)
		d, err := newDoor(c.file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, c.users)
		r := httptest.NewRequest(http.MethodPut, "http://localhost/", nil)
		if c.user != "" {
			r.SetBasicAuth(c.user, c.password)
		}
		w := httptest.NewRecorder()
		d.admit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name, err := writer(r, c.file, c.writers)
			fmt.Fprint(w, name, err)
		})).ServeHTTP(w, r)
		if got := w.Body.String(); c.want == "" && got != "mia<nil>" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %q", c.name, got, c.want)
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: the password is told: %s", c.name, w.Body)
		}
	}
}

// Who may not come in is told so, and a thousand of them do not fill the log.
func TestWebUsers(t *testing.T) {
	t.Parallel()
	addr, log := siteOf(t, "basic_auth_users: {mia: "+hashOf(t, "secret")+"}", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	for user, want := range map[string]int{"": 401, "mia": 200, "mia ": 401, "bob": 401} {
		for range 50 {
			r, _ := http.NewRequest(http.MethodGet, "http://"+addr, nil)
			if user != "" {
				r.SetBasicAuth(user, "secret")
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode != want || want == 401 && (!bytes.Contains(text, []byte(`"error": "andon `)) || resp.Header.Get("WWW-Authenticate") != challenge) {
				t.Fatalf("%q: %d, want %d: %s", user, resp.StatusCode, want, text)
			}
		}
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", log)
	}
}

// certify writes a new certificate for 127.0.0.1, signed by itself, and its key.
func certify(certFile, keyFile string) (der []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key); err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return der, errors.Join(
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}

// What strangers cause is logged once a minute for each kind.
func TestQuietLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(&quietHandler{Handler: slog.NewTextHandler(&out, nil), said: map[string]time.Time{}})
		for range 3 {
			for i := range 100 {
				log.Warn(fmt.Sprintf("http: TLS handshake error from 192.0.2.%d:1", i))
				log.Error("Unable to parse configuration")
			}
			time.Sleep(time.Minute)
		}
		if got := strings.Count(out.String(), "\n"); got != 6 {
			t.Errorf("%d lines, want one of each kind a minute:\n%s", got, out.String())
		}
	})
}

// A certificate that is replaced is used from the next connection on.
func TestWebTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, err := certify(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := siteOf(t, "tls_server_config: {cert_file: "+cert+", key_file: "+key+"}", http.NotFoundHandler())
	for range 2 {
		c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.ConnectionState().PeerCertificates[0].Raw; !bytes.Equal(got, der) {
			t.Error("another certificate is served than stands in the file")
		}
		c.Close()
		if der, err = certify(cert, key); err != nil {
			t.Fatal(err)
		}
	}
}

// A file that is caught while it is written opens to nobody what was for its
// users.
func TestEmptiedWebConfig(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "web.yaml")
	users := "basic_auth_users: {mia: " + hashOf(t, "secret") + "}"
	write(t, file, users)
	d, err := newDoor(file, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ask := func() int {
		w := httptest.NewRecorder()
		d.admit(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return w.Code
	}
	for _, text := range []string{"", "\n"} {
		write(t, file, text)
		if got := ask(); got != http.StatusServiceUnavailable {
			t.Errorf("%q answers %d to everybody, want 503", text, got)
		}
		write(t, file, users)
		if got := ask(); got != http.StatusUnauthorized {
			t.Errorf("with users again: %d, want 401", got)
		}
	}
}

// What is wrong with the file is told without what stands in it.
func TestInvalidWebConfig(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "web.yaml")
	for text, want := range map[string]string{
		"basic_auth_users: {mia: hunter2}":                          "no bcrypt hash: make one with htpasswd",
		"basic_auth_user: {mia: hunter2}":                           "not as Prometheus documents it",
		"basic_auth_users:\n- hunter2":                              "not as Prometheus documents it",
		"tls_server_config: {cert_file: /none, key_file: /none}":    "cert_file, /none: there is no such file",
		"tls_server_config: {cert_file: /, key_file: /none}":        "cert_file, /: it is a folder, and andon reads it again and again",
		"tls_server_config: {cert_file: web.yaml}":                  "missing one of key or key_file",
		"tls_server_config: {min_version: TLS14}":                   "unknown TLS version: TLS14",
		"http_server_config: {headers: {X-Mine: hunter2}}":          `cannot set the header "X-Mine"`,
		"http_server_config: {headers: {X-Frame-Options: hunter2}}": "want deny or sameorigin",
		"rate_limit: {interval: 1s}":                                "give it one of 1 at least",
	} {
		write(t, file, text)
		_, err := newDoor(file, nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "web.yaml") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// What the documents show is valid.
func TestWebConfigsInDocuments(t *testing.T) {
	t.Parallel()
	n := 0
	for name, text := range documents(t) {
		for _, b := range blocks(name, text) {
			if b.kind != "yaml web" {
				continue
			}
			n++
			dir := t.TempDir()
			if _, err := certify(filepath.Join(dir, "andon.crt"), filepath.Join(dir, "andon.key")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "web.yaml"), b.text)
			if _, err := newDoor(filepath.Join(dir, "web.yaml"), nil); err != nil {
				t.Errorf("%s: %v", b.place, err)
			}
		}
	}
	if n == 0 {
		t.Error("no document shows a web configuration")
	}
}
