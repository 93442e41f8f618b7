package calendar

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

const daySeconds = 86_400

// A stretch is a time from lo to before hi, in seconds since 1970.
type stretch struct{ lo, hi int64 }

// forever is before or after everything.
const forever = int64(1) << 40

// A set is times. Within returns those from lo to before hi, cut off there: in order,
// and apart from each other. It ends in [ical.ErrBudget] where that takes more steps
// than the budget has.
type set interface {
	within(lo, hi int64, b *ical.Budget) ([]stretch, error)
}

// stretchSteps is what a stretch costs, for the memory that it takes.
const stretchSteps = 5

func spend(b *ical.Budget, steps int) error {
	if int(*b) < steps {
		*b = 0
		return ical.ErrBudget
	}
	*b -= ical.Budget(steps)
	return nil
}

// joined puts stretches in order, and those together that overlap or touch.
func joined(all []stretch) []stretch {
	if !slices.IsSortedFunc(all, stretch.compare) {
		slices.SortFunc(all, stretch.compare)
	}
	n := 0
	for _, s := range all {
		switch {
		case s.lo >= s.hi:
		case n > 0 && s.lo <= all[n-1].hi:
			all[n-1].hi = max(all[n-1].hi, s.hi)
		default:
			all[n] = s
			n++
		}
	}
	return all[:n]
}

func (s stretch) compare(t stretch) int {
	return cmp.Or(cmp.Compare(s.lo, t.lo), cmp.Compare(s.hi, t.hi))
}

func (s stretch) clip(lo, hi int64) stretch { return stretch{max(s.lo, lo), min(s.hi, hi)} }

// clipped cuts those from n on off at lo and hi.
func clipped(all []stretch, n int, lo, hi int64) []stretch {
	kept := all[:n]
	for _, s := range all[n:] {
		if s = s.clip(lo, hi); s.lo < s.hi {
			kept = append(kept, s)
		}
	}
	return kept
}

// from is the index of the first stretch that ends after t.
func from(all []stretch, t int64) int {
	return sort.Search(len(all), func(i int) bool { return all[i].hi > t })
}

// common is what two lists have in common.
func common(a, b []stretch) (all []stretch) {
	for _, s := range a {
		for _, t := range b[from(b, s.lo):] {
			if t.lo >= s.hi {
				break
			}
			all = append(all, t.clip(s.lo, s.hi))
		}
	}
	return all
}

// rest is what a list leaves of the time from lo to hi.
func rest(of []stretch, lo, hi int64) (all []stretch) {
	for _, s := range of {
		if s.lo > lo {
			all = append(all, stretch{lo, min(s.lo, hi)})
		}
		if lo = max(lo, s.hi); lo >= hi {
			return all
		}
	}
	if lo < hi {
		all = append(all, stretch{lo, hi})
	}
	return all
}

// both is what two sets have in common.
type both struct{ a, b set }

func (s both) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	one, err := s.a.within(lo, hi, b)
	if err != nil || len(one) == 0 {
		return nil, err
	}
	other, err := s.b.within(one[0].lo, one[len(one)-1].hi, b)
	if err != nil {
		return nil, err
	}
	return common(one, other), spend(b, len(one)+len(other))
}

// without is a set less others; an empty first one is all the time there is.
type without struct {
	set   set
	holes []set
}

func (s without) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	all := []stretch{{lo, hi}}
	var err error
	if s.set != nil {
		if all, err = s.set.within(lo, hi, b); err != nil || len(all) == 0 {
			return nil, err
		}
	}
	lo, hi = all[0].lo, all[len(all)-1].hi
	var holes []stretch
	for _, h := range s.holes {
		in, err := h.within(lo, hi, b)
		if err != nil {
			return nil, err
		}
		holes = append(holes, in...)
	}
	return common(all, rest(joined(holes), lo, hi)), spend(b, len(all)+len(holes))
}

// instant is when a clock shows a time, in the reading of [ical.Resolve].
func instant(c ical.Civil, z ical.Zone) int64 {
	t, _ := ical.Resolve(c, z)
	return t.Unix()
}

// dayOf is the number of the day that a clock with an offset shows, since 1970.
func dayOf(wall int64) int64 {
	d := wall / daySeconds
	if wall%daySeconds < 0 {
		d--
	}
	return d
}

// dateAt is the date that a clock shows at an instant.
func dateAt(t int64, z ical.Zone) Date {
	c := ical.CivilOf(time.Unix(t, 0), z)
	return Date{c.Year, c.Month, c.Day}
}

// midnight is the beginning of a date on the clock.
func (d Date) midnight() ical.Civil { return ical.Civil{Year: d.Year, Month: d.Month, Day: d.Day} }

func (d Date) days() int64 { return d.utc().Unix() / daySeconds }
