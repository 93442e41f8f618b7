package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/andon-project/andon/calendar/ical"
)

// At tells what the calendar says of an instant. Whether copies of its sources are
// too old is judged by now. What a copy says that is not believed is among the causes,
// and makes the calendar neither black nor clear.
func (c *Calendar) At(now, t time.Time) State {
	at := floor(t)
	return c.state(now, at, at+1)
}

// Over tells what the calendar says of the time from <= t < to: black if any instant of
// it is. Next is when the last of that is over, or when the first begins.
func (c *Calendar) Over(now, from, to time.Time) State {
	lo := floor(from)
	return c.state(now, lo, max(ceil(to), lo+1))
}

func (c *Calendar) state(now time.Time, lo, hi int64) State {
	if c == nil || len(c.windows) == 0 {
		return State{Problems: []Problem{{Code: "missing", Text: "there is no such calendar", Do: "name a calendar of the configuration"}}}
	}
	b := c.believing(now)
	w := b.look(lo, hi)
	s := State{Causes: make([]Cause, 0, 8)}
	w.over(lo, hi, func(p piece) {
		if c.windows[p.window].warn {
			s.Warns = append(s.Warns, c.causeOf(p))
		} else {
			s.Causes = append(s.Causes, c.causeOf(p))
		}
	})
	black, next := w.turn(lo, hi)
	if next != 0 {
		s.Next = timeOf(next)
	}
	var readable bool
	s.Problems, readable = c.problems(now, w)
	s.Word = wordOf(black, readable)
	return s
}

// believing is the calendar in which windows block nothing whose source is not believed
// at now. Usually that is c; the last other one is kept, because a source that fails
// does so for long.
func (c *Calendar) believing(now time.Time) *Calendar {
	var muted []int
	for i, reader := range c.readers {
		if _, believed := c.copies[i].problems(now); !believed && !c.windows[reader].warn && c.copies[i].Events != nil {
			muted = append(muted, reader)
		}
	}
	if muted == nil {
		return c
	}
	if c.trusted != nil {
		if b := c.trusted.Load(); b != nil && slices.Equal(b.muted, muted) {
			return b
		}
	}
	b := clone(c)
	b.muted, b.windows = muted, slices.Clone(c.windows)
	for _, i := range muted {
		b.windows[i].mute = true
	}
	if c.worked != nil {
		b.worked = clone(c.worked)
		b.worked.black = b.black(b.worked)
		b.ahead(b.worked)
	}
	if c.trusted != nil {
		c.trusted.Store(b)
	}
	return b
}

func clone[T any](v *T) *T {
	c := *v
	return &c
}

// wordOf: what is black is so whatever else cannot be read.
func wordOf(black, readable bool) Word {
	switch {
	case black:
		return Black
	case readable:
		return Clear
	}
	return Unreadable
}

// look finds or works out a time.
func (c *Calendar) look(lo, hi int64) *worked {
	if c.worked.covers(lo, hi) && len(c.worked.failed) == 0 {
		return c.worked
	}
	return c.around(lo, hi)
}

// problems are what is to be known of sources and windows, and whether nothing that
// blocks is unreadable.
func (c *Calendar) problems(now time.Time, w *worked) (all []Problem, readable bool) {
	readable = true
	for i, reader := range c.readers {
		v := &c.windows[reader]
		found, believed := c.copies[i].problems(now)
		readable = readable && (believed || v.warn)
		for _, p := range found {
			p.Window = v.name
			all = append(all, p)
		}
	}
	for _, f := range w.failed {
		v := &c.windows[f.window]
		readable = readable && v.warn
		all = append(all, f.problem(v.name))
	}
	return all, readable
}

func (f failure) problem(window string) Problem {
	if errors.Is(f.err, ical.ErrBudget) {
		return Problem{Window: window, Code: "too-expensive", Text: f.err.Error(), Do: "write it simpler: fewer starts, that last longer"}
	}
	return Problem{Window: window, Code: "unknown", Text: f.err.Error(), Do: "ask about years that are known, or add the days"}
}

// problems are what is wrong with a copy, and whether it is believed nevertheless.
func (c *Copy) problems(now time.Time) (all []Problem, believed bool) {
	believed = true
	switch {
	case c.Events == nil:
		all, believed = append(all, Problem{Code: "unread", Text: "nothing of it has been read yet", Do: "see why reading it fails"}), false
	case !c.Stale.IsZero() && !now.Before(c.Stale):
		text := fmt.Sprintf("its last good copy is of %s, and too old since %s", stamp(c.Read), stamp(c.Stale))
		all, believed = append(all, Problem{Code: "stale", Text: text, Do: "see why reading it fails", Since: c.Stale}), false
	}
	if n := len(c.Kept); n > 0 {
		all = append(all, Problem{Code: "vanished", Text: fmt.Sprintf("%d times that blocked vanished from it shortly before, and block until somebody acknowledges", n),
			Do: "restore them in the calendar, or say that they may be gone: andon calendar ack --reason TEXT"})
	}
	if c.Doubt != nil {
		all, believed = append(all, *c.Doubt), false
	}
	if c.Failed != nil {
		all = append(all, *c.Failed)
	}
	return all, believed
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// brief is one line of a text from outside.
func brief(s string) string {
	const most = 200
	plain := len(s) <= most
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= ' ' && s[i] < 127
	}
	if plain {
		return s
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s[:min(len(s), 4*most)], "\ufffd")), " ")
	runes := []rune(s)
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = '\ufffd'
		}
	}
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return string(runes)
}
