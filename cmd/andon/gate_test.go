package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

func noon() time.Time               { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }
func ago(d time.Duration) time.Time { return noon().Add(-d) }

// openGate decided to be open, and AWS shows it.
func openGate(name string) gates.Report {
	return gates.Report{At: ago(2 * time.Second), Fresh: true, Holder: gates.Nobody, Enforced: true,
		Gate:     gates.Gate{Name: name, Instance: "shop-prod", Pipeline: "shop", Stage: "Production", May: []gates.Verb{gates.Close, gates.Open}},
		Decision: gates.Decision{State: gates.Opened, Reasons: []gates.Reason{{Code: "healthy", Text: "storefront is healthy"}}},
		Seen:     gates.Seen{Begun: ago(3 * time.Second), Enabled: true}}
}

func closedGate(name string) gates.Report {
	r := openGate(name)
	r.Decision = gates.Decision{State: gates.Closed, Since: ago(5 * time.Minute), Until: noon().Add(150 * time.Second), Ask: true,
		Reasons: []gates.Reason{{Code: "unhealthy", Check: "storefront", Text: "storefront is unhealthy: connection refused", Since: ago(5 * time.Minute)},
			{Code: "ask", Text: "a person has to open", Do: "look at what waits"}}}
	r.Checks = []gates.CheckEvidence{{Name: "storefront", Word: "unhealthy", Since: ago(5 * time.Minute), Text: "connection refused", Up: 10}}
	r.Seen = gates.Seen{Begun: ago(3 * time.Second), ChangedBy: "arn:aws:sts::123456789012:assumed-role/andon/i-0abc", ChangedAt: ago(4 * time.Minute),
		Reason:  "(andon shop-prod " + name + " k3f9) storefront is unhealthy",
		Inside:  []gates.Execution{{ID: "1111", Revision: "9fceb02", Action: "Deploy", Since: ago(6 * time.Minute)}},
		Waiting: []gates.Execution{{ID: "2222", Revision: "e83c516", Rollback: true}}}
	r.Holder = gates.Ours
	r.Problems = []gates.Reason{{Code: "throttled", Text: "GetPipelineState: too many requests", Do: "ask AWS for more"}}
	return r
}

// closingGate is one whose close has not reached AWS.
func closingGate(name string) gates.Report {
	r := closedGate(name)
	r.Seen, r.Holder, r.Enforced = gates.Seen{Begun: ago(3 * time.Second), Enabled: true}, gates.Nobody, false
	return r
}

func heldGate(name string) gates.Report {
	r := openGate(name)
	r.Seen = gates.Seen{Begun: ago(3 * time.Second), ChangedBy: "arn:aws:iam::123456789012:user/mia", ChangedAt: ago(time.Hour), Reason: "audit until 3 pm"}
	r.Holder, r.Enforced = gates.Person, false
	return r
}

func unsureGate(name string) gates.Report {
	r := openGate(name)
	r.Decision = gates.Decision{Reasons: []gates.Reason{{Code: "unknown", Text: "storefront has not run yet"}}}
	return r
}

func observing(r gates.Report) gates.Report { r.Gate.May, r.Enforced = nil, false; return r }

// unread is a gate whose transition was read last d before its decision.
func unread(r gates.Report, d time.Duration) gates.Report {
	r.Seen.Begun, r.Fresh = r.At.Add(-d), false
	return r
}

// daemonOf serves what a daemon with these gates does, at noon.
func daemonOf(reports ...gates.Report) http.Handler {
	return exporters.Handler(exporters.Sources{Clock: noon, Ready: func() error { return nil },
		Gates: func() []gates.Report { return reports }})
}

// said is what a command line left.
type said struct {
	exit        int
	out, stderr string
}

func andon(t *testing.T, environ []string, args ...string) said {
	t.Helper()
	var out, stderr bytes.Buffer
	p := program{Stdout: &out, Stderr: &stderr, Environ: environ}
	exit := p.Main(t.Context(), args)
	return said{exit, out.String(), stderr.String()}
}

// contains fails unless text has all of want.
func contains(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("want %q in:\n%s", w, text)
		}
	}
}

func serving(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// What list says of a gate is what the door for hooks, …/go, says of it.
func TestGateListAgreesWithGo(t *testing.T) {
	t.Parallel()
	silent := openGate("g")
	silent.At, silent.Seen.Begun = ago(2*time.Minute), ago(2*time.Minute)
	closedAndSilent := closedGate("g")
	closedAndSilent.At = ago(2 * time.Minute)
	for name, c := range map[string]struct {
		report gates.Report
		exit   int
		word   string
	}{
		"open":                        {openGate("g"), exitGood, "open"},
		"closed":                      {closedGate("g"), exitBad, "closed"},
		"closing":                     {closingGate("g"), exitBad, "closing"},
		"held by a person":            {heldGate("g"), exitBad, "held"},
		"unsure":                      {unsureGate("g"), exitUnknown, "cannot tell"},
		"observing, open":             {observing(openGate("g")), exitGood, "would be open"},
		"observing, closed":           {observing(closedGate("g")), exitGood, "would be closed"},
		"observing, unsure":           {observing(unsureGate("g")), exitGood, "would keep"},
		"never looked at":             {gates.Report{Gate: gates.Gate{Name: "g", May: []gates.Verb{gates.Close}}}, exitUnknown, "cannot tell"},
		"AWS never read":              {unread(openGate("g"), noon().Sub(time.Time{})), exitUnknown, "cannot tell"},
		"AWS read long ago":           {unread(openGate("g"), 61*time.Second), exitUnknown, "cannot tell"},
		"held, AWS read long ago":     {unread(heldGate("g"), 61*time.Second), exitUnknown, "cannot tell"},
		"closed, AWS read long ago":   {unread(closedGate("g"), 61*time.Second), exitBad, "closed"},
		"silent":                      {silent, exitUnknown, "cannot tell"},
		"closed, then silent":         {closedAndSilent, exitUnknown, "cannot tell"},
		"held though it may not stop": {observing(heldGate("g")), exitGood, "would be closed"},
	} {
		addr := serving(t, daemonOf(c.report))
		list := andon(t, nil, "gate", "list", "--addr", addr)
		status := andon(t, nil, "gate", "status", "g", "--addr", addr)
		if list.exit != c.exit || status.exit != c.exit {
			t.Errorf("%s: list exits %d, status %d, want %d", name, list.exit, status.exit, c.exit)
		}
		contains(t, list.out, "\ng     "+c.word+"  ")
		contains(t, status.out, "g: "+c.word+"\n")
	}
}

func TestGateListOfMany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exit    int
		reports []gates.Report
	}{
		"none":                         {exitGood, nil},
		"all open":                     {exitGood, []gates.Report{openGate("a"), openGate("b")}},
		"one closed, one not known":    {exitBad, []gates.Report{unsureGate("a"), closedGate("b"), openGate("c"), unsureGate("d")}},
		"one not known, the rest open": {exitUnknown, []gates.Report{openGate("a"), unsureGate("b"), openGate("c")}},
	} {
		if s := andon(t, []string{"ANDON_ADDR=" + serving(t, daemonOf(c.reports...))}, "gate", "list"); s.exit != c.exit {
			t.Errorf("%s: exit %d, want %d: %s", name, s.exit, c.exit, s.stderr)
		}
	}
}

const listed = `GATE        STATE   HELD BY                             SINCE (UTC)          UNTIL (UTC)          WHY
production  closed  andon shop-prod, gate production    2026-11-20 11:55:00  2026-11-20 12:02:30  the gate is closed: storefront is unhealthy: connection refused (and 1 more)
eu          held    arn:aws:iam::123456789012:user/mia  2026-11-20 11:00:00  -                    the transition is held by arn:aws:iam::123456789012:user/mia
staging     open    -                                   -                    -                    the gate is open: storefront is healthy
`

func TestGateListTable(t *testing.T) {
	t.Parallel()
	addr := serving(t, daemonOf(closedGate("production"), heldGate("eu"), openGate("staging")))
	if s := andon(t, nil, "gate", "list", "--addr", addr); s.out != listed {
		t.Errorf("got\n%swant\n%s", s.out, listed)
	}
}

func TestGateJSONIsTheAnswerUnchanged(t *testing.T) {
	t.Parallel()
	h := daemonOf(closedGate("production"))
	addr := serving(t, h)
	for path, args := range map[string][]string{
		"/api/v1/gates":               {"gate", "list"},
		"/api/v1/gates/production/go": {"gate", "status", "production"},
		"/api/v1/gates/nope/go":       {"gate", "status", "nope"},
	} {
		want := httptest.NewRecorder()
		h.ServeHTTP(want, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		s := andon(t, nil, append(args, "--addr", addr, "--output", "json")...)
		if s.out != want.Body.String() || !json.Valid([]byte(s.out)) {
			t.Errorf("%s: got\n%s\nwant\n%s", path, s.out, want.Body)
		}
	}
}

// While it starts, andon may not list every gate yet: all good is not known.
func TestGateListWhileStarting(t *testing.T) {
	t.Parallel()
	for want, reports := range map[int][]gates.Report{exitUnknown: {openGate("a")}, exitBad: {closedGate("a")}} {
		addr := serving(t, exporters.Handler(exporters.Sources{Clock: noon, Gates: func() []gates.Report { return reports },
			Ready: func() error { return errors.New("1 of 2 gates have been looked at since start; wait") }}))
		s := andon(t, nil, "gate", "list", "--addr", addr)
		if s.exit != want {
			t.Errorf("exit %d, want %d", s.exit, want)
		}
		contains(t, s.stderr, "not all is known yet", "1 of 2 gates")
	}
}

const everything = `gate      production: closed
why       the gate is closed: storefront is unhealthy: connection refused (and 1 more)
point     the transition into Production of pipeline shop
may       close, open
decision  closed, since 2026-11-20 11:55:00 UTC (5 min ago), until 2026-11-20 12:02:30 UTC (in 2 min 30 s), a person has to open
because   storefront is unhealthy: connection refused, since 2026-11-20 11:55:00 UTC (5 min ago)
because   a person has to open
          to do: look at what waits
check     storefront is unhealthy, since 2026-11-20 11:55:00 UTC (5 min ago): connection refused; 0 passes in a row, 10 make it healthy
in AWS    disabled, held by andon shop-prod, gate production (arn:aws:sts::123456789012:assumed-role/andon/i-0abc), since 2026-11-20 11:56:00 UTC (4 min ago); read at 2026-11-20 11:59:57 UTC
          says: (andon shop-prod production k3f9) storefront is unhealthy
order     mia ordered it open, since 2026-11-20 11:59:00 UTC (1 min ago): fix is in; until 2026-11-20 13:00:00 UTC (in 1 h)
          without it the gate would change nothing
inside    execution 1111, revision 9fceb02, in Deploy, since 2026-11-20 11:54:00 UTC (6 min ago)
waiting   execution 2222, revision e83c516, a rollback
problem   GetPipelineState: too many requests
          to do: ask AWS for more
`

func TestGateStatusTellsEverything(t *testing.T) {
	t.Parallel()
	r := closedGate("production")
	r.Override = &gates.Override{ID: "k3fa", Actor: "mia", Reason: "fix is in", At: ago(time.Minute), Expires: noon().Add(time.Hour)}
	rem, err := new(program).remote(serving(t, daemonOf(r)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := rem.gate(t.Context(), "production", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printGate(&out, a, noon()); err != nil || out.String() != everything {
		t.Errorf("%v, got\n%swant\n%s", err, &out, everything)
	}
}
