package ical

import "slices"

// COUNT is followed from DTSTART in blocks, and only as far as a question looks: in one
// leap where all periods are alike, by years where INTERVAL leaves none out, and else by
// periods. Once the last start is known it bounds the plan, and nothing is left of COUNT.

// A block is a year or a long period, or a short one: then it has no days.
type block struct {
	begin int64 // wall
	in    period
}

// startCounting prepares to follow COUNT. What the first block has before DTSTART is
// added to what is left, for it will be counted with the block.
func (p *plan) startCounting() {
	if p.rule.count == 0 {
		return
	}
	day, second := split(p.start)
	first := block{begin: p.start - int64(second)}
	switch {
	case p.byYears():
		year := yearOf(day)
		first.in = period{firstDay(year), firstDay(year+1) - 1}
	case p.unit == 0:
		first.in = p.long(p.longOf(day))
	default:
		first.begin += int64(second) / p.unit * p.unit
	}
	if first.in != (period{}) {
		first.begin = int64(first.in.first) * daySeconds
	}
	p.counted = first.begin
	p.left = p.rule.count
	if p.unit == 0 || p.byYears() || p.allows(first.begin) {
		p.left += int64(p.below(first, p.start))
	}
	if p.alike() {
		p.leap(first)
	}
}

// count follows COUNT up to a wall, unless even more starts than there can be until then
// would leave something of it.
func (p *plan) count(wall int64) error {
	for p.left > 0 && p.counted <= wall && p.most(p.counted, wall) >= p.left {
		b, next, ok, err := p.nextBlock(p.counted)
		if err != nil {
			return err
		}
		if !ok {
			p.left = 0 // the rule ends before COUNT does
			return nil
		}
		if n := int64(p.size(b)); n < p.left {
			p.left -= n
			p.counted = next
			continue
		}
		p.last = min(p.last, p.at(b, int(p.left-1)))
		p.left = 0
	}
	return nil
}

// most is a number of starts that is not exceeded between two walls.
func (p *plan) most(from, to int64) int64 {
	length, n := p.step, int64(p.sizeInside())
	if p.unit == 0 {
		days := [...]int64{weekly: 7, monthly: 28, yearly: 365}[p.rule.freq]
		length, n = days*daySeconds*p.rule.interval, n*(days+3)
		if positions := int64(len(p.rule.positions)); positions > 0 {
			n = min(n, positions)
		}
	}
	return ((to-from)/length + 2) * n
}

// nextBlock returns the first block at or after a wall, and where the next one may begin.
func (p *plan) nextBlock(wall int64) (b block, next int64, ok bool, err error) {
	if p.unit > 0 && !p.byYears() {
		b.begin, ok, err = p.nextShort(wall)
		return b, b.begin + p.unit, ok, err
	}
	day, _ := split(wall)
	if p.byYears() {
		year := yearOf(day)
		b.in = period{firstDay(year), firstDay(year+1) - 1}
		ok, err = year <= lastYear, p.budget.spend(1)
	} else {
		last, _ := split(p.last)
		_, b.in, ok, err = p.nextLong(day, last)
	}
	b.begin = int64(b.in.first) * daySeconds
	return b, int64(b.in.last+1) * daySeconds, ok && err == nil, err
}

// leap counts all blocks at once, where all have as many starts as the first.
func (p *plan) leap(first block) {
	n := int64(p.size(first))
	blocks := (p.left - 1) / n
	step := p.step
	if p.unit == 0 {
		step = p.rule.interval * 7 * daySeconds
	}
	if blocks <= (p.last-first.begin)/step {
		b := block{begin: first.begin + blocks*step}
		if p.unit == 0 {
			day, _ := split(b.begin)
			b.in = period{day, day + 6}
		}
		p.last = min(p.last, p.at(b, int((p.left-1)%n)))
	}
	p.left = 0
}

// alike tells whether every period that INTERVAL allows has the same starts.
func (p *plan) alike() bool {
	if p.unit > 0 {
		return p.days.all && int64(p.begin.size()) == daySeconds/p.unit
	}
	other := p.rule
	other.weekdays = 0
	return p.rule.freq == weekly && daysFor(&other).all
}

// byYears tells whether starts can be counted as days of a year times starts of a day.
func (p *plan) byYears() bool {
	if p.unit > 0 {
		return p.step == p.unit && !p.alike()
	}
	return p.rule.interval == 1 && len(p.rule.positions) == 0 && !p.alike()
}

// allows tells whether a short period begins at a wall.
func (p *plan) allows(begin int64) bool {
	day, second := split(begin)
	return p.days.has(day) && p.begin.next(second) == second
}

// size is how many starts a block has, DTSTART or not.
func (p *plan) size(b block) int {
	switch {
	case b.in == period{}:
		return p.sizeInside()
	case p.unit == 0 && len(p.rule.positions) > 0:
		return len(p.choose(b.in))
	}
	return p.days.size(b.in.first, b.in.last) * p.perDay()
}

// at is the start that has k starts of its block before it.
func (p *plan) at(b block, k int) int64 {
	switch {
	case b.in == period{}:
		return b.begin + int64(p.atInside(k))
	case p.unit == 0 && len(p.rule.positions) > 0:
		return p.choose(b.in)[k]
	}
	n := p.perDay()
	begin := int64(p.days.at(b.in.first, k/n)) * daySeconds
	if k %= n; p.unit == 0 {
		return begin + int64(p.inside.at(k))
	}
	n = p.sizeInside()
	return begin + int64(p.begin.at(k/n)+p.atInside(k%n))
}

// below is how many starts of a block are before a wall within it.
func (p *plan) below(b block, wall int64) int {
	switch {
	case b.in == period{}:
		return p.belowInside(int(wall - b.begin))
	case p.unit == 0 && len(p.rule.positions) > 0:
		n, _ := slices.BinarySearch(p.choose(b.in), wall)
		return n
	}
	day, second := split(wall)
	n := p.days.size(b.in.first, day-1) * p.perDay()
	switch {
	case !p.days.has(day):
	case p.unit == 0:
		n += p.inside.below(second)
	default:
		within := second % int(p.unit)
		n += p.begin.below(second-within) * p.sizeInside()
		if p.begin.next(second-within) == second-within {
			n += p.belowInside(within)
		}
	}
	return n
}

// perDay is how many starts an allowed day has.
func (p *plan) perDay() int {
	if p.unit == 0 {
		return p.inside.size()
	}
	return p.begin.size() * p.sizeInside()
}

func (p *plan) sizeInside() int {
	if p.picked == nil {
		return p.inside.size()
	}
	return len(p.picked)
}

func (p *plan) atInside(k int) int {
	if p.picked == nil {
		return p.inside.at(k)
	}
	return p.picked[k]
}

func (p *plan) belowInside(second int) int {
	if p.picked == nil {
		return p.inside.below(second)
	}
	n, _ := slices.BinarySearch(p.picked, second)
	return n
}
