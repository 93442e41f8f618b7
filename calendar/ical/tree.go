package ical

import (
	"cmp"
	"slices"
	"sort"
)

// An interval is a time from lo to before hi, in seconds since 1970, that belongs to
// an item of a list. Where lo and hi are the same it is a point.
type interval struct {
	lo, hi int64
	item   int32
}

// overlaps tells whether i and from <= t < to have a time in common; a point counts
// if it lies in there.
func (i interval) overlaps(from, to int64) bool {
	return i.lo < to && (i.hi > from || i.lo == i.hi && i.lo >= from)
}

func (i interval) compare(j interval) int {
	return cmp.Or(cmp.Compare(i.lo, j.lo), cmp.Compare(i.hi, j.hi), cmp.Compare(i.item, j.item))
}

// A tree finds intervals by time. They are sorted by lo; a middle is the root of what
// lies around it and knows how far that reaches, so that one long interval does not
// make every question walk through all.
type tree struct {
	in    []interval
	reach []int64 // by index: the greatest hi of the subtree whose root it is
}

func newTree(in []interval) tree {
	slices.SortFunc(in, interval.compare)
	t := tree{slices.Clone(in), make([]int64, len(in))}
	t.measure(0, len(in))
	return t
}

// measure notes how far the intervals from i to before j reach.
func (t tree) measure(i, j int) int64 {
	if i == j {
		return -forever
	}
	m := (i + j) / 2
	t.reach[m] = max(t.in[m].hi, t.measure(i, m), t.measure(m+1, j))
	return t.reach[m]
}

// overlapping calls f with each interval that overlaps from <= t < to, sorted.
func (t tree) overlapping(from, to int64, f func(interval)) { t.visit(0, len(t.in), from, to, f) }

func (t tree) visit(i, j int, from, to int64, f func(interval)) {
	if i == j {
		return
	}
	m := (i + j) / 2
	if t.reach[m] < from {
		return
	}
	t.visit(i, m, from, to, f)
	if t.in[m].lo >= to {
		return
	}
	if t.in[m].overlaps(from, to) {
		f(t.in[m])
	}
	t.visit(m+1, j, from, to, f)
}

// next is the first time at or after from at which an interval begins that is no
// point.
func (t tree) next(from int64) (int64, bool) {
	first := sort.Search(len(t.in), func(i int) bool { return t.in[i].lo >= from })
	for _, i := range t.in[first:] {
		if i.hi > i.lo {
			return i.lo, true
		}
	}
	return 0, false
}
