package calendar

import "time"

// Windows are the names of the windows, in the order of the settings.
func (c *Calendar) Windows() []string {
	names := make([]string, len(c.windows))
	for i, w := range c.windows {
		names[i] = w.name
	}
	return names
}

// NextOf is the time in which a window is in force at now, or else the next one. ok is
// false where there is none within ten years, and where that cannot be told.
func (c *Calendar) NextOf(window string, now time.Time) (next Cause, ok bool) {
	for i := range c.windows {
		if c.windows[i].name == window {
			p, ok := c.nextOf(i, floor(now))
			if !ok {
				return Cause{}, false
			}
			return c.causeOf(p), true
		}
	}
	return Cause{}, false
}

// nextOf looks at longer and longer times.
func (c *Calendar) nextOf(i int, lo int64) (next piece, ok bool) {
	end := lo + farthest
	for step := int64(8 * daySeconds); lo < end; step *= 2 {
		hi := min(end, lo+step)
		found, err := c.cut(i, lo, hi, budget(lo, hi))
		if err != nil {
			return piece{}, false
		}
		first := hi
		for _, p := range append(found, c.kept(i, lo, hi)...) {
			first = min(first, max(p.lo, lo))
		}
		if first == hi {
			lo = hi
			continue
		}
		whole, err := c.pieces(i, first, first+1)
		if err != nil || len(whole) == 0 {
			return piece{}, false
		}
		for _, p := range whole[1:] {
			if p.compare(whole[0]) < 0 {
				whole[0] = p
			}
		}
		return whole[0], true
	}
	return piece{}, false
}
