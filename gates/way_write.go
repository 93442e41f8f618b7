package gates

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/andon-project/andon/journal"
)

// acting are the members that may change something, between two ticks, until done
// is called.
func (l *Line) acting(ctx context.Context) (members []*member, done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, orderDeadline)
	defer cancel()
	if done, err = l.Pause(ctx); err != nil {
		return nil, nil, &OrderError{Code: "busy", Err: err, Text: "andon is in the middle of calls to AWS that take long: nothing was ordered, try again"}
	}
	members = slices.DeleteFunc(slices.Clone(l.members), func(m *member) bool { return m.gate.Observing() })
	if len(members) == 0 {
		done()
		return nil, nil, &OrderError{Code: "observing", Text: "all gates of this pipeline observe: they stop no execution, so none has to be let through"}
	}
	return members, done, nil
}

// put writes a person's order. Who writes beside us is read first, and what was
// said to have failed is looked for.
func (m *member) put(ctx context.Context, now time.Time, kind string, body any) error {
	const enough = 5
	err := error(journal.ErrConflict)
	for try := 0; errors.Is(err, journal.ErrConflict) && try < enough; try++ {
		if m.notes.catchUp(ctx); m.notes.err != nil {
			return unwritten(m.notes.err)
		}
		err = m.notes.write(ctx, now, kind, body)
	}
	if err == nil {
		return nil
	}
	m.notes.catchUp(ctx)
	a, allow := body.(Allow)
	there := func(o Allow) bool { return o.ID == a.ID }
	if m.notes.err == nil && allow && slices.ContainsFunc(m.notes.past.Allows, there) {
		return nil
	}
	return unwritten(err)
}

func clone(a *Allow) *Allow {
	if a == nil {
		return nil
	}
	c := *a
	return &c
}
