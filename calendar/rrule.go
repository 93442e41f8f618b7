package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A recurring is the starts of a rule that last.
type recurring struct {
	reading
	series ical.Series
	length Length
}

// What starts cost, in steps: one that follows another, and one that is asked for.
const (
	startSteps    = 10
	questionSteps = 20
)

func (r recurring) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	if r.length.Days != 0 {
		return r.each(lo, hi, b)
	}
	begin, ok, err := r.series.Before(time.Unix(lo, 0), true, b)
	if err != nil {
		return nil, err
	}
	if !ok {
		begin = time.Unix(lo, 0)
	}
	var all []stretch
	for more := true; more; {
		if all, more, err = r.walk(all, begin, hi, b); err != nil {
			return nil, err
		}
		if more {
			if begin, err = r.jump(all, hi, b); err != nil {
				return nil, err
			}
		}
	}
	for i := range all {
		all[i] = all[i].clip(lo, hi)
	}
	return joined(all), nil
}

// walk goes from start to start. It stops early, and more is true, where many lie within
// the stretch that it is in.
func (r recurring) walk(all []stretch, begin time.Time, hi int64, b *ical.Budget) (_ []stretch, more bool, err error) {
	inside := 0
	for t, err := range r.series.All(begin, time.Unix(hi, 0), b) {
		if err != nil {
			return nil, false, err
		}
		if err := spend(b, startSteps); err != nil {
			return nil, false, err
		}
		n, s := len(all), stretch{t.Unix(), t.Unix() + r.length.seconds()}
		switch {
		case n == 0 || s.lo > all[n-1].hi:
			all, inside = append(all, s), 0
			continue
		case s.hi > all[n-1].hi:
			all[n-1].hi = s.hi
		}
		const many = 16
		if inside++; inside > many {
			return all, true, nil
		}
	}
	return all, false, nil
}

// jump follows the last stretch to its end: from the end of one start to the last that
// begins until then, however many lie between. It returns where to walk on.
func (r recurring) jump(all []stretch, hi int64, b *ical.Budget) (time.Time, error) {
	last := &all[len(all)-1]
	series, err := r.series.Asker(b)
	if err != nil {
		return time.Time{}, err
	}
	for {
		if err := spend(b, questionSteps); err != nil {
			return time.Time{}, err
		}
		begin, ok, err := series.Before(time.Unix(last.hi, 0), true)
		if err != nil {
			return time.Time{}, err
		}
		end := begin.Unix() + r.length.seconds()
		if !ok || end <= last.hi || last.hi >= hi {
			return time.Unix(last.hi, 0).Add(time.Second), nil
		}
		last.hi = end
	}
}

// each asks for every start: lengths in days may differ.
func (r recurring) each(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	for s, err := range r.series.Starts(time.Unix(lo-r.length.most(), 0), time.Unix(hi, 0), b) {
		if err != nil {
			return nil, err
		}
		if err := spend(b, startSteps); err != nil {
			return nil, err
		}
		at := s.At.Unix()
		all = append(all, stretch{at, r.later(r.length, at, s.Wall)}.clip(lo, hi))
	}
	return joined(all), nil
}

// fits tells whether the rule gives its own start.
func (r recurring) fits() bool {
	fits, err := r.series.GivesStart(budget(0, 0))
	return fits || err != nil
}
