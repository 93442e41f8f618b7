package calendar

import (
	"fmt"
	"time"
)

// A Snapshot is all calendars at one moment, by name.
type Snapshot map[string]*Calendar

// Over is what the named calendar says of [from, to). One that is missing is
// unreadable.
func (s Snapshot) Over(name string, now, from, to time.Time) State {
	if c := s[name]; c != nil {
		return c.Over(now, from, to)
	}
	return State{Problems: []Problem{{Code: "missing", Text: fmt.Sprintf("there is no calendar %.60q", name),
		Do: "name one that is listed under calendars"}}}
}

// Opening is when the named calendar is next clear for that long, from on.
func (s Snapshot) Opening(name string, now, from time.Time, length time.Duration) (time.Time, bool) {
	if c := s[name]; c != nil {
		return c.Opening(now, from, length)
	}
	return time.Time{}, false
}

// Local is t as the clocks of the named calendar's zone show it, with the zone's name.
func (s Snapshot) Local(name string, t time.Time) time.Time {
	c := s[name]
	if c == nil || c.zone == nil {
		return t
	}
	seconds, _, _ := c.zone.Offset(t)
	return t.In(time.FixedZone(c.zone.String(), seconds))
}
