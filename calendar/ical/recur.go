package ical

import (
	"cmp"
	"slices"
)

// recur adds an event with all its occurrences: those of its rules and RDATEs, less
// EXDATEs, EXRULEs and what exceptions replace, and the exceptions.
func (b *builder) recur(m *entry, exceptions []*entry) error {
	zone := m.begin.zone
	r := repeat{event: b.add(m), zone: zone, lasting: m.lasting, begin: m.begin.wall, from: -forever}
	r.not = exclusions{zone: zone, dates: m.begin.date}
	var err error
	if r.sets, err = b.sets(m, m.rules); err != nil {
		return err
	}
	if r.except, err = b.sets(m, m.exrules); err != nil {
		return err
	}
	for _, p := range m.exdates {
		if err := b.moments(p, m.in, zone, func(x moment, _ *lasting) { r.not.add(x) }); err != nil {
			return err
		}
	}
	var onwards []*entry
	for _, e := range exceptions {
		if e.onwards {
			onwards = append(onwards, e)
			continue
		}
		r.not.add(*e.replaces)
		if err := b.alone(e); err != nil {
			return err
		}
	}
	r.not.settle()
	starts, err := b.given(m, &r.not, len(r.sets) > 0)
	if err != nil {
		return err
	}
	return b.segments(m, r, starts, onwards)
}

// sets makes a series of each rule of an event.
func (b *builder) sets(m *entry, rules []property) ([]Series, error) {
	var sets []Series
	for _, p := range rules {
		rule, err := ParseRule(p.value)
		if err != nil {
			return nil, refuse(p.line, "%s of event %q: %v", p.name, brief(m.summary), err)
		}
		s := Series{Start: m.begin.wall, Date: m.begin.date, Zone: m.begin.zone, Rule: rule}
		if err := s.Check(); err != nil {
			return nil, refuse(p.line, "%s of event %q: %v", p.name, brief(m.summary), err)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// A given start is one that stands in the file: DTSTART without a rule, or an RDATE.
type given struct {
	moment
	lasting lasting
}

func (g given) compare(h given) int { return cmp.Compare(g.at, h.at) }

// given are the starts of an event that its rules do not give, in order. What its
// rules give leaves them out.
func (b *builder) given(m *entry, not *exclusions, ruled bool) ([]given, error) {
	var all []given
	if !ruled {
		all = append(all, given{m.begin, m.lasting})
	}
	for _, p := range m.rdates {
		err := b.moments(p, m.in, m.begin.zone, func(x moment, l *lasting) {
			if l == nil {
				l = &m.lasting
			}
			all = append(all, given{m.begin.like(x), *l})
		})
		if err != nil {
			return nil, err
		}
	}
	all = slices.DeleteFunc(all, func(g given) bool { return not.has(g.at) })
	slices.SortStableFunc(all, given.compare)
	var apart []given
	for same := range chunks(all, func(g, h given) bool { return g.at == h.at }) {
		longest := slices.MaxFunc(same, func(g, h given) int { return cmp.Compare(g.lasting.most(), h.lasting.most()) })
		apart = append(apart, longest)
		not.instants = append(not.instants, longest.at)
	}
	not.settle()
	return apart, nil
}

// segments adds what an event's starts make. Each exception that holds onwards moves
// and changes those from its own start on, up to the next such exception.
func (b *builder) segments(m *entry, r repeat, starts []given, onwards []*entry) error {
	for i := 0; ; i++ {
		r.until = forever
		if i < len(onwards) {
			r.until = m.begin.like(*onwards[i].replaces).at
		}
		n, _ := slices.BinarySearchFunc(starts, r.until, func(g given, until int64) int { return cmp.Compare(g.at, until) })
		b.segment(r, starts[:n], i > 0)
		starts = starts[n:]
		if i == len(onwards) {
			return nil
		}
		e := onwards[i]
		replaced := m.begin.like(*e.replaces)
		r.from = r.until
		switch {
		case e.cancelled:
			r.sets, starts = nil, nil
			continue
		case len(e.rules) > 0: // it says itself how it goes on
			sets, err := b.sets(e, e.rules)
			if err != nil {
				return err
			}
			m, starts = e, nil
			r = repeat{zone: e.begin.zone, sets: sets, not: r.not, begin: e.begin.wall, from: -forever}
			r.not.zone = e.begin.zone
		default:
			r.shift = e.begin.in(r.zone).Sub(replaced.wall)
			if !r.contains(replaced.at, &b.looks) {
				b.warnEvent(e.vevent, e.rid.line, "it replaces an occurrence that there is not: it stands beside the others")
				b.single = append(b.single, interval{e.begin.at, e.ends(), int32(len(b.cal.events))})
			}
		}
		r.event, r.lasting = b.add(e), e.lasting
	}
}

// segment adds one stretch of an event; changed is one that an exception changes.
func (b *builder) segment(r repeat, starts []given, changed bool) {
	for _, g := range starts {
		if changed {
			g.lasting = r.lasting
		}
		at, wall := r.moved(g.at, g.wall)
		b.single = append(b.single, interval{at, g.lasting.end(at, wall, r.zone), r.event})
	}
	if len(r.sets) > 0 {
		b.cal.repeats = append(b.cal.repeats, r)
	}
}
