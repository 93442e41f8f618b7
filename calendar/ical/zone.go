package ical

import "time"

// Zone knows what local clocks show. A *time.Location is one through [Location]; a
// calendar's own VTIMEZONE is another.
type Zone interface {
	// Offset returns the seconds east of UTC that are in force at t, since when and
	// until when: from <= t < until. A zero time means no change is known on that
	// side. The neighbouring span may have the same offset, but spans that are
	// shorter than the change at their beginning are not foreseen.
	Offset(t time.Time) (seconds int, from, until time.Time)
	// String names the zone as a person would: Asia/Tokyo.
	String() string
}

// Location makes a Zone of a time.Location; of nil it makes UTC.
func Location(l *time.Location) Zone {
	if l == nil {
		l = time.UTC
	}
	return location{l}
}

type location struct{ *time.Location }

// Offset does not take what ZoneBounds says for granted: it promises to be right close to
// changes only. Where a zone goes on by a rule beyond its table, a span that ends with a
// leap year is said to end a day before, and the first one may be said to begin in the
// midst of the table.
func (l location) Offset(t time.Time) (seconds int, from, until time.Time) {
	t = t.In(l.Location)
	_, seconds = t.Zone()
	from, until = t.ZoneBounds()
	if !until.IsZero() && !until.After(t) {
		until = time.Date(t.UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if !from.IsZero() {
		if _, ended := from.ZoneBounds(); ended.After(from) && !ended.After(t) {
			from = ended
		}
	}
	return seconds, from, until
}

// Resolve is the one way from wall clock to instant (RFC 5545 section 3.3.5). A time
// that occurs twice is the first; a time that a gap leaves out takes the offset before
// the gap, and exists is false.
func Resolve(c Civil, z Zone) (t time.Time, exists bool) {
	i, exists := resolve(c.wall(), z)
	return time.Unix(i, 0).UTC(), exists
}

// CivilOf returns what a clock in the zone shows at t, without fractions of seconds.
func CivilOf(t time.Time, z Zone) Civil {
	seconds, _, _ := z.Offset(t)
	return civilOf(t.Unix() + int64(seconds))
}

// offsets are less than a day, so that the instant of a wall is not farther away than
// this from the same number taken as an instant.
const far = 26 * 3600

func resolve(wall int64, z Zone) (instant int64, exists bool) {
	s := spanAt(wall-far, z)
	for {
		if i := wall - s.offset; i < s.until {
			return i, true // not before s.from: the spans before have been asked
		}
		next := spanAt(s.until, z)
		if wall-next.offset < next.from {
			return wall - s.offset, false
		}
		s = next
	}
}

// A span is a time in which the offset does not change, in seconds since 1970 UTC.
type span struct{ offset, from, until int64 }

const forever = int64(1) << 62

func spanAt(instant int64, z Zone) span {
	seconds, from, until := z.Offset(time.Unix(instant, 0))
	s := span{offset: int64(seconds), from: -forever, until: forever}
	if !from.IsZero() {
		s.from = from.Unix()
	}
	if !until.IsZero() {
		s.until = until.Unix()
	}
	return s
}
