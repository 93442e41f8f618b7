package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// An edge is what from and to say: a date or a time, of one year or of every year.
type edge struct {
	yearly bool
	date   bool // without a time of day
	wall   ical.Civil
	at     int64 // of one with an offset, such as 2026-11-20T18:00+09:00
	exact  bool
}

const edgeForms = "2026-11-20, 2026-11-20T18:00, or 11-20 for every year"

// parseEdge reads what from or to say.
func parseEdge(s string) (edge, error) {
	text := strings.ToUpper(strings.TrimSpace(s))
	bad := fmt.Errorf("%.40q is no date or time: write it as %s", s, edgeForms)
	date, clock, timed := strings.Cut(strings.Replace(text, " ", "T", 1), "T")
	e := edge{date: !timed}
	var err error
	if e.wall, e.yearly, err = parseDay(date); err != nil {
		return edge{}, err
	}
	if e.wall == (ical.Civil{}) {
		return edge{}, bad
	}
	if !timed {
		return e, nil
	}
	clock, offset, ok := cutOffset(clock)
	second, known := timeOfDay(clock)
	if !ok || !known || offset != nil && e.yearly {
		return edge{}, bad
	}
	e.wall = e.wall.Add(0, int(second))
	if offset != nil {
		e.exact, e.at = true, e.wall.Sub(ical.Civil{Year: 1970, Month: 1, Day: 1})-int64(*offset)
	}
	return e, nil
}

// parseDay reads 2026-11-20, and 11-20 as that of a leap year; what has another form is
// the zero Civil.
func parseDay(s string) (c ical.Civil, yearly bool, err error) {
	parts := strings.Split(s, "-")
	widths := []int{4, 2, 2}
	if len(parts) == 2 {
		yearly, widths = true, widths[1:]
	}
	if len(parts) != len(widths) {
		return ical.Civil{}, false, nil
	}
	var n []int
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 16)
		if err != nil || len(part) != widths[i] {
			return ical.Civil{}, false, nil
		}
		n = append(n, int(v))
	}
	if yearly {
		n = append([]int{leapYear}, n...)
	}
	c = ical.Civil{Year: n[0], Month: time.Month(n[1]), Day: n[2]}
	if !c.Valid() {
		return ical.Civil{}, false, fmt.Errorf("there is no %.40s in any calendar: write a date that exists", s)
	}
	return c, yearly, nil
}

// leapYear stands for every year.
const leapYear = 2000

// cutOffset takes Z or +09:00 off a time of day.
func cutOffset(clock string) (rest string, seconds *int, ok bool) {
	if rest, found := strings.CutSuffix(clock, "Z"); found {
		return rest, new(int), true
	}
	i := strings.LastIndexAny(clock, "+-")
	if i < 0 {
		return clock, nil, true
	}
	n, known := timeOfDay(clock[i+1:])
	east := int(n)
	if clock[i] == '-' {
		east = -east
	}
	return clock[:i], &east, known && n < daySeconds
}

// in is what a clock in the zone shows at the edge.
func (e edge) in(z ical.Zone) ical.Civil {
	if e.exact {
		return ical.CivilOf(time.Unix(e.at, 0), z)
	}
	return e.wall
}

// until is the wall at which a time ends: after a date, or at a time.
func (e edge) until() ical.Civil {
	if e.date {
		return e.wall.Add(1, 0)
	}
	return e.wall
}

// fixed is one stretch.
type fixed stretch

func (f fixed) within(lo, hi int64, b *ical.Budget) ([]stretch, error) {
	if s := stretch(f).clip(lo, hi); s.lo < s.hi {
		return []stretch{s}, nil
	}
	return nil, nil
}

// once is the time from one edge to another.
func once(from, to edge, r reading) stretch {
	s := r.between(from.in(r.Zone), to.until())
	if to.exact {
		s.hi = to.at
	}
	if from.exact {
		s.lo = from.at
	}
	return s
}

// yearly is a stretch of every year.
type yearly struct {
	reading
	from, to ical.Civil // of a leap year
	wraps    bool       // over the end of the year
}

func (y yearly) within(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	first, last := dateAt(lo, y.Zone).Year-1, dateAt(hi, y.Zone).Year
	for year := first; year <= last; year++ {
		end := year
		if y.wraps {
			end++
		}
		s := y.between(inYear(y.from, year), inYear(y.to, end)).clip(lo, hi)
		if all = append(all, s); len(all)%8 == 0 {
			err = spend(b, 8)
		}
		if err != nil {
			return nil, err
		}
	}
	return joined(all), nil
}

// inYear is a time of a leap year in another; on February 29 where there is none, it
// is the beginning of March.
func inYear(c ical.Civil, year int) ical.Civil {
	next := c.Year - leapYear // 1 for the end of December
	c.Year = year + next
	if !c.Valid() {
		return ical.Civil{Year: c.Year, Month: time.March, Day: 1}
	}
	return c
}
