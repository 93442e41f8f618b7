package ical

import (
	"slices"
	"time"
)

// definition says what a rule means as directly as it can: it walks from DTSTART through
// every period, every day and every second that might be chosen, and looks whether it is.
// It shares nothing with the engine but the parsed rule.
type definition struct {
	rule  Rule
	start time.Time // the wall, as if it were UTC
}

// walls returns the walls that the rule gives up to a wall, DTSTART among them.
func (d definition) walls(until time.Time) (walls []time.Time) {
	seen := int64(0)
	for period := d.periodOf(d.start); !period.After(until); period = d.follow(period, int(d.rule.interval)) {
		for _, wall := range d.chosen(period) {
			if wall.Before(d.start) {
				continue
			}
			if seen++; d.rule.count > 0 && seen > d.rule.count {
				return d.withStart(walls)
			}
			if !wall.After(until) && !(d.rule.form == localStamp && wall.After(d.utc(d.rule.until))) &&
				!(d.rule.form == dateStamp && !wall.Before(d.utc(d.rule.until).AddDate(0, 0, 1))) {
				walls = append(walls, wall)
			}
		}
	}
	return d.withStart(walls)
}

func (d definition) utc(c Civil) time.Time {
	return time.Date(c.Year, c.Month, c.Day, c.Hour, c.Minute, c.Second, 0, time.UTC)
}

func (d definition) withStart(walls []time.Time) []time.Time {
	if !slices.ContainsFunc(walls, d.start.Equal) {
		walls = append(walls, d.start)
	}
	slices.SortFunc(walls, time.Time.Compare)
	return walls
}

// periodOf is when the period of a wall begins, and follow the nth after it.
func (d definition) periodOf(w time.Time) time.Time {
	year, month, day := w.Date()
	switch d.rule.freq {
	case yearly:
		return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	case monthly:
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	case weekly:
		for int(w.Weekday()) != d.rule.wkst {
			w = w.AddDate(0, 0, -1)
		}
		return w.Truncate(24 * time.Hour)
	case daily:
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	case hourly:
		return w.Truncate(time.Hour)
	case minutely:
		return w.Truncate(time.Minute)
	}
	return w
}

func (d definition) follow(period time.Time, n int) time.Time {
	switch d.rule.freq {
	case yearly:
		return period.AddDate(n, 0, 0)
	case monthly:
		return period.AddDate(0, n, 0)
	case weekly:
		return period.AddDate(0, 0, 7*n)
	case daily:
		return period.AddDate(0, 0, n)
	case hourly:
		return period.Add(time.Duration(n) * time.Hour)
	case minutely:
		return period.Add(time.Duration(n) * time.Minute)
	}
	return period.Add(time.Duration(n) * time.Second)
}

// chosen returns what the rule chooses in a period, in order.
func (d definition) chosen(period time.Time) (all []time.Time) {
	end := d.follow(period, 1)
	for day := period.Truncate(24 * time.Hour); day.Before(end); day = day.AddDate(0, 0, 1) {
		if !d.allows(day) {
			continue
		}
		for _, h := range d.pick(d.rule.hours, hourly, d.start.Hour(), period.Hour()) {
			for _, m := range d.pick(d.rule.minutes, minutely, d.start.Minute(), period.Minute()) {
				for _, s := range d.pick(d.rule.seconds, secondly, d.start.Second(), period.Second()) {
					all = append(all, day.Add(time.Duration(h*3600+m*60+s)*time.Second))
				}
			}
		}
	}
	if len(d.rule.positions) == 0 {
		return all
	}
	var some []time.Time
	for i, wall := range all {
		if slices.Contains(d.rule.positions, i+1) || slices.Contains(d.rule.positions, i-len(all)) {
			some = append(some, wall)
		}
	}
	return some
}

// pick is which hours, minutes or seconds a period has: those of the part, if it is longer
// than they are, and else its own, if the part allows it.
func (d definition) pick(part bitset, at frequency, ofStart, ofPeriod int) (picked []int) {
	for n := range 60 {
		switch {
		case d.rule.freq <= at && n == ofPeriod && (part == 0 || part>>n&1 == 1),
			d.rule.freq > at && part != 0 && part>>n&1 == 1,
			d.rule.freq > at && part == 0 && n == ofStart:
			picked = append(picked, n)
		}
	}
	return picked
}

func (d definition) allows(day time.Time) bool {
	r := d.rule
	year, month, _ := day.Date()
	fromEnd := func(end time.Time) int { return int(end.Sub(day) / (24 * time.Hour)) }
	ofMonth := fromEnd(time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC))
	ofYear := fromEnd(time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC))
	anyWeeks := r.weeks|r.weeksFromEnd != 0
	anyMonthDays := r.monthDays|r.monthDaysOfEnd != 0
	anyDays := r.weekdays != 0 || len(r.nthWeekdays) > 0
	none := !anyMonthDays && !anyDays && len(r.yearDays) == 0
	switch {
	case none && r.freq >= weekly && (anyWeeks || r.freq == weekly) && day.Weekday() != d.start.Weekday():
		return false
	case none && r.freq > weekly && !anyWeeks && day.Day() != d.start.Day():
		return false
	case none && r.freq == yearly && !anyWeeks && r.months == 0 && month != d.start.Month():
		return false
	case r.months != 0 && r.months>>month&1 == 0:
		return false
	case len(r.yearDays) > 0 && !slices.Contains(r.yearDays, day.YearDay()) && !slices.Contains(r.yearDays, -ofYear):
		return false
	case anyMonthDays && r.monthDays>>day.Day()&1 == 0 && r.monthDaysOfEnd>>ofMonth&1 == 0:
		return false
	case anyWeeks && !d.inWeeks(day):
		return false
	}
	return !anyDays || r.weekdays>>day.Weekday()&1 == 1 || slices.ContainsFunc(r.nthWeekdays, func(nth nthWeekday) bool {
		return int(day.Weekday()) == nth.weekday && (d.nth(day, -1) == nth.n || -d.nth(day, +1) == nth.n)
	})
}

// nth counts how many days of its month or year have the weekday of a day, walking from it
// in one direction.
func (d definition) nth(day time.Time, direction int) (n int) {
	for at := day; at.Year() == day.Year() && (d.rule.freq == yearly && d.rule.months == 0 || at.Month() == day.Month()); n++ {
		at = at.AddDate(0, 0, 7*direction)
	}
	return n
}

// inWeeks counts the weeks of the year that the week of a day belongs to, which is the
// one that has its fourth day.
func (d definition) inWeeks(day time.Time) bool {
	for int(day.Weekday()) != d.rule.wkst {
		day = day.AddDate(0, 0, -1)
	}
	fourth := day.AddDate(0, 0, 3)
	before, after := 0, 0
	for at := fourth; at.Year() == fourth.Year(); before++ {
		at = at.AddDate(0, 0, -7)
	}
	for at := fourth; at.Year() == fourth.Year(); after++ {
		at = at.AddDate(0, 0, 7)
	}
	return d.rule.weeks>>before&1 == 1 || d.rule.weeksFromEnd>>after&1 == 1
}

// clocks is a zone as a table of all that its clocks were ever off UTC.
type clocks struct {
	*time.Location
	offsets []int64
}

func newClocks(l *time.Location) (c clocks) {
	c.Location = l
	for at := time.Date(1989, 1, 1, 0, 0, 0, 0, l); at.Year() < 2050; at = at.Add(12 * time.Hour) {
		_, offset := at.Zone()
		c.add(int64(offset))
	}
	return c
}

func (c *clocks) add(offset int64) {
	if i, found := slices.BinarySearch(c.offsets, offset); !found {
		c.offsets = slices.Insert(c.offsets, i, offset)
	}
}

// instants returns what a zone makes of walls: each instant once, in order.
func (c clocks) instants(walls []time.Time) (all []time.Time) {
	for _, wall := range walls {
		all = append(all, c.search(wall))
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// search looks for the first instant at which the zone's clocks show the wall. If there is
// none, it goes back on the wall until there is one, and takes the same way forward in
// real time.
func (c clocks) search(wall time.Time) time.Time {
	for back := time.Duration(0); ; back += 15 * time.Minute {
		shown := wall.Add(-back)
		for _, offset := range slices.Backward(c.offsets) { // the farther east, the earlier
			at := shown.Add(-time.Duration(offset) * time.Second)
			if _, now := at.In(c.Location).Zone(); int64(now) == offset {
				return at.Add(back)
			}
		}
	}
}
