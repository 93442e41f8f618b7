package ical

import "slices"

// plan is a series made ready for one question, on the wall clock alone: its rule with
// all that DTSTART implies, sorted into what chooses days, what chooses periods within a
// day, and what is chosen within a period.
//
// The periods of YEARLY, MONTHLY and WEEKLY rules are long: they contain days. Those of
// DAILY, HOURLY, MINUTELY and SECONDLY rules are short: days contain them, and within
// each the same seconds are chosen.
type plan struct {
	rule        Rule
	days        days
	start, last int64 // walls: DTSTART, and what no start is after
	empty       bool  // the rule gives nothing
	cycle       int   // of long periods: days after which a rule that gave nothing never does

	unit, step int64 // of short periods, in seconds: how long, and from one to the next; 0 for long ones
	begin      times // when in a day short periods may begin
	inside     times // within a short period, or within each day of a long one
	picked     []int // what BYSETPOS leaves of inside, of short periods

	left    int64 // of COUNT
	counted int64 // the wall up to which COUNT has been followed
	picks   []int64

	budget *Budget
}

const (
	everyHour   bitset = 1<<24 - 1
	everyMinute bitset = 1<<60 - 1 // and every second
	zero        bitset = 1
)

func newPlan(s Series, budget *Budget) *plan {
	p := &plan{rule: s.Rule, start: s.Start.wall(), budget: budget}
	p.last = Civil{lastYear, 12, 31, 23, 59, 59}.wall()
	r := &p.rule
	if r.freq == 0 {
		p.empty = true
		return p
	}
	if s.Date {
		p.start = s.Start.Midnight().wall()
		r.hours, r.minutes, r.seconds = 0, 0, 0
	}
	if r.form == dateStamp || r.form == utcStamp && s.Date && r.until == r.until.Midnight() {
		p.last = min(p.last, r.until.Midnight().wall()+daySeconds-1)
		r.form = 0
	} else if r.form == localStamp {
		p.last = min(p.last, r.until.wall())
	}
	p.implyTimes()
	r.implyDays(p.start)
	p.reduce()
	p.days = daysFor(r)
	p.choosePositions()
	if p.unit == 0 {
		p.setCycle()
	}
	if !p.empty {
		p.startCounting()
	}
	return p
}

// implyTimes fills in the times of day from DTSTART, and sorts them.
func (p *plan) implyTimes() {
	r := &p.rule
	_, second := split(p.start)
	fill := func(part *bitset, at frequency, implied int, all bitset) {
		switch {
		case *part != 0:
		case r.freq > at:
			part.add(implied)
		default:
			*part = all
		}
	}
	fill(&r.hours, hourly, second/3600, everyHour)
	fill(&r.minutes, minutely, second/60%60, everyMinute)
	fill(&r.seconds, secondly, second%60, everyMinute)

	p.begin, p.inside = times{zero, zero, zero}, times{zero, zero, zero}
	sort := func(at frequency, part bitset, begin, inside *bitset) {
		if r.freq > at {
			*inside = part
		} else {
			*begin = part
		}
	}
	sort(hourly, r.hours, &p.begin.hours, &p.inside.hours)
	sort(minutely, r.minutes, &p.begin.minutes, &p.inside.minutes)
	sort(secondly, r.seconds, &p.begin.seconds, &p.inside.seconds)
	switch r.freq {
	case secondly:
		p.unit = 1
	case minutely:
		p.unit = 60
	case hourly:
		p.unit = 3600
	case daily:
		p.unit = daySeconds
	}
	p.step = p.unit * r.interval
}

// implyDays takes from DTSTART which day it is where no part says so.
func (r *Rule) implyDays(start int64) {
	if r.freq < weekly || len(r.yearDays) > 0 || len(r.nthWeekdays) > 0 ||
		r.monthDays|r.monthDaysOfEnd|r.weekdays != 0 {
		return
	}
	day, _ := split(start)
	if r.freq == weekly || r.weeks|r.weeksFromEnd != 0 {
		r.weekdays.add(weekdayOf(day))
		return
	}
	c := civilOf(start)
	r.monthDays.add(c.Day)
	if r.freq == yearly && r.months == 0 {
		r.months.add(int(c.Month))
	}
}

// reduce brings what INTERVAL makes impossible into the parts. A rule that can never
// match, such as HOURLY;INTERVAL=24;BYHOUR=5 from 03:00, thereby becomes empty at once,
// and most that step within the day step without INTERVAL.
func (p *plan) reduce() {
	r := &p.rule
	day, second := split(p.start)
	switch {
	case r.freq == monthly:
		if g := gcd(r.interval, 12); g > 1 {
			p.restrict(&r.months, 1, 13, int(civilOf(p.start).Month), int(g))
		}
	case p.unit == 0:
	case p.step%(7*daySeconds) == 0:
		p.restrict(&r.weekdays, 0, 7, weekdayOf(day), 7)
	}
	if p.unit == 0 || p.step == p.unit {
		return
	}
	second -= second % int(p.unit)
	g := int(gcd(p.step, daySeconds))
	p.restrict(&p.begin.seconds, 0, 60, second%60, int(gcd(int64(g), 60)))
	if g%60 == 0 {
		p.restrict(&p.begin.minutes, 0, 60, second/60%60, int(gcd(int64(g/60), 60)))
	}
	if g%3600 == 0 {
		p.restrict(&p.begin.hours, 0, 24, second/3600, g/3600)
	}
	switch s := p.step; {
	case p.empty:
	case 60%s == 0, s%60 == 0 && 3600%s == 0, s%3600 == 0 && daySeconds%s == 0:
		p.step = p.unit // all of it is in the parts now
	case g > int(p.unit):
		p.empty = !p.meets(second, g)
	}
}

// restrict leaves in a part only what is a multiple of g away from n. No part means all
// from first to before end.
func (p *plan) restrict(part *bitset, first, end, n, g int) {
	var kept bitset
	for i := first; i < end; i++ {
		if (*part == 0 || part.has(i)) && (i-n)%g == 0 {
			kept.add(i)
		}
	}
	*part = kept
	p.empty = p.empty || kept == 0
}

// meets tells whether some time at which a period may begin is a multiple of g seconds
// away from the first.
func (p *plan) meets(first, g int) bool {
	for t := p.begin.next(0); t >= 0; t = p.begin.next(t + 1) {
		if (t-first)%g == 0 {
			return true
		}
	}
	return false
}

// choosePositions drops what BYSETPOS can never choose.
func (p *plan) choosePositions() {
	r := &p.rule
	if len(r.positions) == 0 || p.empty {
		return
	}
	n := p.inside.size()
	if p.unit > 0 {
		for _, position := range r.positions {
			if k, ok := index(position, n); ok {
				p.picked = append(p.picked, p.inside.at(k))
			}
		}
		slices.Sort(p.picked)
		p.picked = slices.Compact(p.picked)
		p.empty = len(p.picked) == 0
		return
	}
	days := 366
	switch {
	case r.freq == weekly && r.weekdays != 0:
		days = r.weekdays.size()
	case r.freq == weekly:
		days = 7
	case r.freq == monthly:
		days = 31
	}
	kept := r.positions[:0:0]
	for _, position := range r.positions {
		if _, ok := index(position, n*days); ok {
			kept = append(kept, position)
		}
	}
	r.positions = kept
	p.empty = len(kept) == 0
}

// index says which of n things, counted from 0, is at a position, counted from 1 or -1.
func index(position, n int) (k int, ok bool) {
	k = position - 1
	if position < 0 {
		k = n + position
	}
	return k, 0 <= k && k < n
}

// setCycle finds after how long a time the periods meet the calendar in the same way.
func (p *plan) setCycle() {
	periods := [...]int64{weekly: cycleDays / 7, monthly: cycleYears * 12, yearly: cycleYears}[p.rule.freq]
	times := p.rule.interval / gcd(p.rule.interval, periods)
	p.cycle = cycleDays * int(min(times, lastYear/cycleYears+1))
}
