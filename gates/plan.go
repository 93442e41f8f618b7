package gates

import "time"

// A Step is the one thing to do next at a gate. Verbs write to AWS; the others
// write a record only, and after them the gate is planned anew.
type Step string

// The zero Step does nothing.
const (
	Rest   Step = ""
	Move   Step = "move"   // what the journal tells was at another place
	Settle Step = "settle" // a read tells what became of a write
	End    Step = "end"    // an override is over
	Honour Step = "honour" // a person enabled against our decision: an order
	Pass   Step = "pass"   // what was let in has entered, or does not come
	Answer Step = "answer" // a person enabled as they were asked to
	Adopt  Step = "adopt"  // a hold of ours that the journal does not know
	Forget Step = "forget" // our hold is gone and nothing speaks for closing again
	Extend Step = "extend" // our hold stood for an order or the calendar, and now production is unwell too
	Stop   Step = Step(Close)
	Go     Step = Step(Open)
)

// An old read may serve to close, never for anything else (S2).
const (
	freshFor = 2 * time.Second
	oldRead  = 60 * time.Second
)

// View is what Plan knows besides the decision.
type View struct {
	Seen    Seen
	Before  Seen // the last read that showed the transition disabled
	Fresh   bool // Seen was read in this tick
	Limited bool // it was not, because of our own limit of calls
	Asked   bool // every required check has been asked since start, whatever came of it
	Ran     bool // … and has answered
	Past    Memory
}

// proven: so much is known since start that something may be opened (S8). To a
// person's order it does not matter what the checks said, so it need not wait
// for answers that may never come: andon may be blind (S6).
func (v View) proven(d Decision) bool {
	o := v.Past.Override
	return v.Ran || v.Asked && (d.Allow != "" || o != nil && o.Wants() == Opened)
}

// Plan says what to do at now. It never lifts what is not ours, never writes
// where an earlier write has not been looked at, and does not fight a person.
func (g Gate) Plan(now time.Time, v View, d Decision) Step {
	if v.Past.leaves(g.Place()) {
		return Move
	}
	if !v.Seen.known() {
		return Rest
	}
	if !v.Fresh {
		return g.planUnread(now, v, d)
	}
	holder := g.holder(v.Seen, v.Past)
	switch past := v.Past; {
	case past.Pending != nil:
		return Settle
	case past.Override != nil && !g.inForce(now, v.Seen, past):
		return End
	case past.passing() && g.letting(now, v.Seen, past) == nil:
		return Pass
	case d.Allow != "":
		if holder == Ours && v.proven(d) {
			return Go
		}
	case g.overtaken(v):
		return Adopt
	case g.adoptable(holder, past):
		if v.proven(d) {
			return Adopt
		}
	case g.honours(v.Seen, past, d) && d.Ask:
		// Production is well and we asked: it is an answer, not an order that
		// would bind us when production falls sick again.
		return Answer
	case g.honours(v.Seen, past, d):
		return Honour
	case d.State == Closed && v.Seen.Enabled && g.may(Close):
		return Stop
	case holder == Ours && past.Hold != nil && past.Hold.bare() && d.unwell():
		return Extend
	case d.State == Opened && holder == Ours && g.may(Open) && v.proven(d):
		return Go
	case d.State == Opened && past.closing() && (holder == Nobody || holder == Person || holder == Stranger):
		return Forget
	}
	return Rest
}

// planUnread plans while CodePipeline does not let us read: a close may follow
// a read of the last minute, nothing else may. Since a person has to open after
// it, our own limit alone is no cause for one, before half of that is over.
func (g Gate) planUnread(now time.Time, v View, d Decision) Step {
	age := v.Seen.age(now)
	if v.Limited && age < oldRead/2 {
		return Rest
	}
	if d.State == Closed && v.Seen.Enabled && g.may(Close) &&
		v.Past.Pending == nil && age >= 0 && age <= oldRead && !g.honours(v.Seen, v.Past, d) {
		return Stop
	}
	return Rest
}

// adoptable: our mark stands there, but no record says since when it holds.
func (g Gate) adoptable(h Holder, past Memory) bool {
	lost := h == Adrift || h == Ours && past.Hold == nil && past.Override == nil
	return lost && g.may(Open)
}

// overtaken: a person enabled what bore our mark before its lost record was
// made good. It is now, or else nobody would know what they lifted: they would
// be overruled as soon as production falls sick. Who enabled before we looked,
// after the journal was lost, cannot be told from who enabled a year ago: an
// enabled transition does not say what it was disabled for.
func (g Gate) overtaken(v View) bool {
	return v.Seen.Enabled && g.holder(v.Before, v.Past) == Adrift && g.may(Close) &&
		g.isPerson(v.Seen.ChangedBy, v.Past) && v.Seen.ChangedAt.After(v.Before.ChangedAt)
}

// honours: a person enabled while we wanted it closed, or lifted what we held.
// Each enable counts once: when the override it became is over, it is over. One
// from before our disable is an answer of the past, and no order.
func (g Gate) honours(s Seen, past Memory, d Decision) bool {
	if !s.Enabled || d.State != Closed || !g.may(Close) || past.Override != nil ||
		!g.isPerson(s.ChangedBy, past) || !s.ChangedAt.After(past.Honoured) {
		return false
	}
	if past.Hold != nil {
		return !s.ChangedAt.Before(past.Hold.Changed)
	}
	since := d.Since
	if !past.Closing.IsZero() && past.Closing.Before(since) {
		since = past.Closing
	}
	return !since.IsZero() && !s.ChangedAt.Add(-s.Skew).Before(since)
}
