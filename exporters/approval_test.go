package exporters

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// blackday is a gate at an approval inside a BlackDay, where one release waits, and
// another was answered.
func blackday() gates.Report {
	r := open()
	r.Gate.Name, r.Gate.Stage, r.Gate.Action, r.Gate.May, r.Gate.Calendar = "blackday", "Release", "BlackDay", []gates.Verb{gates.Approve, gates.Reject}, "blackdays"
	r.Decision = gates.Decision{State: gates.Closed, Reasons: []gates.Reason{{Code: "blackday", Text: "BlackDay: autumn campaign", Since: ago(time.Hour)}}, Until: noon().Add(time.Hour)}
	r.Cases = []gates.Case{{Reply: gates.WaitReply, Decision: r.Decision, Opening: noon().Add(time.Hour),
		Approval: gates.Approval{Execution: gates.Execution{ID: "11111111-aaaa-4bbb-8ccc-000000000001", Revision: "9fceb02d"}, Run: "run-1", Token: "token-1", Since: ago(time.Minute), Expires: noon().Add(24 * time.Hour)}}}
	r.Rulings = []gates.Ruling{
		{Intent: "k3f9", Verb: gates.Approve, Execution: gates.Execution{ID: "11111111-aaaa-4bbb-8ccc-000000000000"}, At: ago(2 * time.Hour), Summary: "(andon shop-prod blackday k3f9) Approved: all is well."},
		{Intent: "k3fa", Verb: gates.Approve, Execution: gates.Execution{ID: "11111111-aaaa-4bbb-8ccc-00000000000a"}, At: ago(time.Hour), By: "alice rejected it"}}
	r.Seen.Answered = []gates.Answered{{Run: "run-0", Status: gates.Rejected, By: "bob", At: ago(3 * time.Hour), Summary: "not this one"}}
	r.Approvals, r.Rejections, r.Closes, r.Opens = 1, 0, 0, 0
	return r
}

// /go at an approval answers for any release that would ask now, or for the one that
// is named.
func TestGoAtAnApproval(t *testing.T) {
	t.Parallel()
	is := func(state gates.State, code, text string) func(*gates.Report) {
		return func(r *gates.Report) {
			r.Decision = gates.Decision{State: state, Reasons: []gates.Reason{{Code: code, Text: text}}}
			r.Cases[0].Decision = r.Decision
		}
	}
	const asking, gone, let = "11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000000", "22222222-aaaa-4bbb-8ccc-000000000000"
	allowed := func(r *gates.Report) {
		r.Allows = []gates.Allow{{Execution: let, Actor: "mia", Reason: "a fix"}}
	}
	for name, c := range map[string]struct {
		change    func(*gates.Report)
		execution string
		status    int
		why       string
	}{
		"inside a BlackDay":        {nil, "", 423, "a release that asks now is not approved: BlackDay: autumn campaign"},
		"clear":                    {is(gates.Opened, "clear", "calendar blackdays is clear"), "", 200, "a release that asks now is approved: calendar blackdays is clear"},
		"nobody knows":             {is(gates.Keep, "calendar-unreadable", "it cannot be read"), "", 503, "andon cannot tell, so a release that asks now waits: it cannot be read"},
		"it may not approve":       {func(r *gates.Report) { is(gates.Opened, "clear", "clear")(r); r.Gate.May = []gates.Verb{gates.Reject} }, "", 423, "the gate may not approve"},
		"it observes":              {func(r *gates.Report) { r.Gate.May = nil }, "", 200, "the gate observes"},
		"AWS was read long ago":    {func(r *gates.Report) { r.Decision.State = gates.Opened; r.Seen.Begun = ago(time.Hour) }, "", 503, "CodePipeline was read last"},
		"the one that asks":        {nil, asking, 423, "it waits; the calendar opens next at Fri 2026-11-20 13:00 UTC: BlackDay: autumn campaign"},
		"it is approved now":       {func(r *gates.Report) { r.Cases[0].Reply = gates.ApproveReply }, asking, 200, "andon is about to approve it"},
		"nobody knows about it":    {is(gates.Keep, "unknown", "no fresh evidence"), asking, 503, "it waits: no fresh evidence"},
		"it was approved":          {nil, gone, 200, "it was approved at 2026-11-20 10:00:00 UTC"},
		"a person lets it through": {allowed, let, 200, "mia lets it through: a fix"},
		"… and no other":           {allowed, "33333333", 423, "execution 33333333 is not approved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := blackday()
			if c.change != nil {
				c.change(&r)
			}
			status, body, _ := get(t, world(nil, r), "/api/v1/gates/blackday/go?execution="+c.execution)
			if status != c.status || !strings.Contains(body, c.why) {
				t.Errorf("it answers %d, want %d with %q: %s", status, c.status, c.why, body)
			}
		})
	}
}

// While a check is seen to fail and no tick has followed, nothing is promised.
func TestGoWhileUndecided(t *testing.T) {
	t.Parallel()
	r := blackday()
	r.Decision.State, r.Cases[0].Reply, r.Cases[0].Decision.State = gates.Opened, gates.ApproveReply, gates.Opened
	for _, execution := range []string{"", r.Cases[0].Execution.ID} {
		status, body, _ := get(t, world(probes.Snapshot{sick()}, r), "/api/v1/gates/blackday/go?execution="+execution)
		if status != http.StatusServiceUnavailable {
			t.Errorf("it answers %d: %s", status, body)
		}
	}
}

// The page and the API tell who waits, until when, and what was answered; never a token.
func TestApprovalIsTold(t *testing.T) {
	t.Parallel()
	for path, wants := range map[string][]string{
		"/": {"approval Release/BlackDay", "What asks for approval", "11111111", "it waits; the calendar opens next at", "It expires", "What was answered", "alice rejected it", "bob rejected it",
			"No release is approved at Release/BlackDay."},
		"/api/v1/gates/blackday": {`"action": "BlackDay"`, `"reply": "wait"`, `"expires": "2026-11-21T12:00:00Z"`, `"opens_next": "2026-11-20T13:00:00Z"`, `"by": "alice rejected it"`},
		"/metrics":               {`andon_approvals_total{gate="blackday",result="approved"} 1`, `andon_approvals_pending{gate="blackday",reply="wait"} 1`},
	} {
		_, body, _ := get(t, world(nil, blackday()), path)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q: %s", path, want, body)
			}
		}
		if strings.Contains(body, "token-1") {
			t.Errorf("%s tells a token", path)
		}
	}
}
