package ical

import (
	"slices"
	"time"
)

// A repeat is a stretch of a recurring event that is asked by arithmetic: what its
// sets give together, from one original start to before another.
type repeat struct {
	event       int32
	zone        Zone
	begin       Civil    // DTSTART
	sets        []Series // RRULEs
	except      []Series // EXRULEs
	not         exclusions
	lasting     lasting
	from, until int64 // of original starts, as instants
	shift       int64 // from the original start, in seconds of the wall clock
}

// exclusions are starts that do not count, or not here.
type exclusions struct {
	zone     Zone
	dates    bool    // of an all-day event: only days are compared
	instants []int64 // sorted
	days     []int64 // walls of midnights, sorted: all that starts on that day
}

func (x *exclusions) add(m moment) {
	if m.date || x.dates {
		x.days = append(x.days, m.wall.Midnight().wall())
	} else {
		x.instants = append(x.instants, m.at)
	}
}

// settle has to be called after the last add.
func (x *exclusions) settle() {
	slices.Sort(x.instants)
	slices.Sort(x.days)
}

func (x *exclusions) has(at int64) bool {
	if _, found := slices.BinarySearch(x.instants, at); found || len(x.days) == 0 {
		return found
	}
	_, found := slices.BinarySearch(x.days, CivilOf(time.Unix(at, 0), x.zone).Midnight().wall())
	return found
}

// span is where the occurrences can be, at most. It is wider where looking costs too
// much.
func (r *repeat) span(item int32, b *Budget) interval {
	i := interval{lo: max(momentOf(r.begin, false, r.zone).at, r.from), hi: -forever, item: item}
	for _, s := range r.sets {
		i.hi = max(i.hi, s.last(b))
	}
	i.hi = min(i.hi, r.until)
	if r.shift != 0 {
		i.lo, i.hi = i.lo+r.shift-far, i.hi+r.shift+far
	}
	i.hi = max(i.lo, i.hi) + r.lasting.most() + 1
	return i
}

// last is a time after which a series has no start, or forever.
func (s Series) last(b *Budget) int64 {
	switch {
	case s.Rule.count > 0:
		var end int64
		err := b.upTo(DefaultSteps/10, func(b *Budget) error {
			t, _, err := s.Before(time.Unix(forever>>20, 0), true, b)
			end = t.Unix()
			return err
		})
		if err == nil {
			return end
		}
	case s.Rule.form != 0:
		return max(s.Rule.until.wall(), s.Start.wall()) + daySeconds + far
	}
	return forever
}

// over calls f with the occurrences that overlap from <= t < to.
func (r *repeat) over(from, to int64, b *Budget, f func(interval)) error {
	return r.starts(from-r.lasting.most(), to, b, func(at int64, wall func() Civil) bool {
		end := at + r.lasting.seconds
		if r.lasting.days != 0 {
			end = r.lasting.end(at, wall(), r.zone)
		}
		if i := (interval{at, end, r.event}); i.overlaps(from, to) {
			f(i)
		}
		return true
	})
}

// next is the first start from <= t < to of an occurrence that takes time, or to.
func (r *repeat) next(from, to int64, b *Budget) (int64, error) {
	if r.lasting == (lasting{}) {
		return to, nil
	}
	err := r.starts(from, to, b, func(at int64, _ func() Civil) bool {
		if at >= from {
			to = min(to, at)
		}
		return at < from
	})
	return to, err
}

// starts calls f with the starts from <= t < to, perhaps with some around, in order
// for each rule, until f returns false. What the clock was to show there is told by
// wall.
func (r *repeat) starts(from, to int64, b *Budget, f func(at int64, wall func() Civil) bool) error {
	if r.shift != 0 {
		from, to = from-r.shift-far, to-r.shift+far
	}
	from, to = max(from, r.from), min(to, r.until)
	for _, s := range r.sets {
		if from >= to {
			return nil
		}
		for start, err := range s.starts(from, to, b) {
			if err != nil {
				return err
			}
			if err := b.spend(occurrenceSteps); err != nil {
				return err
			}
			if r.not.has(start.at) {
				continue
			}
			if out, err := r.excepted(time.Unix(start.at, 0), b); err != nil {
				return err
			} else if out {
				continue
			}
			at := start.at
			if r.shift != 0 {
				at, _ = r.moved(at, civilOf(start.wall))
			}
			if !f(at, func() Civil { return civilOf(start.wall + r.shift) }) {
				break
			}
		}
	}
	return nil
}

// excepted tells whether an EXRULE takes a start out.
func (r *repeat) excepted(t time.Time, b *Budget) (bool, error) {
	for _, s := range r.except {
		next, ok, err := s.After(t, true, b)
		if err != nil {
			return false, err
		}
		if !ok || !next.Equal(t) {
			continue
		}
		if t.Unix() != momentOf(r.begin, false, r.zone).at {
			return true, nil
		}
		// DTSTART belongs to every series, also if the rule does not give it.
		if out, err := s.GivesStart(b); err != nil || out {
			return out, err
		}
	}
	return false, nil
}

// GivesStart tells whether the rule gives DTSTART, which belongs to the set also where it
// does not. A series without a rule does not.
func (s Series) GivesStart(b *Budget) (bool, error) {
	p := newPlan(s, b)
	if p.empty || p.start > p.last {
		return false, nil
	}
	next := p.nextInLong
	if p.unit > 0 {
		next = p.nextInShort
	}
	start, ok, err := next(p.start)
	return ok && start == p.start, err
}

// moved is an original start after the shift of its stretch.
func (r *repeat) moved(at int64, wall Civil) (int64, Civil) {
	if r.shift == 0 {
		return at, wall
	}
	m := momentOf(wall.Add(0, int(r.shift)), false, r.zone)
	return m.at, m.wall
}

// contains tells whether there is such an original start, also if it is given or
// excluded. Where that costs too much, there is.
func (r *repeat) contains(at int64, b *Budget) bool {
	if r.not.has(at) {
		return true
	}
	for _, s := range r.sets {
		var t time.Time
		err := b.upTo(DefaultSteps, func(b *Budget) (err error) {
			t, _, err = s.After(time.Unix(at, 0), true, b)
			return err
		})
		if err != nil || t.Unix() == at {
			return true
		}
	}
	return false
}

// upTo gives a part of a budget to a question.
func (b *Budget) upTo(most Budget, ask func(*Budget) error) error {
	part := min(most, *b)
	left := part
	err := ask(&left)
	*b -= part - left
	return err
}
