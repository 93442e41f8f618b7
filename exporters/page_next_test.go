package exporters

import (
	"strings"
	"testing"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// held is a stop of andon's own, begun because of storefront.
func held(reopen gates.Reopen, suspect bool) gates.Report {
	r := closed()
	r.Gate.Reopen = reopen
	r.Decision.Ask, r.Decision.Reasons = false, r.Decision.Reasons[:1]
	r.Checks[0].Every, r.Checks[0].Needs = 10*1e9, 10
	r.Hold = &gates.Hold{Intent: "k3f9", Began: r.Seen.ChangedAt, Checks: []string{"storefront"}, Suspect: suspect}
	return r
}

// Who looks at a line that is stopped wants to know what makes it move.
func TestPageTellsWhatIsNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gate gates.Report
		want string
	}{
		"by itself":    {held(gates.AutoReopen, true), "andon opens by itself, when every check has passed often enough: at the earliest 2026-11-20 12:01:40 UTC (in 1 min 40 s)."},
		"suspect":      {held(gates.AskIfSuspect, true), "andon does not open by itself, also when production is well again: a release was inside the stage"},
		"not suspect":  {held(gates.AskIfSuspect, false), "at the earliest 2026-11-20 12:01:40 UTC"},
		"always asked": {held(gates.AskReopen, false), "also when production is well again: the gate is configured to ask. Enable the transition then."},
		"may not":      {with(held(gates.AutoReopen, false), func(r *gates.Report) { r.Gate.May = []gates.Verb{gates.Close} }), "the gate may not open. Enable the transition then."},
		"a person's": {with(closed(), func(r *gates.Report) { r.Holder, r.Seen.Reason = gates.Person, "audit" }),
			"No release may enter Production: a person holds it, and andon does not lift that."},
	} {
		if got := text(t, world(nil, c.gate)); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q is not told in:\n%s", name, c.want, got)
		}
	}
}

// A doubt that is the reason is not told a second time.
func TestPageTellsADoubtOnce(t *testing.T) {
	t.Parallel()
	blind := gates.Reason{Code: "blind", Text: "andon is blind", Do: "look at this machine's network"}
	got := text(t, world(nil, with(open(), func(r *gates.Report) {
		r.Decision = gates.Decision{Reasons: []gates.Reason{blind}}
		r.Problems = []gates.Reason{blind, {Code: "clock", Text: "our clock differs"}}
	})))
	if strings.Count(got, "andon is blind") != 1 || !strings.Contains(got, "What keeps andon from its work our clock differs") {
		t.Error(got)
	}
}

func TestPageTellsOfChecks(t *testing.T) {
	t.Parallel()
	nightly := check("nightly")
	nightly.Cron = "0 3 * * * Asia/Tokyo"
	recovering := sick()
	recovering.Targets[0].Status = recovering.Targets[0].Status.Add(run(0, nil)).Add(run(-1, nil))
	got := text(t, world(probes.Snapshot{nightly, well(), recovering}))
	for _, want := range []string{"nightly http at 0 3 * * * Asia/Tokyo", "unhealthy after 3 failures among 5 runs, healthy after 10 passes in a row", "2 of 10 passes in a row"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not told in:\n%s", want, got)
		}
	}
}
