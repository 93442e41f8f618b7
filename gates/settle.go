package gates

import (
	"context"
	"slices"
	"time"
)

// settle closes an answer whose outcome was not known by what a read shows.
func (m approval) settle(ctx context.Context, now time.Time) {
	i := *m.notes.past.Pending
	o := Outcome{Intent: i.ID, Result: NotSeen}
	if i.Approval == nil { // of a gate that was a transition's under the same name
		m.notes.note(ctx, now, kindOutcome, o)
		return
	}
	waits := m.waits(i.Approval.Run)
	was, told := m.answered(i.Approval.Run)
	if !waits && !told {
		var err error
		if was, told, err = m.trace(ctx, *i.Approval); err != nil {
			m.readErr = err
			return // asked again at the next tick
		}
	}
	switch {
	case waits:
	case told && m.marked(was, i):
		o.Result, o.Principal = Done, Principal(was.By)
		m.writes[i.Verb]++
		m.actErr = nil
	case told:
		o.By = was.Who()
	}
	m.notes.note(ctx, now, kindOutcome, o)
}

// overtaken finds out who answered what waits no more. It may have been we: an
// answer that was thought lost. Where a read still shows it waiting nothing is
// concluded, and it is tried again.
func (m approval) overtaken(ctx context.Context, i Intent, o *Outcome) {
	was, told := m.answered(i.Approval.Run)
	if m.readErr != nil || m.waits(i.Approval.Run) {
		return
	}
	if !told {
		was, told, _ = m.trace(ctx, *i.Approval) // without an answer it stays without a name
	}
	mark, ours := m.mine(was)
	switch {
	case !told:
		o.By = "somebody whom AWS does not name any more answered it"
	case ours && was.Status == i.Verb.past():
		o.Result, o.Principal = Done, Principal(was.By)
		m.actErr = nil
	case ours:
		o.By = "this gate had " + was.Status + " it, with intent " + mark.Intent
	default:
		o.By = was.Who()
	}
}

func (m approval) waits(run string) bool {
	return slices.ContainsFunc(m.seen.Pending, func(a Approval) bool { return a.Run == run })
}

// answered finds a run that is over in what was read.
func (m approval) answered(run string) (Answered, bool) {
	for _, a := range m.seen.Answered {
		if a.Run == run {
			return a, true
		}
	}
	return Answered{}, false
}

func (m approval) trace(ctx context.Context, a Approval) (Answered, bool, error) {
	t, ok := m.point.(Tracer)
	if !ok {
		return Answered{}, false, nil
	}
	was, err := t.Trace(ctx, a.Execution.ID, a.Run)
	return was, was.Run != "", err
}

// marked tells whether was is what i was about: our mark, and one of us.
func (m approval) marked(was Answered, i Intent) bool {
	mark, ok := m.mine(was)
	return ok && mark.Intent == i.ID
}

// mine finds the mark of this gate in an answer that one of us gave.
func (m approval) mine(was Answered) (Mark, bool) {
	mark, ok := ParseMark(was.Summary)
	ours := m.gate.isUs(was.By, m.notes.past) || m.gate.nameless(m.notes.past)
	return mark, ok && ours && mark.Instance == m.gate.Instance && mark.Gate == m.gate.Name
}
