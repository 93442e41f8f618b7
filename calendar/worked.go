package calendar

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A worked stretch of a calendar answers by looking up. All windows are in it, and
// their pieces in their full length.
type worked struct {
	lo, hi int64
	pieces []piece   // by start
	reach  []int64   // by index: how far the pieces go whose root it is
	black  []stretch // what blocks, cut off at lo and hi
	beyond int64     // when black changes after hi; 0: not within ten years
	unsure bool      // beyond cannot be told
	failed []failure
}

// A failure is a window that cannot be worked out.
type failure struct {
	window int
	err    error
}

// work works out the time from lo to before hi. What lies around now is taken from
// there, but for windows that are too expensive to be worked out for all of that: of a
// shorter time they may tell.
func (c *Calendar) work(lo, hi int64) *worked {
	w := &worked{lo: lo, hi: hi}
	known := c.worked.covers(lo, hi)
	if known {
		c.worked.over(lo, hi, func(p piece) { w.pieces = append(w.pieces, p) })
	}
	for i := range c.windows {
		if known && !c.worked.fails(i) {
			continue
		}
		found, err := c.pieces(i, lo, hi)
		if err != nil {
			w.failed = append(w.failed, failure{i, err})
		}
		w.pieces = append(w.pieces, found...)
	}
	w.pieces = slices.Clone(w.pieces) // as long as it is
	slices.SortFunc(w.pieces, piece.compare)
	w.black = c.black(w)
	w.reach = make([]int64, len(w.pieces))
	w.measure(0, len(w.pieces))
	return w
}

// black is what blocks in a stretch that has been worked out.
func (c *Calendar) black(w *worked) (all []stretch) {
	for _, p := range w.pieces {
		if c.blocks(p) {
			all = append(all, p.clip(w.lo, w.hi))
		}
	}
	return slices.Clone(joined(all))
}

func (c *Calendar) blocks(p piece) bool {
	w := &c.windows[p.window]
	return !w.warn && (!w.mute || p.kept)
}

// around is work, and when what it says changes after it. That is not looked for where a
// window is too expensive as it is.
func (c *Calendar) around(lo, hi int64) *worked {
	w := c.work(lo, hi)
	c.ahead(w)
	return w
}

// ahead looks for the first change after w.
func (c *Calendar) ahead(w *worked) {
	if slices.ContainsFunc(w.failed, func(f failure) bool { return errors.Is(f.err, ical.ErrBudget) }) {
		w.beyond, w.unsure = 0, true
		return
	}
	var err error
	w.beyond, err = c.change(w.hi, w.blackAt(w.hi-1))
	w.unsure = err != nil
}

// measure notes how far the pieces from i to before j reach: the middle one is the root
// of those around it, so that one long piece does not make every question go through
// all of them.
func (w *worked) measure(i, j int) int64 {
	if i == j {
		return -forever
	}
	m := (i + j) / 2
	w.reach[m] = max(w.pieces[m].hi, w.measure(i, m), w.measure(m+1, j))
	return w.reach[m]
}

// over calls f with the pieces that overlap a time, by start.
func (w *worked) over(lo, hi int64, f func(piece)) { w.visit(0, len(w.pieces), lo, hi, f) }

func (w *worked) visit(i, j int, lo, hi int64, f func(piece)) {
	if i == j {
		return
	}
	m := (i + j) / 2
	if w.reach[m] <= lo {
		return
	}
	w.visit(i, m, lo, hi, f)
	if w.pieces[m].lo >= hi {
		return
	}
	if w.pieces[m].hi > lo {
		f(w.pieces[m])
	}
	w.visit(m+1, j, lo, hi, f)
}

func (w *worked) blackAt(t int64) bool {
	i := from(w.black, t)
	return i < len(w.black) && w.black[i].lo <= t
}

// covers tells whether a time lies in what has been worked out.
func (w *worked) covers(lo, hi int64) bool { return w != nil && w.lo <= lo && hi <= w.hi }

func (w *worked) fails(window int) bool {
	return slices.ContainsFunc(w.failed, func(f failure) bool { return f.window == window })
}

// turn tells whether anything is black from lo to before hi, and when that is over or,
// if nothing is, when it begins; 0: not within ten years, or it cannot be told.
func (w *worked) turn(lo, hi int64) (black bool, at int64) {
	i := from(w.black, lo)
	for ; i < len(w.black) && w.black[i].lo < hi; i++ {
		black, at = true, w.black[i].hi
	}
	switch {
	case black && at < w.hi:
		return true, at
	case !black && i < len(w.black):
		return false, w.black[i].lo
	}
	return black, w.beyond
}

// change is the first instant from which on black is another than it was before lo;
// 0: not within ten years. It ends in [ical.ErrBudget] where that cannot be told.
func (c *Calendar) change(lo int64, black bool) (int64, error) {
	end := lo + farthest
	var all []stretch
	for s := newStride(); lo < end; {
		hi := min(end, lo+s.step)
		err := s.try(func() (err error) { all, err = c.blocking(lo, hi); return err })
		switch {
		case err == errShorter:
			continue
		case err != nil:
			return 0, err
		case black && (len(all) == 0 || all[0].lo > lo):
			return lo, nil
		case black && all[0].hi < hi:
			return all[0].hi, nil
		case !black && len(all) > 0:
			return all[0].lo, nil
		}
		lo = hi
	}
	return 0, nil
}

// blocking is what blocks from lo to before hi. Windows of which nothing is known then
// are passed over: that it is not, makes the calendar unreadable. It ends in
// [ical.ErrBudget] where one is too expensive.
func (c *Calendar) blocking(lo, hi int64) (all []stretch, err error) {
	known := c.worked.covers(lo, hi)
	if known {
		for _, s := range c.worked.black[from(c.worked.black, lo):] {
			if s.lo >= hi {
				break
			}
			all = append(all, s.clip(lo, hi))
		}
	}
	for i := range c.windows {
		w := &c.windows[i]
		if w.warn || known && !c.worked.fails(i) {
			continue
		}
		var found []piece
		if !w.mute {
			if found, err = c.cut(i, lo, hi, budget(lo, hi)); errors.Is(err, ical.ErrBudget) {
				return nil, err
			}
		}
		for _, p := range append(found, c.kept(i, lo, hi)...) {
			all = append(all, p.clip(lo, hi))
		}
	}
	return joined(all), nil
}

// floor is the second that an instant is in; ceil is the first that is not before it.
func floor(t time.Time) int64 { return max(-forever, min(t.Unix(), forever)) }

func ceil(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return floor(t) + 1
	}
	return floor(t)
}

// timeOf is an instant; the zero time is one that is beyond what is looked for, or that
// cannot be told.
func timeOf(t int64) time.Time {
	at := time.Unix(t, 0).UTC()
	if t <= -forever || t >= forever || !known(at) {
		return time.Time{}
	}
	return at
}

// causeOf is what a person is told of a piece.
func (c *Calendar) causeOf(p piece) Cause {
	w := &c.windows[p.window]
	return Cause{Window: w.name, Reason: brief(cmp.Or(p.reason, w.reason, w.name)), Owner: w.owner,
		Start: timeOf(p.lo), End: timeOf(p.hi), Predicted: p.predicted}
}
