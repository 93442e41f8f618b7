package kinds_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

// A proxy of our own: it connects for who shows its password, or answers with
// a status instead.
type proxy struct {
	*httptest.Server
	status int // instead of connecting

	mu    sync.Mutex
	asked []string
}

func newProxy(t testing.TB) *proxy {
	p := new(proxy)
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.Host+" "+r.Header.Get("X-Hello"))
	p.mu.Unlock()
	switch {
	case r.Header.Get("Proxy-Authorization") != "Basic bWU6cHc=":
		w.WriteHeader(http.StatusProxyAuthRequired)
	case p.status != 0:
		w.WriteHeader(p.status)
	case r.Method == http.MethodConnect:
		p.connect(w, r)
	default:
		r.RequestURI = ""
		r.Header.Del("Proxy-Authorization")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.WriteHeader(resp.StatusCode)
		io.Copy(w, resp.Body)
	}
}

func (p *proxy) connect(w http.ResponseWriter, r *http.Request) {
	there, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	io.WriteString(here, "HTTP/1.1 200 Connected\r\n\r\n")
	go io.Copy(there, buffered)
	io.Copy(here, there)
}

func (p *proxy) url() string { return strings.Replace(p.URL, "//", "//me:pw@", 1) }

func TestProxy(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	env := kinds.Env{Roots: ca.pool(), Clock: atEpoch}
	secret := func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Proxy-Authorization"]) > 0 || len(r.Header["X-Hello"]) > 0 {
			t.Error("the target sees what is for the proxy")
		}
		io.WriteString(w, r.Header.Get("Authorization"))
	}
	plain, safe := serve(t, secret), serveTLS(t, true, ca.issue(t, epoch.AddDate(0, 0, 1)), secret)
	for _, tc := range []struct {
		url     string
		yaml    string
		asked   string
		version string
	}{
		{plain.URL, "", "GET " + plain.Listener.Addr().String() + " ", "1.1"},
		{safe.URL, "\nproxy_connect_header: {X-Hello: [hi]}", "CONNECT " + safe.Listener.Addr().String() + " hi", "2"},
		{plain.URL, "\nno_proxy: 127.0.0.0/8", "", "1.1"},
		{safe.URL, "\nno_proxy: " + safe.Listener.Addr().String(), "", "2"},
	} {
		for _, reuse := range []bool{false, true} {
			p := newProxy(t)
			set := kinds.HTTP{URL: tc.url, ReuseConnection: reuse, Expect: []string{`text == "Bearer abc"`},
				Client: client(t, "authorization: {credentials: abc}\nproxy_url: "+p.url()+tc.yaml)}
			facts, err := ask(t, set, env)
			if err != nil || facts.Version != tc.version {
				t.Errorf("%s%s: HTTP/%s, %v", tc.url, tc.yaml, facts.Version, err)
			}
			if got := strings.Join(p.asked, "; "); got != tc.asked {
				t.Errorf("the proxy was asked %q, want %q", got, tc.asked)
			}
		}
	}
}

// What a proxy cannot do for its own reasons says nothing about the target.
func TestProxyFails(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	p := newProxy(t)
	wrong := strings.Replace(p.URL, "//", "//me:hunter2@", 1)
	for _, url := range []string{"http://192.0.2.1/?hunter2", "https://192.0.2.1/?hunter2"} {
		_, err := ask(t, kinds.HTTP{URL: url, Client: client(t, "proxy_url: "+wrong)}, kinds.Env{})
		unclear(t, err, "wants other credentials (407 Proxy Authentication Required); mend the user in proxy_url")
		_, err = ask(t, kinds.HTTP{URL: url, Client: client(t, "proxy_url: http://me:hunter2@"+nobody)}, kinds.Env{})
		unclear(t, err, "the proxy cannot be reached (proxyconnect tcp: dial tcp "+nobody+": connect: connection refused); mend it, or proxy_url")
		_, err = ask(t, kinds.HTTP{URL: url, Client: client(t, "proxy_url: https://me:hunter2@"+p.Listener.Addr().String())}, kinds.Env{})
		unclear(t, err, "the proxy cannot be reached (proxyconnect tcp: tls: ")
	}
	for status, text := range map[int]string{403: "does not let andon through to 192.0.2.1:443 (403 Forbidden); mend its rules or no_proxy", 500: "", 502: "", 504: ""} {
		p := newProxy(t)
		p.status = status
		_, err := ask(t, kinds.HTTP{URL: "https://192.0.2.1/", Client: client(t, "proxy_url: "+p.url())}, kinds.Env{})
		if text != "" {
			unclear(t, err, text)
		} else {
			failsWith(t, err, "connect", "could not connect to 192.0.2.1:443 (")
		}
	}
	// What the proxy says in its own words may be what it was told.
	for _, answer := range []string{"HTTP/1.1 500 hunter2\r\n\r\n", "hunter2\r\n\r\n", "HTTP/1.1 200 OK\r\nhunter2\r\n\r\n"} {
		_, err := ask(t, kinds.HTTP{URL: "https://192.0.2.1/", Client: client(t, "proxy_url: http://"+peer(t, says(answer)))}, kinds.Env{})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

func TestProxyTimeout(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		talk   func(net.Conn)
		reason string
		text   string
	}{
		{nil, "inconclusive", "the proxy cannot be reached"},
		{func(c net.Conn) { io.Copy(io.Discard, c) }, "timeout", "timeout after 3s while waiting for the proxy to connect to 192.0.2.1:443"},
	} {
		synctest.Test(t, func(t *testing.T) {
			set := kinds.HTTP{URL: "https://192.0.2.1/", Client: client(t, "proxy_url: http://192.0.2.2:3128")}
			p := probe(t, set, kinds.Env{Dialer: pipe(tc.talk)})
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := p.Check(ctx, set.Targets()[0])
			if tc.reason == "inconclusive" {
				unclear(t, err, tc.text)
			} else {
				failsWith(t, err, tc.reason, tc.text)
			}
		})
	}
}

func TestProxyOfTheEnvironment(t *testing.T) { // not parallel: the environment is everybody's
	p := newProxy(t)
	p.status = http.StatusTeapot
	t.Setenv("HTTP_PROXY", p.url())
	t.Setenv("NO_PROXY", "192.0.2.2")
	set := kinds.HTTP{URL: "http://192.0.2.1/", Expect: []string{"status == 418"}, Client: client(t, "proxy_from_environment: true")}
	if _, err := ask(t, set, kinds.Env{}); err != nil {
		t.Error(err)
	}
	nobody := kinds.Env{Dialer: failing{io.ErrNoProgress}}
	for url, yaml := range map[string]string{"http://192.0.2.2/": "proxy_from_environment: true", "http://192.0.2.1/": "{}"} {
		_, err := ask(t, kinds.HTTP{URL: url, Client: client(t, yaml)}, nobody)
		failsWith(t, err, "connect", io.ErrNoProgress.Error())
	}
	if len(p.asked) != 1 {
		t.Errorf("the proxy was asked %q", p.asked)
	}
}
