package ical

import "math/bits"

// A mask is a set of days of one year, counted from 0.
type mask [6]uint64

func (m *mask) add(d int)      { m[d>>6] |= 1 << (d & 63) }
func (m *mask) has(d int) bool { return m[d>>6]>>(d&63)&1 != 0 }

// addRange adds the days from <= d < to that are in a year of the length.
func (m *mask) addRange(from, to, length int) {
	from, to = max(0, from), min(to, length)
	for from < to {
		n := min(64-from&63, to-from)
		m[from>>6] |= (^uint64(0) >> (64 - n)) << (from & 63)
		from += n
	}
}

func (m *mask) keep(other *mask) {
	for i := range m {
		m[i] &= other[i]
	}
}

// next is the first day that is at least d, or -1.
func (m *mask) next(d int) int {
	for i := d >> 6; i < len(m); i++ {
		w := m[i]
		if i == d>>6 {
			w = w >> (d & 63) << (d & 63)
		}
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// prev is the last day that is at most d, or -1.
func (m *mask) prev(d int) int {
	for i := d >> 6; i >= 0; i-- {
		w := m[i]
		if i == d>>6 {
			w = w << (63 - d&63) >> (63 - d&63)
		}
		if w != 0 {
			return i<<6 + bits.Len64(w) - 1
		}
	}
	return -1
}

// below is how many days are before d.
func (m *mask) below(d int) (n int) {
	for i := range d >> 6 {
		n += bits.OnesCount64(m[i])
	}
	if d&63 != 0 {
		n += bits.OnesCount64(m[d>>6] & (1<<(d&63) - 1))
	}
	return n
}

// at is the day that has k days before it.
func (m *mask) at(k int) int {
	for i, w := range m {
		n := bits.OnesCount64(w)
		if k < n {
			return i<<6 + bitset(w).at(k)
		}
		k -= n
	}
	return -1
}
