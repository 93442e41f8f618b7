package gates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/journal"
)

// Unhold gives back what g holds at p, by a person's order and without a
// daemon. The order is journalled before AWS is changed, so that a daemon that
// runs meanwhile honours it for g.PersonEnable. What is not ours is refused.
// It returns what the last read showed.
func Unhold(ctx context.Context, g Gate, p Point, s journal.Store, o Order, clock func() time.Time) (seen Seen, err error) {
	if g.Action != "" {
		return Seen{}, &NotOursError{Nobody, "it stands at an approval, where andon holds nothing: what waits there can be answered in the console"}
	}
	const enough = 5
	err = journal.ErrConflict
	for try := 0; errors.Is(err, journal.ErrConflict) && try < enough; try++ { // a daemon writes beside us: it is read first
		seen, err = unhold(ctx, g, p, s, o, clock)
	}
	return seen, err
}

func unhold(ctx context.Context, g Gate, p Point, s journal.Store, o Order, clock func() time.Time) (Seen, error) {
	g.May = []Verb{Close, Open}    // the person may, whatever the gate may
	g.Checks, g.Calendar = nil, "" // nor are production and the calendar asked
	m := transition{newMember(g, p, s)}
	m.notes.catchUp(ctx)
	if err := m.read(ctx, clock()); err != nil {
		return Seen{}, err
	}
	if m.notes.err != nil {
		return m.seen, fmt.Errorf("the order cannot be journalled, and a running andon would close again: %w; "+
			"make room, or enable the transition with your own credentials (console, aws codepipeline enable-stage-transition): andon takes that as an order", m.notes.err)
	}
	if err := m.ours(); err != nil {
		return m.seen, err
	}
	now := clock()
	if m.notes.past.leaves(g.Place()) {
		m.notes.note(ctx, now, kindMove, move{m.notes.past.Where, g.Place()})
	}
	if m.notes.past.Pending != nil {
		m.settle(ctx, now, false)
	}
	if v := m.view(nil); g.adoptable(g.holder(m.seen, m.notes.past), m.notes.past) {
		if err := m.notes.write(ctx, now, kindAdopt, g.adopt(now, v)); err != nil {
			return m.seen, err
		}
	}
	order := Override{ID: m.notes.nextID(now), State: Opened, Place: g.Place(), Actor: o.Actor, Reason: o.Reason, At: now, Expires: now.Add(g.PersonEnable),
		Replaces: m.notes.past.Override.ref(), Changed: m.seen.ChangedAt}
	if err := m.notes.write(ctx, now, kindOverride, order); err != nil {
		return m.seen, err
	}
	m.open(ctx, context.WithoutCancel(ctx), clock, func() facts { return facts{} })
	if errors.Is(m.notes.err, journal.ErrConflict) {
		m.notes.catchUp(ctx) // what came of it is written behind
	}
	switch {
	case m.actErr != nil:
		return m.seen, m.actErr
	case m.notes.err != nil:
		return m.seen, m.notes.err
	case m.readErr != nil:
		return m.seen, m.readErr
	case !m.seen.Enabled:
		return m.seen, errors.New("the transition is still disabled: somebody changed it in the meantime, look and try again")
	}
	return m.seen, nil
}

// ours says why there is nothing to give back, nil if there is.
func (m transition) ours() error {
	switch h := m.gate.holder(m.seen, m.notes.past); h {
	case Ours, Adrift:
		return nil
	case Nobody:
		return &NotOursError{h, "the transition is enabled, nobody holds it"}
	case Stranger:
		return &NotOursError{h, "another andon holds it: " + m.seen.Reason}
	case Dubious:
		return &NotOursError{h, "it bears our mark, but we cannot tell who wrote it: list andon's role under principals in the configuration"}
	default:
		return &NotOursError{h, fmt.Sprintf("it is a hold of %s, not andon's: %s", m.seen.ChangedBy, m.seen.Reason)}
	}
}

// A NotOursError says that Unhold changed nothing, because andon holds nothing
// there.
type NotOursError struct {
	Holder Holder
	Text   string
}

func (e *NotOursError) Error() string { return e.Text }
