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
	duty  duty
	notes *notebook
	limit *Velocity // of opening, shared by all gates; nil: none

	seen    Seen  // the last successful read
	before  Seen  // the last one that showed the transition disabled
	readErr error // of the last read
	actErr  error // of the last write; nil once one succeeded or is no longer wanted
	said    State // the decision before, to count changes
	changes [3]uint64
	horizon horizon         // what is coming in its calendar
	clear   time.Time       // when that was last seen to forbid nothing
	writes  map[Verb]uint64 // that AWS confirmed
	tried   map[string]int  // how often an answer to an approval that still waits was tried, by run
}

func newMember(g Gate, p Point, store journal.Store) *member {
	m := &member{gate: g, point: p, notes: newNotebook(store, g.Stream()), writes: map[Verb]uint64{}, tried: map[string]int{}}
	m.duty = transition{m}
	return m
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
	if g.Action != "" { // each approval lets one release on, that somebody asked for: there is nothing to limit
		m.duty = approval{m, l}
		return m
	}
	m.limit = l.limit
	m.limit.join(g.Stream(), now)
	return m
}

// IAm tells the line under which ARN it acts. It may be called at any time.
func (l *Line) IAm(arn string) { l.me.Store(&arn) }

// Tick looks at every gate once and does what is to be done: it closes, rejects,
// approves and opens, in this order. It may be called at any time, as often as one
// likes. The clock is asked again after each wait.
func (l *Line) Tick(ctx context.Context, clock func() time.Time) []Report {
	resume, err := l.Pause(ctx)
	if err != nil {
		return l.Reports()
	}
	defer resume()
	longer, cancel := outlive(ctx, stopGrace)
	defer cancel()
	l.catchUp(ctx)
	l.spread(ctx, clock())
	begun := clock()
	wants, busy := make([][]Verb, len(l.members)), false
	for i, m := range l.members {
		_ = m.read(ctx, begun) // kept as readErr
		if ctx.Err() == nil {  // to be stopped is not to be kept from reading
			wants[i] = m.duty.think(ctx, clock(), l.facts())
		}
	}
	for _, verb := range []Verb{Close, Reject, Approve, Open} {
		for i, m := range l.members {
			if slices.Contains(wants[i], verb) {
				m.duty.act(ctx, longer, verb, tick{begun, clock, l.facts})
				busy = true
			}
		}
	}
	if busy {
		for _, m := range l.members {
			_ = m.read(ctx, begun) // what was read back for one gate shows the others too
		}
	}
	reports := make([]Report, len(l.members))
	for i, m := range l.members {
		reports[i] = m.report(clock(), l.facts(), len(wants[i]) == 0)
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
	if e.Calendar != nil && e.Calendar.Word == calendar.Clear {
		m.clear = now
	}
	e.Clear = m.clear
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
