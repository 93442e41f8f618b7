package calendar

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Opening is the beginning of the next time that is clear for at least so long, at or
// after from. ok is false where there is none within ten years, where that cannot be
// told, or something cannot be read.
func (c *Calendar) Opening(now, from time.Time, length time.Duration) (opening time.Time, ok bool) {
	at := ceil(from)
	end := at + farthest
	long := max(1, int64((length+time.Second-1)/time.Second))
	if c == nil || !c.readable(now, at) {
		return time.Time{}, false
	}
	clear := at // since when it is
	var black []stretch
	for s := newStride(); at < end; {
		hi := min(end, at+s.step)
		known := c.worked.covers(at, at+1) && len(c.worked.failed) == 0
		if known {
			hi = min(end, c.worked.hi)
		}
		err := s.try(func() (err error) { black, err = c.blocking(at, hi); return err })
		if err == errShorter {
			continue
		}
		if err != nil {
			return time.Time{}, false
		}
		for _, b := range black {
			if b.lo-clear >= long {
				return timeOf(clear), true
			}
			clear = b.hi
		}
		at = hi
		if at-clear >= long {
			return timeOf(clear), true
		}
		if w := c.worked; known && clear == at && !w.unsure { // that it goes on is known as well
			if w.beyond == 0 {
				return time.Time{}, false
			}
			at, clear = w.beyond, w.beyond
		}
	}
	return time.Time{}, false
}

// LatestStart is the last instant at which something that takes so long may start, in
// order to end before the next closing. It is the zero time if nothing closes within
// ten years. ok is false where it is before from, where from is black, or where
// something cannot be read.
func (c *Calendar) LatestStart(now, from time.Time, length time.Duration) (latest time.Time, ok bool) {
	at := ceil(from)
	if c == nil || !c.readable(now, at) {
		return time.Time{}, false
	}
	w := c.look(at, at+1)
	black, next := w.turn(at, at+1)
	switch {
	case black:
		return time.Time{}, false
	case next == 0:
		return time.Time{}, !w.unsure
	}
	latest = timeOf(next).Add(-length)
	return latest, !latest.Before(from)
}

func (c *Calendar) readable(now time.Time, at int64) bool {
	if len(c.windows) == 0 {
		return false
	}
	_, readable := c.problems(now, c.look(at, at+1))
	return readable
}

// ErrRange is returned by questions about a time that ends before it begins, or that is
// longer than ten years.
var ErrRange = errors.New("want a time that ends after it begins, and of ten years at most")

// Spans are the consecutive stretches from <= t < to in which the calendar says the
// same for the same causes.
func (c *Calendar) Spans(now, from, to time.Time) ([]Span, error) {
	lo, hi := floor(from), ceil(to)
	if hi <= lo || hi-lo > farthest+366*daySeconds {
		return nil, ErrRange
	}
	if c == nil || len(c.windows) == 0 {
		return []Span{{Start: timeOf(lo), End: timeOf(hi)}}, nil
	}
	w := c.worked
	if !w.covers(lo, hi) || len(w.failed) > 0 {
		w = c.work(lo, hi)
	}
	var found []piece
	edges := []int64{lo, hi}
	w.over(lo, hi, func(p piece) {
		found = append(found, p)
		s := p.clip(lo, hi)
		edges = append(edges, s.lo, s.hi)
	})
	slices.Sort(edges)
	_, readable := c.problems(now, w)
	return c.sweep(found, slices.Compact(edges), readable), nil
}

// sweep tells what is in force between edges.
func (c *Calendar) sweep(found []piece, edges []int64, readable bool) []Span {
	var all []Span
	var active []piece
	for i, lo := range edges[:len(edges)-1] {
		active = slices.DeleteFunc(active, func(p piece) bool { return p.hi <= lo })
		for len(found) > 0 && found[0].lo <= lo {
			active, found = append(active, found[0]), found[1:]
		}
		s := Span{Start: timeOf(lo), End: timeOf(edges[i+1]), Causes: []Cause{}}
		for _, p := range active {
			if c.windows[p.window].warn {
				s.Warns = append(s.Warns, c.causeOf(p))
			} else {
				s.Causes = append(s.Causes, c.causeOf(p))
			}
		}
		s.Word = wordOf(len(s.Causes) > 0, readable)
		all = append(all, s)
	}
	return all
}

// compareCauses orders causes by start, end and window.
func compareCauses(a, b Cause) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Window, b.Window), cmp.Compare(a.Reason, b.Reason))
}
