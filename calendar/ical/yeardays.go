package ical

// days finds the days that the BY parts of a rule allow. What they allow depends on the
// kind of year only, and of those there are 28: on which weekday it begins, and whether
// it or a neighbour is a leap year. So a century costs no more than a few years.
type days struct {
	rule  *Rule
	all   bool // the rule has no such parts
	masks *[28]mask
	known uint32
}

func daysFor(r *Rule) days {
	return days{rule: r, all: r.months|r.monthDays|r.monthDaysOfEnd|r.weeks|r.weeksFromEnd|r.weekdays == 0 &&
		len(r.yearDays) == 0 && len(r.nthWeekdays) == 0}
}

// of returns the days of one year.
func (d *days) of(year int) *mask {
	kind := weekdayOf(firstDay(year)) * 4
	switch {
	case isLeap(year):
		kind++
	case isLeap(year - 1):
		kind += 2
	case isLeap(year + 1):
		kind += 3
	}
	if d.masks == nil {
		d.masks = new([28]mask)
	}
	if d.known>>kind&1 == 0 {
		d.known |= 1 << kind
		d.masks[kind] = d.rule.daysOf(year)
	}
	return &d.masks[kind]
}

func (d *days) has(day int) bool {
	if d.all {
		return true
	}
	year := yearOf(day)
	return d.of(year).has(day - firstDay(year))
}

// next returns the first allowed day from day to last. It gives up after the 400 years
// in which the calendar repeats. Years cost a step each.
func (d *days) next(day, last int, budget *Budget) (next int, ok bool, err error) {
	year := yearOf(day)
	for end := year + cycleYears; day <= last && year <= end; year++ {
		if n := d.of(year).next(day - firstDay(year)); n >= 0 {
			next = firstDay(year) + n
			return next, next <= last, nil
		}
		if err := budget.spend(1); err != nil {
			return 0, false, err
		}
		day = firstDay(year + 1)
	}
	return 0, false, nil
}

// prev returns the last allowed day from day back to first.
func (d *days) prev(day, first int, budget *Budget) (prev int, ok bool, err error) {
	year := yearOf(day)
	for end := year - cycleYears; day >= first && year >= end; year-- {
		if n := d.of(year).prev(day - firstDay(year)); n >= 0 {
			prev = firstDay(year) + n
			return prev, prev >= first, nil
		}
		if err := budget.spend(1); err != nil {
			return 0, false, err
		}
		day = firstDay(year) - 1
	}
	return 0, false, nil
}

// size is how many days are allowed from first to last.
func (d *days) size(first, last int) (n int) {
	for year := yearOf(first); firstDay(year) <= last; year++ {
		m, jan1 := d.of(year), firstDay(year)
		n += m.below(min(last+1-jan1, yearLength(year))) - m.below(max(0, first-jan1))
	}
	return n
}

// at is the allowed day that has k allowed days between it and first.
func (d *days) at(first, k int) int {
	for year := yearOf(first); ; year++ {
		m, jan1 := d.of(year), firstDay(year)
		before := m.below(max(0, first-jan1))
		if n := m.below(yearLength(year)) - before; k < n {
			return jan1 + m.at(before+k)
		} else {
			k -= n
		}
	}
}

// daysOf intersects what the parts allow in a year.
func (r *Rule) daysOf(year int) (m mask) {
	length := yearLength(year)
	m.addRange(0, length, length)
	if r.months != 0 {
		var part mask
		for month := r.months.next(1); month > 0; month = r.months.next(month + 1) {
			part.addRange(monthStart(year, month), monthStart(year, month+1), length)
		}
		m.keep(&part)
	}
	if len(r.yearDays) > 0 {
		var part mask
		for _, n := range r.yearDays {
			part.addNth(n, 0, length)
		}
		m.keep(&part)
	}
	if r.monthDays|r.monthDaysOfEnd != 0 {
		part := r.byMonthDay(year)
		m.keep(&part)
	}
	if r.weeks|r.weeksFromEnd != 0 {
		part := r.byWeek(year)
		m.keep(&part)
	}
	if r.weekdays != 0 || len(r.nthWeekdays) > 0 {
		part := r.byDay(year)
		m.keep(&part)
	}
	return m
}

// addNth adds the nth day, counted from 1 or from -1, of the days from <= d < to.
func (m *mask) addNth(n, from, to int) {
	d := from + n - 1
	if n < 0 {
		d = to + n
	}
	if from <= d && d < to {
		m.add(d)
	}
}

func (r *Rule) byMonthDay(year int) (m mask) {
	for month := 1; month <= 12; month++ {
		from, to := monthStart(year, month), monthStart(year, month+1)
		for n := r.monthDays.next(1); n > 0; n = r.monthDays.next(n + 1) {
			m.addNth(n, from, to)
		}
		for n := r.monthDaysOfEnd.next(1); n > 0; n = r.monthDaysOfEnd.next(n + 1) {
			m.addNth(-n, from, to)
		}
	}
	return m
}

// byWeek marks the weeks of the year. Week 1 is the first with four days or more in the
// year, so days at both ends may be in weeks of the years beside it.
func (r *Rule) byWeek(year int) (m mask) {
	first := r.weekOne(year)
	weeks := (r.weekOne(year+1) - first) / 7
	jan1, length := firstDay(year), yearLength(year)
	for n := r.weeks.next(1); n > 0 && n <= weeks; n = r.weeks.next(n + 1) {
		m.addRange(first+7*(n-1)-jan1, first+7*n-jan1, length)
	}
	for n := r.weeksFromEnd.next(1); n > 0 && n <= weeks; n = r.weeksFromEnd.next(n + 1) {
		m.addRange(first+7*(weeks-n)-jan1, first+7*(weeks-n+1)-jan1, length)
	}
	if before := (first - r.weekOne(year-1)) / 7; r.weeks.has(before) || r.weeksFromEnd.has(1) {
		m.addRange(0, first-jan1, length)
	}
	next := first + 7*weeks
	if after := (r.weekOne(year+2) - next) / 7; r.weeks.has(1) || r.weeksFromEnd.has(after) {
		m.addRange(next-jan1, length, length)
	}
	return m
}

// weekOne is the first day of week 1 (ISO 8601, with WKST for Monday): the week that
// January 4 is in.
func (r *Rule) weekOne(year int) int { return r.weekStart(firstDay(year) + 3) }

// weekStart is the first day of the week that a day is in.
func (r *Rule) weekStart(day int) int { return day - floorMod(weekdayOf(day)-r.wkst, 7) }

// byDay marks weekdays. Those with a number count in the month where the rule steps or
// chooses by months, and else in the year.
func (r *Rule) byDay(year int) (m mask) {
	jan1, length := weekdayOf(firstDay(year)), yearLength(year)
	for d := r.weekdays.next(0); d >= 0; d = r.weekdays.next(d + 1) {
		for day := floorMod(d-jan1, 7); day < length; day += 7 {
			m.add(day)
		}
	}
	for _, nth := range r.nthWeekdays {
		if r.freq == yearly && r.months == 0 {
			m.addNthWeekday(nth, jan1, 0, length)
			continue
		}
		for month := 1; month <= 12; month++ {
			m.addNthWeekday(nth, jan1, monthStart(year, month), monthStart(year, month+1))
		}
	}
	return m
}

// addNthWeekday adds the nth of a weekday in from <= d < to of a year that begins on the
// weekday jan1.
func (m *mask) addNthWeekday(nth nthWeekday, jan1, from, to int) {
	first := from + floorMod(nth.weekday-jan1-from, 7)
	last := to - 1 - floorMod(jan1+to-1-nth.weekday, 7)
	d := first + 7*(nth.n-1)
	if nth.n < 0 {
		d = last + 7*(nth.n+1)
	}
	if from <= d && d < to {
		m.add(d)
	}
}
