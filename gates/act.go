package gates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/journal"
)

// stopGrace is how long what was begun may go on after andon is told to stop.
const stopGrace = 5 * time.Second

// outlive is ctx with its end put off by grace, because a half-told story helps
// nobody.
func outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-longer.Done():
		case <-time.After(grace):
			cancel()
		}
	})
	return longer, func() { stop(); cancel() }
}

// close disables the transition: intent, call, read back, outcome.
// Another gate's close may have taken its time before, and read since begun.
func (m transition) close(ctx context.Context, begun time.Time, clock func() time.Time, known func() facts) {
	if m.read(ctx, begun) == nil && m.seen.age(clock()) > freshFor {
		_ = m.read(ctx, clock()) // kept as readErr
	}
	now := clock()
	v := m.view(known().health)
	e := m.evidence(now, known())
	d := Decide(e)
	if m.gate.Plan(now, v, d) != Stop {
		return // things look different now
	}
	id := m.notes.nextID(now)
	hold := m.gate.newHold(id, now, e, v)
	i := m.intent(id, Close, e, d)
	i.Hold = &hold
	i.Reason = CleanReason(Mark{m.gate.Instance, m.gate.Name, id}, closeText(d, m.seen))
	if err := m.notes.write(ctx, now, kindIntent, i); errors.Is(err, journal.ErrConflict) {
		m.notes.catchUp(ctx) // somebody else wrote first, perhaps a person's order: the next tick goes by it
		return
	} else if err != nil {
		m.notes.keep(now, kindIntent, i, err)
	}
	m.carryOut(ctx, ctx, clock, i, Action{Verb: Close, Reason: i.Reason})
}

// open enables the transition. Its intent must be durable, and what speaks for
// it is looked at once more after that: AWS, the evidence, and whether we are
// being stopped, which ends ctx. What follows the call may take longer.
func (m transition) open(ctx, longer context.Context, clock func() time.Time, known func() facts) {
	now := clock()
	e := m.evidence(now, known())
	i := m.intent(m.notes.nextID(now), Open, e, Decide(e))
	if i.Decision.Allow != "" {
		i.Allow = e.Letting
	}
	if !m.limit.reserve(now, m.gate.Stream(), i.ID, e.Override != nil || i.Allow != nil) {
		return // another gate was first; the next tick says so
	}
	defer func() { m.limit.learn(m.gate.Stream(), m.notes.past.Opens) }()
	if err := m.notes.write(ctx, now, kindIntent, i); errors.Is(err, journal.ErrConflict) {
		m.notes.catchUp(ctx)
		return
	} else if err != nil {
		return // the doubt this leaves is reported, and keeps us from opening
	}
	if why := m.secondThoughts(ctx, clock, known, i); why != "" {
		m.notes.note(longer, clock(), kindOutcome, Outcome{Intent: i.ID, Result: Dropped, Error: why})
		m.actErr = &CallError{Code: "dropped", Operation: "EnableStageTransition", Untouched: true,
			Text: "not opened: " + why + "; andon tries again"}
		return
	}
	m.carryOut(ctx, longer, clock, i, Action{Verb: Open, Before: m.seen.Begun.Add(freshFor)})
}

// secondThoughts says what speaks against opening now, "" for nothing.
func (m transition) secondThoughts(ctx context.Context, clock func() time.Time, known func() facts, i Intent) string {
	if err := m.read(ctx, clock()); err != nil {
		return "could not look again: " + err.Error()
	}
	now := clock()
	v := m.view(known().health)
	v.Past.Pending = nil // it is the intent we are asking about
	d := m.decide(now, known())
	switch {
	case ctx.Err() != nil:
		return "andon is stopping"
	case m.seen.age(now) > freshFor:
		return fmt.Sprintf("looking again took %v, longer than %v", m.seen.age(now), freshFor)
	case m.seen.Reason != i.Seen.Reason:
		return "somebody changed the hold in the meantime"
	case m.gate.Plan(now, v, d) != Go || d.Allow != i.Decision.Allow:
		return "the evidence changed in the meantime"
	}
	return ""
}

func (m *member) intent(id string, verb Verb, e Evidence, d Decision) Intent {
	return Intent{ID: id, Verb: verb, Place: m.gate.Place(),
		Decision: d, Checks: e.Checks, Calendar: e.Calendar, Seen: m.seen}
}

// carryOut calls once, unless sending has ended, and looks what came of it.
func (m transition) carryOut(sending, ctx context.Context, clock func() time.Time, i Intent, a Action) {
	o := Outcome{Intent: i.ID, Result: Lost}
	err := m.point.Do(sending, a)
	if m.actErr = err; err != nil {
		o.Error = err.Error()
	}
	var c *CallError
	if errors.As(err, &c) && c.Untouched {
		o.Result = Refused
		m.notes.note(ctx, clock(), kindOutcome, o)
		return
	}
	if rerr := m.read(ctx, clock()); rerr != nil {
		o.Error = errors.Join(err, rerr).Error()
		m.notes.note(ctx, clock(), kindOutcome, o)
		return
	}
	if err != nil { // both are told: that we did not know, and what a read showed
		m.notes.note(ctx, clock(), kindOutcome, o)
	}
	if m.settle(ctx, clock(), err == nil) {
		m.writes[i.Verb]++
		m.actErr = nil
	}
}
