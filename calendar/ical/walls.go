package ical

import "slices"

// next returns the first start at or after a wall.
func (p *plan) next(wall int64) (start int64, ok bool, err error) {
	if wall <= p.start {
		return p.start, true, nil
	}
	if p.empty || wall > p.last {
		return 0, false, nil
	}
	if p.unit > 0 {
		start, ok, err = p.nextInShort(wall)
	} else {
		start, ok, err = p.nextInLong(wall)
	}
	if !ok {
		return 0, false, err
	}
	if err := p.count(start); err != nil {
		return 0, false, err
	}
	return start, start <= p.last, nil
}

// prev returns the last start at or before a wall.
func (p *plan) prev(wall int64) (start int64, ok bool, err error) {
	if wall < p.start {
		return 0, false, nil
	}
	if p.empty || p.last < p.start {
		return p.start, true, nil
	}
	if err := p.count(min(wall, p.last)); err != nil {
		return 0, false, err
	}
	wall = min(wall, p.last) // COUNT may have moved it
	if p.unit > 0 {
		start, ok, err = p.prevInShort(wall)
	} else {
		start, ok, err = p.prevInLong(wall)
	}
	if err != nil {
		return 0, false, err
	}
	if !ok || start < p.start {
		start = p.start
	}
	return start, true, nil
}

func (p *plan) nextInShort(wall int64) (start int64, ok bool, err error) {
	begin, ok, err := p.nextShort(floorDiv(wall, p.unit) * p.unit)
	if !ok {
		return 0, false, err
	}
	second := p.nextInside(int(max(0, wall-begin)))
	if second < 0 {
		if begin, ok, err = p.nextShort(begin + p.unit); !ok {
			return 0, false, err
		}
		second = p.nextInside(0)
	}
	return begin + int64(second), true, nil
}

func (p *plan) prevInShort(wall int64) (start int64, ok bool, err error) {
	begin, ok, err := p.prevShort(wall)
	if !ok {
		return 0, false, err
	}
	second := p.prevInside(int(min(p.unit-1, wall-begin)))
	if second < 0 {
		if begin, ok, err = p.prevShort(begin - 1); !ok {
			return 0, false, err
		}
		second = p.prevInside(int(p.unit - 1))
	}
	return begin + int64(second), true, nil
}

func (p *plan) nextInLong(wall int64) (start int64, ok bool, err error) {
	day, second := split(wall)
	last, _ := split(p.last)
	last = min(last, day+p.cycle)
	for {
		found, in, ok, err := p.nextLong(day, last)
		switch {
		case !ok:
			return 0, false, err
		case len(p.rule.positions) > 0:
			picks := p.choose(in)
			if i, _ := slices.BinarySearch(picks, wall); i < len(picks) {
				return picks[i], true, nil
			}
			day = in.last + 1
			continue
		case found > day:
			second = 0
		}
		if t := p.inside.next(second); t >= 0 {
			return int64(found)*daySeconds + int64(t), true, nil
		}
		day, second = found+1, 0
	}
}

func (p *plan) prevInLong(wall int64) (start int64, ok bool, err error) {
	day, second := split(wall)
	first, _ := split(p.start)
	first = max(first, day-p.cycle)
	for {
		found, in, ok, err := p.prevLong(day, first)
		switch {
		case !ok:
			return 0, false, err
		case len(p.rule.positions) > 0:
			picks := p.choose(in)
			if i, exact := slices.BinarySearch(picks, wall); exact {
				return wall, true, nil
			} else if i > 0 {
				return picks[i-1], true, nil
			}
			day = in.first - 1
			continue
		case found < day:
			second = daySeconds - 1
		}
		if t := p.inside.prev(second); t >= 0 {
			return int64(found)*daySeconds + int64(t), true, nil
		}
		day, second = found-1, daySeconds-1
	}
}

// nextInside is the first chosen second of a short period that is at least second, or -1.
func (p *plan) nextInside(second int) int {
	if p.picked == nil {
		return p.inside.next(second)
	}
	if i, _ := slices.BinarySearch(p.picked, second); i < len(p.picked) {
		return p.picked[i]
	}
	return -1
}

func (p *plan) prevInside(second int) int {
	if p.picked == nil {
		return p.inside.prev(second)
	}
	i, found := slices.BinarySearch(p.picked, second)
	if found {
		return second
	}
	if i == 0 {
		return -1
	}
	return p.picked[i-1]
}
