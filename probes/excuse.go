package probes

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Excuse returns the status without what was learned in the dark: failures
// begun at or after from are forgotten, and a verdict that rests on them is what
// it was before. Passes stand, since nobody passes by mistake, and so does the
// spell of a target that was unhealthy already. What has been counted stays
// counted. Whatever is to be opened needs its passes after them: an excuse is no
// proof that production was well.
func (s Status) Excuse(from time.Time) Status {
	if s.Last.Outcome() == Fail && !s.Last.Start.Before(from) {
		s.Last.Err = inTheDark(s.Last.Err)
	}
	if kept := s.without(from); len(kept) < len(s.recent) {
		s.recent, s.conclusive = kept, 0
		if n := len(kept); n > 0 {
			s.conclusive = kept[n-1].start
		}
	}
	if s.verdict == Unhealthy && !s.Since.Before(from) && s.fails() < max(s.policy.Down, 1) {
		s.verdict, s.Since = s.was, s.wasSince
	}
	if !s.Failing.Before(from) {
		s.Failing = time.Time{}
	}
	if s.verdict != Unhealthy && !s.LastFailure.Start.Before(from) {
		s.LastFailure = Failure{}
	}
	return s
}

// without are the recent runs but the failures begun at or after from.
func (s Status) without(from time.Time) []run {
	t := int64(math.MinInt64)
	if !from.IsZero() {
		t = from.UnixNano()
	}
	dark := func(r run) bool { return !r.pass && r.start >= t }
	if !slices.ContainsFunc(s.recent, dark) {
		return s.recent
	}
	return slices.DeleteFunc(slices.Clone(s.recent), dark) // a copy: the status before is still somebody's snapshot
}

// darkError is a failure that says nothing, because andon could not see.
type darkError struct{ err error }

func inTheDark(err error) error { return &darkError{err} }

func (e *darkError) Error() string {
	return fmt.Sprintf("%v: andon could not see, its witnesses failed as well: %v", ErrInconclusive, e.err)
}

func (e *darkError) Unwrap() []error { return []error{ErrInconclusive, e.err} }
