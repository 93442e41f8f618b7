package sources_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/egress"
)

const empty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"

// serve is a server of feeds, and what asks it at a secret path.
func serve(t *testing.T, h http.HandlerFunc) (sources.Fetcher, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail on purpose
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return fetcher(t, server, server.URL+"/private-5ecre7/basic.ics"), server
}

func fetcher(t *testing.T, server *httptest.Server, address string) sources.Fetcher {
	t.Helper()
	roots := x509.NewCertPool()
	if server != nil && server.Certificate() != nil {
		roots.AddCert(server.Certificate())
	}
	f, ok := sources.World{Roots: roots, Dialer: &egress.Dialer{}}.Open(calendar.Source{ICS: &calendar.ICS{URL: address}})
	if !ok {
		t.Fatal("an address is not opened")
	}
	return f
}

func fetch(t *testing.T, f sources.Fetcher, last sources.Version) (sources.Answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), sources.Deadline)
	defer cancel()
	return f.Fetch(ctx, last)
}

// what checks the code of a failure, and that it tells no address.
func what(t *testing.T, err error, want sources.Code) {
	t.Helper()
	f, ok := errors.AsType[*sources.Failure](err)
	if !ok || f.Code != want {
		t.Fatalf("%v (%T), want the code %s", err, err, want)
	}
	if all := fmt.Sprintf("%v %s %s", err, f.Text, f.Do); strings.Contains(all, "5ecre7") || strings.Contains(all, "127.0.0.1") || strings.Contains(all, "example.com") {
		t.Errorf("the failure tells the address: %s", all)
	}
}

func TestFeedIsAskedForChanges(t *testing.T) {
	t.Parallel()
	f, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"7"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"7"` && r.Header.Get("If-Modified-Since") == "Mon, 23 Nov 2026 10:00:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, empty)
	})
	first, err := fetch(t, f, sources.Version{})
	if err != nil || string(first.Body) != empty || first.Same || first.Version != (sources.Version{ETag: `"7"`, Modified: "Mon, 23 Nov 2026 10:00:00 GMT"}) {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := fetch(t, f, first.Version)
	if err != nil || !again.Same || again.Version != first.Version || again.Body != nil {
		t.Fatalf("%+v, %v", again, err)
	}
}

func TestFeedThatFails(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Error(w, "sorry, "+r.URL.String(), code) }
	}
	for _, tc := range []struct {
		name string
		h    http.HandlerFunc
		want sources.Code
	}{
		{"not modified since never", status(304), sources.Status},
		{"no content", status(204), sources.Status},
		{"unauthorized", status(401), sources.Denied},
		{"forbidden", status(403), sources.Denied},
		{"gone", status(404), sources.Missing},
		{"too often", status(429), sources.Status},
		{"broken", status(503), sources.Status},
		{"a page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!DOCTYPE html><title>Sign in</title>") }, sources.NotCalendar},
		{"a page that says so", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "Sign in")
		}, sources.NotCalendar},
		{"huge", func(w http.ResponseWriter, _ *http.Request) {
			for range 11 << 4 {
				if _, err := w.Write(bytes.Repeat([]byte("X-A:b\r\n\r\n"), 64<<10/9)); err != nil {
					return
				}
			}
		}, sources.TooLarge},
		{"a bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			for range 20 {
				if _, err := z.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
			z.Close()
		}, sources.TooLarge},
		{"no gzip", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, empty)
		}, sources.Unreachable},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, empty)
		}, sources.Unreachable},
		{"reset", func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, sources.Unreachable},
		{"round and round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, sources.Redirected},
		{"down to http", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+r.URL.Path, http.StatusMovedPermanently)
		}, sources.Redirected},
		{"to metadata", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://169.254.169.254/latest", http.StatusFound)
		}, sources.Refused},
		{"to nowhere", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://%zz"+r.URL.Path)
			w.WriteHeader(http.StatusFound)
		}, sources.Unreachable},
		{"huge headers", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-A", strings.Repeat("a", 1<<20))
		}, sources.Unreachable},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f, _ := serve(t, tc.h)
			_, err := fetch(t, f, sources.Version{})
			what(t, err, tc.want)
		})
	}
}

// A server that sends a byte now and then is given up.
func TestFeedThatDrips(t *testing.T) {
	t.Parallel()
	f, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, "X")
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := f.Fetch(ctx, sources.Version{})
	what(t, err, sources.Timeout)
}

// Servers name calendars as they like; what counts is what they send.
func TestFeedOfAnyType(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text/calendar", "text/html", "text/plain", "application/octet-stream", ";;", ""} {
		f, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, "\ufeff"+empty)
		})
		if a, err := fetch(t, f, sources.Version{}); err != nil || len(a.Body) == 0 {
			t.Errorf("%q: %v", kind, err)
		}
	}
}

// Whoever is redirected to learns neither the address nor the password.
func TestFeedRedirectTellsNothing(t *testing.T) {
	t.Parallel()
	told := make(chan http.Header, 1)
	other := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told <- r.Header
		fmt.Fprint(w, empty)
	}))
	other.StartTLS()
	defer other.Close()
	_, port, _ := net.SplitHostPort(other.Listener.Addr().String())
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "mika" || password != "pass5ecre7" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/private-5ecre7" { // the same host may know
			http.Redirect(w, r, "/moved", http.StatusFound)
			return
		}
		http.Redirect(w, r, "https://127.0.0.1:"+port+"/x", http.StatusFound)
	}))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	roots.AddCert(other.Certificate())
	address := strings.Replace(server.URL, "https://", "https://mika:pass5ecre7@", 1) + "/private-5ecre7#fragment"
	f, _ := sources.World{Roots: roots}.Open(calendar.Source{ICS: &calendar.ICS{URL: address}})
	_, err := fetch(t, f, sources.Version{})
	if err != nil {
		t.Fatal(err)
	}
	if h := <-told; strings.Contains(fmt.Sprint(h), "5ecre7") || h.Get("Authorization") != "" || h.Get("Referer") != "" {
		t.Errorf("told: %s", h)
	}
}

func TestFeedAddresses(t *testing.T) {
	t.Parallel()
	_, server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, empty) })
	for _, scheme := range []string{"webcal://", "WEBCAL://", "webcals://", " https://"} {
		if _, err := fetch(t, fetcher(t, server, scheme+strings.TrimPrefix(server.URL, "https://")+"/x"), sources.Version{}); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, empty) }))
	defer plain.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for address, want := range map[string]sources.Code{
		plain.URL + "/private-5ecre7":                               sources.Refused,
		"ftp://feeds.example.com/private-5ecre7":                    sources.Refused,
		"private-5ecre7":                                            sources.Refused,
		"https://[5ecre7":                                           sources.Refused,
		"https://169.254.169.254/private-5ecre7":                    sources.Refused,
		"https://" + closed.Addr().String() + "/5ecre7":             sources.Unreachable,
		"https" + strings.TrimPrefix(plain.URL, "http") + "/5ecre7": sources.Unreachable,
	} {
		_, err := fetch(t, fetcher(t, nil, address), sources.Version{})
		what(t, err, want)
	}
	_, err = fetch(t, fetcher(t, nil, server.URL+"/5ecre7"), sources.Version{}) // its authority is not known
	what(t, err, sources.Unreachable)
	if !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
	refusing, _ := sources.World{Dialer: &egress.Dialer{RefuseLoopback: true}}.Open(calendar.Source{ICS: &calendar.ICS{URL: server.URL}})
	_, err = fetch(t, refusing, sources.Version{})
	what(t, err, sources.Refused)
	deaf := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("5ecre7") }}
	lost, _ := sources.World{Dialer: &egress.Dialer{Resolver: deaf}}.Open(calendar.Source{ICS: &calendar.ICS{URL: "https://5ecre7.invalid/"}})
	_, err = fetch(t, lost, sources.Version{})
	what(t, err, sources.Unreachable)
}
