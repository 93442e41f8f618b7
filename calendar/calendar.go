package calendar

import "time"

// A Calendar answers what its windows say of any time. It is immutable.
type Calendar struct{}

// Over is what the calendar says of [from, to): it is black if any instant of it is.
func (c *Calendar) Over(now, from, to time.Time) State { return State{} }

// Opening finds the next time from which on it is clear for that long.
func (c *Calendar) Opening(now, from time.Time, length time.Duration) (time.Time, bool) {
	return time.Time{}, false
}
