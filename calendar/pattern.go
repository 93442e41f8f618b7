package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A pattern is weekdays, hours and months: all times at which a clock in the zone
// shows one of them. What the clock shows twice counts twice, what it leaves out not
// at all. Hours that run over midnight belong to the day on which they begin.
type pattern struct {
	zone   ical.Zone
	days   uint8     // by time.Weekday
	months uint16    // by time.Month
	hours  []stretch // seconds since the midnight of the day, joined; up to two days
}

const (
	everyDay   = 1<<7 - 1
	everyMonth = 1<<13 - 2
)

var wholeDay = stretch{0, daySeconds}

func (p pattern) within(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	for lo < hi {
		seconds, _, until := p.zone.Offset(time.Unix(lo, 0))
		offset, end := int64(seconds), hi
		if !until.IsZero() {
			end = min(hi, until.Unix())
		}
		if all, err = p.shown(all, lo, end, offset, b); err != nil {
			return nil, err
		}
		lo = end
	}
	return joined(all), nil
}

// shown adds the times in which the offset does not change.
func (p pattern) shown(all []stretch, lo, hi, offset int64, b *ical.Budget) ([]stretch, error) {
	first, last := dayOf(lo+offset)-1, dayOf(hi-1+offset)
	if err := spend(b, int(last-first+1)); err != nil {
		return nil, err
	}
	for day := first; day <= last; day++ {
		if !p.has(day) {
			continue
		}
		for _, h := range p.hours {
			s := stretch{day*daySeconds + h.lo - offset, day*daySeconds + h.hi - offset}.clip(lo, hi)
			if s.lo < s.hi {
				all = append(all, s)
			}
		}
		if err := spend(b, stretchSteps*len(p.hours)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// has tells whether a day since 1970 is one of the days.
func (p pattern) has(day int64) bool {
	if p.days>>weekdayOf(day)&1 == 0 {
		return false
	}
	return p.months == everyMonth || p.months>>time.Unix(day*daySeconds, 0).UTC().Month()&1 != 0
}

// weekdayOf is that of a day since 1970, 0 for Sunday.
func weekdayOf(day int64) int { return int(((day+4)%7 + 7) % 7) }
