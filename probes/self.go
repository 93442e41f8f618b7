package probes

import (
	"fmt"
	"time"
)

// Starved tells whether the last run of a target began so late that this
// machine, rather than the target, may be what was slow: it is short of time,
// or was asleep (INVARIANTS.md, S6).
func (c CheckState) Starved() bool {
	for _, t := range c.Targets {
		if t.Status.Last.Late > max(2*time.Second, c.Every/2) {
			return true
		}
	}
	return false
}

// jumped is how much more the clock on the wall moved since started than the
// one that stands still while a machine sleeps and that nobody can set.
func jumped(started, now time.Time) time.Duration {
	return now.Round(0).Sub(started.Round(0)) - now.Sub(started)
}

// asleep judges a failure during which the clock jumped: a machine that sleeps
// loses its connections, and its deadlines pass.
func asleep(err error, jump time.Duration) error {
	const tolerated = time.Second
	if err == nil || jump.Abs() <= tolerated {
		return err
	}
	return fmt.Errorf("%w: this machine slept, or its clock was set by %v: %w", ErrInconclusive, jump.Round(time.Millisecond), err)
}
