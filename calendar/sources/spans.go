package sources

import (
	"cmp"
	"slices"
	"time"
)

// A span is a time: start <= t < end.
type span struct{ start, end time.Time }

// union sorts spans and joins those that touch.
func union(spans []span) []span {
	spans = slices.DeleteFunc(slices.Clone(spans), func(s span) bool { return !s.start.Before(s.end) })
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start.Compare(b.start), a.end.Compare(b.end)) })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && !s.start.After(joined[n-1].end) {
			if s.end.After(joined[n-1].end) {
				joined[n-1].end = s.end
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// minus is what is left of s without the spans of a union.
func (s span) minus(others []span) []span {
	first, _ := slices.BinarySearchFunc(others, s.start, func(o span, at time.Time) int {
		if o.end.After(at) {
			return 1
		}
		return -1
	})
	var left []span
	for _, o := range others[first:] {
		if !o.start.Before(s.end) {
			break
		}
		if s.start.Before(o.start) {
			left = append(left, span{s.start, o.start})
		}
		s.start = o.end
	}
	if s.start.Before(s.end) {
		left = append(left, s)
	}
	return left
}

// complement is what lies between from and to, and not in the spans of a union.
func complement(spans []span, from, to time.Time) []span { return span{from, to}.minus(spans) }
