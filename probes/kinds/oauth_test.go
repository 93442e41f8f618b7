package kinds_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

// issuer gives tokens t1, t2, … to who knows the secret.
func issuer(t *testing.T, secret func() string, lifetime int) (url string, issued *atomic.Int32) {
	issued = new(atomic.Int32)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		id, given, _ := r.BasicAuth()
		if r.FormValue("grant_type") != "client_credentials" || id != "me" || given != secret() ||
			r.FormValue("scope") != "read write" || r.FormValue("audience") != "shop" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"%s is wrong"}`, given)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"t%d","token_type":"bearer","expires_in":%d}`, issued.Add(1), lifetime)
	})
	return s.URL, issued
}

func TestOAuthKeepsItsToken(t *testing.T) {
	t.Parallel()
	secret := file(t, "hunter2")
	right := "hunter2"
	url, issued := issuer(t, func() string { return right }, 3600)
	accepted := "Bearer t1"
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != accepted {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	set := kinds.HTTP{URL: s.URL, Client: client(t, fmt.Sprintf("oauth2: {client_id: me, client_secret_file: %s, token_url: '%s', scopes: [read, write], endpoint_params: {audience: shop}}", secret, url))}
	p := probe(t, set, kinds.Env{})
	check := func() error {
		_, err := p.Check(t.Context(), set.Targets()[0])
		return err
	}
	for range 3 {
		if err := check(); err != nil || issued.Load() != 1 {
			t.Fatalf("%v after %d tokens", err, issued.Load())
		}
	}
	// A token that the target no longer takes is a failure, and replaced.
	accepted = "Bearer t2"
	failsWith(t, check(), "status", "status 401 Unauthorized")
	if err := check(); err != nil {
		t.Error(err)
	}
	// So is one of a secret that has changed.
	right, accepted = "hunter3", "Bearer t3"
	write(t, secret, "hunter3")
	if err := check(); err != nil || issued.Load() != 3 {
		t.Errorf("%v after %d tokens", err, issued.Load())
	}
	right = "another"
	write(t, secret, "hunter2")
	err := check()
	failsWith(t, err, "status", "no token from http://127.0.0.1")
	if !strings.HasSuffix(err.Error(), ": status 401, invalid_client") {
		t.Error(err)
	}
}

func TestOAuthFails(t *testing.T) {
	t.Parallel()
	closed, _ := net.Listen("tcp", "127.0.0.1:0")
	closed.Close()
	answering := func(answer string) string { return "http://" + peer(t, says(answer)) }
	for _, tc := range []struct{ url, reason, text string }{
		{"http://" + closed.Addr().String(), "connect", "connection refused"},
		{answering(""), "protocol", "closed the connection"},
		{answering("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nhunter2"), "body", "the answer holds no token"},
		{answering("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"), "body", "the answer holds no token"},
		{answering("HTTP/1.1 307 No\r\nLocation: http://127.0.0.1/hunter2\r\nContent-Length: 0\r\n\r\n"), "status", "status 307"},
		{answering("HTTP/1.1 400 No\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n" + `{"error":"hunter2"}`), "status", "status 400"},
		{strings.Replace(serveTLS(t, false, newAuthority(t).issue(t, epoch.AddDate(0, 0, 1)), hello).URL, "//", "//u:hunter2@", 1), "tls", "unknown authority"},
	} {
		_, err := ask(t, kinds.HTTP{URL: "http://192.0.2.1", Client: client(t, "oauth2: {client_id: me, client_secret: hunter2, token_url: '"+tc.url+"/?hunter2'}")}, kinds.Env{Clock: atEpoch})
		failsWith(t, err, tc.reason, tc.text)
		if !strings.HasPrefix(err.Error(), "no token from http") || strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
	}
}

// A token endpoint that hangs takes the run's time and not more.
func TestOAuthTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer letPeersEnd()
		hang := pipe(func(c net.Conn) { io.Copy(io.Discard, c) })
		set := kinds.HTTP{URL: "http://192.0.2.1", Client: client(t, "oauth2: {client_id: me, client_secret: a, token_url: 'http://192.0.2.2/'}")}
		p := probe(t, set, kinds.Env{Dialer: hang})
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			_, err := p.Check(ctx, set.Targets()[0])
			failsWith(t, err, "timeout", "no token from http://192.0.2.2: timeout after 3s while waiting for the response header")
			cancel()
		}
	})
}

// What a token takes is not the target's time.
func TestOAuthIsNotElapsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := pipe(func(c net.Conn) {
			body := `{"access_token":"a","expires_in":60}`
			time.Sleep(time.Second)
			says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))(c)
		})
		set := kinds.HTTP{URL: "http://192.0.2.1", Expect: []string{`elapsed == duration("1s")`},
			Client: client(t, "oauth2: {client_id: me, client_secret: a, token_url: 'http://192.0.2.2/'}")}
		facts, err := ask(t, set, kinds.Env{Dialer: answers})
		if err != nil || len(facts.Phases) != 3 {
			t.Errorf("%+v, %v", facts, err)
		}
	})
}
