package ical

// times is a set of times of day, in seconds since midnight: every chosen hour with
// every chosen minute with every chosen second. The product is never built.
type times struct{ hours, minutes, seconds bitset }

func (t times) size() int { return t.hours.size() * t.minutes.size() * t.seconds.size() }

// next is the first time that is at least at, or -1.
func (t times) next(at int) int {
	h, m, s := at/3600, at/60%60, at%60
	if t.hours.has(h) {
		if t.minutes.has(m) {
			if n := t.seconds.next(s); n >= 0 {
				return h*3600 + m*60 + n
			}
		}
		if n := t.minutes.next(m + 1); n >= 0 {
			return h*3600 + n*60 + t.seconds.next(0)
		}
	}
	if n := t.hours.next(h + 1); n >= 0 {
		return n*3600 + t.minutes.next(0)*60 + t.seconds.next(0)
	}
	return -1
}

// prev is the last time that is at most at, or -1.
func (t times) prev(at int) int {
	h, m, s := at/3600, at/60%60, at%60
	if t.hours.has(h) {
		if t.minutes.has(m) {
			if n := t.seconds.prev(s); n >= 0 {
				return h*3600 + m*60 + n
			}
		}
		if n := t.minutes.prev(m - 1); n >= 0 {
			return h*3600 + n*60 + t.seconds.prev(63)
		}
	}
	if n := t.hours.prev(h - 1); n >= 0 {
		return n*3600 + t.minutes.prev(63)*60 + t.seconds.prev(63)
	}
	return -1
}

// at is the time that has k times before it.
func (t times) at(k int) int {
	seconds := t.seconds.size()
	minutes := t.minutes.size()
	return t.hours.at(k/seconds/minutes)*3600 + t.minutes.at(k/seconds%minutes)*60 + t.seconds.at(k%seconds)
}

// below is how many times are before at.
func (t times) below(at int) int {
	if at <= 0 {
		return 0
	}
	h, m, s := at/3600, at/60%60, at%60
	n := t.hours.below(h) * t.minutes.size() * t.seconds.size()
	if h < 64 && t.hours.has(h) {
		n += t.minutes.below(m) * t.seconds.size()
		if t.minutes.has(m) {
			n += t.seconds.below(s)
		}
	}
	return n
}
