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
	exceptions := b.latestExceptions(g.exceptions)
	masters := b.latest(g.masters)
	b.callOff(masters, exceptions)
	masters = slices.DeleteFunc(masters, func(e *entry) bool { return e.cancelled })
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

// latestExceptions are the exceptions that count, of each start those of the last
// version, in the order of the starts.
func (b *builder) latestExceptions(all []*entry) []*entry {
	type start struct {
		at      int64
		onwards bool
	}
	var order []start
	of := map[start][]*entry{}
	for _, e := range all {
		s := start{e.replaces.at, e.onwards}
		if len(of[s]) == 0 {
			order = append(order, s)
		}
		of[s] = append(of[s], e)
	}
	slices.SortStableFunc(order, func(s, t start) int { return cmp.Compare(s.at, t.at) })
	var latest []*entry
	for _, s := range order {
		latest = append(latest, b.latest(of[s])...)
	}
	return latest
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
	seen := map[string]bool{}
	for _, e := range versions {
		if e.compare(top) < 0 {
			if !e.cancelled {
				b.warnEvent(e.vevent, e.line, fmt.Sprintf("it is replaced by the newer version at line %d, which has the same UID", top.line))
			}
			continue
		}
		if when := e.when(); !seen[when] {
			seen[when] = true
			latest = append(latest, e)
		}
	}
	return latest
}

// when is all that an event says about its times.
func (e *entry) when() string {
	var b strings.Builder
	fmt.Fprint(&b, e.cancelled, e.floating)
	for _, list := range [][]property{{e.start, e.end, e.length}, e.rules, e.exrules, e.rdates, e.exdates} {
		for _, p := range list {
			b.WriteString("\n" + p.name + ";" + p.params + ":" + p.value)
		}
	}
	return b.String()
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
