package sources

import "time"

// An age is how long ago something was so. The wall clock makes it older, also where it
// jumps or the machine slept; set back, it makes nothing young again.
type age struct {
	old time.Duration
	at  time.Time // when it was last looked at
}

// agedFrom is the age of what was so at a time that was written down, and was looked at
// last at another. Where that lies in the future, a clock was wrong, then or now: nobody
// knows how old it is.
func agedFrom(then, seen, now time.Time, unknown time.Duration) age {
	const skew = time.Minute
	if now.Before(later(then, seen).Add(-skew)) {
		return age{unknown, now}
	}
	return age{max(now.Sub(then), 0), now}
}

// look lets it grow, and returns when it was so, by the clock of now.
func (a *age) look(now time.Time) time.Time {
	a.old += max(now.Sub(a.at), 0)
	a.at = now
	return now.Add(-a.old)
}
