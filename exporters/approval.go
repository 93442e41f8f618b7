package exporters

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// ApprovalView is one release that waits at an approval, and what becomes of it.
type ApprovalView struct {
	Execution string         `json:"execution"`
	Revision  string         `json:"revision,omitempty"`
	Rollback  bool           `json:"rollback,omitempty"`
	Since     time.Time      `json:"since,omitzero"`      // AWS's clock
	Expires   time.Time      `json:"expires,omitzero"`    // then it fails by itself; AWS's clock
	Reply     gates.Reply    `json:"reply"`               // approve, reject or wait
	Will      string         `json:"will"`                // the same in half a sentence
	State     gates.State    `json:"state"`               // what was decided about this release
	Reasons   []gates.Reason `json:"reasons"`             // all of them
	Opens     time.Time      `json:"opens_next,omitzero"` // when the calendar lets the next release start
}

// AnswerView is an answer of late.
type AnswerView struct {
	Execution string     `json:"execution,omitempty"` // left out where AWS does not tell
	Revision  string     `json:"revision,omitempty"`
	Verb      gates.Verb `json:"verb,omitempty"` // approve or reject: what the gate answered, or was about to
	At        time.Time  `json:"at"`
	By        string     `json:"by,omitempty"`      // who was first, and what they answered; the gate itself where it is empty
	Summary   string     `json:"summary,omitempty"` // as it stands in AWS, or would
}

// maxAnswers is how many answers of late are told.
const maxAnswers = 10

func viewApprovals(r gates.Report) []ApprovalView {
	views := []ApprovalView{}
	for _, c := range r.Cases[:min(len(r.Cases), maxMoving)] {
		views = append(views, ApprovalView{Execution: clip(c.Execution.ID), Revision: clip(c.Execution.Revision), Rollback: c.Execution.Rollback,
			Since: c.Since.UTC(), Expires: c.Expires.UTC(), Reply: c.Reply, Will: clip(c.Will(r.Gate)), State: c.Decision.State,
			Reasons: clipReasons(c.Decision.Reasons), Opens: c.Opening.UTC()})
	}
	return views
}

// viewAnswers are the last ones, the newest first.
func viewAnswers(r gates.Report) []AnswerView {
	views := []AnswerView{}
	for _, a := range slices.Backward(r.Rulings[max(0, len(r.Rulings)-maxAnswers):]) {
		views = append(views, AnswerView{Execution: clip(a.Execution.ID), Revision: clip(a.Execution.Revision), Verb: a.Verb, At: a.At.UTC(),
			By: clip(a.By), Summary: clip(a.Summary)})
	}
	for _, a := range r.Others()[:min(len(r.Others()), maxAnswers)] {
		views = append(views, AnswerView{At: a.At.UTC(), By: clip(a.Who()), Summary: clip(a.Summary)})
	}
	slices.SortStableFunc(views, func(a, b AnswerView) int { return b.At.Compare(a.At) })
	return views[:min(len(views), maxAnswers)]
}

// judgeApproval lets pass what would be approved if it asked now: any release, or
// the execution that is named.
func judgeApproval(r gates.Report, execution string) passage {
	d, who := r.Decision, "a release that asks now"
	if execution != "" {
		who = "execution " + clip(execution)
		if p, known := judgeExecution(r, execution); known {
			return p
		}
	}
	why := firstOf(d.Reasons)
	switch {
	case d.State == gates.Closed:
		return passage{status: http.StatusLocked, why: who + " is not approved: " + why}
	case d.State == gates.Keep:
		return passage{status: http.StatusServiceUnavailable, why: "andon cannot tell, so " + who + " waits: " + why}
	case !r.Gate.Observing() && !slices.Contains(r.Gate.May, gates.Approve):
		return passage{status: http.StatusLocked, why: who + " waits: the gate may not approve"}
	}
	return passage{status: http.StatusOK, why: who + " is approved: " + why}
}

// judgeExecution is what the gate said, or says, of one execution.
func judgeExecution(r gates.Report, execution string) (passage, bool) {
	for _, c := range r.Cases {
		if c.Execution.ID != execution {
			continue
		}
		p := passage{status: http.StatusLocked, why: c.Will(r.Gate) + ": " + firstOf(c.Decision.Reasons)}
		switch {
		case c.Reply == gates.ApproveReply && (r.Gate.Observing() || slices.Contains(r.Gate.May, gates.Approve)):
			p.status = http.StatusOK
		case c.Reply == gates.WaitReply && c.Decision.State == gates.Keep:
			p.status = http.StatusServiceUnavailable
		}
		return p, true
	}
	for _, a := range slices.Backward(r.Rulings) {
		if a.Execution.ID != execution || a.By != "" {
			continue
		}
		if a.Verb == gates.Approve {
			return passage{status: http.StatusOK, why: "it was approved at " + stamp(a.At)}, true
		}
		return passage{status: http.StatusLocked, why: "it was rejected at " + stamp(a.At) + ": " + clip(a.Summary)}, true
	}
	for _, a := range r.Allows {
		if a.Execution == execution {
			return passage{status: http.StatusOK, why: fmt.Sprintf("%s lets it through: %s", clip(a.Actor), clip(a.Reason))}, true
		}
	}
	return passage{}, false
}
