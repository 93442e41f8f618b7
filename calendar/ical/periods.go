package ical

import "slices"

// nextShort returns when the first short period begins that INTERVAL, days and times of
// day allow, at or after a wall.
func (p *plan) nextShort(wall int64) (begin int64, ok bool, err error) {
	origin := floorDiv(p.start, p.unit) * p.unit
	lastDay, _ := split(p.last)
	begin = max(wall, origin)
	for {
		begin = origin + floorDiv(begin-origin+p.step-1, p.step)*p.step
		day, second := split(begin)
		if begin > p.last {
			return 0, false, nil
		}
		if err := p.budget.spend(1); err != nil {
			return 0, false, err
		}
		if !p.days.has(day) {
			if day, ok, err = p.days.next(day+1, lastDay, p.budget); !ok {
				return 0, false, err
			}
			begin = int64(day) * daySeconds
			continue
		}
		switch t := p.begin.next(second); t {
		case second:
			return begin, true, nil
		case -1:
			begin = int64(day+1) * daySeconds
		default:
			begin += int64(t - second)
		}
	}
}

// prevShort returns when the last such period begins, at or before a wall.
func (p *plan) prevShort(wall int64) (begin int64, ok bool, err error) {
	origin := floorDiv(p.start, p.unit) * p.unit
	firstDay, _ := split(p.start)
	begin = wall
	for {
		begin = origin + floorDiv(begin-origin, p.step)*p.step
		day, second := split(begin)
		if begin < origin {
			return 0, false, nil
		}
		if err := p.budget.spend(1); err != nil {
			return 0, false, err
		}
		if !p.days.has(day) {
			if day, ok, err = p.days.prev(day-1, firstDay, p.budget); !ok {
				return 0, false, err
			}
			begin = int64(day+1)*daySeconds - 1
			continue
		}
		switch t := p.begin.prev(second); t {
		case second:
			return begin, true, nil
		case -1:
			begin = int64(day)*daySeconds - 1
		default:
			begin += int64(t - second)
		}
	}
}

// A long period is its days, both inclusive.
type period struct{ first, last int }

// longOf returns the number of the period that a day is in.
func (p *plan) longOf(day int) int64 {
	switch p.rule.freq {
	case weekly:
		return int64(floorDiv(p.rule.weekStart(day)+7, 7)) // any day of the week has the same
	case monthly:
		year := yearOf(day)
		month, _ := monthOf(year, day-firstDay(year))
		return int64(year*12 + month - 1)
	default:
		return int64(yearOf(day))
	}
}

func (p *plan) long(number int64) period {
	n := int(number)
	switch p.rule.freq {
	case weekly:
		first := p.rule.weekStart(n*7 - 1)
		return period{first, first + 6}
	case monthly:
		first := dayOf(n/12, n%12+1, 1)
		return period{first, first + daysIn(n/12, n%12+1) - 1}
	default:
		return period{firstDay(n), firstDay(n+1) - 1}
	}
}

// nextLong returns the first allowed day, from day to last, in a long period that
// INTERVAL allows.
func (p *plan) nextLong(day, last int) (found int, in period, ok bool, err error) {
	startDay, _ := split(p.start)
	origin := p.longOf(startDay)
	for {
		if err := p.budget.spend(1 + len(p.rule.positions)); err != nil {
			return 0, period{}, false, err
		}
		if day, ok, err = p.days.next(day, last, p.budget); !ok {
			return 0, period{}, false, err
		}
		number := p.longOf(day)
		behind := floorMod(number-origin, p.rule.interval)
		if behind == 0 {
			return day, p.long(number), true, nil
		}
		if number += p.rule.interval - behind; number > p.longOf(last) {
			return 0, period{}, false, nil
		}
		day = p.long(number).first
	}
}

// prevLong returns the last such day, from day back to first.
func (p *plan) prevLong(day, first int) (found int, in period, ok bool, err error) {
	startDay, _ := split(p.start)
	origin := p.longOf(startDay)
	for {
		if err := p.budget.spend(1 + len(p.rule.positions)); err != nil {
			return 0, period{}, false, err
		}
		if day, ok, err = p.days.prev(day, first, p.budget); !ok {
			return 0, period{}, false, err
		}
		number := p.longOf(day)
		ahead := floorMod(number-origin, p.rule.interval)
		if ahead == 0 {
			return day, p.long(number), true, nil
		}
		if number -= ahead; number < origin {
			return 0, period{}, false, nil
		}
		day = p.long(number).last
	}
}

// choose returns what BYSETPOS chooses in a long period, in order. The slice is good
// until the next call.
func (p *plan) choose(in period) []int64 {
	perDay := p.inside.size()
	n := p.days.size(in.first, in.last) * perDay
	p.picks = p.picks[:0]
	for _, position := range p.rule.positions {
		if k, ok := index(position, n); ok {
			day := p.days.at(in.first, k/perDay)
			p.picks = append(p.picks, int64(day)*daySeconds+int64(p.inside.at(k%perDay)))
		}
	}
	slices.Sort(p.picks)
	p.picks = slices.Compact(p.picks)
	return p.picks
}
