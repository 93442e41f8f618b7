package exporters

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// The golden files are the API's promise: a name in them does not change.
func TestGolden(t *testing.T) {
	t.Parallel()
	held := with(closed(), func(r *gates.Report) {
		r.Override = &gates.Override{ID: "k3fa", State: gates.Closed, Actor: "mia", Reason: "stocktaking", At: ago(time.Minute), Expires: noon().Add(time.Hour),
			Replaces: &gates.OrderRef{ID: "k3f9", State: gates.Opened, Actor: "bob"}}
		r.Own = gates.Decision{State: gates.Closed, Reasons: r.Decision.Reasons[:1]}
		r.Hold = &gates.Hold{Intent: "k3f9", Began: ago(4 * time.Minute), Checks: []string{"storefront"}, Suspect: true, Inside: r.Seen.Inside}
		r.Ended = &gates.OrderEnd{ID: "k3f8", Why: "its time is over", At: ago(time.Hour)}
		r.Problems = []gates.Reason{{Code: "throttled", Text: "GetPipelineState: too many requests", Do: "wait"}}
	})
	s := world(probes.Snapshot{sick()}, held)
	for file, path := range map[string]string{"gate.json": "/api/v1/gates/production", "check.json": "/api/v1/checks/storefront"} {
		status, body, header := get(t, s, path)
		if status != 200 || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, status, header.Get("Content-Type"))
		}
		golden(t, "testdata/"+file, body)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := world(probes.Snapshot{well(), many(3)}, open(), with(open(), func(r *gates.Report) { r.Gate.Name = "staging" }))
	var g GatesView
	var c ChecksView
	for path, v := range map[string]any{"/api/v1/gates": &g, "/api/v1/checks": &c} {
		status, body, _ := get(t, s, path)
		if err := json.Unmarshal([]byte(body), v); err != nil || status != 200 {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
	}
	if len(g.Gates) != 2 || g.Gates[0].Name != "production" || g.Gates[1].Name != "staging" || g.Gates[0].State != gates.Opened {
		t.Errorf("gates: %+v; want production, then staging, open", g.Gates)
	}
	if len(c.Checks) != 2 || c.Checks[0].Name != "storefront" || c.Checks[1].TargetsTotal != 3 {
		t.Errorf("checks: %+v; want storefront, then fleet with 3 targets", c.Checks)
	}
	if _, body, _ := get(t, world(nil), "/api/v1/gates"); body != "{\n  \"gates\": [],\n  \"orphans\": [],\n  \"problems\": []\n}\n" {
		t.Errorf("no gates: %s; want an empty list, not null", body)
	}
	if status, body, _ := get(t, s, "/api/v1/checks/x"); status != 404 || !strings.Contains(body, "there are storefront, fleet") {
		t.Errorf("no such check: %d %s; want 404 and the names there are", status, body)
	}
}

func TestWhy(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	cannot := fmt.Errorf("%w: no sockets left", probes.ErrInconclusive)
	old := target("a", nil)
	for i := range 4 {
		old.Status = old.Status.Add(run(60-i, refused))
	}
	priorState := target("a")
	priorState.Status = probes.NewStatus(probes.DefaultPolicy(10*time.Second, time.Second), probes.Unhealthy, ago(time.Hour)).Add(run(0, nil))
	for _, c := range []struct {
		name, verdict, why string
		target             probes.TargetState
	}{
		{"never ran", "unknown", "not run yet", target("a")},
		{"healthy", "healthy", "", target("a", nil)},
		{"failed once", "unknown", "too few to tell", target("a", refused)},
		{"failed often", "unhealthy", "connection refused", target("a", refused, refused, refused)},
		{"could not tell", "unknown", "no sockets left", target("a", cannot)},
		{"too old", "unknown", "too old to tell", old},
		{"unhealthy before the start", "unhealthy", "before andon started", priorState},
	} {
		v := viewTarget(c.target, noon())
		if v.Verdict != c.verdict || !strings.Contains(v.Why, c.why) || (c.why == "") != (v.Why == "") {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, v.Verdict, v.Why, c.verdict, c.why)
		}
		if v.Verdict == "unknown" && !v.Since.IsZero() {
			t.Errorf("%s: unknown since %v, but unknown has no since", c.name, v.Since)
		}
	}
}

func TestCheckSpeaksOfItsWorstTarget(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	c := check("fleet", target("a", nil), target("b"), target("c", refused, refused, refused), target("d", nil))
	v := viewCheck(c, noon(), 3)
	if v.Verdict != "unhealthy" || v.Why != "c: connection refused" || v.TargetsTotal != 4 {
		t.Errorf("got %s, %q, %d targets; want unhealthy because of c, 4 targets", v.Verdict, v.Why, v.TargetsTotal)
	}
	var order string
	for _, t := range v.Targets {
		order += t.Name
	}
	if order != "cba" {
		t.Errorf("targets are told as %s, want the worst three first: cba", order)
	}
	if v := viewCheck(check("empty"), noon(), 3); v.Verdict != "unknown" || v.Why == "" {
		t.Errorf("a check without targets: %s, %q; want unknown and why", v.Verdict, v.Why)
	}
}

// A line that no longer ticks must not go on saying that all is enforced.
func TestSilentLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		age    time.Duration
		silent bool
	}{{0, false}, {silentFor, false}, {silentFor + 1, true}, {-time.Second, true}} {
		v := viewGate(with(open(), func(r *gates.Report) { r.At = ago(c.age) }), noon())
		if v.Enforced == c.silent || (len(v.Problems) == 1 && v.Problems[0].Code == "silent") != c.silent {
			t.Errorf("decided %v ago: enforced %v, problems %v; want silent: %v", c.age, v.Enforced, v.Problems, c.silent)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	flood := strings.Repeat("\xff\u202eé\n", 1<<16)
	r := with(closed(), func(r *gates.Report) {
		r.Decision.Reasons[0].Text, r.Seen.Reason, r.Seen.ChangedBy, r.Holder = flood, flood, flood, gates.Person
		for range 5000 {
			r.Seen.Waiting = append(r.Seen.Waiting, gates.Execution{ID: "1", Revision: "2"})
		}
	})
	s := world(probes.Snapshot{check("fleet", target("a", errors.New(flood))), many(5000)}, r)
	for path, most := range map[string]int{
		"/api/v1/gates": 20_000, "/api/v1/gates/production/go": 20_000, "/api/v1/checks": 50_000, "/api/v1/checks/fleet": 5_000,
		"/": 30_000, "/api/v1/gates/" + strings.Repeat("x", 9000): 1_000} {
		_, body, _ := get(t, s, path)
		if len(body) > most {
			t.Errorf("%.40s: %d bytes, want at most %d", path, len(body), most)
		}
		if !utf8.ValidString(body) || strings.ContainsRune(body, '\u202e') {
			t.Errorf("%.40s: invalid UTF-8, or a character that turns the direction of the text", path)
		}
	}
}

// Views are made from shared snapshots and must leave them as they are.
func TestViewsCopy(t *testing.T) {
	t.Parallel()
	r := closed()
	r.Decision.Reasons[0].Text = "a\nb"
	r.Checks[0].Text = "a\nb"
	viewGate(r, noon())
	if r.Decision.Reasons[0].Text != "a\nb" || r.Checks[0].Text != "a\nb" {
		t.Error("a view changed the report it was made from")
	}
}
