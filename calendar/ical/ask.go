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

// A State is what a calendar says of an instant.
type State struct {
	// Causes are the occurrences that the instant is in, one of each event: that which
	// ends last.
	Causes []Occurrence

	// Until is when that changes: in an occurrence, the end of the time that
	// occurrences cover without a gap; else the next start. It is zero if nothing
	// starts within the horizon.
	Until time.Time

	// AtLeast says that Until is no change, but as far as it is known: up to the
	// horizon, or to what the budget allowed.
	AtLeast bool
}

// horizonDays is how far State looks ahead: ten years.
const horizonDays = 3653

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
	slices.SortFunc(found, func(i, j interval) int {
		return cmp.Or(cmp.Compare(i.lo, j.lo), cmp.Compare(i.hi, j.hi),
			cmp.Compare(c.events[i.item].Summary, c.events[j.item].Summary), cmp.Compare(i.item, j.item))
	})
	found = slices.Compact(found) // two rules of an event may give the same
	all := make([]Occurrence, len(found))
	for n, i := range found {
		all[n] = c.occurrence(i)
	}
	return all, nil
}

// At tells what the calendar says of an instant. The errors are those of Over.
func (c *Calendar) At(t time.Time, budget *Budget) (State, error) {
	at, b := t.Unix(), c.orDefault(budget, 0)
	found, err := c.over(at, at+1, b)
	if err != nil {
		return State{}, err
	}
	longest := map[int32]interval{}
	for _, i := range found {
		if i.hi > at && i.hi >= longest[i.item].hi {
			longest[i.item] = i
		}
	}
	horizon := at + horizonDays*daySeconds
	if len(longest) == 0 {
		next, err := c.next(at, horizon, b)
		if err != nil || next == horizon {
			return State{}, err
		}
		return State{Until: time.Unix(next, 0).UTC()}, nil
	}
	var s State
	end := at
	for _, i := range longest {
		s.Causes = append(s.Causes, c.occurrence(i))
		end = max(end, i.hi)
	}
	slices.SortFunc(s.Causes, func(o, p Occurrence) int {
		return cmp.Or(o.Start.Compare(p.Start), o.End.Compare(p.End), cmp.Compare(o.Event.Line, p.Event.Line))
	})
	end, s.AtLeast = c.unbroken(end, horizon, b)
	s.Until = time.Unix(end, 0).UTC()
	return s, nil
}

// unbroken follows occurrences from an end to the first gap. That it could not be
// followed further, because of the horizon or the budget, is told by atLeast.
func (c *Calendar) unbroken(end, horizon int64, b *Budget) (_ int64, atLeast bool) {
	for ahead := int64(daySeconds); end < horizon; ahead *= 2 {
		found, err := c.over(end, end+ahead, b)
		if err != nil {
			return end, true
		}
		slices.SortFunc(found, func(i, j interval) int { return cmp.Compare(i.lo, j.lo) })
		before := end
		for _, i := range found {
			if i.lo > end {
				break
			}
			end = max(end, i.hi)
		}
		if end == before {
			return end, false
		}
	}
	return end, true
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
// something for each day.
func (c *Calendar) orDefault(b *Budget, asked time.Duration) *Budget {
	if b == nil {
		days := min(max(0, int(asked.Hours()/24)), horizonDays)
		b = new(Budget(DefaultSteps + len(c.repeats)*(200+stepsPerDay*days)))
	}
	return b
}

// What finding an occurrence costs, beyond finding its start; and what a daily event
// costs each day.
const (
	occurrenceSteps = 10
	stepsPerDay     = 5 * occurrenceSteps
)
