package calendar

import (
	"cmp"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A piece is a time in which a window is in force, in its full length unless it is cut
// off. Events of a source have each their own, by what they say.
type piece struct {
	stretch
	window    int32
	predicted bool
	kept      bool   // it vanished from its source, and blocks whatever that says
	reason    string // empty: the window's
}

func (p piece) compare(q piece) int {
	return cmp.Or(p.stretch.compare(q.stretch), cmp.Compare(p.window, q.window), cmp.Compare(p.reason, q.reason))
}

// pieces are the times from lo to before hi in which a window is in force, each in its
// full length: those that are cut off there are followed to where they begin and end,
// for ten years.
func (c *Calendar) pieces(i int, lo, hi int64) ([]piece, error) {
	w := c.windows[i]
	if one, ok := w.set.(fixed); ok {
		if s := stretch(one).clip(lo, hi); s.lo >= s.hi {
			return nil, nil
		}
		return []piece{{stretch: stretch(one), window: int32(i)}}, nil
	}
	all, err := c.cut(i, lo, hi, budget(lo, hi))
	if err != nil {
		return nil, err
	}
	c.extend(i, all, hi, 1)
	c.extend(i, all, lo, -1)
	if w.feast != nil {
		for k := range all {
			all[k].reason, all[k].predicted = w.feast.told(all[k].stretch)
		}
	}
	return append(all, c.kept(i, lo, hi)...), nil
}

// cut is pieces, cut off at lo and hi, without those that are kept. Sources have a
// budget of their own.
func (c *Calendar) cut(i int, lo, hi int64, b *ical.Budget) ([]piece, error) {
	w := &c.windows[i]
	if w.set == nil {
		return c.events(i, lo, hi)
	}
	stretches, err := w.set.within(lo, hi, b)
	if err != nil {
		return nil, err
	}
	all := make([]piece, len(stretches))
	for k, s := range stretches {
		all[k] = piece{stretch: s, window: int32(i)}
	}
	return all, nil
}

// budget is for a question to a window: what people write for so many days, with much
// to spare.
func budget(lo, hi int64) *ical.Budget {
	b := ical.Budget(20_000 + 1_500*((hi-lo)/daySeconds))
	return &b
}

// edgeSteps is what it may cost to follow pieces to one of their ends.
const edgeSteps = 500_000

// extend follows pieces that are cut off at an edge, forward or, with -1, back.
func (c *Calendar) extend(i int, all []piece, edge, direction int64) {
	var open []*piece
	for k := range all {
		if *all[k].side(direction) == edge {
			open = append(open, &all[k])
		}
	}
	far := edge + direction*farthest
	var more []piece
	left := ical.Budget(edgeSteps)
	for s := newStride(); len(open) > 0; {
		lo, hi := edge, edge+s.step
		if direction < 0 {
			lo, hi = edge-s.step, edge
		}
		err := s.try(func() (err error) {
			b := min(left, *budget(lo, hi))
			left -= b
			more, err = c.cut(i, lo, hi, &b)
			left += b
			return err
		})
		if err == errShorter {
			continue
		}
		if err != nil || (far-edge)*direction <= 0 {
			for _, p := range open {
				*p.side(direction) = forever * direction
			}
			return
		}
		at := map[string]*piece{}
		for k := range more {
			if *more[k].side(-direction) == edge {
				at[more[k].reason] = &more[k]
			}
		}
		if edge = hi; direction < 0 {
			edge = lo
		}
		open = slices.DeleteFunc(open, func(p *piece) bool {
			q := at[p.reason]
			if q == nil {
				return true
			}
			*p.side(direction) = *q.side(direction)
			return *p.side(direction) != edge
		})
	}
}

// side is the end, or with -1 the beginning.
func (s *stretch) side(direction int64) *int64 {
	if direction > 0 {
		return &s.hi
	}
	return &s.lo
}

// kept are freezes that vanished from a source and block nevertheless, narrowed as they
// were.
func (c *Calendar) kept(i int, lo, hi int64) (all []piece) {
	if c.windows[i].source < 0 {
		return nil
	}
	for _, k := range c.copies[c.windows[i].source].Kept {
		s := stretch{-forever, forever}
		if !k.Start.IsZero() {
			s.lo = k.Start.Unix()
		}
		if !k.End.IsZero() {
			s.hi = ceil(k.End)
		}
		if s.lo < hi && s.hi > lo && s.lo < s.hi {
			all = append(all, piece{stretch: s, window: int32(i), reason: k.Reason, predicted: k.Predicted, kept: true})
		}
	}
	if narrowed, err := c.windows[i].narrowed(all, lo, hi); err == nil {
		return narrowed
	}
	return all
}

// Occurrences asks the events of a source for as many steps as a calendar allows, some
// ten nanoseconds each: what it is refused no calendar can be worked out with.
func Occurrences(events *ical.Calendar, from, to time.Time) ([]ical.Occurrence, error) {
	const least, most = 20_000, 20_000_000
	const each, busyDay = 200, 2_500 // of one event
	days := int(to.Sub(from)/(24*time.Hour)) + 1
	b := ical.Budget(min(most, least+days*busyDay+events.Len()*(each+50*days)))
	return events.Over(from, to, &b)
}

// events are the times of a source's events, cut off. Those that say the same are
// joined.
func (c *Calendar) events(i int, lo, hi int64) ([]piece, error) {
	w := &c.windows[i]
	feed := c.copies[w.source].Events
	if feed == nil {
		return nil, nil
	}
	found, err := Occurrences(feed, time.Unix(lo, 0), time.Unix(hi, 0))
	if err != nil {
		return nil, err
	}
	all := make([]piece, 0, len(found))
	for _, o := range found {
		p := piece{stretch: stretch{o.Start.Unix(), o.End.Unix()}.clip(lo, hi), window: int32(i)}
		if w.reason == "" {
			p.reason = o.Event.Summary
		}
		if p.lo < p.hi {
			all = append(all, p)
		}
	}
	all = joinedPieces(all)
	if feed.Type == "DEFAULT_CLOSED" { // events are the times at which changes may happen
		all = inverted(all, int32(i), lo, hi)
	}
	return w.narrowed(all, lo, hi)
}

// joinedPieces joins pieces that have the same reason.
func joinedPieces(all []piece) []piece {
	slices.SortFunc(all, func(p, q piece) int {
		return cmp.Or(cmp.Compare(p.reason, q.reason), p.stretch.compare(q.stretch))
	})
	n := 0
	for _, p := range all {
		if n > 0 && p.reason == all[n-1].reason && p.lo <= all[n-1].hi {
			all[n-1].hi = max(all[n-1].hi, p.hi)
			continue
		}
		all[n] = p
		n++
	}
	return all[:n]
}

// inverted is the time in which there is no piece.
func inverted(all []piece, window int32, lo, hi int64) (others []piece) {
	taken := make([]stretch, len(all))
	for i, p := range all {
		taken[i] = p.stretch
	}
	for _, s := range rest(joined(taken), lo, hi) {
		others = append(others, piece{stretch: s, window: window})
	}
	return others
}

// narrowed cuts events by what narrows their window, and by its holes.
func (w *window) narrowed(all []piece, lo, hi int64) ([]piece, error) {
	if w.cut == nil || len(all) == 0 {
		return all, nil
	}
	allowed, err := w.cut.within(lo, hi, budget(lo, hi))
	if err != nil {
		return nil, err
	}
	var parts []piece
	for _, p := range all {
		for _, s := range common([]stretch{p.stretch}, allowed) {
			part := p
			part.stretch = s
			parts = append(parts, part)
		}
	}
	return parts, nil
}
