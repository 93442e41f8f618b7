package ical

import (
	"cmp"
	"slices"
	"time"
)

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

// A source knows occurrences: by rules, or by heart.
type source interface {
	over(from, to int64, b *Budget) ([]interval, error) // in no order
	next(from, to int64, b *Budget) (int64, error)      // the first start that takes time, or to
	occurrence(interval) Occurrence
}

// stateAt is the state at an instant, as far as a source knows before the horizon.
func stateAt(s source, at, horizon int64, b *Budget) (State, error) {
	found, err := s.over(at, at+1, b)
	if err != nil {
		return State{}, err
	}
	slices.SortFunc(found, func(i, j interval) int { return cmp.Or(cmp.Compare(i.item, j.item), cmp.Compare(i.hi, j.hi)) })
	var state State
	end := at
	for n, i := range found {
		last := n+1 == len(found) || found[n+1].item != i.item // of its event
		if last && i.hi > at {
			state.Causes = append(state.Causes, s.occurrence(i))
			end = max(end, i.hi)
		}
	}
	if len(state.Causes) == 0 {
		next, err := s.next(at, horizon, b)
		if err != nil || next == horizon {
			return State{}, err
		}
		return State{Until: time.Unix(next, 0).UTC()}, nil
	}
	slices.SortFunc(state.Causes, func(o, p Occurrence) int {
		return cmp.Or(o.Start.Compare(p.Start), o.End.Compare(p.End), cmp.Compare(o.Event.Line, p.Event.Line))
	})
	end, state.AtLeast = unbroken(s, end, horizon, b)
	state.Until = time.Unix(end, 0).UTC()
	return state, nil
}

// unbroken follows occurrences from an end to the first gap. That it could not be
// followed further, because of the horizon or the budget, is told by atLeast.
func unbroken(s source, end, horizon int64, b *Budget) (_ int64, atLeast bool) {
	for ahead := int64(daySeconds); end < horizon; ahead *= 2 {
		found, err := s.over(end, end+ahead, b)
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
