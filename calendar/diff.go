package calendar

import (
	"slices"
	"time"
)

// A Change is a stretch of time of which one calendar says something else than another.
type Change struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"` // exclusive
	Was   Word      `json:"was"`
	Is    Word      `json:"is"`
	Gone  []Cause   `json:"gone"`  // what blocked, and does not any more
	Added []Cause   `json:"added"` // what did not block, and does
}

// Diff is what changes from <= t < to where one calendar replaces another: by what is
// said, or for which reasons. A window is the same if its name and reason are. The
// errors are those of Spans.
func Diff(before, after *Calendar, now, from, to time.Time) ([]Change, error) {
	was, err := before.Spans(now, from, to)
	if err != nil {
		return nil, err
	}
	is, err := after.Spans(now, from, to)
	if err != nil {
		return nil, err
	}
	var all []Change
	for start := was[0].Start; len(was) > 0 && len(is) > 0; {
		a, b := was[0], is[0]
		c := Change{Start: start, End: a.End, Was: a.Word, Is: b.Word, Gone: less(a.Causes, b.Causes), Added: less(b.Causes, a.Causes)}
		if b.End.Before(a.End) {
			c.End = b.End
		}
		if !a.End.After(c.End) {
			was = was[1:]
		}
		if !b.End.After(c.End) {
			is = is[1:]
		}
		start = c.End
		if c.Was == c.Is && len(c.Gone)+len(c.Added) == 0 {
			continue
		}
		if n := len(all); n > 0 && all[n-1].goesOn(c) {
			all[n-1].End = c.End
			continue
		}
		all = append(all, c)
	}
	return all, nil
}

// less are the causes that others have no equal of.
func less(causes, others []Cause) []Cause {
	left := []Cause{}
	for _, c := range causes {
		if !slices.ContainsFunc(others, c.same) {
			left = append(left, c)
		}
	}
	return left
}

// same tells whether two causes are the same wish.
func (c Cause) same(d Cause) bool { return c.Window == d.Window && c.Reason == d.Reason }

// goesOn tells whether d is the same change, later.
func (c Change) goesOn(d Change) bool {
	return c.End.Equal(d.Start) && c.Was == d.Was && c.Is == d.Is &&
		slices.EqualFunc(c.Gone, d.Gone, Cause.same) && slices.EqualFunc(c.Added, d.Added, Cause.same)
}
