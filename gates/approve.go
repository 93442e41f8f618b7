package gates

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
)

// approval is the duty at a manual approval: to answer what waits there, each
// release by itself.
type approval struct {
	*member
	line *Line
}

// A Tracer is a point that can tell what became of one run of its action, whatever
// has run since. Without one, or where it does not know, the zero Answered comes
// back. Errors are *CallError.
type Tracer interface {
	Trace(ctx context.Context, execution, run string) (Answered, error)
}

// A Doubter is a point that may believe for a while what it was told of a run: the
// next Read has to ask for this one anew.
type Doubter interface{ Doubt(run string) }

// think keeps the books, and says which answers are due.
func (m approval) think(ctx context.Context, now time.Time, known facts) []Verb {
	past := m.notes.past
	if past.leaves(m.gate.Place()) {
		m.notes.note(ctx, now, kindMove, move{past.Where, m.gate.Place()})
	}
	if m.readErr != nil || !m.seen.known() {
		return nil
	}
	if m.notes.past.Pending != nil {
		m.settle(ctx, now)
	}
	if o := m.notes.past.Override; o != nil {
		if end, over := m.gate.over(*o, now, m.seen, m.notes.past); over {
			m.notes.conclude(ctx, now, kindEnd, end)
		}
	}
	if unproven := func(c CheckEvidence) bool { return c.Passes < c.Up }; !slices.ContainsFunc(m.evidence(now, known).Checks, unproven) {
		m.notes.forgot = false // whatever was before, it is over
	}
	maps.DeleteFunc(m.tried, func(run string, _ int) bool { return !m.waits(run) })
	var due []Verb
	for _, c := range m.cases(now, known) {
		if v, ok := m.due(c, known); ok && !slices.Contains(due, v) {
			due = append(due, v)
		}
	}
	return due
}

// cases judges all that waits, what expires first first.
func (m approval) cases(now time.Time, known facts) []Case {
	e := m.evidence(now, known)
	list := make([]Case, 0, len(m.seen.Pending))
	for _, a := range m.seen.Pending {
		list = append(list, m.gate.judge(e, m.seen, a, m.plea(now, known, a)))
	}
	slices.SortStableFunc(list, func(a, b Case) int { return a.Expires.Compare(b.Expires) })
	return list
}

// evidence asks of each check as much as an approval needs.
func (m approval) evidence(now time.Time, known facts) Evidence {
	e := m.member.evidence(now, known)
	for i, c := range e.Checks {
		e.Checks[i].Needs = needed(c, m.notes.forgot)
	}
	return e
}

// plea gathers what speaks for a alone.
func (m approval) plea(now time.Time, known facts, a Approval) plea {
	p := plea{allow: m.notes.past.allowed(a.Execution.ID, now), entered: m.line.letIn(m.member, a.Execution.ID), blocks: m.blocked(now, a)}
	if g := m.gate; g.Calendar != "" && g.Yield && !a.Since.IsZero() {
		since := a.Since.Add(-m.seen.Skew)
		p.stale = since.Before(now) && known.calendars.Over(g.Calendar, now, since, now).Word != calendar.Clear
	}
	return p
}

// blocked is a person's order to reject a, because it locks the way of another. One
// that a person lets through as well is not in the way.
func (m approval) blocked(now time.Time, a Approval) *Allow {
	if m.notes.past.allowed(a.Execution.ID, now) != nil {
		return nil
	}
	for _, o := range m.notes.past.liveAllows(now) {
		behind := func(x Execution) bool { return x.ID == o.Execution }
		if o.Blocker && a.Execution.ID != o.Execution && slices.ContainsFunc(m.seen.Waiting, behind) {
			return &o
		}
	}
	return nil
}

// letIn names a gate with a calendar that stands elsewhere on the line and has let
// an execution in, "" for none.
func (l *Line) letIn(but *member, execution string) string {
	for _, m := range l.members {
		if m != but && m.gate.Calendar != "" && m.notes.past.letIn(execution) {
			return m.gate.Name
		}
	}
	return ""
}

// due tells whether an answer is to be given, and may be: nothing is while an
// earlier one has not been looked for, or before so much is known since start (S8), or
// AWS has told the token.
func (m approval) due(c Case, known facts) (Verb, bool) {
	v, answers := map[Reply]Verb{ApproveReply: Approve, RejectReply: Reject}[c.Reply]
	past := m.notes.past
	return v, answers && c.Token != "" && m.gate.may(v) && past.Pending == nil && !past.over(c.Approval) && m.proven(c, known)
}

// proven: every required check has answered since start, or has been asked at least
// where it does not matter what it says: a BlackDay rejects without it.
func (m approval) proven(c Case, known facts) bool {
	v := m.view(known.health)
	says := func(code string) bool {
		return slices.ContainsFunc(c.Decision.Reasons, func(r Reason) bool { return r.Code == code })
	}
	passes := v.Past.Override != nil || c.Execution.Rollback || says("allowed") || says("blocks") || c.Reply == RejectReply && !says(codeUnhealthy)
	return v.Ran || v.Asked && passes
}

// atOnce bounds how many answers are given in one tick: other gates of the line
// wait, and may have to close.
const atOnce = 4

func (m approval) act(ctx, longer context.Context, v Verb, t tick) {
	for range atOnce {
		if !m.answer(ctx, longer, v, t) {
			return
		}
	}
}

// next is the first case in which v is due, of those that failed least often: what
// AWS refuses again and again must not keep the others waiting.
func (m approval) next(v Verb, t tick) (next Case, found bool) {
	if m.readErr != nil {
		return Case{}, false
	}
	known := t.known()
	for _, c := range m.cases(t.clock(), known) {
		if due, ok := m.due(c, known); ok && due == v && (!found || m.tried[c.Run] < m.tried[next.Run]) {
			next, found = c, true
		}
	}
	return next, found
}

// answer gives one answer: its intent becomes durable, all that speaks for it is
// looked at once more, it is sent once, and what came of it is read back. It tells
// whether another one may follow.
func (m approval) answer(ctx, longer context.Context, v Verb, t tick) bool {
	c, ok := m.next(v, t)
	if !ok {
		return false
	}
	m.tried[c.Run]++
	now := t.clock()
	e := m.evidence(now, t.known())
	i := m.intent(m.notes.nextID(now), v, e, c.Decision)
	i.Approval, i.Seen.Pending, i.Seen.Answered = &c.Approval, nil, nil
	i.Reason = Summary(Mark{m.gate.Instance, m.gate.Name, i.ID}, c)
	if err := m.notes.write(ctx, now, kindIntent, i); errors.Is(err, journal.ErrConflict) {
		m.notes.catchUp(ctx)
		return false
	} else if err != nil {
		return false // the doubt this leaves is reported, and keeps us from answering
	}
	if why := m.secondThoughts(ctx, c, t); why != "" {
		m.notes.note(longer, t.clock(), kindOutcome, Outcome{Intent: i.ID, Result: Dropped, Error: why})
		m.actErr = &CallError{Code: "dropped", Operation: "PutApprovalResult", Untouched: true, Text: "not answered: " + why + "; andon tries again"}
		return false
	}
	return m.carryOut(ctx, longer, t.clock, i, Action{Verb: v, Reason: i.Reason, Token: c.Token, Run: c.Run, Before: m.seen.Begun.Add(freshFor)})
}

// secondThoughts says what speaks against the answer now, "" for nothing.
func (m approval) secondThoughts(ctx context.Context, was Case, t tick) string {
	if d, ok := m.point.(Doubter); ok {
		d.Doubt(was.Run)
	}
	if err := m.read(ctx, t.clock()); err != nil {
		return "could not look again: " + err.Error()
	}
	now, known := t.clock(), t.known()
	at := slices.IndexFunc(m.seen.Pending, was.Approval.same)
	switch {
	case ctx.Err() != nil:
		return "andon is stopping"
	case m.seen.age(now) > freshFor:
		return fmt.Sprintf("looking again took %v, longer than %v", m.seen.age(now), freshFor)
	case at < 0:
		return "it waits no more"
	}
	a := m.seen.Pending[at]
	if m.gate.judge(m.evidence(now, known), m.seen, a, m.plea(now, known, a)).Reply != was.Reply {
		return "the evidence changed in the meantime"
	}
	return ""
}

// carryOut calls once, and looks what came of it. AWS's word that it took the answer
// counts; the read behind it tells under which name we are known.
func (m approval) carryOut(sending, ctx context.Context, clock func() time.Time, i Intent, a Action) bool {
	err := m.point.Do(sending, a)
	m.actErr = err
	o := Outcome{Intent: i.ID, Result: Done}
	if err != nil {
		o.Result, o.Error = Lost, err.Error()
	}
	var c *CallError
	if errors.As(err, &c) && c.Untouched {
		o.Result = Refused
	}
	rerr := m.read(ctx, clock())
	switch {
	case o.Result == Lost:
		m.notes.note(ctx, clock(), kindOutcome, o)
		if rerr == nil {
			m.settle(ctx, clock())
		}
		return false
	case o.Result == Refused && c.Code == CodeAnswered:
		m.overtaken(ctx, i, &o)
	case o.Result == Done && rerr == nil:
		if was, ok := m.answered(i.Approval.Run); ok && m.marked(was, i) {
			o.Principal = Principal(was.By)
		}
	}
	m.notes.note(ctx, clock(), kindOutcome, o)
	if o.Result == Done {
		m.writes[i.Verb]++
		m.actErr = nil
	}
	return o.Result == Done
}

// tell decides for a release that would ask now, and lists those that have asked.
func (m approval) tell(r *Report, known facts) {
	e := m.evidence(r.At, known)
	r.Checks, r.Decision = e.Checks, e.settled()
	r.Cases = m.cases(r.At, known)
	r.Rulings = m.notes.past.Rulings
	e.Override = nil
	r.Own = e.settled()
	r.Approvals, r.Rejections = m.writes[Approve], m.writes[Reject]
	r.Enforced = r.Fresh && r.Seen.known() && !r.Gate.Observing()
	for _, c := range r.Cases {
		if _, due := m.due(c, known); due {
			r.Enforced = false
		}
	}
}

// busy: an answer on its way has to be looked for under the gate's own name.
func (m approval) busy() string {
	switch past := m.notes.past; {
	case m.gate.Observing() || past.Pending == nil && len(m.notes.late) == 0:
		return ""
	case m.notes.err != nil || m.notes.log == nil || len(m.notes.late) > 0:
		return "its journal cannot be used now, and what it answered has to be written there first; look at the data directory"
	case m.misplaced():
		return ""
	}
	return fmt.Sprintf("it is not known yet whether AWS took its last answer at %s; wait until andon has looked", m.gate.Place())
}
