package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// explained asks a daemon with one gate, whose journal has 12 records.
func explained(t *testing.T, r gates.Report, args ...string) said {
	t.Helper()
	store := new(journal.Memory)
	log, _, err := journal.Open(t.Context(), store, r.Gate.Stream())
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		if _, err := log.Append(t.Context(), noon(), "release", map[string]string{"why": "it is no longer \x1b[2J ours"}); err != nil {
			t.Fatal(err)
		}
	}
	h := exporters.Handler(exporters.Sources{Clock: noon, Journal: store, Ready: func() error { return nil }, Gates: func() []gates.Report { return []gates.Report{r} }})
	return andon(t, nil, append([]string{"gate", "explain", "g", "--addr", serving(t, h)}, args...)...)
}

func TestGateExplain(t *testing.T) {
	t.Parallel()
	sick := closedGate("g")
	sick.Decision.Ask, sick.Decision.Reasons = false, sick.Decision.Reasons[:1]
	sick.Gate.MinHold, sick.Gate.Reopen = 10*time.Minute, gates.AutoReopen
	sick.Checks[0] = gates.CheckEvidence{Name: "storefront", Verdict: probes.Unhealthy, Word: "unhealthy", Text: "connection refused", Failure: ago(20 * time.Second), Passes: 1, Up: 10, Needs: 10, Every: 10 * time.Second}
	sick.Hold = &gates.Hold{Intent: "k3f9", Began: ago(4 * time.Minute), Checks: []string{"storefront"}, Suspect: true, Inside: sick.Seen.Inside}
	suspect := sick
	suspect.Gate.Reopen = gates.AskIfSuspect
	ordered := openGate("g")
	ordered.Override = &gates.Override{ID: "9", State: gates.Opened, Actor: "mia", Reason: "the fix", At: ago(time.Minute), Expires: noon().Add(time.Hour), Replaces: &gates.OrderRef{State: gates.Closed, Actor: "bob"}}
	ordered.Own = gates.Decision{State: gates.Closed, Reasons: []gates.Reason{{Text: "storefront is unhealthy: status is 500"}}}
	ended := openGate("g")
	ended.Ended = &gates.OrderEnd{Why: "its time is over", At: ago(time.Minute)}
	for name, c := range map[string]struct {
		report gates.Report
		want   []string
	}{
		"sick": {sick, []string{"g: closed. the gate is closed: storefront is unhealthy", "it may close, open",
			"storefront is unhealthy: connection refused; its last failure began 2026-11-20 11:59:40 UTC", "1 of 10 passes in a row, 9 more are needed",
			"andon holds, since 2026-11-20 11:56:00 UTC", "intent k3f9, because of storefront", "inside then  execution 1111, revision 9fceb02",
			"may be the cause, and what waits may carry the same fault", "lifted at 2026-11-20 12:06:00 UTC at the earliest",
			"says: (andon shop-prod g k3f9) storefront is unhealthy", "waiting      execution 2222", "GetPipelineState: too many requests",
			"'andon override set g open --reason TEXT --for 1h'", "aws codepipeline enable-stage-transition --pipeline-name shop --stage-name Production",
			"gate/g", "    5  release", "   12  release"}},
		"suspect":   {suspect, []string{"what waits may carry the same fault: a person has to open"}},
		"asking":    {closedGate("g"), []string{"a person has to open", "you can   look at what waits"}},
		"ordered":   {ordered, []string{"mia ordered it open", "in place of the order of bob that it is closed", "without it the gate would be closed: storefront is unhealthy: status is 500", "andon override clear g"}},
		"ended":     {ended, []string{"none; the last has ended: its time is over", "andon override set g closed"}},
		"held":      {heldGate("g"), []string{"audit until 3 pm", "ask arn:aws:iam::123456789012:user/mia to enable the transition", "andon never lifts a person's hold"}},
		"observing": {observing(closedGate("g")), []string{"it may change nothing, it observes", "may: [close, open]"}},
	} {
		s := explained(t, c.report)
		for _, want := range c.want {
			if s.exit != exitGood || !strings.Contains(s.out, want) {
				t.Errorf("%s: exit %d %s, %q is not told in:\n%s", name, s.exit, s.stderr, want, s.out)
			}
		}
		if strings.Contains(s.out, "\x1b") {
			t.Errorf("%s: it plays with the terminal", name)
		}
	}
}

func TestGateExplainJSON(t *testing.T) {
	t.Parallel()
	s := explained(t, closedGate("g"), "--output", "json", "--journal", "3")
	var got story
	if err := json.Unmarshal([]byte(s.out), &got); err != nil || s.exit != exitGood {
		t.Fatalf("%v: %+v", err, s)
	}
	if got.Gate.Name != "g" || len(got.Do) == 0 || len(got.Journal) != 3 || got.Journal[2].Seq != 12 {
		t.Errorf("%+v", got)
	}
}

func TestGateExplainCannotTell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		addr string
		says string
	}{
		"no such gate": {serving(t, daemonOf(openGate("other"))), `there is no gate "g": there are other`},
		"a stranger":   {serving(t, http.NotFoundHandler()), "not as andon does"},
		"nobody":       {"http://127.0.0.1:1", "cannot be reached"},
	} {
		if s := andon(t, nil, "gate", "explain", "g", "--addr", c.addr); s.exit != exitUnknown || !strings.Contains(s.stderr, c.says) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
