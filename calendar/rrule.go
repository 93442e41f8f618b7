package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A recurring is the starts of a rule that last.
type recurring struct {
	series ical.Series
	length Length
}

func (r recurring) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	if r.length.Days != 0 {
		return r.each(lo, hi, b)
	}
	var all []stretch
	begin, ok, err := r.series.Before(time.Unix(lo, 0), true, b)
	if err == nil && (!ok || begin.Unix()+r.length.seconds() <= lo) {
		begin, ok, err = r.series.After(time.Unix(lo, 0), false, b)
	}
	for ; err == nil && ok && begin.Unix() < hi; begin, ok, err = r.series.After(begin, false, b) {
		s := stretch{begin.Unix(), 0}
		if s.hi, begin, err = r.unbroken(begin, hi, b); err != nil {
			return nil, err
		}
		all = append(all, s.clip(lo, hi))
	}
	return joined(all), err
}

// unbroken follows starts that begin before the one before them has ended: from the end
// of one to the last that began until then, however many lie between.
func (r recurring) unbroken(begin time.Time, hi int64, b *ical.Budget) (end int64, last time.Time, err error) {
	for {
		end = begin.Unix() + r.length.seconds()
		if err := spend(b, 1); err != nil {
			return 0, begin, err
		}
		if end >= hi {
			return end, begin, nil
		}
		next, ok, err := r.series.Before(time.Unix(end, 0), true, b)
		if err != nil || !ok || !next.After(begin) {
			return end, begin, err
		}
		begin = next
	}
}

// each asks for every start: lengths in days may differ.
func (r recurring) each(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	for t, err := range r.series.All(time.Unix(lo-r.length.most(), 0), time.Unix(hi, 0), b) {
		if err != nil {
			return nil, err
		}
		if err := spend(b, 10); err != nil {
			return nil, err
		}
		at := t.Unix()
		all = append(all, stretch{at, r.length.after(at, r.wall(t), r.series.Zone)}.clip(lo, hi))
	}
	return joined(all), nil
}

// wall is what the clock was to show at a start, also where a gap moved it.
func (r recurring) wall(t time.Time) ical.Civil {
	shown := ical.CivilOf(t, r.series.Zone)
	if r.series.Date {
		return shown.Midnight()
	}
	meant := r.series.Start
	meant.Year, meant.Month, meant.Day = shown.Year, shown.Month, shown.Day
	if instant(meant, r.series.Zone) == t.Unix() {
		return meant
	}
	return shown
}

// fits tells whether the rule gives its own start.
func (r recurring) fits() bool {
	fits, err := r.series.GivesStart(budget(0, 0))
	return fits || err != nil
}
