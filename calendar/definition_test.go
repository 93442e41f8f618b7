package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// What windows mean, in the slowest way there is: is this instant in? It is asked of
// package time what a clock shows, and nothing of calendar or ical.
type slow func(t time.Time) bool

// clockAt is what a clock shows, as an instant of UTC.
func clockAt(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// first is the instant at which a clock shows a time, by looking at every fifth minute:
// the first of two, and where there is none, as many minutes after the gap begins as
// the clock would have gone.
func first(wall time.Time, zone *time.Location) time.Time {
	last := wall.Add(-26 * time.Hour)
	for t := last; t.Before(wall.Add(26 * time.Hour)); t = t.Add(5 * time.Minute) {
		switch shown := clockAt(t, zone); {
		case shown.Equal(wall):
			return t
		case shown.After(wall):
			return last.Add(wall.Sub(clockAt(last, zone)))
		}
		last = t
	}
	panic("no such time")
}

// during is from one time on the clock to another. If nothing would be left, it is as
// long, unless it opens.
func (g generator) during(from, to time.Time) slow {
	lo, hi := first(from, g.zone), first(to, g.zone)
	if !lo.Before(hi) && !g.opens {
		hi = lo.Add(to.Sub(from))
	}
	return func(t time.Time) bool { return !t.Before(lo) && t.Before(hi) }
}

// exists tells whether a clock shows a date at all.
func exists(day time.Time, zone *time.Location) bool {
	for t := day.Add(-26 * time.Hour); t.Before(day.Add(50 * time.Hour)); t = t.Add(time.Hour) {
		if clockAt(t, zone).Truncate(24 * time.Hour).Equal(day) {
			return true
		}
	}
	return false
}

// A generator makes windows at random, with what they mean. All of their times are
// near a day, and on five minutes.
type generator struct {
	*rand.Rand
	zone *time.Location
	day  time.Time // as a clock shows it, in UTC

	opens bool // what it makes leaves times open: a hole, or business hours
}

// inverse makes what is taken away.
func (g generator) inverse() generator {
	g.opens = !g.opens
	return g
}

func (g generator) chance(n int) bool { return g.IntN(n) == 0 }

// minute is one of a day, rather one of those in which clocks are changed.
func (g generator) minute() int {
	if g.chance(2) {
		return 5 * g.IntN(3*12)
	}
	return 5 * g.IntN(24*12)
}

func (g generator) near() time.Time { return g.day.AddDate(0, 0, g.IntN(9)-4) }

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// pattern makes days, hours and months.
func (g generator) pattern() (days, hours, months []string, in slow) {
	var on [7]bool
	inMonth := func(time.Month) bool { return true }
	ranges := [][2]int{{0, 24 * 60}}
	for d := range on {
		on[d] = true
	}
	if g.chance(2) {
		a, b := g.IntN(7), g.IntN(7)
		days = []string{weekday(a) + "-" + weekday(b)}
		for d := range on {
			on[d] = a <= b && a <= d && d <= b || a > b && (d >= a || d <= b)
		}
	}
	if g.chance(4) {
		m := g.near().Month()
		months = []string{m.String()}
		inMonth = func(n time.Month) bool { return m == n }
	}
	if len(days) == 0 || g.chance(2) {
		ranges = nil
		for left := 24 * 60; len(ranges) == 0 || g.chance(4); {
			begin, end := g.minute(), g.minute()
			length := (end - begin + 24*60) % (24 * 60)
			if left -= length; length == 0 || left <= 0 && len(ranges) > 0 { // something is to be left outside
				continue
			}
			hours = append(hours, clock(begin)+"-"+clock(end))
			ranges = append(ranges, [2]int{begin, begin + length})
		}
	}
	var all []slow
	for day := g.day.AddDate(0, 0, -12); day.Before(g.day.AddDate(0, 0, 12)); day = day.AddDate(0, 0, 1) {
		if !on[day.Weekday()] || !inMonth(day.Month()) || !exists(day, g.zone) {
			continue
		}
		for _, r := range ranges {
			all = append(all, g.during(day.Add(time.Duration(r[0])*time.Minute), day.Add(time.Duration(r[1])*time.Minute)))
		}
	}
	return days, hours, months, either(all)
}

// either is each of them.
func either(all []slow) slow {
	return func(t time.Time) bool {
		return slices.ContainsFunc(all, func(in slow) bool { return in(t) })
	}
}

func weekday(d int) string { return strings.ToLower(time.Weekday(d).String()[:3]) }

// selector makes any family, perhaps narrowed.
func (g generator) selector() (s calendar.Selector, in slow) {
	families := []func() (calendar.Selector, slow){g.dates, g.yearly, g.outside, g.added, g.cron, g.rule, g.rule}
	narrowed := false
	if i := g.IntN(len(families) + 2); i < len(families) {
		s, in = families[i]()
		narrowed = true
	}
	if !narrowed || g.chance(3) {
		days, hours, months, pattern := g.pattern()
		s.Days, s.Hours, s.Months = days, hours, months
		in = and(in, pattern)
	}
	return s, in
}

func and(a, b slow) slow {
	if a == nil {
		return b
	}
	return func(t time.Time) bool { return a(t) && b(t) }
}

func (g generator) window(name string) (calendar.Window, slow) {
	w := calendar.Window{Name: name}
	var in slow
	w.Selector, in = g.selector()
	for g.chance(3) {
		hole, out := g.inverse().selector()
		w.Except = append(w.Except, hole)
		rest := in
		in = func(t time.Time) bool { return rest(t) && !out(t) }
	}
	return w, in
}

func (g generator) dates() (calendar.Selector, slow) {
	from := g.near()
	to := from.AddDate(0, 0, g.IntN(4))
	if g.chance(2) {
		return calendar.Selector{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)}, g.during(from, to.AddDate(0, 0, 1))
	}
	from = from.Add(time.Duration(g.minute()) * time.Minute)
	to = from.Add(time.Duration(5+g.IntN([]int{10, 3000}[g.IntN(2)])*5) * time.Minute)
	const form = "2006-01-02T15:04"
	return calendar.Selector{From: from.Format(form), To: to.Format(form)}, g.during(from, to)
}

func (g generator) yearly() (calendar.Selector, slow) {
	from, to := g.near(), g.near()
	a, b := from.Format("01-02"), to.Format("01-02")
	in := func(year int, d time.Time, after int) time.Time {
		day := time.Date(year, d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
		if day.Month() != d.Month() { // February 29 is the beginning of March
			return day
		}
		return day.AddDate(0, 0, after)
	}
	var years []slow
	for year := g.day.Year() - 1; year <= g.day.Year()+1; year++ {
		end := year
		if a > b {
			end++
		}
		if begin, end := in(year, from, 0), in(end, to, 1); begin.Before(end) {
			years = append(years, g.during(begin, end))
		}
	}
	return calendar.Selector{From: a, To: b}, either(years)
}

func (g generator) outside() (calendar.Selector, slow) {
	days, hours, _, in := g.inverse().patternWithoutMonths()
	return calendar.Selector{Outside: &calendar.Outside{Days: days, Hours: hours}}, func(t time.Time) bool { return !in(t) }
}

func (g generator) patternWithoutMonths() (days, hours, months []string, in slow) {
	for {
		if days, hours, months, in = g.pattern(); months == nil && (hours != nil || len(days) > 0) {
			return days, hours, nil, in
		}
	}
}

func (g generator) added() (calendar.Selector, slow) {
	day := g.near()
	before, after := time.Duration(5*g.IntN(200))*time.Minute, time.Duration(5*g.IntN(200))*time.Minute
	lo, hi := first(day, g.zone), first(day.AddDate(0, 0, 1), g.zone)
	switch {
	case lo.Before(hi):
	case g.opens:
		before, after = 0, 0
	default:
		hi = lo.Add(24 * time.Hour)
	}
	lo, hi = lo.Add(-before), hi.Add(after)
	return calendar.Selector{Holidays: &calendar.HolidayDays{Add: []string{day.Format(time.DateOnly) + " ours"}, Before: calendar.Length{Exact: before}, After: calendar.Length{Exact: after}}},
		func(t time.Time) bool { return !t.Before(lo) && t.Before(hi) }
}

// starts are those of cron and rrule: times of days, each as long on the clock or
// exactly.
func (g generator) starts(days func(time.Time) bool, minutes []int) (calendar.Length, slow) {
	length := calendar.Length{Exact: time.Duration(5+5*g.IntN(400)) * time.Minute}
	if g.chance(4) {
		length = calendar.Length{Days: 1 + g.IntN(2), Exact: time.Duration(5*g.IntN(30)) * time.Minute}
	}
	var all []slow
	for day := g.day.AddDate(0, 0, -12); day.Before(g.day.AddDate(0, 0, 12)); day = day.AddDate(0, 0, 1) {
		if !days(day) {
			continue
		}
		for _, m := range minutes {
			wall := day.Add(time.Duration(m) * time.Minute)
			lo := first(wall, g.zone)
			hi := lo
			if length.Days > 0 {
				if hi = first(wall.AddDate(0, 0, length.Days), g.zone); !lo.Before(hi) && g.opens {
					continue
				} else if !lo.Before(hi) {
					hi = lo.Add(time.Duration(length.Days) * 24 * time.Hour)
				}
			}
			hi = hi.Add(length.Exact)
			all = append(all, func(t time.Time) bool { return !t.Before(lo) && t.Before(hi) })
		}
	}
	return length, either(all)
}

func (g generator) cron() (calendar.Selector, slow) {
	minute, step := 5*g.IntN(12), 1+g.IntN(23)
	var minutes []int
	for h := 0; h < 24; h += step {
		minutes = append(minutes, h*60+minute)
	}
	day, weekday := g.near().Day(), g.IntN(7)
	fields, on := fmt.Sprintf("%d * *", day), func(t time.Time) bool { return t.Day() == day }
	switch g.IntN(3) {
	case 0:
		fields, on = fmt.Sprintf("* * %d", weekday), func(t time.Time) bool { return int(t.Weekday()) == weekday }
	case 1:
		fields, on = fmt.Sprintf("%d * %d", day, weekday), func(t time.Time) bool { return t.Day() == day || int(t.Weekday()) == weekday }
	}
	length, in := g.starts(on, minutes)
	return calendar.Selector{Cron: fmt.Sprintf("%d */%d %s", minute, step, fields), For: length}, in
}

func (g generator) rule() (calendar.Selector, slow) {
	begin := g.day.AddDate(0, 0, -30)
	every, m := 1+g.IntN(3), g.minute()
	length, in := g.starts(func(t time.Time) bool { return int(t.Sub(begin).Hours()/24)%every == 0 }, []int{m})
	start := begin.Format(time.DateOnly) + "T" + clock(m)
	return calendar.Selector{RRule: fmt.Sprintf("FREQ=DAILY;INTERVAL=%d", every), Start: start, For: length}, in
}
