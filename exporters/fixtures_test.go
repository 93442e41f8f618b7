package exporters

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// noon is the present of all tests.
func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

func ago(d time.Duration) time.Time { return noon().Add(-d) }

// reasoned is an error that knows its class.
type reasoned struct{ class, text string }

func (e reasoned) Error() string  { return e.text }
func (e reasoned) Reason() string { return e.class }

// run is one run of ten seconds' rhythm, back runs before the last.
func run(back int, err error) probes.Result {
	return probes.Result{Check: "storefront", Target: "https://shop.example.com/", Err: err,
		Start: ago(time.Duration(back+1) * 10 * time.Second), Late: time.Millisecond, Duration: 42 * time.Millisecond,
		Facts: probes.Facts{StatusCode: 200, Version: "1.1", Bytes: 512, Remote: "192.0.2.7:443", Redirects: 1,
			CertExpiry: noon().Add(240 * time.Hour),
			Phases: []probes.Phase{{Name: "resolve", Duration: time.Millisecond}, {Name: "connect", Duration: 10 * time.Millisecond},
				{Name: "processing", Duration: 20 * time.Millisecond}, {Name: "connect", Duration: 5 * time.Millisecond}}}}
}

// target has made runs, the last of them ten seconds ago.
func target(name string, errs ...error) probes.TargetState {
	s := probes.NewStatus(probes.DefaultPolicy(10*time.Second, 3*time.Second), probes.Unknown, time.Time{})
	for i, err := range errs {
		s = s.Add(run(len(errs)-1-i, err))
	}
	return probes.TargetState{Target: probes.Target{Name: name}, Missed: 0, Status: s}
}

func check(name string, targets ...probes.TargetState) probes.CheckState {
	return probes.CheckState{Name: name, Kind: "http", Every: 10 * time.Second, Timeout: 3 * time.Second, Targets: targets}
}

// sick has passed once and then failed three times.
func sick() probes.CheckState {
	refused := reasoned{"connect", "connecting to 192.0.2.7:443: connection refused"}
	return check("storefront", target("https://shop.example.com/", nil, refused, refused, refused))
}

func well() probes.CheckState {
	return check("storefront", target("https://shop.example.com/", nil, nil))
}

// open is a gate that decided to be open, and AWS shows it.
func open() gates.Report {
	return gates.Report{At: ago(2 * time.Second),
		Gate: gates.Gate{Name: "production", Instance: "shop-prod", Pipeline: "shop", Stage: "Production", Region: "eu-central-1",
			Checks: []string{"storefront"}, May: []gates.Verb{gates.Close, gates.Open}},
		Decision: gates.Decision{State: gates.Opened, Reasons: []gates.Reason{{Code: "healthy", Text: "storefront is healthy"}}},
		Checks:   []gates.CheckEvidence{{Name: "storefront", Verdict: probes.Healthy, Word: "healthy", Since: ago(time.Hour), Passes: 10, Up: 10}},
		Seen:     gates.Seen{Begun: ago(3 * time.Second), Enabled: true},
		Fresh:    true, Holder: gates.Nobody, Enforced: true, Changes: [3]uint64{1, 2, 3}, Closes: 3, Opens: 2}
}

// closed is the same gate while production is unwell.
func closed() gates.Report {
	r := open()
	r.Decision = gates.Decision{State: gates.Closed, Since: ago(5 * time.Minute), Until: noon().Add(5 * time.Minute), Ask: true,
		Reasons: []gates.Reason{
			{Code: "unhealthy", Check: "storefront", Text: "storefront is unhealthy: connection refused", Since: ago(5 * time.Minute)},
			{Code: "ask", Text: "a release was inside; a person has to open", Do: "look at what waits, then enable the transition", Since: ago(4 * time.Minute)}}}
	r.Checks[0] = gates.CheckEvidence{Name: "storefront", Verdict: probes.Unhealthy, Word: "unhealthy", Since: ago(5 * time.Minute),
		Failure: ago(10 * time.Second), Text: "connection refused", Up: 10}
	r.Seen = gates.Seen{Begun: ago(3 * time.Second), ChangedBy: "arn:aws:sts::123456789012:assumed-role/andon/i-0abc", ChangedAt: ago(4 * time.Minute),
		Reason:  "(andon shop-prod production k3f9) storefront is unhealthy - connection refused",
		Inside:  []gates.Execution{{ID: "11111111-aaaa-4bbb-8ccc-000000000001", Revision: "9fceb02d0ae598e95dc970b74767f19372d61af8", Action: "Deploy", Since: ago(6 * time.Minute)}},
		Waiting: []gates.Execution{{ID: "11111111-aaaa-4bbb-8ccc-000000000002", Revision: "e83c5163316f89bfbde7d9ab23ca2e25604af290"}}}
	r.Holder = gates.Ours
	return r
}

// person is a gate that wants to be open, at a transition a person disabled.
func person() gates.Report {
	r := open()
	r.Seen = gates.Seen{Begun: ago(3 * time.Second), ChangedBy: "arn:aws:iam::123456789012:user/mia", ChangedAt: ago(time.Hour), Reason: "audit until 3 pm"}
	r.Holder, r.Enforced = gates.Person, false
	return r
}

func observing(r gates.Report) gates.Report {
	r.Gate.May, r.Enforced = nil, false
	return r
}

// with changes a report and gives it back.
func with(r gates.Report, change func(*gates.Report)) gates.Report {
	change(&r)
	return r
}

// world serves what it is given, at noon.
func world(checks probes.Snapshot, reports ...gates.Report) Sources {
	return Sources{Clock: noon,
		Checks: func() probes.Snapshot { return checks },
		Gates:  func() []gates.Report { return reports },
		Ready:  func() error { return nil },
		Calls: func() map[Call]uint64 {
			return map[Call]uint64{{"GetPipelineState", "ok"}: 12, {"GetPipelineState", "ThrottlingException"}: 1}
		},
		Version: BuildInfo{"v0.2.0", "71c1080", "go1.26.0"}}
}

func starting() error {
	return errors.New("andon has not looked at every gate yet: ask again in some seconds")
}

// get asks a handler as a client on this machine would.
func get(t *testing.T, s Sources, path string) (status int, body string, header http.Header) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost:9797"+path, nil)
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Result().Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options %q, want nosniff", path, got)
	}
	return w.Code, string(b), w.Result().Header
}

// many is a check with n targets, each of which has run.
func many(n int) probes.CheckState {
	c := check("fleet")
	for i := range n {
		c.Targets = append(c.Targets, target(fmt.Sprintf("host-%05d.example.com", i), nil))
	}
	return c
}
