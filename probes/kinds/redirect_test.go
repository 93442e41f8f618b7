package kinds_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/probes/kinds"
)

func TestRedirects(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("X-Key"), body)
	})
	mux.HandleFunc("/cookie", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("seen"); err == nil && c.Value == "yes" {
			io.WriteString(w, "welcome back")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
		http.Redirect(w, r, "/cookie", http.StatusFound)
	})
	mux.HandleFunc("/to/{status}", func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscan(r.PathValue("status"), &status)
		w.Header().Set("Location", "/end")
		w.WriteHeader(status)
	})
	s := serve(t, mux.ServeHTTP)
	for _, tc := range []struct {
		path   string
		set    kinds.HTTP
		expect string
	}{
		{"/to/301", kinds.HTTP{}, `text == "GET k "`},
		{"/to/301", kinds.HTTP{Method: "POST", Body: "b"}, `text == "GET k "`},
		{"/to/302", kinds.HTTP{Method: "PUT", Body: "b"}, `text == "PUT k b"`},
		{"/to/303", kinds.HTTP{Method: "PUT", Body: "b"}, `text == "GET k "`},
		{"/to/303", kinds.HTTP{Method: "HEAD"}, `text == "" && status == 200`},
		{"/to/307", kinds.HTTP{Method: "POST", Body: "b"}, `text == "POST k b"`},
		{"/to/308", kinds.HTTP{Method: "POST", Body: "b"}, `text == "POST k b"`},
		{"/to/304", kinds.HTTP{}, `status == 304`},
		{"/to/302", kinds.HTTP{Client: client(t, "follow_redirects: false")}, `status == 302 && headers.location == "/end"`},
		{"/cookie", kinds.HTTP{}, `text == "welcome back"`},
	} {
		tc.set.URL = s.URL + tc.path
		tc.set.Headers = map[string]string{"X-Key": "k"}
		tc.set.Expect = []string{tc.expect}
		if _, err := ask(t, tc.set, kinds.Env{}); err != nil {
			t.Errorf("%s %s: %v", tc.set.Method, tc.path, err)
		}
	}
}

func TestRedirectsFail(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		location string
		set      kinds.HTTP
		reason   string
		text     string
	}{
		{"/?token=hunter2", kinds.HTTP{}, "redirect", "gave up after 5 redirects, the next one to http://127.0.0.1"},
		{"/", kinds.HTTP{MaxRedirects: 1}, "redirect", "gave up after 1 redirects"},
		{"http://[bad?hunter2", kinds.HTTP{}, "redirect", "status 307 with a Location that is not a URL"},
		{"ftp://hunter2@x/", kinds.HTTP{}, "redirect", "redirected to a url that does not begin with http:// or https://"},
		{"http:///x", kinds.HTTP{}, "redirect", "names no host"},
		{"http://bücher.example/", kinds.HTTP{}, "redirect", "xn--"},
		{"http://127.0.0.1:0/", kinds.HTTP{}, "redirect", "not a number from 1 to 65535"},
		{"http://169.254.169.254/latest/", kinds.HTTP{}, "refused-address", "refused to connect to 169.254.169.254"},
		{"http://[::ffff:a9fe:a9fe]/latest/", kinds.HTTP{}, "refused-address", "metadata service"},
		{"https://elsewhere.example/?hunter2", kinds.HTTP{Method: "POST", Body: "b"}, "redirect", "redirected with the body to another host, https://elsewhere.example,"},
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", tc.location)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		tc.set.URL = s.URL + "/?token=hunter2"
		_, err := ask(t, tc.set, kinds.Env{Dialer: new(egress.Dialer)})
		failsWith(t, err, tc.reason, tc.text)
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", tc.location, err)
		}
	}
}

// What is configured for one host is not for the one it redirects to.
func TestRedirectKeepsSecrets(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%v %s", r.Header, r.Host)
	})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "hunter2", Domain: "other.example"})
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	})
	_, err := ask(t, kinds.HTTP{
		URL:     strings.Replace(s.URL, "//", "//me:hunter2@", 1) + "/?hunter2",
		Headers: map[string]string{"X-Key": "hunter2", "Cookie": "a=hunter2", "Host": "hunter2.example", "Accept": "text/html", "User-Agent": "me"},
		Expect:  []string{`!text.contains("hunter2") && !text.contains("Authorization") && text.contains("text/html") && text.contains("User-Agent:[me]")`},
	}, kinds.Env{})
	if err != nil {
		t.Error(err)
	}
}

func TestDNS(t *testing.T) {
	t.Parallel()
	dialer := &egress.Dialer{Resolver: nxdomain(t)}
	for _, s := range []kinds.Settings{kinds.HTTP{URL: "http://shop.example/"}, kinds.TCP{Address: "shop.example:80"}} {
		facts, err := ask(t, s, kinds.Env{Dialer: dialer})
		failsWith(t, err, "dns", "lookup shop.example")
		if got := names(facts.Phases); len(got) != 1 || got[0] != "resolve" {
			t.Errorf("phases %v, want resolve", got)
		}
	}
}

// byPort dials to another peer for each port.
type byPort map[string]pipe

func (d byPort) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return d[port].DialContext(ctx, network, address)
}

func (byPort) Judge(string) error { return nil }

func (d byPort) DialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	return d.DialContext(ctx, network, address)
}

// From http to https the same host is the same origin, on the ports that
// belong together; another port is another origin.
func TestRedirectToTLS(t *testing.T) {
	t.Parallel()
	cert := newAuthority(t).issue(t, epoch.AddDate(0, 0, 1))
	tells := func(c net.Conn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		if req, err := http.ReadRequest(bufio.NewReader(s)); err == nil {
			fmt.Fprintf(s, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(req.Header.Get("Authorization")), req.Header.Get("Authorization"))
		}
	}
	for from, cases := range map[string]map[string]string{
		"http://192.0.2.1/":      {"https://192.0.2.1/": "Bearer a", "https://192.0.2.1:443/": "Bearer a", "https://192.0.2.1:8443/": "", "https://192.0.2.2/": ""},
		"http://192.0.2.1:80/":   {"https://192.0.2.1/": "Bearer a"},
		"http://192.0.2.1:8080/": {"https://192.0.2.1/": "", "https://192.0.2.1:8443/": ""},
	} {
		for to, want := range cases {
			redirects := pipe(says("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n"))
			env := kinds.Env{Dialer: byPort{"80": redirects, "8080": redirects, "443": tells, "8443": tells}}
			set := kinds.HTTP{URL: from, Expect: []string{`text == "` + want + `"`}, Client: client(t, "authorization: {credentials: a}\ntls_config: {insecure_skip_verify: true}")}
			if _, err := ask(t, set, env); err != nil {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
		}
	}
}
