package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andon-project/andon/cmd/andon/demo"
	"github.com/andon-project/andon/emulator"
)

// locked is a buffer that the program writes while the test reads.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestDemo does what the demo invites people to do: break the shop and see the
// line stop, mend it and see it move; begin a BlackDay and see releases wait, let a
// fix through, and end it.
func TestDemo(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var out, log locked
	ended := make(chan int, 1)
	p := program{Stdout: &out, Stderr: &log, Environ: []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "TMPDIR=" + temp}}
	go func() { ended <- p.Main(ctx, []string{"demo", "--listen", "127.0.0.1:0"}) }()
	defer func() {
		cancel()
		if code := <-ended; code != exitGood {
			t.Errorf("the demo ended with %d: %s", code, log.String())
		}
		if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
			t.Errorf("the demo left behind %q", left)
		}
	}()
	var addresses []string
	soon(t, "the demo prints its addresses", func() bool {
		addresses = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindAllString(out.String(), 4)
		return len(addresses) == 4
	})
	page, shop, andon := addresses[0], addresses[1], addresses[2]
	soon(t, "the line moves", func() bool { return status(t, andon+"/api/v1/gates/production/go") == http.StatusOK })
	post(t, shop+"/break")
	soon(t, "the line stops", func() bool { return strings.Contains(body(t, page), "andon has stopped the line") })
	soon(t, "a revision waits", func() bool { return strings.Contains(body(t, andon+"/api/v1/gates/production"), `"waiting": [`) })
	if got := status(t, andon+"/api/v1/gates/production/go"); got != http.StatusLocked {
		t.Errorf("/go answers %d while the shop is broken, want 423", got)
	}
	post(t, shop+"/mend")
	soon(t, "the line moves again", func() bool { return status(t, andon+"/api/v1/gates/production/go") == http.StatusOK })

	approved := regexp.MustCompile(`andon_approvals_total\{gate="blackday",result="approved"\} [1-9]`)
	soon(t, "releases are approved", func() bool { return approved.MatchString(body(t, andon+"/metrics")) })
	post(t, page+"/blackday")
	soon(t, "a release waits for approval, and a newer one behind it", func() bool {
		b := body(t, page)
		return strings.Contains(b, "It is a BlackDay: releases wait for approval") && strings.Contains(b, "asks for approval") && strings.Contains(b, ">waits<")
	})
	post(t, page+"/fix")
	soon(t, "the fix is approved, and what was in its way rejected", func() bool {
		b := body(t, page)
		return strings.Contains(b, "Rejected: you lets") && strings.Contains(b, "Approved: you lets")
	})
	soon(t, "another release waits", func() bool { return strings.Contains(body(t, page), "asks for approval") })
	post(t, page+"/workday")
	soon(t, "the line moves once more", func() bool { return status(t, andon+"/api/v1/gates/blackday/go") == http.StatusOK })
}

func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

func body(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func post(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Post(url, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// The page looks at the pipeline every second, in each tab.
func TestDemoLooksOverOneConnection(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := demonstration{aws: l}
	var connections atomic.Int32
	s := http.Server{Handler: emulator.New(emulator.Options{}), ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	if err := demo.CreatePipeline(t.Context(), d.client("admin")); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := demo.ViewOf(t.Context(), d.client("viewer"), "shop"); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n > 5 {
		t.Errorf("%d connections for 20 looks", n)
	}
}
