package ical

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// Options say how a file is read. Zone has to be given, and be comparable.
type Options struct {
	// Zone is where dates and times without a zone are, unless the file names one it
	// knows (X-WR-TIMEZONE).
	Zone Zone

	// SkipTransparent passes over events that are shown as free (TRANSP:TRANSPARENT).
	// Calendar applications export all-day events so, hence they count by default.
	SkipTransparent bool
}

// A Calendar is what the files of calendar applications say (RFC 5545), ready for
// questions. It does not change, and may be shared.
type Calendar struct {
	Warnings []Warning // of what was found doubtful, by line; at most 100, events that do not count first
	Warned   int       // how many there were
	Refused  int       // events that do not count, because they make no sense; each was warned of

	// Type is X-CALENDAR-TYPE, in which AWS' Change Calendar writes DEFAULT_OPEN or
	// DEFAULT_CLOSED; of several the first. Questions do not regard it: that events of
	// the latter are the times in which changes may happen is for others to know.
	Type string

	events  []Event
	single  tree     // occurrences known one by one, by event
	repeats []repeat // those known by a rule
	spans   tree     // how far repeats may reach, by their index
	off     map[string]calledOff
}

// An Event is what an occurrence is an occurrence of.
type Event struct {
	UID     string // of all versions and exceptions of an event; may be missing
	Summary string // as it stands in the file: may be of any length, and contain any rune
	Line    int    // where it begins in the file
}

// Parse reads a file of calendars. A *[RefusedError] says that it cannot be trusted as
// a whole: it is none, or was cut off, exceeds a limit, or says when an event is in
// a way that is not understood, such as an unknown time zone. An event that makes no
// sense, such as one that ends before it begins, does not count; Warnings tell.
// Other errors are the reader's.
func Parse(r io.Reader, o Options) (*Calendar, error) {
	b := &builder{options: o, cal: &Calendar{}, looks: lookSteps, zones: zoner{known: map[string]Zone{}, own: map[*vtimezone]Zone{}}}
	calendars, err := scanFile(r, b.warn)
	if err != nil {
		return nil, err
	}
	var entries []*entry
	for _, in := range calendars {
		b.cal.Type = cmp.Or(b.cal.Type, strings.Clone(in.kind))
		zone, err := b.floating(in)
		if err != nil {
			return nil, err
		}
		for _, v := range in.events {
			e, err := b.entry(v, zone)
			if err != nil {
				return nil, err
			}
			if e != nil {
				entries = append(entries, e)
			}
		}
	}
	for _, g := range grouped(entries) {
		if err := b.group(g); err != nil {
			return nil, err
		}
	}
	return b.finish(), nil
}

// A builder puts a Calendar together.
type builder struct {
	options Options
	zones   zoner
	looks   Budget // for questions whose answers are of use, but not needed
	cal     *Calendar
	single  []interval
}

// lookSteps are enough for tens of thousands of looks at rules.
const lookSteps = 2_000_000

func (b *builder) warn(w Warning) {
	b.cal.Warned++
	if w.Refused {
		b.cal.Refused++
	}
	kept := b.cal.Warnings
	if len(kept) < maxWarnings {
		b.cal.Warnings = append(kept, w)
		return
	}
	if minor := slices.IndexFunc(kept, func(w Warning) bool { return !w.Refused }); w.Refused && minor >= 0 {
		kept[minor] = w
	}
}

func (b *builder) finish() *Calendar {
	c := b.cal
	slices.SortStableFunc(c.Warnings, func(v, w Warning) int { return v.Line - w.Line })
	c.events, c.repeats = slices.Clone(c.events), slices.Clone(c.repeats) // as long as they are
	c.single = newTree(b.single)
	spans := make([]interval, len(c.repeats))
	for i, r := range c.repeats {
		spans[i] = r.span(int32(i), &b.looks)
	}
	c.spans = newTree(spans)
	return c
}

// floating is the zone of times that name none (RFC 5545 section 3.3.5, form 1).
func (b *builder) floating(in *vcalendar) (Zone, error) {
	if v := zoneKey(in.scale.value); v != "" && !strings.EqualFold(v, "GREGORIAN") {
		return nil, refuse(in.scale.line, "the calendar scale %.40q is not known: export the calendar as GREGORIAN", v)
	}
	if in.zone.value == "" {
		return b.options.Zone, nil
	}
	zone, err := b.zones.named(in.zone.value, in, in.zone.line)
	if err != nil {
		b.warn(Warning{Line: in.zone.line, Text: "X-WR-TIMEZONE names no time zone that is known: times without one are taken to be in " + b.options.Zone.String()})
		return b.options.Zone, nil
	}
	return zone, nil
}
