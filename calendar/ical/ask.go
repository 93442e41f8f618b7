package ical

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An Occurrence is one time that an event takes: from Start, to before End, in whole
// seconds of UTC. Where both are the same it takes none.
type Occurrence struct {
	Start, End time.Time
	Event      *Event
}

// Len is the number of events, each exception from a recurrence being one.
func (c *Calendar) Len() int { return len(c.events) }

// Over returns the occurrences that overlap from <= t < to, sorted by start, end and
// summary. One that takes no time counts if it is in there. [ErrBudget] says that an
// event is too expensive to be answered; nothing may be concluded then. A nil budget
// is one for calendars that people keep, growing with the time that is asked for.
func (c *Calendar) Over(from, to time.Time, budget *Budget) ([]Occurrence, error) {
	found, err := c.over(from.Unix(), ceil(to), c.orDefault(budget, to.Sub(from)))
	if err != nil {
		return nil, err
	}
	return c.occurrences(found), nil
}

// occurrences sorts what was found, and leaves out what was found twice.
func (c *Calendar) occurrences(found []interval) []Occurrence {
	slices.SortFunc(found, func(i, j interval) int {
		return cmp.Or(cmp.Compare(i.lo, j.lo), cmp.Compare(i.hi, j.hi),
			cmp.Compare(c.events[i.item].Summary, c.events[j.item].Summary), cmp.Compare(i.item, j.item))
	})
	found = slices.Compact(found) // two rules of an event may give the same
	all := make([]Occurrence, len(found))
	for n, i := range found {
		all[n] = c.occurrence(i)
	}
	return all
}

// At tells what the calendar says of an instant. The errors are those of Over.
func (c *Calendar) At(t time.Time, budget *Budget) (State, error) {
	return stateAt(c, t.Unix(), t.Unix()+horizonDays*daySeconds, c.orDefault(budget, 0))
}

func (c *Calendar) occurrence(i interval) Occurrence {
	return Occurrence{time.Unix(i.lo, 0).UTC(), time.Unix(i.hi, 0).UTC(), &c.events[i.item]}
}

// over are the occurrences, in no order.
func (c *Calendar) over(from, to int64, b *Budget) (found []interval, err error) {
	take := func(i interval) { found = append(found, i) }
	c.single.overlapping(from, to, take)
	c.spans.overlapping(from, to, func(i interval) {
		r := &c.repeats[i.item]
		if err == nil {
			err = c.tooExpensive(r, r.over(from, to, b, take))
		}
	})
	return found, err
}

// next is the first start from <= t < to of an occurrence that takes time, or to.
func (c *Calendar) next(from, to int64, b *Budget) (_ int64, err error) {
	if at, ok := c.single.next(from); ok {
		to = min(to, at)
	}
	c.spans.overlapping(from, to, func(i interval) {
		r := &c.repeats[i.item]
		if err == nil && i.lo < to {
			to, err = r.next(from, to, b)
			err = c.tooExpensive(r, err)
		}
	})
	return to, err
}

func (c *Calendar) tooExpensive(r *repeat, err error) error {
	if err == nil {
		return nil
	}
	e := c.events[r.event]
	return fmt.Errorf("line %d: event %q: %w", e.Line, brief(e.Summary), err)
}

// orDefault is a budget for a question: one rule may cost a lot, and every rule
// something for each day; but all together no more than a large calendar that people
// keep, because each occurrence takes memory, too.
func (c *Calendar) orDefault(b *Budget, asked time.Duration) *Budget {
	if b == nil {
		days := min(max(0, int(asked.Hours()/24)), horizonDays)
		b = new(Budget(min(mostSteps, DefaultSteps+days*busyDay+len(c.repeats)*(200+stepsPerDay*days))))
	}
	return b
}

// What finding an occurrence costs, beyond finding its start; and what a daily event
// costs each day.
const (
	occurrenceSteps = 10
	stepsPerDay     = 5 * occurrenceSteps
	busyDay         = 250 * occurrenceSteps // of one rule
	mostSteps       = 20_000_000
)
