package calendar

import "github.com/andon-project/andon/calendar/ical"

// A reading is how times on the clock become times: by [ical.Resolve], in a zone. Where
// a start that is moved out of a gap would leave nothing of a time that closes, it
// keeps its length. What opens, holes and business hours, is not kept by that: nothing
// opens at a time that nobody wrote.
type reading struct {
	ical.Zone
	opens bool
}

// inverse reads what is taken away from what is read.
func (r reading) inverse() reading { return reading{r.Zone, !r.opens} }

// between is from one time on the clock to another. It may be empty, where it opens.
func (r reading) between(from, to ical.Civil) stretch {
	s := stretch{instant(from, r.Zone), instant(to, r.Zone)}
	if s.hi <= s.lo && !r.opens {
		s.hi = s.lo + max(0, to.Sub(from))
	}
	return s
}

// later is the instant that is so much later than one that a clock was to show as wall.
func (r reading) later(l Length, at int64, wall ical.Civil) int64 {
	if l.Days == 0 {
		return at + l.seconds()
	}
	end := instant(wall.Add(l.Days, 0), r.Zone)
	switch {
	case end > at:
	case r.opens:
		return at
	default: // those days do not exist
		end = at + int64(l.Days)*daySeconds
	}
	return end + l.seconds()
}
