package gates

import (
	"context"
	"slices"
	"time"
)

// A duty is what a gate does at its sort of point.
type duty interface {
	// think decides and plans, and keeps the books until what is left is to write
	// to AWS, or nothing.
	think(ctx context.Context, now time.Time, known facts) []Verb
	// act writes to AWS, if what speaks for it still does. What sends ends with ctx,
	// what follows it with longer.
	act(ctx, longer context.Context, v Verb, t tick)
	// tell adds to a report what only this sort of point has.
	tell(r *Report, known facts)
	// busy says why the gate may not be let go, "" if it may, and what to do.
	busy() string
}

// A tick is how a duty asks what there is to know while it acts.
type tick struct {
	begun time.Time
	clock func() time.Time
	known func() facts
}

// transition is the duty at the way into a stage: to close it and to open it again.
type transition struct{ *member }

// think decides and plans, and keeps the books until what is left is a write
// to AWS or nothing.
func (m transition) think(ctx context.Context, now time.Time, known facts) []Verb {
	const enough = 8 // each step of bookkeeping removes its own cause
	for range enough {
		v := m.view(known.health)
		step := m.gate.Plan(now, v, m.decide(now, known))
		switch step {
		case Move:
			m.notes.note(ctx, now, kindMove, move{m.notes.past.Where, m.gate.Place()})
		case Settle:
			m.settle(ctx, now, false)
		case End:
			end, _ := m.gate.over(*v.Past.Override, now, m.seen, v.Past)
			m.notes.conclude(ctx, now, kindEnd, end)
		case Honour:
			m.notes.conclude(ctx, now, kindOverride, m.gate.order(m.notes.nextID(now), now, m.seen, m.before))
		case Pass:
			m.passed(ctx, now)
		case Answer:
			m.notes.conclude(ctx, now, kindRelease, release{m.seen.ChangedBy + " opened it, as was asked for", m.seen})
		case Adopt:
			if v.Seen.Enabled {
				v.Seen = v.Before
			}
			m.notes.conclude(ctx, now, kindAdopt, m.gate.adopt(now, v))
		case Extend:
			m.notes.conclude(ctx, now, kindExtend, m.gate.extended(now, m.evidence(now, known), v))
		case Forget:
			m.notes.conclude(ctx, now, kindRelease, release{"it is no longer ours", m.seen})
		case Stop:
			return []Verb{Close}
		case Go:
			return []Verb{Open}
		default:
			return nil
		}
	}
	return nil
}

func (m transition) act(ctx, longer context.Context, v Verb, t tick) {
	if v == Close {
		m.close(longer, t.begun, t.clock, t.known)
		return
	}
	m.open(ctx, longer, t.clock, t.known)
	if m.notes.past.passing() && slices.Contains(m.think(longer, t.clock(), t.known()), Close) {
		m.close(longer, t.clock(), t.clock, t.known)
	}
}

func (m transition) tell(r *Report, _ facts) { r.Enforced = r.enforced() }

// settle closes an intent whose outcome was not known by what a read shows,
// and tells whether it was done. Who stands beside our mark is one of us if
// AWS has just answered that it took our call; later somebody may have pasted
// the mark into a hold of their own.
func (m transition) settle(ctx context.Context, now time.Time, answered bool) bool {
	i, past := m.notes.past.Pending, m.notes.past
	o := Outcome{Intent: i.ID, Result: NotSeen, Seen: &m.seen}
	mark, marked := ParseMark(m.seen.Reason)
	us := m.gate.isUs(m.seen.ChangedBy, past)
	switch {
	case i.Verb == Close && !m.seen.Enabled && marked && mark.Intent == i.ID:
		if answered {
			o.Principal = Principal(m.seen.ChangedBy)
		}
		if answered || us || m.gate.nameless(past) {
			o.Result = Done
		}
	case i.Verb == Open && m.seen.Enabled && us:
		o.Result = Done
	}
	m.notes.note(ctx, now, kindOutcome, o)
	return o.Result == Done
}

// order is the override that a person's enable amounts to. What waited before
// it is let in by it; when that has entered, the order is carried out.
func (g Gate) order(id string, now time.Time, s, before Seen) Override {
	return Override{ID: id, State: Opened, Place: g.Place(), Actor: s.ChangedBy, At: now, Expires: now.Add(g.PersonEnable), Enabled: s.ChangedAt,
		Reason: "enabled the transition in AWS while andon wanted it closed",
		Latest: before.Latest, Waited: len(before.Waiting) > 0}
}

// adopt takes a hold up again that a read had told us was gone, or begins the
// hysteresis anew: without the record nothing is known of the failure that
// closed.
func (g Gate) adopt(now time.Time, v View) adoption {
	mark, _ := ParseMark(v.Seen.Reason)
	h, known := v.Past.Closes[mark.Intent]
	if !known {
		h = Hold{Intent: mark.Intent, Began: now, Failure: now, Inside: v.Seen.Inside, Suspect: v.Seen.suspect(v.Seen.ChangedAt)}
		if len(g.Checks) == 0 { // then it can but have been the calendar
			h.Suspect, h.Black = false, true
		}
	}
	h.Changed = v.Seen.ChangedAt
	return adoption{mark, g.Place(), h, v.Seen}
}
