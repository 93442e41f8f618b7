package probes

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"time"
)

// A Verdict is what a run of results amounts to.
type Verdict uint8

// Unknown is the zero value: no evidence is unknown, and unknown changes nothing.
const (
	Unknown Verdict = iota
	Healthy
	Unhealthy
)

func (v Verdict) String() string {
	return [...]string{"unknown", "healthy", "unhealthy"}[v]
}

// A Policy says when a verdict changes.
type Policy struct {
	Down  int           // this many failures …
	Of    int           // … among the last this many conclusive runs are unhealthy
	Up    int           // passes in a row after which an unhealthy target is healthy
	Stale time.Duration // evidence older than this is no evidence
}

// DefaultPolicy is `down: 3 of 5`, `up: 10`, stale after 3 × every + timeout.
func DefaultPolicy(every, timeout time.Duration) Policy {
	return Policy{Down: 3, Of: 5, Up: 10, Stale: 3*every + timeout}
}

// A Status is what is known of one target. Its zero value is unknown under no
// policy; begin with NewStatus. A Status is a value: Add returns the next one.
type Status struct {
	policy  Policy
	recent  []run // conclusive runs, oldest first, as many as the policy can ask about
	verdict Verdict

	conclusive int64 // when the last of them ended, in Unix nanoseconds
	passed     int64 // when the last that passed began, in Unix nanoseconds; 0: none has
	sure       int   // passes since the last failure, also one that andon's blindness excused

	was      Verdict // before the verdict changed last
	wasSince time.Time

	Since       time.Time // when the verdict last changed; zero while unknown
	Last        Result    // the last run, whatever its outcome
	LastFailure Failure
	Failing     time.Time         // start of the first of the failures in a row at the end; zero after a pass
	Unsteady    time.Time         // start of the first failure since it last passed Up times in a row; zero while there is none
	Runs        uint64            // all runs since start
	Failures    uint64            // failed runs since start
	ByReason    map[string]uint64 // those, by Reason of their error; never changed, replaced
	Durations   *Histogram        // of the conclusive runs since start; never changed, replaced
}

// A Failure is a run that failed. The zero value is none.
type Failure struct {
	Start time.Time
	Err   error
}

type run struct {
	start int64 // Unix nanoseconds
	pass  bool
}

// NewStatus begins with no evidence. With unhealthy it begins as a target
// known to be unwell since then: it takes Up passes to be healthy again, as if
// the daemon had never been away.
func NewStatus(p Policy, v Verdict, since time.Time) Status {
	s := Status{policy: p}
	if v == Unhealthy {
		s.verdict, s.Since = Unhealthy, since
		s.was, s.wasSince = Unhealthy, since
	}
	return s
}

// Add returns the status after r. Inconclusive runs are kept as the last run
// and change nothing else: they neither count, nor break a streak, nor refresh
// evidence.
func (s Status) Add(r Result) Status {
	s.Last = r
	s.Runs++
	switch r.Outcome() {
	case Inconclusive:
		if _, dark := errors.AsType[*darkError](r.Err); dark {
			s.sure = 0
		}
		return s
	case Pass:
		s.Failing, s.passed = time.Time{}, r.Start.UnixNano()
		s.sure++
	case Fail:
		s.LastFailure = Failure{r.Start, r.Err}
		s.sure = 0
		s.Failures++
		s.Unsteady = cmp.Or(s.Unsteady, r.Start)
		s.ByReason = more(s.ByReason, Reason(r.Err))
		if s.Failing.IsZero() {
			s.Failing = r.Start
		}
	}
	s.recent, s.conclusive = s.appendRun(r), r.End().UnixNano()
	if s.streak(0) >= max(s.policy.Up, 1) {
		s.Unsteady = time.Time{}
	}
	s.Durations = s.Durations.Add(r.Duration)
	if v := s.next(); v != s.verdict {
		if s.verdict == Unhealthy { // the failures of a spell that is over count no more
			s.recent = s.recent[len(s.recent)-s.streak(0):]
		}
		s.was, s.wasSince = s.verdict, s.Since
		s.verdict, s.Since = v, r.End()
	}
	return s
}

// maxReasons is how many classes of failure one target is believed to have: a
// class becomes a series, and their number must not depend on what answers.
const maxReasons = 32

// more copies, because the map before is still somebody's snapshot.
func more(counts map[string]uint64, reason string) map[string]uint64 {
	if _, known := counts[reason]; !known && len(counts) >= maxReasons {
		reason = "other"
	}
	next := make(map[string]uint64, len(counts)+1)
	maps.Copy(next, counts)
	next[reason]++
	return next
}

// appendRun copies, because the status before is still somebody's snapshot.
func (s Status) appendRun(r Result) []run {
	keep := max(s.policy.Of, s.policy.Up, 1)
	old := s.recent
	if len(old) >= keep {
		old = old[len(old)-keep+1:]
	}
	next := make([]run, 0, len(old)+1)
	next = append(next, old...)
	return append(next, run{r.Start.UnixNano(), r.Outcome() == Pass})
}

func (s Status) next() Verdict {
	passing := s.recent[len(s.recent)-1].pass
	switch {
	case s.fails() >= max(s.policy.Down, 1) && !passing:
		return Unhealthy
	case s.verdict == Unhealthy && s.streak(0) >= max(s.policy.Up, 1):
		return Healthy
	case s.verdict == Unknown && passing:
		return Healthy
	}
	return s.verdict
}

// fails counts the failures among the runs that the policy asks about.
func (s Status) fails() int {
	n := 0
	for _, r := range s.recent[max(0, len(s.recent)-s.policy.Of):] {
		if !r.pass {
			n++
		}
	}
	return n
}

// streak counts the passes in a row at the end that began after t.
func (s Status) streak(t int64) int {
	n := 0
	for i := len(s.recent) - 1; i >= 0 && s.recent[i].pass && s.recent[i].start > t; i-- {
		n++
	}
	return n
}

// At is the verdict at a time. Evidence older than the policy allows is
// Unknown, whatever it said: a hung check does not keep a green light on.
func (s Status) At(now time.Time) Verdict {
	if s.Stale(now) {
		return Unknown
	}
	return s.verdict
}

// Why is a sentence behind a verdict that is not healthy, "" for one that is.
func (s Status) Why(now time.Time) string {
	switch v := s.At(now); {
	case v == Healthy:
		return ""
	case v == Unhealthy && s.LastFailure.Err == nil:
		return "it was unhealthy before andon started, and has not passed often enough since"
	case v == Unhealthy:
		return s.LastFailure.Err.Error()
	case s.Last.Start.IsZero():
		return "it has not run yet"
	case s.Last.Outcome() == Inconclusive:
		return s.Last.Err.Error()
	case !s.Stale(now):
		return "the failures so far are too few to tell: " + s.Last.Err.Error()
	}
	return "its last run is too old to tell anything"
}

// Verdict is what the last conclusive run left, however old it is.
func (s Status) Verdict() Verdict { return s.verdict }

// Stale tells whether there is no conclusive run young enough at now. One from
// the future is none either: the clock was set back since, and says no more how
// long ago it was.
func (s Status) Stale(now time.Time) bool {
	if len(s.recent) == 0 {
		return true
	}
	age := time.Duration(now.UnixNano() - s.conclusive)
	return s.policy.Stale > 0 && age.Abs() > s.policy.Stale
}

// Ran tells whether at least one conclusive run has been made since start.
func (s Status) Ran() bool { return len(s.recent) > 0 }

// PassesSince counts the passes in a row, up to now, that began after t. It is
// asked before something is opened, so even a failure that was excused ends a
// row. No more than the policy's larger number is remembered.
func (s Status) PassesSince(t time.Time) int {
	if t.IsZero() {
		return min(s.sure, s.streak(0))
	}
	return min(s.sure, s.streak(t.UnixNano()))
}

// Interrupted tells whether a failure that was excused stands among the passes at
// the end: production may have been down, for as long as nobody could see.
func (s Status) Interrupted() bool { return s.sure < s.streak(0) }

// Policy returns what s is judged by.
func (s Status) Policy() Policy { return s.policy }

func (p Policy) String() string {
	return fmt.Sprintf("down: %d of %d, up: %d", p.Down, p.Of, p.Up)
}
