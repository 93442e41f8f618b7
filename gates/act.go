package gates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/probes"
)

// close disables the transition: intent, call, read back, outcome. Once begun
// it is carried through although the daemon is told to stop, because each part
// is bounded and a half-told story helps nobody.
func (m *member) close(ctx context.Context, clock func() time.Time, health func() probes.Snapshot) {
	ctx = context.WithoutCancel(ctx)
	now := clock()
	v := m.view(health())
	e := m.gate.evidence(now, health(), m.seen, m.notes.past, m.notes.doubt())
	d := Decide(e)
	if m.gate.Plan(now, v, d) != Stop {
		return // another gate's close took its time, and things look different now
	}
	id := m.notes.nextID(now)
	hold := m.gate.newHold(id, now, e, v)
	i := m.intent(id, Close, e, d)
	i.Hold = &hold
	i.Reason = CleanReason(Mark{m.gate.Instance, m.gate.Name, id}, closeText(d, m.seen))
	m.notes.note(ctx, now, kindIntent, i)
	m.carryOut(ctx, clock, i)
}

// open enables the transition. Its intent must be durable, and what speaks for
// it is looked at once more after that: AWS, the evidence, and whether we are
// being stopped.
func (m *member) open(ctx context.Context, clock func() time.Time, health func() probes.Snapshot) {
	now := clock()
	e := m.gate.evidence(now, health(), m.seen, m.notes.past, m.notes.doubt())
	i := m.intent(m.notes.nextID(now), Open, e, Decide(e))
	if err := m.notes.write(ctx, now, kindIntent, i); err != nil {
		return // the doubt this leaves is reported, and keeps us from opening
	}
	if why := m.secondThoughts(ctx, clock, health, i.Seen.Reason); why != "" {
		m.notes.note(context.WithoutCancel(ctx), clock(), kindOutcome, Outcome{Intent: i.ID, Result: Dropped, Error: why})
		return
	}
	m.carryOut(context.WithoutCancel(ctx), clock, i)
}

// secondThoughts says what speaks against opening now, "" for nothing.
func (m *member) secondThoughts(ctx context.Context, clock func() time.Time, health func() probes.Snapshot, reason string) string {
	seen, err := m.point.Read(ctx, clock())
	if m.readErr = err; err != nil {
		return "could not look again: " + err.Error()
	}
	m.seen = seen
	now := clock()
	v := m.view(health())
	v.Past.Pending = nil // it is the intent we are asking about
	d := m.decide(now, health())
	switch {
	case ctx.Err() != nil:
		return "andon is stopping"
	case now.Sub(seen.Begun) > freshFor:
		return fmt.Sprintf("looking again took %v, longer than %v", now.Sub(seen.Begun), freshFor)
	case seen.Reason != reason:
		return "somebody changed the hold in the meantime"
	case m.gate.Plan(now, v, d) != Go:
		return "the evidence changed in the meantime"
	}
	return ""
}

func (m *member) intent(id string, verb Verb, e Evidence, d Decision) Intent {
	return Intent{ID: id, Verb: verb, Pipeline: m.gate.Pipeline, Stage: m.gate.Stage,
		Decision: d, Checks: e.Checks, Seen: m.seen}
}

// carryOut calls once and looks what came of it.
func (m *member) carryOut(ctx context.Context, clock func() time.Time, i Intent) {
	o := Outcome{Intent: i.ID, Result: Lost}
	err := m.point.Do(ctx, Action{Verb: i.Verb, Reason: i.Reason})
	if m.actErr = err; err != nil {
		o.Error = err.Error()
	}
	var c *CallError
	if errors.As(err, &c) && c.Untouched {
		o.Result = Refused
		m.notes.note(ctx, clock(), kindOutcome, o)
		return
	}
	seen, rerr := m.point.Read(ctx, clock())
	if m.readErr = rerr; rerr != nil {
		o.Error = errors.Join(err, rerr).Error()
		m.notes.note(ctx, clock(), kindOutcome, o)
		return
	}
	m.seen = seen
	if !seen.Enabled {
		m.before = seen
	}
	if err != nil { // both are told: that we did not know, and what a read showed
		m.notes.note(ctx, clock(), kindOutcome, o)
	}
	m.settle(ctx, clock())
	m.count(i.Verb)
}

// count keeps what AWS confirmed.
func (m *member) count(v Verb) {
	if m.notes.past.Pending != nil {
		return
	}
	switch {
	case v == Close && !m.seen.Enabled:
		m.writes[0]++
		m.actErr = nil
	case v == Open && m.seen.Enabled:
		m.writes[1]++
		m.actErr = nil
	}
}
