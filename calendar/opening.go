package calendar

import "time"

// Opening is the beginning of the next time that is clear for at least so long, at or
// after since. ok is false where there is none within ten years, where that cannot be
// told, or something cannot be read.
func (c *Calendar) Opening(now, since time.Time, length time.Duration) (opening time.Time, ok bool) {
	at := ceil(since)
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
		var err error
		if known {
			hi, black = c.worked.hi, c.worked.black[from(c.worked.black, at):]
		} else {
			err = s.try(func() (err error) { black, err = c.blocking(at, hi); return err })
		}
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
