package gates

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/andon-project/andon/journal"
)

// How long an order may stand, and how much may be said for it.
const (
	OrderFor    = time.Hour // where nothing is said
	MinOrderFor = time.Minute
	MaxOrderFor = 7 * 24 * time.Hour
	MaxReason   = 200 // characters
)

// orderDeadline is how long an order waits for the tick under way, which may
// wait for AWS.
const orderDeadline = 40 * time.Second

// An Order is what a person says to open or to close a gate, to end such an
// order, or to take back a hold.
type Order struct {
	State  State         // Opened or Closed
	Actor  string        // who
	Reason string        // why
	For    time.Duration // how long; 0 is OrderFor
}

// An OrderError says why an order is not in force.
type OrderError struct {
	Code string // bounded: invalid, no-gate, no-pipeline, no-execution, no-order, observing, journal, busy
	Text string // what is wrong and what to do, for people
	Err  error
}

func (e *OrderError) Error() string { return e.Text }
func (e *OrderError) Unwrap() error { return e.Err }

func invalid(format string, args ...any) error {
	return &OrderError{Code: "invalid", Text: fmt.Sprintf(format, args...)}
}

// said tells what is wrong with who ordered it and why.
func (o Order) said() error {
	switch {
	case strings.TrimSpace(o.Actor) == "":
		return invalid("nobody is named who gives the order")
	case strings.TrimSpace(o.Reason) == "":
		return invalid("an order needs a reason: it is kept in the journal and shown to everybody")
	case utf8.RuneCountInString(o.Reason) > MaxReason:
		return invalid("the reason has %d characters, and at most %d are kept: shorten it", utf8.RuneCountInString(o.Reason), MaxReason)
	case !utf8.ValidString(o.Reason) || strings.ContainsFunc(o.Reason, unprintable):
		return invalid("the reason contains line breaks, control characters or bytes that are not UTF-8: write it on one line")
	}
	return nil
}

// unprintable characters break lines, or turn the direction of what follows.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func (o Order) valid() error {
	switch {
	case o.State != Opened && o.State != Closed:
		return invalid("an order says open or closed")
	case o.For < MinOrderFor || o.For > MaxOrderFor:
		return invalid("an order stands from 1m to 168h (7 days), not %v", o.For)
	}
	return o.said()
}

// Order puts a person's order in force at the named gate, in place of one that
// is. It is durable before Order returns, the line looks again at once, and the
// Outlook says what will come of it. Errors are *OrderError, and then nothing
// was ordered. It may be called at any time, from many goroutines.
func (l *Line) Order(ctx context.Context, gate string, o Order, clock func() time.Time) (Outlook, error) {
	if o.For == 0 {
		o.For = OrderFor
	}
	if err := o.valid(); err != nil {
		return Outlook{}, err
	}
	return l.command(ctx, gate, clock, func(m *member) (given, before *Override, err error) {
		now := clock().Round(0).UTC()
		before = m.live(now)
		given = &Override{ID: m.notes.nextID(now), State: o.State, Actor: o.Actor, Reason: o.Reason, At: now, Expires: now.Add(o.For),
			Place: m.gate.Place(), Replaces: before.ref(), Changed: m.seen.ChangedAt}
		return given, before, m.notes.write(ctx, now, kindOverride, given)
	})
}

// Withdraw ends the order in force at the named gate before its time, as Order
// gives one. Only Actor and Reason of o count.
func (l *Line) Withdraw(ctx context.Context, gate string, o Order, clock func() time.Time) (Outlook, error) {
	if err := o.said(); err != nil {
		return Outlook{}, err
	}
	return l.command(ctx, gate, clock, func(m *member) (given, before *Override, err error) {
		now := clock().Round(0).UTC()
		if before = m.live(now); before == nil {
			return nil, nil, &OrderError{Code: "no-order", Text: "no order is in force at gate " + gate + ", so there is none to end"}
		}
		return nil, before, m.notes.write(ctx, now, kindEnd, OrderEnd{ID: before.ID, At: now, Actor: o.Actor, Reason: o.Reason,
			Why: o.Actor + " ended it: " + o.Reason})
	})
}

// command lets give write to the journal of a gate, between two ticks: no call
// is then on its way to AWS that an order would forbid. After that it looks at
// AWS, to say what will come of it.
func (l *Line) command(ctx context.Context, gate string, clock func() time.Time, give giving) (Outlook, error) {
	waiting, cancel := context.WithTimeout(ctx, orderDeadline)
	defer cancel()
	resume, err := l.Pause(waiting)
	if err != nil {
		return Outlook{}, &OrderError{Code: "busy", Err: err, Text: "andon is in the middle of calls to AWS that take long: nothing was ordered, try again"}
	}
	defer resume()
	i := slices.IndexFunc(l.members, func(m *member) bool { return m.gate.Name == gate })
	if i < 0 {
		return Outlook{}, &OrderError{Code: "no-gate", Text: fmt.Sprintf("there is no gate %.60q", gate)}
	}
	m := l.members[i]
	if m.gate.Observing() {
		return Outlook{}, &OrderError{Code: "observing", Text: "gate " + gate + " observes: it changes nothing in AWS, so an order would change nothing either; list what it may do under may"}
	}
	ctx = context.WithoutCancel(ctx) // who gave it may hang up: what is written has to count
	given, before, err := m.take(ctx, give)
	if err != nil {
		return Outlook{}, err
	}
	select {
	case l.ordered <- struct{}{}:
	default: // it is awake already
	}
	_ = m.read(ctx, clock()) // kept as readErr, and told
	r := m.look(clock(), l.facts())
	l.replace(r)
	return r.outlook(given, before), nil
}

// replace lets who asks between two ticks find what was ordered.
func (l *Line) replace(r Report) {
	reports := slices.Clone(l.Reports())
	i := slices.IndexFunc(reports, func(old Report) bool { return old.Gate.Name == r.Gate.Name })
	if i < 0 {
		return // before its first tick a gate tells nothing
	}
	reports[i] = r
	l.reports.Store(&reports)
}

// giving writes an order, or the end of before.
type giving func(*member) (given, before *Override, err error)

// take lets give write. Who writes beside us is read first; and what was said
// to have failed is looked for in the journal.
func (m *member) take(ctx context.Context, give giving) (given, before *Override, err error) {
	const enough = 5
	err = journal.ErrConflict
	for try := 0; errors.Is(err, journal.ErrConflict) && try < enough; try++ {
		if m.notes.catchUp(ctx); m.notes.err != nil {
			return nil, nil, unwritten(m.notes.err)
		}
		given, before, err = give(m)
	}
	if _, refused := errors.AsType[*OrderError](err); refused || err == nil {
		return given, before, err
	}
	m.notes.catchUp(ctx)
	past := m.notes.past
	there := given != nil && past.Override != nil && past.Override.ID == given.ID ||
		given == nil && before != nil && past.Ended != nil && past.Ended.ID == before.ID
	if m.notes.err != nil || !there {
		return nil, nil, unwritten(err)
	}
	return given, before, nil
}

func unwritten(err error) error {
	return &OrderError{Code: "journal", Err: err, Text: "the order cannot be written to the journal, and nothing is done that is not written there: " + err.Error() +
		"; look at the data directory (andon journal verify), or enable or disable the transition with your own credentials: andon does not fight that"}
}

// live is the order in force.
func (m *member) live(now time.Time) *Override {
	if o := m.notes.past.Override; m.gate.inForce(now, m.seen, m.notes.past) {
		return o
	}
	return nil
}
