package calendar

import (
	"strings"

	"github.com/andon-project/andon/calendar/ical"
)

// A festive set is holidays, and what lies before and after each.
type festive struct {
	reading
	holidays      Holidays
	before, after Length
}

func (f festive) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	all, err := f.days(lo, hi, b)
	stretches := make([]stretch, len(all))
	for i, h := range all {
		stretches[i] = h.clip(lo, hi)
	}
	return joined(stretches), err
}

type holidayStretch struct {
	stretch
	Holiday
}

// days are the holidays that touch a time, with what lies around them.
func (f festive) days(lo, hi int64, b *ical.Budget) ([]holidayStretch, error) {
	from, to := dateAt(lo-f.after.most(), f.Zone), dateAt(hi-1+f.before.most(), f.Zone)
	if day := from.Add(-1); day.Year == from.Year || f.holidays.Country == "" {
		from = day // one that a zone skips is kept on the next; years before may not be known
	}
	if err := spend(b, int(to.days()-from.days())+1); err != nil {
		return nil, err
	}
	holidays, err := f.holidays.Between(from, to)
	if err != nil {
		return nil, err
	}
	var all []holidayStretch
	for _, h := range holidays {
		s := f.between(h.Date.midnight(), h.Date.Add(1).midnight())
		if s.lo >= s.hi {
			continue
		}
		s.lo = f.before.before(s.lo, h.Date.midnight(), f.Zone)
		s.hi = f.later(f.after, s.hi, h.Date.Add(1).midnight())
		if s.lo < hi && s.hi > lo {
			all = append(all, holidayStretch{s, h})
		}
	}
	return all, nil
}

// told names the holidays of a stretch, and says whether any is predicted.
func (f festive) told(s stretch) (names string, predicted bool) {
	b := ical.Budget(1 << 20)
	all, err := f.days(s.lo, s.hi, &b)
	if err != nil {
		return "", false
	}
	var each []string
	for _, h := range all {
		each = append(each, h.Name)
		predicted = predicted || h.Kind == Predicted
	}
	const most = 4
	if len(each) > most {
		each = append(each[:most], "…")
	}
	return strings.Join(each, ", "), predicted
}
