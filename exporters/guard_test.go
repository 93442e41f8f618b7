package exporters

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	s := world(nil, open())
	s.Hosts = func() []string { return []string{"andon.example.com:9797", "Status.Example.com", ":9797"} }
	h := Handler(s)
	at := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 10), Port: 9797}
	for _, c := range []struct {
		method, host string
		want         int
	}{
		{"GET", "localhost:9797", 200},
		{"HEAD", "localhost", 200},
		{"GET", "LOCALHOST.", 200},
		{"GET", "127.0.0.1:9797", 200},
		{"GET", "127.8.8.8", 200},
		{"GET", "[::1]:9797", 200},
		{"GET", "[::1]", 200},
		{"GET", "192.0.2.10:9797", 200},
		{"GET", "[::ffff:192.0.2.10]", 200},
		{"GET", "andon.example.com", 200},
		{"GET", "andon.example.com:80", 200},
		{"GET", "status.example.com", 200},
		{"GET", "192.0.2.11:9797", 421},
		{"GET", "evil.example", 421},
		{"GET", "localhost.evil.example", 421},
		{"GET", "127.0.0.1.evil.example", 421},
		{"GET", "andon.example.com.evil.example", 421},
		{"GET", "", 421},
		{"GET", ":9797", 421},
		{"POST", "evil.example", 421},
		{"POST", "localhost", 405},
		{"PUT", "localhost", 405},
		{"DELETE", "localhost", 405},
		{"OPTIONS", "localhost", 405},
		{"TRACE", "localhost", 405},
	} {
		r := httptest.NewRequest(c.method, "http://localhost/api/v1/gates", nil)
		r.Host = c.host
		r.Header.Set("X-Forwarded-Host", "localhost")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(at))))
		if w.Code != c.want {
			t.Errorf("%s with host %q: %d, want %d: %s", c.method, c.host, w.Code, c.want, w.Body)
		}
		if c.want != 200 && !strings.Contains(w.Body.String(), `"error": "`) {
			t.Errorf("%s with host %q: no sentence in %s", c.method, c.host, w.Body)
		}
		if got := w.Header().Get("Allow"); (got == "GET, HEAD") != (c.want == 405) {
			t.Errorf("%s with host %q: Allow %q", c.method, c.host, got)
		}
	}
}

func TestCrossOriginWriteIsRefused(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/api/v1/gates", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	Handler(world(nil)).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `"error": "this is a cross-origin request: `) || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %s %v, want 403 and a sentence in JSON", w.Code, w.Body, w.Header())
	}
}

// Over a real connection: HEAD has no body, the address listened on is ours.
func TestServed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(Handler(world(nil, open())))
	t.Cleanup(server.Close)
	for _, path := range []string{"/", "/metrics", "/style.css", "/-/healthy", "/-/ready", "/api/v1/gates", "/api/v1/checks"} {
		resp, err := server.Client().Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("HEAD %s: %d, want 200", path, resp.StatusCode)
		}
		if got := resp.Header.Get("Cache-Control"); got != "no-store" && path != "/metrics" {
			t.Errorf("HEAD %s: Cache-Control is %q, want no-store", path, got)
		}
		for name, want := range map[string]string{"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("HEAD %s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestNothingHere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/api/v1/gate", "/api/v2/gates", "/api/v1/gates/", "/api/v1/gates/production/stop", "/index.html", "/favicon.ico"} {
		if status, _, _ := get(t, world(nil, open()), path); status != 404 {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := world(nil)
	if status, body, _ := get(t, s, "/-/ready"); status != 200 {
		t.Errorf("ready: %d %s, want 200", status, body)
	}
	s.Ready = starting
	if status, body, _ := get(t, s, "/-/ready"); status != 503 || !strings.Contains(body, starting().Error()) {
		t.Errorf("not ready: %d %s, want 503 and the sentence", status, body)
	}
	if status, _, _ := get(t, s, "/-/healthy"); status != 200 {
		t.Errorf("healthy while not ready: %d, want 200", status)
	}
	unread := open()
	unread.Seen = gates.Seen{}
	unread.Problems = []gates.Reason{{Text: "GetPipelineState: AccessDeniedException"}}
	if status, body, _ := get(t, world(nil, open(), unread), "/-/ready"); status != 503 || !strings.Contains(body, "AWS has not shown the transition of gate production since start: GetPipelineState: AccessDenied") {
		t.Errorf("AWS never answered: %d %s, want 503", status, body)
	}
	stale := open()
	stale.Fresh, stale.Seen.Begun = false, ago(time.Hour)
	if status, body, _ := get(t, world(nil, stale), "/-/ready"); status != 200 {
		t.Errorf("AWS is away since: %d %s, want 200", status, body)
	}
}
