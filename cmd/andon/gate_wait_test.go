package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// A fakeDaemon answers in this process, in virtual time: as a gate's report
// says, or not at all.
type fakeDaemon struct {
	mu     sync.Mutex
	report *gates.Report // nil: nobody listens
	asked  int
	died   chan struct{}
}

func (d *fakeDaemon) becomes(r gates.Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.report, d.died = &r, make(chan struct{})
}

// dies resets the connections of those who wait.
func (d *fakeDaemon) dies() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.report = nil
	close(d.died)
}

// look is the report as if it had been made now.
func (d *fakeDaemon) look() []gates.Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.report == nil {
		return nil
	}
	r := *d.report
	r.At, r.Seen.Begun = time.Now(), time.Now()
	return []gates.Report{r}
}

func (d *fakeDaemon) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	died, up := d.died, d.report != nil
	d.asked++
	d.mu.Unlock()
	if !up {
		return nil, errors.New("connection refused")
	}
	r = r.Clone(r.Context())
	r.Host = r.URL.Host
	w, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		exporters.Handler(exporters.Sources{Gates: d.look, Ready: func() error { return nil }}).ServeHTTP(w, r)
	}()
	select {
	case <-done:
		return w.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-died:
		return nil, errors.New("connection reset")
	}
}

func (d *fakeDaemon) wait(ctx context.Context, args ...string) said {
	var out, stderr bytes.Buffer
	p := program{Stdout: &out, Stderr: &stderr, transport: d}
	exit := p.Main(ctx, append([]string{"gate", "wait", "production"}, args...))
	return said{exit, out.String(), stderr.String()}
}

func TestGateWaitUntilItOpens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := new(fakeDaemon)
		d.becomes(closedGate("production"))
		time.AfterFunc(2*time.Minute, func() { d.becomes(heldGate("production")) })
		time.AfterFunc(4*time.Minute, d.dies)
		time.AfterFunc(5*time.Minute, func() { d.becomes(openGate("production")) })
		begun := time.Now()
		s := d.wait(t.Context())
		if s.exit != exitGood {
			t.Errorf("exit %d, want 0: %s", s.exit, s.stderr)
		}
		if took := time.Since(begun); took < 5*time.Minute || took > 5*time.Minute+2*time.Second {
			t.Errorf("it returned after %v, want 2 s after the gate opened at most", took)
		}
		lines := strings.Split(strings.TrimSpace(s.out), "\n")
		for i, want := range []string{"waiting for gate production: the gate is closed: storefront is unhealthy",
			"waiting for gate production: the transition is held by arn:aws:iam::123456789012:user/mia",
			"waiting for gate production: andon cannot be reached at http://127.0.0.1:9797: connection reset",
			"waiting for gate production: andon cannot be reached at http://127.0.0.1:9797: connection refused",
			"gate production lets through: the gate is open"} {
			if len(lines) != 5 || !strings.HasPrefix(lines[i], want) {
				t.Fatalf("got\n%s\nwant line %d of 5: %s", s.out, i+1, want)
			}
		}
		if d.asked > 80 {
			t.Errorf("asked %d times in 5 minutes", d.asked)
		}
	})
}

func TestGateWaitUntilTheTimeIsOver(t *testing.T) {
	t.Parallel()
	silent := func(*fakeDaemon) {}
	closed := func(d *fakeDaemon) { d.becomes(closedGate("production")) }
	for _, c := range []struct {
		name    string
		daemon  func(*fakeDaemon)
		timeout time.Duration
		exit    int
		says    string
		asked   int
	}{
		{"closed", closed, 10 * time.Minute, exitTimeout, "did not let through within 10m0s: the gate is closed: storefront is unhealthy", 14},
		{"closed, asked once", closed, 0, exitTimeout, "does not let through: the gate is closed", 1},
		{"nobody listens", silent, 20 * time.Second, exitTimeout, "did not let through within 20s: andon cannot be reached", 21},
		{"nobody listens, asked once", silent, 0, exitUnknown, "andon cannot be reached", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := new(fakeDaemon)
			c.daemon(d)
			begun := time.Now()
			s := d.wait(t.Context(), "--timeout", c.timeout.String())
			if took := time.Since(begun); s.exit != c.exit || took != c.timeout {
				t.Errorf("%s: exit %d after %v, want %d after %v: %s", c.name, s.exit, took, c.exit, c.timeout, s.stderr)
			}
			contains(t, s.stderr, c.says)
			if d.asked > c.asked {
				t.Errorf("%s: asked %d times, want at most %d", c.name, d.asked, c.asked)
			}
		})
	}
}

func TestGateWaitIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := new(fakeDaemon)
		d.becomes(closedGate("production"))
		ctx, cancel := context.WithTimeout(t.Context(), 75*time.Second)
		defer cancel()
		begun := time.Now()
		s := d.wait(ctx)
		if s.exit != exitUnknown || time.Since(begun) != 75*time.Second {
			t.Errorf("exit %d after %v, want 2 at once", s.exit, time.Since(begun))
		}
		contains(t, s.stderr, "interrupted")
	})
}

func TestGateWaitJSON(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := new(fakeDaemon)
		d.becomes(unsureGate("production"))
		s := d.wait(t.Context(), "--timeout", "5s", "-o", "json")
		if s.exit != exitTimeout || !strings.HasPrefix(s.out, "{\n") {
			t.Errorf("exit %d, want 3 and the last answer: %s", s.exit, s.out)
		}
		contains(t, s.stderr, "waiting for gate production: andon cannot tell: storefront has not run yet")
	})
}
