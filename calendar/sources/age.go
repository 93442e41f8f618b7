package sources

import "time"

// An age is how long ago something was so. It grows with whichever clock went further:
// the wall clock, which also runs while the machine sleeps, or the time since start,
// which nobody can set. So a clock that is set back makes nothing young again.
type age struct {
	old  time.Duration
	wall time.Time     // when it was last looked at, without monotonic reading
	up   time.Duration // … since start
}

// newborn is the age of what is so now.
func newborn(wall time.Time, up time.Duration) age { return age{wall: wall.Round(0), up: up} }

// agedFrom is the age of what was so at a time that was written down, and was looked at
// last at another. Where that lies in the future, a clock was wrong, then or now: nobody
// knows how old it is.
func agedFrom(then, seen, wall time.Time, up, forever time.Duration) age {
	const skew = time.Minute
	a := newborn(wall, up)
	if a.old = max(a.wall.Sub(then), 0); a.wall.Before(later(then, seen).Add(-skew)) {
		a.old = forever
	}
	return a
}

// look lets it grow, and returns when it was so by the wall clock.
func (a *age) look(wall time.Time, up time.Duration) time.Time {
	wall = wall.Round(0)
	a.old += max(wall.Sub(a.wall), up-a.up, 0)
	a.wall, a.up = wall, up
	return wall.Add(-a.old)
}
