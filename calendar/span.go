package calendar

import (
	"errors"
	"slices"
	"time"
)

// A Span is a stretch of time in which a calendar says the same, for the same
// causes. Spans of a question follow each other without a gap.
type Span struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"` // exclusive
	Word   Word      `json:"state"`
	Causes []Cause   `json:"causes"`          // all that make it black, by start, each in its full length
	Warns  []Cause   `json:"warns,omitempty"` // windows in force that only warn
}

// ErrRange is returned by questions about a time that ends before it begins, or that is
// longer than ten years.
var ErrRange = errors.New("want a time that ends after it begins, and of ten years at most")

// ErrMany is returned by questions whose answer would be larger than anybody reads.
var ErrMany = errors.New("more changes in that time than can be told at once: ask for a shorter one")

// mostCauses are told in all spans of an answer together, and mostSpans with none.
const (
	mostCauses = 300_000
	mostSpans  = 100_000
)

// Spans are the consecutive stretches from <= t < to in which the calendar says the
// same for the same causes. The errors are ErrRange and ErrMany.
func (c *Calendar) Spans(now, from, to time.Time) ([]Span, error) {
	lo, hi := floor(from), ceil(to)
	if hi <= lo || hi-lo > farthest+366*daySeconds {
		return nil, ErrRange
	}
	if c == nil || len(c.windows) == 0 {
		return []Span{{Start: timeOf(lo), End: timeOf(hi)}}, nil
	}
	c = c.believing(now)
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
	if edges = slices.Compact(edges); len(edges) > mostSpans {
		return nil, ErrMany
	}
	_, readable := c.problems(now, w)
	return c.sweep(found, edges, readable)
}

// A cause in force.
type active struct {
	Cause
	until       int64
	warn, black bool
}

// sweep tells what is in force between edges.
func (c *Calendar) sweep(found []piece, edges []int64, readable bool) ([]Span, error) {
	all := make([]Span, 0, len(edges)-1)
	var in []active
	told := 0
	for i, lo := range edges[:len(edges)-1] {
		in = slices.DeleteFunc(in, func(a active) bool { return a.until <= lo })
		for ; len(found) > 0 && found[0].lo <= lo; found = found[1:] {
			in = append(in, active{c.causeOf(found[0]), found[0].hi, c.windows[found[0].window].warn, c.blocks(found[0])})
		}
		if told += len(in); told > mostCauses {
			return nil, ErrMany
		}
		s := Span{Start: timeOf(lo), End: timeOf(edges[i+1]), Causes: make([]Cause, 0, len(in))}
		black := false
		for _, a := range in {
			black = black || a.black
			if a.warn {
				s.Warns = append(s.Warns, a.Cause)
			} else {
				s.Causes = append(s.Causes, a.Cause)
			}
		}
		s.Word = wordOf(black, readable)
		all = append(all, s)
	}
	return all, nil
}
