package exporters

import (
	"fmt"
	"net/http"
	"time"

	"github.com/andon-project/andon/gates"
)

// GatesView is the body of /api/v1/gates.
type GatesView struct {
	Gates    []GateView     `json:"gates"`    // in the order of the configuration
	Orphans  []OrphanView   `json:"orphans"`  // holds that no gate answers for
	Problems []gates.Reason `json:"problems"` // of andon as a whole
}

// GateView is one gate: the body of /api/v1/gates/{name} and …/go. Times are
// RFC 3339 in UTC and left out when they are not known.
type GateView struct {
	Name     string       `json:"name"`
	Pipeline string       `json:"pipeline"`
	Stage    string       `json:"stage"`            // that the gate's transition leads into, or its approval is in
	Action   string       `json:"action,omitempty"` // of an approval; left out at a transition
	Region   string       `json:"region,omitempty"`
	May      []gates.Verb `json:"may"` // close, open, approve, reject; empty: the gate observes

	Go    bool   `json:"go"`              // a release may go on; what the status of …/go says
	Why   string `json:"why"`             // a sentence for it
	Would string `json:"would,omitempty"` // of an observing gate: open, closed or keep, had it been allowed to act

	State    gates.State           `json:"state"` // the decision: open, closed, or keep for "change nothing"
	Reasons  []gates.Reason        `json:"reasons"`
	Since    time.Time             `json:"since,omitzero"` // since when the cause exists
	Until    time.Time             `json:"until,omitzero"` // when it ends by itself, if that is known
	Ask      bool                  `json:"ask"`            // a person has to open
	Checks   []gates.CheckEvidence `json:"checks"`         // what was decided from
	Calendar *GateCalendarView     `json:"calendar,omitempty"`
	At       time.Time             `json:"at,omitzero"` // when it was decided
	Enforced bool                  `json:"enforced"`    // AWS showed it when it was last looked at, which is not long ago

	Holder gates.Holder `json:"holder"`            // nobody, andon, person, another, unverified, adrift; "" before AWS was read
	HeldBy string       `json:"held_by,omitempty"` // its name
	AWS    *AWSView     `json:"aws"`               // null before AWS was read
	Hold   *HoldView    `json:"hold,omitempty"`    // what andon's stop stands for, and what it takes to lift it

	Order *OverrideView `json:"override,omitempty"`         // a person's order in force
	Own   *OwnView      `json:"without_override,omitempty"` // what the gate would decide without it
	Ended *EndView      `json:"override_ended,omitempty"`   // how the last order ended, until the next
	Alone string        `json:"open_for,omitempty"`         // the one execution that it is open for
	LetIn *LetInView    `json:"let_in,omitempty"`           // the last execution that was let in through what is disabled for others

	Inside       []gates.Execution `json:"inside"` // in the stage, at most 50
	InsideTotal  int               `json:"inside_total"`
	Waiting      []gates.Execution `json:"waiting"` // before the transition, at most 50
	WaitingTotal int               `json:"waiting_total"`

	Approvals      []ApprovalView `json:"approvals,omitempty"` // what waits at an approval, at most 50
	ApprovalsTotal int            `json:"approvals_total,omitempty"`
	Answers        []AnswerView   `json:"answers,omitempty"` // of late, the newest first, at most 10

	Problems []gates.Reason `json:"problems"` // what keeps the gate from its work
}

// AWSView is what CodePipeline showed of the transition.
type AWSView struct {
	Enabled   bool      `json:"enabled"`
	ChangedBy string    `json:"changed_by,omitempty"` // ARN
	ChangedAt time.Time `json:"changed_at,omitzero"`
	Reason    string    `json:"reason,omitempty"` // of the one who disabled it
	ReadAt    time.Time `json:"read_at"`
}

// HoldView is andon's own stop.
type HoldView struct {
	Intent   string            `json:"intent"` // as in the mark in AWS and in the journal
	Began    time.Time         `json:"began"`
	Earliest time.Time         `json:"earliest,omitzero"` // when it can be lifted without a person, if from now on every run passes
	Asks     string            `json:"asks,omitempty"`    // why it cannot be, and a person has to open
	Checks   []string          `json:"checks"`            // which were unhealthy
	Order    string            `json:"order,omitempty"`   // the person's order that it began with
	Suspect  bool              `json:"suspect"`           // the release inside, or the one that had just left, may be the cause
	OldRead  bool              `json:"old_read"`          // CodePipeline did not let us look before we closed
	Inside   []gates.Execution `json:"inside"`            // in the stage when it began, at most 50
}

// LetInView is an execution that was let in alone, by a person's order.
type LetInView struct {
	Execution string    `json:"execution"` // that was to enter
	Entered   string    `json:"entered"`   // what did; "" for nothing
	Actor     string    `json:"actor"`
	Reason    string    `json:"reason"`
	At        time.Time `json:"at"`
	Over      bool      `json:"over"` // the transition is no longer enabled for it
}

// OwnView is a decision in short.
type OwnView struct {
	State   gates.State    `json:"state"`
	Reasons []gates.Reason `json:"reasons"`
}

// EndView is the end of an order.
type EndView struct {
	ID    string    `json:"id"`
	Why   string    `json:"why"`             // a sentence
	Actor string    `json:"actor,omitempty"` // who ended it before its time
	At    time.Time `json:"at,omitzero"`
}

func (s Sources) listGates(w http.ResponseWriter, _ *http.Request) {
	reports := s.reports()
	view := GatesView{Gates: make([]GateView, len(reports)), Orphans: s.orphans(), Problems: s.problems()}
	for i, r := range reports {
		view.Gates[i] = viewGate(r, s.Clock())
	}
	writeJSON(w, http.StatusOK, view)
}

func (s Sources) showGate(w http.ResponseWriter, r *http.Request) {
	report, status, why := s.gate(r.PathValue("name"))
	if status != http.StatusOK {
		s.refuse(w, status, why)
		return
	}
	writeJSON(w, status, viewGate(report, s.Clock()))
}

// gate finds a gate's report; its status is 200. A name without one may still
// get one until andon is ready (503), and does not exist after that (404).
func (s Sources) gate(name string) (r gates.Report, status int, why string) {
	notYet := s.Ready() // asked first: what is ready now has reported
	reports := s.reports()
	names := make([]string, len(reports))
	for i, r := range reports {
		if r.Gate.Name == name {
			return r, http.StatusOK, ""
		}
		names[i] = r.Gate.Name
	}
	if notYet != nil {
		return r, http.StatusServiceUnavailable, notYet.Error()
	}
	return r, http.StatusNotFound, noSuch("gate", name, names)
}

func (s Sources) refuse(w http.ResponseWriter, status int, why string) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter(time.Time{}, s.Clock()))
	}
	writeError(w, status, why)
}

func viewGate(r gates.Report, now time.Time) GateView { return viewGateFor(r, now, "") }

// viewGateFor answers for one execution; "" is any release.
func viewGateFor(r gates.Report, now time.Time, execution string) GateView {
	g, d, p := r.Gate, r.Decision, passFor(r, now, execution)
	v := GateView{Name: g.Name, Pipeline: g.Pipeline, Stage: g.Stage, Action: g.Action, Region: g.Region, May: list(g.May),
		Go: p.mayGo(), Why: clip(p.why),
		State: d.State, Reasons: clipReasons(d.Reasons), Since: d.Since.UTC(), Until: d.Until.UTC(), Ask: d.Ask,
		Checks: list(r.Checks), Calendar: viewGateCalendar(r), At: r.At.UTC(), Enforced: enforced(r, now),
		Holder: r.Holder, HeldBy: heldBy(r),
		Inside: moving(r.Seen.Inside), InsideTotal: len(r.Seen.Inside),
		Waiting: moving(r.Seen.Waiting), WaitingTotal: len(r.Seen.Waiting),
		Approvals: viewApprovals(r), ApprovalsTotal: len(r.Cases), Answers: viewAnswers(r),
		Problems: clipReasons(problems(r, now))}
	if !r.At.IsZero() && g.Observing() {
		v.Would = p.would.String()
	}
	for i := range v.Checks {
		c := &v.Checks[i]
		c.Text, c.Since, c.Failure = clip(c.Text), c.Since.UTC(), c.Failure.UTC()
	}
	if s := r.Seen; !s.Begun.IsZero() {
		v.AWS = &AWSView{s.Enabled, clip(s.ChangedBy), s.ChangedAt.UTC(), clip(s.Reason), s.Begun.UTC()}
	}
	if v.Order = viewOverride(r.Override); v.Order != nil {
		v.Own = &OwnView{r.Own.State, clipReasons(r.Own.Reasons)}
	}
	if e := r.Ended; e != nil {
		v.Ended = &EndView{clip(e.ID), clip(e.Why), clip(e.Actor), e.At.UTC()}
	}
	v.Alone = clip(d.Allow)
	if p := r.Passage; p != nil {
		v.LetIn = &LetInView{clip(p.Allow.Execution), clip(p.Entered), clip(p.Allow.Actor), clip(p.Allow.Reason), p.At.UTC(), p.Over}
	}
	v.Hold = viewHold(r, now)
	return v
}

func viewHold(r gates.Report, now time.Time) *HoldView {
	h := r.Hold
	if h == nil {
		return nil
	}
	v := HoldView{Intent: clip(h.Intent), Began: h.Began.UTC(), Checks: list(h.Checks), Order: clip(h.Order),
		Suspect: h.Suspect, OldRead: h.OldRead, Inside: moving(h.Inside)}
	t, asks := r.Earliest(now)
	v.Earliest, v.Asks = t.UTC(), clip(asks)
	return &v
}

// heldBy names who stops the line at the transition, "" for nobody.
func heldBy(r gates.Report) string {
	mark, _ := gates.ParseMark(r.Seen.Reason)
	switch r.Holder {
	case gates.Unread, gates.Nobody:
		return ""
	case gates.Ours, gates.Adrift, gates.Stranger, gates.Dubious:
		return clip(fmt.Sprintf("andon %s, gate %s", mark.Instance, mark.Gate))
	}
	if r.Seen.ChangedBy == "" {
		return "somebody whom AWS does not name"
	}
	return clip(r.Seen.ChangedBy)
}

// enforced is what the last tick found, unless that is too long ago.
func enforced(r gates.Report, now time.Time) bool { return r.Enforced && !silent(r, now) }

// silentFor is three ticks of a line that has nothing to do.
const silentFor = 30 * time.Second

// silent tells whether a line that reported once has stopped to.
func silent(r gates.Report, now time.Time) bool {
	age := now.Sub(r.At)
	return !r.At.IsZero() && (age < 0 || age > silentFor)
}

// problems are those of the last tick, and that it is long ago.
func problems(r gates.Report, now time.Time) []gates.Reason {
	if !silent(r, now) {
		return r.Problems
	}
	return append([]gates.Reason{{Code: "silent", Since: r.At,
		Text: "andon has not looked at this gate since " + stamp(r.At),
		Do:   "look at andon's log; if it says nothing, restart andon"}}, r.Problems...)
}

func clipReasons(rs []gates.Reason) []gates.Reason {
	clipped := list(rs)
	for i := range clipped {
		r := &clipped[i]
		r.Text, r.Do, r.Since = clip(r.Text), clip(r.Do), r.Since.UTC()
	}
	return clipped
}

func moving(xs []gates.Execution) []gates.Execution {
	few := list(xs[:min(len(xs), maxMoving)])
	for i := range few {
		x := &few[i]
		x.ID, x.Revision, x.Action, x.Since = clip(x.ID), clip(x.Revision), clip(x.Action), x.Since.UTC()
	}
	return few
}

// list copies, because what it was given is shared, and is never null in JSON.
func list[T any](xs []T) []T { return append([]T{}, xs...) }

// stamp is a time as people compare it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
