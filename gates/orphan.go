package gates

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/journal"
)

// An Orphan is a hold that the journal knows and that no gate answers for:
// nobody will lift it, until a person gives it back or a gate takes it up.
type Orphan struct {
	Gate string // under whose name it holds
	Place
	Intent  string    // of the close, as it stands in the mark
	Since   time.Time // the hold began
	Pending bool      // it is not known whether AWS took the last write there
	Why     string    // why nobody answers for it
	Do      string
}

// Orphans looks for them in a journal. It is not safe for concurrent use.
type Orphans struct {
	store journal.Store
	books map[string]*notebook // by gate
}

// NewOrphans reads nothing yet.
func NewOrphans(s journal.Store) *Orphans { return &Orphans{s, map[string]*notebook{}} }

// Look reads what is new in the journal, and returns the holds that none of
// the gates answers for, sorted by name. With an error it returns those that
// could be read.
func (o *Orphans) Look(ctx context.Context, configured []Gate) ([]Orphan, error) {
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	streams, err := o.store.Streams(ctx)
	if err != nil {
		return nil, err
	}
	var found []Orphan
	var errs []error
	for _, stream := range streams {
		name, ok := strings.CutPrefix(stream, gateStream)
		if !ok {
			continue
		}
		book := o.books[name]
		if book == nil {
			book = newNotebook(o.store, stream)
			o.books[name] = book
		}
		if err := book.read(ctx); err != nil {
			errs = append(errs, err)
			continue
		}
		found = append(found, book.past.orphans(name, configured)...)
	}
	slices.SortStableFunc(found, func(a, b Orphan) int { return cmp.Compare(a.Gate, b.Gate) })
	return found, errors.Join(errs...)
}

// orphans are the holds in m, the past of the gate with that name, that it
// does not answer for as it is configured now.
func (m Memory) orphans(name string, configured []Gate) []Orphan {
	i := slices.IndexFunc(configured, func(g Gate) bool { return g.Name == name })
	why := "no gate of that name is configured any more"
	if i >= 0 {
		why = "the gate of that name stands elsewhere now, at " + configured[i].Place().String()
	}
	var found []Orphan
	for _, l := range append([]Left{{m.Where, m.Stands, m.Pending}}, m.Left...) {
		why := why
		if i >= 0 && l.Is(configured[i].Place()) {
			if !configured[i].Observing() {
				continue
			}
			why = "its gate may only observe now"
		}
		if f, ok := l.orphan(name, why); ok {
			found = append(found, f)
		}
	}
	return found
}

// orphan is what l leaves, if it is a hold or may have become one.
func (l Left) orphan(name, why string) (Orphan, bool) {
	o := Orphan{Gate: name, Place: l.Place, Pending: l.Pending != nil, Why: why,
		Do: "give it back with 'andon unhold " + name + "', or configure the gate as it was"}
	switch {
	case l.Hold != nil:
		o.Intent, o.Since = l.Hold.Intent, l.Hold.Began
	case l.Pending != nil && l.Pending.Verb == Close:
		o.Intent = l.Pending.ID
		if l.Pending.Hold != nil {
			o.Since = l.Pending.Hold.Began
		}
	default:
		return o, false
	}
	return o, true
}

// GiveBack is Unhold for an orphan: what the journal tells of it is enough. us
// says who andon is besides: Principals, and what the journal of an older andon
// does not tell. A hold that is there no more is crossed out, and told as an
// error of the type *NotOursError.
func GiveBack(ctx context.Context, o Orphan, us Gate, p Point, s journal.Store, order Order, clock func() time.Time) (Seen, error) {
	us.Name, us.Pipeline, us.Stage = o.Gate, o.Pipeline, o.Stage
	us.Instance, us.Region = cmp.Or(o.Instance, us.Instance), cmp.Or(o.Region, us.Region)
	seen, err := Unhold(ctx, us, p, s, order, clock)
	var gone *NotOursError
	if !errors.As(err, &gone) || gone.Holder == Dubious {
		return seen, err
	}
	m := transition{newMember(us, p, s)}
	m.notes.catchUp(ctx)
	now := clock()
	m.seen = seen
	if m.notes.err == nil && m.notes.past.leaves(us.Place()) {
		m.notes.note(ctx, now, kindMove, move{m.notes.past.Where, us.Place()})
	}
	if m.notes.err == nil && m.notes.past.Pending != nil {
		m.settle(ctx, now, false)
	}
	if m.notes.err == nil && m.notes.past.Stands != nil {
		m.notes.note(ctx, now, kindRelease, release{gone.Text, seen})
	}
	return seen, errors.Join(err, m.notes.err)
}
