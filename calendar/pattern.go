package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A pattern is weekdays, hours and months: on each of those days, hours from when they
// begin until they end on the clock, as [ical.Resolve] reads it. Hours that run over
// midnight belong to the day on which they begin. A day that a zone skips has none.
type pattern struct {
	reading
	days   uint8     // by time.Weekday
	months uint16    // by time.Month
	hours  []stretch // as they are written: seconds since midnight, up to two days

	ordinary []stretch // the hours of a day without any change of clocks: joined
}

const (
	everyDay   = 1<<7 - 1
	everyMonth = 1<<13 - 2
)

var wholeDay = stretch{0, daySeconds}

func (p pattern) within(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	const before, after = 4, 1 // days: two of hours, one that a gap adds, and one of an offset
	first, last := dayOf(lo)-before, dayOf(hi)+after
	if err := spend(b, int(last-first+1)); err != nil {
		return nil, err
	}
	var s steady
	for day := first; day <= last; day++ {
		if !p.has(day) {
			continue
		}
		if !s.holds(day) {
			s = steadyAt(day, p.Zone)
		}
		n := len(all)
		all = clipped(p.on(all, day, s), n, lo, hi)
		if err := spend(b, stretchSteps*len(p.hours)); err != nil {
			return nil, err
		}
	}
	return joined(all), nil
}

// on adds the hours of a day.
func (p pattern) on(all []stretch, day int64, s steady) []stretch {
	if s.holds(day) {
		midnight := day*daySeconds - s.offset
		for _, h := range p.ordinary {
			all = append(all, stretch{midnight + h.lo, midnight + h.hi})
		}
		return all
	}
	date := dateOf(time.Unix(day*daySeconds, 0).UTC())
	midnight := date.midnight()
	if dateAt(instant(midnight, p.Zone), p.Zone) != date {
		return all
	}
	for _, h := range p.hours {
		all = append(all, p.between(midnight.Add(0, int(h.lo)), midnight.Add(0, int(h.hi))))
	}
	return all
}

// A steady time is one in which clocks are not changed.
type steady struct{ offset, from, until int64 }

func steadyAt(day int64, z ical.Zone) steady {
	offset, from, until := z.Offset(time.Unix(day*daySeconds, 0))
	s := steady{int64(offset), -forever, forever}
	if !from.IsZero() {
		s.from = from.Unix()
	}
	if !until.IsZero() {
		s.until = until.Unix()
	}
	return s
}

// holds tells whether all that begins on a day is in it, and shown by no clock before:
// clocks are changed by a day at most.
func (s steady) holds(day int64) bool {
	midnight := day*daySeconds - s.offset
	return s.from < s.until && midnight-daySeconds >= s.from && midnight+2*daySeconds < s.until
}

// has tells whether a day since 1970 is one of the days.
func (p pattern) has(day int64) bool {
	if p.days>>weekdayOf(day)&1 == 0 {
		return false
	}
	return p.months == everyMonth || p.months>>time.Unix(day*daySeconds, 0).UTC().Month()&1 != 0
}

// always tells whether it leaves nothing of any week.
func (p pattern) always() bool {
	return p.days == everyDay && len(p.ordinary) == 1 && p.ordinary[0].hi-p.ordinary[0].lo >= daySeconds
}

// weekdayOf is that of a day since 1970, 0 for Sunday.
func weekdayOf(day int64) int { return int(((day+4)%7 + 7) % 7) }
