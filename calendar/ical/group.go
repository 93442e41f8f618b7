package ical

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A group is what a file says of one UID: the event, and exceptions from its
// recurrence. An event without a UID is a group of its own.
type group struct {
	masters    []*entry
	exceptions []*entry
}

// grouped sorts entries into groups, in the order of the file.
func grouped(entries []*entry) []*group {
	var all []*group
	of := map[string]*group{}
	for _, e := range entries {
		g := of[e.uid]
		if g == nil {
			g = &group{}
			all = append(all, g)
			if e.uid != "" {
				of[e.uid] = g
			}
		}
		if e.replaces == nil {
			g.masters = append(g.masters, e)
		} else {
			g.exceptions = append(g.exceptions, e)
		}
	}
	return all
}

// group adds what one UID amounts to (RFC 5545 sections 3.8.4.4 and 3.8.5).
func (b *builder) group(g *group) error {
	// Of exceptions of the same start the last version counts.
	slices.SortStableFunc(g.exceptions, func(e, f *entry) int {
		return cmp.Or(cmp.Compare(e.replaces.at, f.replaces.at), cmp.Compare(boolInt(e.onwards), boolInt(f.onwards)))
	})
	var exceptions []*entry
	for same := range chunks(g.exceptions, func(e, f *entry) bool {
		return e.replaces.at == f.replaces.at && e.replaces.date == f.replaces.date && e.onwards == f.onwards
	}) {
		exceptions = append(exceptions, b.latest(same)...)
	}
	masters := slices.DeleteFunc(b.latest(g.masters), func(e *entry) bool { return e.cancelled })
	if len(masters) == 0 { // the exceptions are events of their own
		for _, e := range exceptions {
			if err := b.alone(e); err != nil {
				return err
			}
		}
	}
	for _, m := range masters {
		if err := b.recur(m, exceptions); err != nil {
			return err
		}
		exceptions = nil // each is one event, also if two masters share them
	}
	return nil
}

// alone adds an exception as an event of its own.
func (b *builder) alone(e *entry) error {
	if e.cancelled {
		return nil
	}
	return b.recur(e, nil)
}

// latest are the versions of an event that count: the one with the highest SEQUENCE,
// then DTSTAMP. Where several have the same, all that differ do: that is no new
// version, but a UID used twice.
func (b *builder) latest(versions []*entry) []*entry {
	if len(versions) < 2 {
		return versions
	}
	top := slices.MaxFunc(versions, (*entry).compare)
	var latest []*entry
	for _, e := range versions {
		switch {
		case e.compare(top) < 0:
			if !e.cancelled {
				b.warnEvent(e.vevent, e.line, fmt.Sprintf("it is replaced by the newer version at line %d, which has the same UID", top.line))
			}
		case !slices.ContainsFunc(latest, e.same):
			latest = append(latest, e)
		}
	}
	return latest
}

// same tells whether both events are at the same times, by what they say.
func (e *entry) same(f *entry) bool {
	text := func(p property) string { return p.params + ":" + p.value }
	alike := func(p, q []property) bool {
		return slices.EqualFunc(p, q, func(p, q property) bool { return text(p) == text(q) })
	}
	return e.cancelled == f.cancelled && e.floating == f.floating &&
		text(e.start) == text(f.start) && text(e.end) == text(f.end) && text(e.length) == text(f.length) &&
		alike(e.rules, f.rules) && alike(e.exrules, f.exrules) && alike(e.rdates, f.rdates) && alike(e.exdates, f.exdates)
}

// add adds an event and returns its number.
func (b *builder) add(e *entry) int32 {
	b.cal.events = append(b.cal.events, Event{UID: strings.Clone(e.uid), Summary: strings.Clone(unescape(e.summary)), Line: e.line})
	return int32(len(b.cal.events) - 1)
}

// chunks yields the runs of a sorted list.
func chunks[T any](list []T, same func(T, T) bool) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := 1
			for n < len(list) && same(list[0], list[n]) {
				n++
			}
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
