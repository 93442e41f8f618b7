package gates

import (
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
)

// A Report is what a Tick left of one gate: plain values for exporters.
type Report struct {
	At       time.Time
	Gate     Gate
	Decision Decision
	Checks   []CheckEvidence
	Calendar *calendar.State // of the time a release may take now; nil: the gate has none
	Opening  time.Time       // when that lets the next release start; zero: it does now, or that is not known
	Seen     Seen
	Fresh    bool // Seen was read in the tick that made this report
	Holder   Holder
	Hold     *Hold
	Override *Override
	Own      Decision  // what it would be without the override
	Allows   []Allow   // orders to let one execution through, in force
	Passage  *Passage  // the last execution that was let in
	Ended    *OrderEnd // how the last override ended, until the next
	Asked    bool      // every check has been asked since start; before that nothing is opened, by no order either
	Enforced bool      // AWS shows what the decision wants, and it was looked at in this tick
	Problems []Reason
	Late     int       // records that wait for the journal to be writable
	Changes  [3]uint64 // changes of decision to keep, open, closed, since start
	Closes   uint64    // confirmed by AWS, since start
	Opens    uint64

	// Of an approval alone.
	Cases      []Case   // what waits, and what is to be done with it
	Rulings    []Ruling // answers of late, the oldest first
	Approvals  uint64   // that AWS took, since start
	Rejections uint64
}

// report ends a tick that had nothing to write, or had.
func (m *member) report(now time.Time, known facts, rests bool) Report {
	if rests {
		m.actErr = nil
	}
	r := m.look(now, known)
	if r.Decision.State != m.said {
		m.changes[r.Decision.State]++
		m.said = r.Decision.State
		r.Changes = m.changes
	}
	return r
}

// look is how things are now, as far as m knows.
func (m *member) look(now time.Time, known facts) Report {
	e := m.evidence(now, known)
	r := Report{At: now, Gate: m.gate, Decision: Decide(e), Checks: e.Checks, Calendar: e.Calendar, Opening: e.Opening, Seen: m.seen, Fresh: m.readErr == nil,
		Holder: m.gate.holder(m.seen, m.notes.past), Hold: m.notes.past.Hold, Override: e.Override, Own: e.own(), Ended: m.notes.past.Ended,
		Allows: m.notes.past.liveAllows(now), Passage: m.notes.past.Passage,
		Asked: m.view(known.health).Asked, Late: len(m.notes.late), Changes: m.changes, Closes: m.writes[Close], Opens: m.writes[Open]}
	m.duty.tell(&r, known)
	lapsed := r.lapsed(m.notes.past.Lapse)
	if r.Decision.State == Opened {
		r.Decision.Reasons = append(r.Decision.Reasons, lapsed...)
	}
	r.Problems = slices.Concat(m.problems(r, e), m.planning(now, known), lapsed)
	return r
}

// enforced: an observing gate enforces nothing; for the others AWS has to show
// what the decision wants.
func (r Report) enforced() bool {
	switch {
	case r.Gate.Observing() || !r.Fresh || !r.Seen.known():
		return false
	case r.Decision.State == Closed:
		return !r.Seen.Enabled
	case r.Decision.State == Opened:
		return r.Seen.Enabled
	}
	return true
}

// problems is whatever keeps the gate from doing its work.
func (m *member) problems(r Report, e Evidence) []Reason {
	ps := slices.Concat(e.unreadableReasons(), e.Doubts)
	if e.Blind.Blind() {
		ps = append(ps, blindReason(e.Blind))
	}
	if e.Blind.Flickers() {
		ps = append(ps, flickerReason(e.Blind))
	}
	ps = append(ps, e.starving()...)
	if e.waits() {
		ps = append(ps, e.velocityReason())
	}
	if m.readErr != nil {
		ps = append(ps, Reason{Code: callCode(m.readErr), Text: m.readErr.Error()})
	}
	if m.actErr != nil {
		ps = append(ps, Reason{Code: callCode(m.actErr), Text: m.actErr.Error()})
	}
	if r.Fresh {
		ps = append(ps, r.strange()...)
	}
	ps = append(ps, r.passages(m.notes.past)...)
	return ps
}

// strange tells of holds that bear an andon's mark and are not ours to lift.
func (r Report) strange() []Reason {
	mark, _ := ParseMark(r.Seen.Reason)
	switch r.Holder {
	case Stranger:
		if mark.Instance == r.Gate.Instance {
			return []Reason{{Code: "orphan", Since: r.Seen.ChangedAt,
				Text: fmt.Sprintf("the transition is held by gate %s of this andon, which stands here no more", mark.Gate),
				Do:   fmt.Sprintf("give it back with 'andon unhold %s', or call this gate %s again", mark.Gate, mark.Gate)}}
		}
		return []Reason{{Code: "another-andon", Since: r.Seen.ChangedAt,
			Text: fmt.Sprintf("the transition is held by gate %s of the andon instance %s", mark.Gate, mark.Instance),
			Do:   "if that gate is gone, enable the transition by hand"}}
	case Dubious:
		return []Reason{{Code: "unverified", Since: r.Seen.ChangedAt,
			Text: "the transition bears our mark, but we do not know our own name in AWS, so we cannot tell whether we wrote it",
			Do:   "allow sts:GetCallerIdentity, or list our role under principals"}}
	case Adrift:
		return []Reason{{Code: "adrift", Since: r.Seen.ChangedAt,
			Text: "the transition bears our mark, but the journal has no record of it; it is adopted once every check has run"}}
	}
	return nil
}

// Wakes tells whether the line should look again soon: something is wanted
// and has not been reached, or we could not look. Where it is our own limit
// that kept us from a mere look, to hurry would make it worse.
func (r Report) Wakes() bool {
	limited := slices.ContainsFunc(r.Problems, func(p Reason) bool { return p.Code == "limited" })
	if r.Gate.Action != "" {
		return !r.Gate.Observing() && !r.Enforced && !limited
	}
	return !r.Gate.Observing() && !r.Enforced && (r.Decision.State == Closed && (r.Seen.Enabled || !limited) || !r.Fresh && !limited)
}
