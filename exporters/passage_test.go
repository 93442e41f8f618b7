package exporters

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

func TestGo(t *testing.T) {
	t.Parallel()
	state := func(s gates.State) func(*gates.Report) {
		return func(r *gates.Report) { r.Decision.State = s }
	}
	read := func(age time.Duration) func(*gates.Report) {
		return func(r *gates.Report) { r.Seen.Begun = ago(age) }
	}
	decided := func(age time.Duration) func(*gates.Report) {
		return func(r *gates.Report) { r.At = ago(age) }
	}
	for _, c := range []struct {
		name   string
		report gates.Report
		status int
		would  string
		why    string // part of it
	}{
		{"zero report", gates.Report{Gate: gates.Gate{Name: "production"}}, 503, "", "not looked at this gate yet"},
		{"open", open(), 200, "", "storefront is healthy"},
		{"closed and held by us", closed(), 423, "", "connection refused (and 1 more)"},
		{"closed, not yet held", with(open(), state(gates.Closed)), 423, "", "closed"},
		{"closed, AWS not read lately", with(with(closed(), read(time.Hour)), decided(time.Second)), 423, "", "closed"},
		{"open, a person holds", person(), 423, "", "held by arn:aws:iam::123456789012:user/mia"},
		{"open, we still hold", with(closed(), state(gates.Opened)), 423, "", "held by andon shop-prod, gate production"},
		{"open, another andon holds", with(closed(), func(r *gates.Report) { r.Decision.State, r.Holder = gates.Opened, gates.Stranger }), 423, "", "held by andon"},
		{"open, our mark unverified", with(closed(), func(r *gates.Report) { r.Decision.State, r.Holder = gates.Opened, gates.Dubious }), 423, "", "held by andon"},
		{"open, disabled by nobody known", with(person(), func(r *gates.Report) { r.Seen.ChangedBy = "" }), 423, "", "somebody whom AWS does not name"},
		{"keep", with(open(), state(gates.Keep)), 503, "", "cannot tell"},
		{"keep, we hold", with(closed(), state(gates.Keep)), 423, "", "held by andon shop-prod, gate production, and andon cannot tell: storefront is unhealthy"},
		{"keep, a person holds", with(person(), state(gates.Keep)), 423, "", "held by"},
		{"open, AWS read 60 s ago", with(with(open(), read(time.Minute)), decided(time.Minute)), 200, "", "open"},
		{"open, AWS read longer ago", with(open(), read(time.Minute+1)), 503, "", "read last at 2026-11-20 11:58:59 UTC"},
		{"open, AWS never read", with(open(), func(r *gates.Report) { r.Seen, r.Holder = gates.Seen{}, gates.Unread }), 503, "", "not been read yet"},
		{"open, but the holder is not known", with(open(), func(r *gates.Report) { r.Holder = gates.Unread }), 423, "", "held"},
		{"open, decided too long ago", with(open(), decided(time.Minute+1)), 503, "", "decided last"},
		{"open, decided in time to come", with(open(), decided(-time.Second)), 503, "", "decided last"},
		{"observing, open", observing(open()), 200, "open", "observes and stops nothing"},
		{"observing, closed", observing(closed()), 200, "closed", "closed: storefront is unhealthy"},
		{"observing, a person holds", observing(person()), 200, "closed", "held by"},
		{"observing, cannot tell", observing(with(open(), state(gates.Keep))), 200, "keep", "cannot tell"},
		{"observing, silent for long", observing(with(open(), decided(time.Hour))), 200, "keep", "decided last"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, body, header := get(t, world(nil, c.report), "/api/v1/gates/production/go")
			var v GateView
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				t.Fatalf("%v in %s", err, body)
			}
			if status != c.status || v.Would != c.would || v.Go != (status == 200) || !strings.Contains(v.Why, c.why) {
				t.Errorf("got %d, go %v, would %q, why %q; want %d, would %q, why with %q", status, v.Go, v.Would, v.Why, c.status, c.would, c.why)
			}
			if again := header.Get("Retry-After"); (again != "") != (status != 200) {
				t.Errorf("Retry-After is %q beside status %d", again, status)
			}
		})
	}
}

func TestGoWithoutReport(t *testing.T) {
	t.Parallel()
	s := world(nil, open())
	if status, body, _ := get(t, s, "/api/v1/gates/prodution/go"); status != 404 || !strings.Contains(body, "there are production") {
		t.Errorf("unknown gate: %d %s; want 404 and the names there are", status, body)
	}
	s.Ready = starting
	status, body, header := get(t, s, "/api/v1/gates/prodution/go")
	if status != 503 || !strings.Contains(body, "not looked at every gate yet") || header.Get("Retry-After") == "" {
		t.Errorf("before every gate has reported: %d %s, Retry-After %q; want 503 with the sentence", status, body, header.Get("Retry-After"))
	}
	if status, body, _ := get(t, Sources{}, "/api/v1/gates/production/go"); status != 503 {
		t.Errorf("zero sources: %d %s, want 503", status, body)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		until time.Time
		want  string
	}{
		{time.Time{}, "10"}, {ago(time.Second), "10"}, {noon().Add(1500 * time.Millisecond), "2"}, {noon().Add(time.Hour), "60"},
	} {
		if got := retryAfter(c.until, noon()); got != c.want {
			t.Errorf("until %v: %s, want %s", c.until, got, c.want)
		}
	}
}

func TestBadWait(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"", "x", "-1", "-1s", "51", "51s", "1h", "5 s", "99999999999999999999", "NaN"} {
		status, body, _ := get(t, world(nil, closed()), "/api/v1/gates/production/go?wait="+strings.ReplaceAll(wait, " ", "%20"))
		if status != 400 || !strings.Contains(body, `"error": "wait=`) {
			t.Errorf("wait=%q: %d %s; want 400 and a sentence", wait, status, body)
		}
	}
}

// await asks with a wait in virtual time and says how long the answer took.
// change is called after 12 s.
func await(t *testing.T, first gates.Report, query string, change func() gates.Report) (status int, took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var now atomic.Pointer[gates.Report]
		now.Store(&first)
		s := Sources{Clock: time.Now, Ready: func() error { return nil }, Gates: func() []gates.Report {
			r := *now.Load()
			r.At, r.Seen.Begun = time.Now(), time.Now()
			return []gates.Report{r}
		}}
		time.AfterFunc(12*time.Second, func() { r := change(); now.Store(&r) })
		w := httptest.NewRecorder()
		Handler(s).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/api/v1/gates/production/go"+query, nil))
		status, took = w.Code, time.Since(begun)
		synctest.Wait()
	})
	return status, took
}

func TestWait(t *testing.T) {
	t.Parallel()
	gone := func() gates.Report { return gates.Report{Gate: gates.Gate{Name: "other"}} }
	for _, c := range []struct {
		name, query string
		first       gates.Report
		change      func() gates.Report
		status      int
		least, most time.Duration
	}{
		{"no wait", "", closed(), open, 423, 0, 0},
		{"wait=0", "?wait=0", closed(), open, 423, 0, 0},
		{"open already", "?wait=50s", open(), closed, 200, 0, 0},
		{"opens in time", "?wait=50s", closed(), open, 200, 12 * time.Second, 12*time.Second + poll},
		{"plain seconds", "?wait=30", closed(), open, 200, 12 * time.Second, 12*time.Second + poll},
		{"the time is over", "?wait=5s", closed(), open, 423, 5 * time.Second, 5 * time.Second},
		{"stays closed", "?wait=50", closed(), closed, 423, 50 * time.Second, 50 * time.Second},
		{"is no longer there", "?wait=50", closed(), gone, 404, 12 * time.Second, 12*time.Second + poll},
		{"observing", "?wait=50", observing(closed()), open, 200, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, took := await(t, c.first, c.query, c.change)
			if status != c.status || took < c.least || took > c.most {
				t.Errorf("%d after %v, want %d after %v to %v", status, took, c.status, c.least, c.most)
			}
		})
	}
}

// A server that stops must not be kept by those who wait.
func TestWaitEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/api/v1/gates/production/go?wait=50", nil)
		s := world(nil, closed())
		begun := time.Now()
		w := httptest.NewRecorder()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		Handler(s).ServeHTTP(w, r.WithContext(ctx))
		if took := time.Since(begun); took != 3*time.Second || w.Code != http.StatusLocked {
			t.Errorf("%d after %v, want 423 after 3 s", w.Code, took)
		}
	})
}

// While a tick waits for AWS, the report of the one before still says open.
func TestGoWhileATickTakesLong(t *testing.T) {
	t.Parallel()
	ordered := with(open(), func(r *gates.Report) { r.Override = &gates.Override{ID: "0b6c5ceab2", Actor: "mia"} })
	for _, c := range []struct {
		name   string
		check  probes.CheckState
		report gates.Report
		status int
	}{
		{"still well", well(), open(), 200},
		{"fell sick since", sick(), open(), 503},
		{"fell sick, and a person wants it open", sick(), ordered, 200},
		{"fell sick, and is closed already", sick(), closed(), 423},
		{"fell sick, and a person holds", sick(), person(), 423},
		{"fell sick, and the gate only observes", sick(), observing(open()), 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := world(probes.Snapshot{c.check}, c.report)
			status, body, _ := get(t, s, "/api/v1/gates/production/go")
			if status != c.status || status == 503 && !strings.Contains(body, "storefront has become unhealthy") {
				t.Errorf("%d, want %d: %s", status, c.status, body)
			}
			_, metrics, _ := get(t, s, "/metrics")
			if wrong := status == 503 && strings.Contains(metrics, `andon_gate_enforced{gate="production"} 1`); wrong {
				t.Error("the gate counts as enforced")
			}
			if s.Gates()[0].Decision.State != c.report.Decision.State {
				t.Error("the source's own report was changed")
			}
		})
	}
}
