package ical

import (
	"iter"
	"time"
)

// Series is a DTSTART with a rule in a zone: the starts that RFC 5545 calls a
// recurrence set, without RDATE and EXDATE. Its methods are the questions; each is
// answered by arithmetic, not by walking there, and ends in [ErrBudget] when it would
// take more steps than it may. Starts are instants in UTC; none is later than the year
// 9999 on the wall. A Series is a value and may be shared.
type Series struct {
	Start Civil // DTSTART
	Date  bool  // all-day: starts are midnights, and the time of day in Start and Rule means nothing
	Zone  Zone
	Rule  Rule // the zero Rule: DTSTART alone
}

// Check says what keeps a series from being asked; every question would return the same
// error.
func (s Series) Check() error {
	switch {
	case !s.Start.Valid():
		return failure("no such date or time to start at: " + s.Start.String())
	case s.Zone == nil:
		return failure("the series has no zone: local times mean nothing without one")
	case s.Date && s.Rule.freq != 0 && s.Rule.freq < daily:
		return RuleError{"FREQ=" + s.Rule.freq.String(), "an all-day event repeats by days: write FREQ=DAILY, or a DTSTART with a time"}
	}
	return nil
}

// After returns the first start after t, or at t if inclusive. ok is false where there
// is none.
func (s Series) After(t time.Time, inclusive bool, budget *Budget) (start time.Time, ok bool, err error) {
	a, err := s.Asker(budget)
	if err != nil {
		return time.Time{}, false, err
	}
	return a.After(t, inclusive)
}

// Before returns the last start before t, or at t if inclusive. ok is false where there
// is none.
func (s Series) Before(t time.Time, inclusive bool, budget *Budget) (start time.Time, ok bool, err error) {
	a, err := s.Asker(budget)
	if err != nil {
		return time.Time{}, false, err
	}
	return a.Before(t, inclusive)
}

// An Asker puts several questions to a series, for less than each alone costs. It is not
// to be shared.
type Asker struct{ q *question }

// Asker prepares questions that share a budget. The error is that of Check.
func (s Series) Asker(budget *Budget) (Asker, error) {
	if err := s.Check(); err != nil {
		return Asker{}, err
	}
	return Asker{newQuestion(s, budget.orDefault())}, nil
}

// After is Series.After.
func (a Asker) After(t time.Time, inclusive bool) (start time.Time, ok bool, err error) {
	i := ceil(t)
	if !inclusive && t.Nanosecond() == 0 {
		i++
	}
	i, ok, err = a.q.after(i)
	return instantOf(i, ok), ok, err
}

// Before is Series.Before.
func (a Asker) Before(t time.Time, inclusive bool) (start time.Time, ok bool, err error) {
	i := floor(t)
	if !inclusive && t.Nanosecond() == 0 {
		i--
	}
	i, ok, err = a.q.before(i)
	return instantOf(i, ok), ok, err
}

// All yields the starts from <= t < to in order, each instant once. An error, such as
// ErrBudget, is the last that it yields, with the zero time.
func (s Series) All(from, to time.Time, budget *Budget) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		for b, err := range s.starts(ceil(from), ceil(to), budget) {
			if !yield(instantOf(b.at, err == nil), err) {
				return
			}
		}
	}
}

// A Start is a start, and what a clock was to show then: where a gap has moved it, that
// is not what the clock does show.
type Start struct {
	At   time.Time
	Wall Civil
}

// Starts is All, with the walls.
func (s Series) Starts(from, to time.Time, budget *Budget) iter.Seq2[Start, error] {
	return func(yield func(Start, error) bool) {
		for b, err := range s.starts(ceil(from), ceil(to), budget) {
			if !yield(Start{instantOf(b.at, err == nil), civilOf(b.wall)}, err) {
				return
			}
		}
	}
}

func (s Series) starts(from, to int64, budget *Budget) iter.Seq2[begun, error] {
	return func(yield func(begun, error) bool) {
		if err := s.Check(); err != nil {
			yield(begun{}, err)
			return
		}
		q := newQuestion(s, budget.orDefault())
		for i := from; ; i++ {
			b, ok, err := q.next(i)
			if err != nil {
				yield(begun{}, err)
				return
			}
			if i = b.at; !ok || i >= to || !yield(b, nil) {
				return
			}
		}
	}
}

// floor is the last full second that is not after t. Beyond some ten thousand years on
// either side nothing starts.
func floor(t time.Time) int64 {
	const beyond = int64(1) << 40
	return max(-beyond, min(t.Unix(), beyond))
}

// ceil is the first full second that is not before t.
func ceil(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return floor(t) + 1
	}
	return floor(t)
}

func instantOf(i int64, ok bool) time.Time {
	if !ok {
		return time.Time{}
	}
	return time.Unix(i, 0).UTC()
}
