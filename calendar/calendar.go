package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A Calendar answers what its windows say of any time. It is immutable.
type Calendar struct{}

// Over is what the calendar says of [from, to): it is black if any instant of it is.
func (c *Calendar) Over(now, from, to time.Time) State { return State{} }

// Opening finds the next time from which on it is clear for that long.
func (c *Calendar) Opening(now, from time.Time, length time.Duration) (time.Time, bool) {
	return time.Time{}, false
}

// Name is the calendar's, as it is configured.
func (c *Calendar) Name() string { return "" }

// Zone is where its days begin.
func (c *Calendar) Zone() ical.Zone { return ical.Location(nil) }

// At is what the calendar says of t.
func (c *Calendar) At(now, t time.Time) State { return State{} }

// LatestStart is the last instant from which on it stays clear for that long, before
// it next turns black.
func (c *Calendar) LatestStart(now, from time.Time, length time.Duration) (time.Time, bool) {
	return time.Time{}, false
}

// Spans are the stretches from <= t < to in which it says the same.
func (c *Calendar) Spans(now, from, to time.Time) ([]Span, error) { return nil, nil }
