package gates

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// A Line is all gates of one pipeline: read once, planned together.
type Line struct {
	facts   func() facts
	turn    chan struct{} // whoever is in it ticks, or reconfigures; guards members
	limit   *Velocity     // of opening; nil: none
	members []*member
	me      atomic.Pointer[string] // our ARN, once it is known
	ordered chan struct{}          // receives when a person has given an order
	reports atomic.Pointer[[]Report]
}

// member is one gate with its point and what it knows.
type member struct {
	gate  Gate
	point Point
	notes *notebook
	limit *Velocity // of opening, shared by all gates; nil: none

	seen    Seen  // the last successful read
	before  Seen  // the last one that showed the transition disabled
	readErr error // of the last read
	actErr  error // of the last write; nil once one succeeded or is no longer wanted
	said    State // the decision before, to count changes
	changes [3]uint64
	writes  map[Verb]uint64 // that AWS confirmed
}

func newMember(g Gate, p Point, store journal.Store) *member {
	return &member{gate: g, point: p, notes: newNotebook(store, g.Stream()), writes: map[Verb]uint64{}}
}

// NewLine makes a line. health and calendars are asked anew whenever something is
// decided; calendars may be nil where no gate has one.
func NewLine(health func() probes.Snapshot, calendars func() calendar.Snapshot) *Line {
	l := &Line{facts: world(health, calendars), turn: make(chan struct{}, 1), ordered: make(chan struct{}, 1)}
	l.reports.Store(&[]Report{})
	return l
}

// Limit sets what limits the line's opens, before the first Add.
func (l *Line) Limit(v *Velocity) { l.limit = v }

// Add puts a gate on the line, before the first Tick.
func (l *Line) Add(g Gate, p Point, store journal.Store) {
	l.members = append(l.members, l.member(g, p, store, time.Time{}))
}

func (l *Line) member(g Gate, p Point, store journal.Store, now time.Time) *member {
	m := newMember(g, p, store)
	m.limit = l.limit
	m.limit.join(g.Stream(), now)
	return m
}

// IAm tells the line under which ARN it acts. It may be called at any time.
func (l *Line) IAm(arn string) { l.me.Store(&arn) }

// Tick looks at every gate once and does what is to be done: closes first, then
// opens. It may be called at any time, as often as one likes. The clock is
// asked again after each wait.
func (l *Line) Tick(ctx context.Context, clock func() time.Time) []Report {
	resume, err := l.Pause(ctx)
	if err != nil {
		return l.Reports()
	}
	defer resume()
	longer, cancel := outlive(ctx, stopGrace)
	defer cancel()
	l.catchUp(ctx)
	begun := clock()
	steps := make([]Step, len(l.members))
	for i, m := range l.members {
		_ = m.read(ctx, begun) // kept as readErr
		if ctx.Err() == nil {  // to be stopped is not to be kept from reading
			steps[i] = m.think(ctx, clock(), l.facts())
		}
	}
	for i, m := range l.members {
		if steps[i] == Stop {
			m.close(longer, begun, clock, l.facts)
		}
	}
	for i, m := range l.members {
		if steps[i] == Go {
			m.open(ctx, longer, clock, l.facts)
		}
	}
	if slices.Contains(steps, Stop) || slices.Contains(steps, Go) {
		for _, m := range l.members {
			_ = m.read(ctx, begun) // what was read back for one gate shows the others too
		}
	}
	reports := make([]Report, len(l.members))
	for i, m := range l.members {
		reports[i] = m.report(clock(), l.facts(), steps[i])
	}
	l.reports.Store(&reports)
	return reports
}

// Reports is what the last Tick left: a snapshot, safe to keep.
func (l *Line) Reports() []Report { return *l.reports.Load() }

// catchUp tells every gate who we are, and lets it read its journal before
// AWS is read: an order that a person wrote into the journal before changing
// AWS is known by the time the change is seen. All share one deadline, so that
// a dead disk does not keep the closes of many gates waiting.
func (l *Line) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	for _, m := range l.members {
		m.gate = l.signed(m.gate)
		m.notes.catchUp(ctx)
		if m.notes.err == nil {
			m.limit.learn(m.gate.Stream(), m.notes.past.Opens)
		}
	}
}

// signed is g with our own ARN among its principals, once that is known.
func (l *Line) signed(g Gate) Gate {
	if me := l.me.Load(); me != nil && !slices.Contains(g.Principals, *me) {
		g.Principals = append(slices.Clone(g.Principals), *me)
	}
	return g
}

// read looks at the point.
func (m *member) read(ctx context.Context, notBefore time.Time) error {
	seen, err := m.point.Read(ctx, notBefore)
	if m.readErr = err; err != nil {
		return err
	}
	m.seen = seen
	if !seen.Enabled {
		m.before = seen
	}
	return nil
}

// think decides and plans, and keeps the books until what is left is a write
// to AWS or nothing.
func (m *member) think(ctx context.Context, now time.Time, known facts) Step {
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
		default:
			return step
		}
	}
	return Rest
}

func (m *member) view(health probes.Snapshot) View {
	v := View{Seen: m.seen, Before: m.before, Fresh: m.readErr == nil, Limited: callCode(m.readErr) == "limited", Asked: true, Ran: true, Past: m.notes.past}
	for _, name := range m.gate.Checks {
		c, ok := health.Check(name)
		ok = ok && !c.Witness
		v.Asked, v.Ran = v.Asked && ok && c.Asked(), v.Ran && ok && c.Ran()
	}
	return v
}

func (m *member) evidence(now time.Time, known facts) Evidence {
	e := m.gate.evidence(now, known, m.seen, m.notes.past, m.notes.doubt())
	asks := ""
	if i := m.notes.past.Pending; i != nil {
		asks = i.ID
	}
	e.Wait = m.limit.wait(now, m.gate.Stream(), asks)
	return e
}

func (m *member) decide(now time.Time, known facts) Decision {
	return Decide(m.evidence(now, known))
}

// settle closes an intent whose outcome was not known by what a read shows,
// and tells whether it was done. Who stands beside our mark is one of us if
// AWS has just answered that it took our call; later somebody may have pasted
// the mark into a hold of their own.
func (m *member) settle(ctx context.Context, now time.Time, answered bool) bool {
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

// callCode is the bounded code of a failed call, "" for none.
func callCode(err error) string {
	var c *CallError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &c):
		return c.Code
	}
	return "other"
}
