package ical

import (
	"slices"
	"time"
)

// A Horizon is a stretch of a calendar that has been worked out: questions about it are
// looked up, however many rules the calendar has. It does not change, and may be
// shared.
type Horizon struct {
	From, To time.Time // From <= t < To

	calendar *Calendar
	found    tree
}

// ErrHorizon is returned by questions about times that a Horizon does not cover.
const ErrHorizon = failure("the time lies outside of what was worked out")

// Horizon works out the occurrences that overlap from <= t < to. The errors and the
// budget are those of Over.
func (c *Calendar) Horizon(from, to time.Time, budget *Budget) (*Horizon, error) {
	found, err := c.over(from.Unix(), ceil(to), c.orDefault(budget, to.Sub(from)))
	if err != nil {
		return nil, err
	}
	h := &Horizon{From: from, To: to, calendar: c}
	slices.SortFunc(found, interval.compare)
	h.found = newTree(slices.Compact(found))
	return h, nil
}

// Over is Calendar.Over for times within the horizon.
func (h *Horizon) Over(from, to time.Time) ([]Occurrence, error) {
	if from.Before(h.From) || to.After(h.To) {
		return nil, ErrHorizon
	}
	found, err := h.over(from.Unix(), ceil(to), nil)
	return h.calendar.occurrences(found), err
}

// At is Calendar.At for an instant within the horizon, which is as far as it sees:
// State.Until is zero if nothing starts in it, and not a change but AtLeast so far if
// occurrences reach beyond it.
func (h *Horizon) At(t time.Time) (State, error) {
	if t.Before(h.From) || !t.Before(h.To) {
		return State{}, ErrHorizon
	}
	return stateAt(h, t.Unix(), h.To.Unix(), nil)
}

func (h *Horizon) over(from, to int64, _ *Budget) (found []interval, _ error) {
	h.found.overlapping(from, to, func(i interval) { found = append(found, i) })
	return found, nil
}

func (h *Horizon) next(from, to int64, _ *Budget) (int64, error) {
	if at, ok := h.found.next(from); ok {
		to = min(to, at)
	}
	return to, nil
}

func (h *Horizon) occurrence(i interval) Occurrence { return h.calendar.occurrence(i) }
