package kinds_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes/kinds"
)

// real finds a program that a test needs, or skips the test.
func real(t *testing.T, program, debian string) (path string) {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("ANDON_REQUIRE_REAL") == "1" {
		t.Fatalf("%s is not on PATH (Debian: %s)", program, debian)
	}
	t.Skipf("%s is not on PATH (Debian: %s)", program, debian)
	return ""
}

// start runs a server until the test is over, and waits until it listens.
func start(t *testing.T, address, program string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	c := exec.CommandContext(t.Context(), program, args...)
	c.Stdout, c.Stderr, c.WaitDelay = &out, &out, 5*time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		c.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		c.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s: %s", program, out.String())
		}
	})
	for range 500 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s has ended: %s", program, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not listen on %s: %s", program, address, out.String())
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nginx starts a server with these contents of its http block.
func nginx(t *testing.T, address, http string) {
	t.Helper()
	path, dir := real(t, "nginx", "nginx"), t.TempDir()
	conf := fmt.Sprintf(`
daemon off;
master_process off;
error_log stderr crit;
pid %[1]s/pid;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  default_type text/plain;
%[2]s
}`, dir, http)
	write(t, filepath.Join(dir, "nginx.conf"), conf)
	start(t, address, path, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-e", "stderr")
}

func TestNginx(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	cert, key := pemFiles(t, ca.issue(t, epoch.AddDate(0, 0, 30)))
	mine, myKey := pemFiles(t, ca.issueClient(t))
	trusted, passwords := file(t, ca.pem()), file(t, "me:{PLAIN}pw\n")
	plain, safe := free(t), free(t)
	nginx(t, safe, fmt.Sprintf(`
  gzip on; gzip_min_length 1; keepalive_requests 2;
  server {
    listen %s;
    location / { return 200 "hello hello hello hello"; }
    location /moved { return 301 /; }
    location /safe { return 308 https://%[2]s/; }
    location /basic { auth_basic shop; auth_basic_user_file %s; try_files /none =204; }
    location /down { return 503; }
  }
  server {
    listen %[2]s ssl http2;
    ssl_certificate %[4]s; ssl_certificate_key %[5]s; ssl_client_certificate %[6]s; ssl_verify_client optional; ssl_protocols TLSv1.2 TLSv1.3;
    location / { return 200 "$ssl_client_verify $server_protocol $http_authorization"; }
  }`, plain, safe, passwords, cert, key, trusted))
	identity := ", cert_file: " + mine + ", key_file: " + myKey
	askNginx(t, safe, trusted, mine, myKey)
	for _, tc := range []struct {
		url, yaml, expect, reason string
	}{
		{plain + "/", "{}", `text == "hello hello hello hello"`, ""},
		{plain + "/moved", "{}", `text.startsWith("hello")`, ""},
		{plain + "/moved", "follow_redirects: false", `status == 301`, ""},
		{plain + "/basic", "basic_auth: {username: me, password: pw}", "status == 204", ""},
		{plain + "/basic", "basic_auth: {username: me, password: hunter2}", "status == 401", ""},
		{plain + "/down", "{}", "status < 500", "expect"},
		{safe + "/", "tls_config: {ca_file: " + trusted + "}", `text == "NONE HTTP/2.0 " && tls.days_left == 30`, ""},
		{safe + "/", "enable_http2: false\ntls_config: {ca_file: " + trusted + identity + "}", `text == "SUCCESS HTTP/1.1 "`, ""},
		{safe + "/", "authorization: {credentials: abc}\ntls_config: {ca_file: " + trusted + identity + ", min_version: TLS13}", `text == "SUCCESS HTTP/2.0 Bearer abc"`, ""},
		{plain + "/safe", "authorization: {credentials: abc}\ntls_config: {ca_file: " + trusted + identity + "}", `text == "NONE HTTP/2.0 "`, ""},
		{safe + "/", "{}", "true", "tls"},
	} {
		for _, reuse := range []bool{false, true} {
			scheme := "http://"
			if strings.HasPrefix(tc.url, safe) {
				scheme = "https://"
			}
			set := kinds.HTTP{URL: scheme + tc.url, Client: client(t, tc.yaml), Expect: []string{tc.expect}, ReuseConnection: reuse}
			p := probe(t, set, kinds.Env{Clock: atEpoch})
			for i := range 5 { // nginx closes after two requests, by its settings
				if _, err := p.Check(t.Context(), set.Targets()[0]); tc.reason != "" {
					failsWith(t, err, tc.reason, "")
				} else if err != nil {
					t.Errorf("%s %s, reuse %t, run %d: %v", tc.url, tc.yaml, reuse, i, err)
				}
			}
		}
	}
}

func TestTinyproxy(t *testing.T) {
	t.Parallel()
	path, address := real(t, "tinyproxy", "tinyproxy-bin"), free(t)
	_, port, _ := net.SplitHostPort(address)
	start(t, address, path, "-d", "-c", file(t, "Port "+port+"\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nBasicAuth me pw\nLogLevel Critical\n"))
	ca := newAuthority(t)
	env := kinds.Env{Dialer: new(egress.Dialer), Roots: ca.pool(), Clock: atEpoch}
	told := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Via")) }
	plain, safe := serve(t, told), serveTLS(t, true, ca.issue(t, epoch.AddDate(0, 0, 1)), told)
	by := func(user string) string { return "proxy_url: http://" + user + "@" + address }
	for _, reuse := range []bool{false, true} {
		for url, expect := range map[string]string{plain.URL: `text.contains("tinyproxy")`, safe.URL: `text == ""`} {
			set := kinds.HTTP{URL: url, Client: client(t, by("me:pw")), Expect: []string{expect}, ReuseConnection: reuse}
			p := probe(t, set, env)
			for range 2 {
				if _, err := p.Check(t.Context(), set.Targets()[0]); err != nil {
					t.Errorf("%s, reuse %t: %v", url, reuse, err)
				}
			}
		}
	}
	nobody := free(t)
	_, err := ask(t, kinds.HTTP{URL: "https://" + nobody, Client: client(t, by("me:pw"))}, env)
	failsWith(t, err, "connect", "could not connect to "+nobody)
	_, err = ask(t, kinds.HTTP{URL: "http://" + nobody, Client: client(t, by("me:pw"))}, env)
	failsWith(t, err, "status", "status 500")
	for _, url := range []string{plain.URL, safe.URL} {
		_, err = ask(t, kinds.HTTP{URL: url, Client: client(t, by("me:hunter2"))}, env)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a wrong password: %v", err)
		}
	}
	for _, url := range []string{"http://0xa9fea9fe/", "https://169.254.169.254/"} {
		_, err = ask(t, kinds.HTTP{URL: url, Client: client(t, by("me:pw"))}, env)
		failsWith(t, err, "refused-address", "metadata service")
	}
}
