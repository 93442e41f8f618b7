package calendar

import (
	"fmt"
	"slices"
	"strings"

	"github.com/andon-project/andon/calendar/ical"
)

// A window is one of the settings, ready to be asked.
type window struct {
	name, reason, owner string
	warn                bool // it only warns
	mute                bool // it blocks nothing now, because it is not believed: see believing

	zone   ical.Zone
	set    set      // nil: events of a source
	source int      // of the calendar's sources, or -1
	cut    *without // of events: what narrows them, and the holes
	feast  *festive // to tell names

	family set      // what set is made of, for lint: nil if days and hours say all
	clock  *pattern // the hours that are written, closed ones or those of business
}

const families = "from and to, days and hours, outside, holidays, rrule, cron, ics or ssm"

// compile makes a window of its settings.
func (w Window) compile(p place, calendarZone ical.Zone) window {
	c := window{name: w.Name, reason: w.Reason, owner: w.Owner, zone: calendarZone, source: -1}
	switch w.Effect {
	case "", Block:
	case Warn:
		c.warn = true
	default:
		p.key("effect").report("%.40q is no effect: write block, the default, or warn", w.Effect)
	}
	if w.Timezone != "" {
		c.zone = zoneOf(p.key("timezone"), w.Timezone)
	}
	if c.zone == nil {
		c.zone = ical.Location(nil) // to find the other mistakes
	}
	before := p.count()
	family := w.Selector.compile(p, reading{Zone: c.zone})
	var holes []set
	for i, e := range w.Except {
		in := p.key("except").item(i)
		hole := e.compile(in, reading{c.zone, true})
		if hole.events {
			in.report("an exception cannot be events of a source: write its dates, or make the source a calendar of its own")
		}
		holes = append(holes, hole.whole())
	}
	if p.count() > before {
		return c
	}
	c.feast, c.family, c.clock = family.feast, family.family, family.clock
	if family.events {
		c.set = nil
		if family.narrow != nil || len(holes) > 0 {
			c.cut = &without{family.narrow, holes}
		}
		return c
	}
	if c.set = family.whole(); len(holes) > 0 {
		c.set = without{c.set, holes}
	}
	if family.calculable && (family.narrow != nil || len(holes) > 0) && w.never(c.set, family) {
		p.report("it can never happen: what narrows it, or its exceptions, leave nothing of it")
	}
	return c
}

// A chosen is what a selector says: a family, and what narrows it.
type chosen struct {
	family     set
	narrow     set
	events     bool // the family are events of a source
	feast      *festive
	clock      *pattern
	calculable bool    // it recurs by days and years alone, or is one stretch
	one        stretch // that one, if it is
}

// whole is the family as it is narrowed.
func (c chosen) whole() set {
	switch {
	case c.family == nil:
		return c.narrow
	case c.narrow == nil:
		return c.family
	}
	return both{c.family, c.narrow}
}

// compile makes sets of a selector.
func (s Selector) compile(p place, r reading) chosen {
	var c chosen
	narrow, narrows := s.pattern(p, r)
	if narrows {
		c.narrow = narrow
	}
	if len(s.Hours) > 0 {
		c.clock = &narrow
	} else if s.Outside != nil && len(s.Outside.Hours) > 0 {
		inner, _ := Selector{Days: s.Outside.Days, Hours: s.Outside.Hours}.pattern(place{errs: new(Errors)}, r.inverse())
		c.clock = &inner
	}
	if s.Start != "" && s.RRule == "" {
		p.key("start").report("it belongs to rrule: without one, write from and to")
	}
	if s.For != (Length{}) && s.RRule == "" && s.Cron == "" {
		p.key("for").report("it belongs to rrule or cron: here, write to or hours")
	}
	switch given := s.families(); {
	case len(given) > 1:
		p.report("it says in %d ways when it is, by %s: make it one window for each", len(given), strings.Join(given, " and by "))
	case len(given) == 0 && !narrows:
		p.report("it does not say when it is: write one of %s", families)
	case len(given) == 0:
		c.calculable = true
	default:
		s.family(p, given[0], r, &c)
	}
	return c
}

// families are those that are given.
func (s Selector) families() (given []string) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"from", s.From != "" || s.To != ""}, {"outside", s.Outside != nil}, {"holidays", s.Holidays != nil},
		{"rrule", s.RRule != ""}, {"cron", s.Cron != ""}, {"ics", s.ICS != nil}, {"ssm", s.SSM != nil},
	} {
		if f.given {
			given = append(given, f.name)
		}
	}
	return given
}

// family compiles the one that is given.
func (s Selector) family(p place, name string, r reading, c *chosen) {
	switch name {
	case "from":
		s.dates(p, r, c)
	case "outside":
		c.family, c.calculable = s.Outside.compile(p.key(name), r), true
	case "holidays":
		c.feast = s.Holidays.compile(p.key(name), r)
		c.family = *c.feast
	case "rrule":
		c.family = s.rrule(p, r)
	case "cron":
		c.family, c.calculable = s.cron(p, r), true
	default:
		c.events = true
		if s.ICS != nil {
			s.ICS.check(p.key(name))
		} else if s.SSM.Name == "" {
			p.key(name).key("name").report("it is missing: write the name or the ARN of the change calendar")
		}
	}
}

// pattern are days, hours and months.
func (s Selector) pattern(p place, r reading) (pattern, bool) {
	t := pattern{reading: r, days: everyDay, months: everyMonth, hours: []stretch{wholeDay}}
	var err error
	if len(s.Days) > 0 {
		if t.days, err = parseDays(s.Days); err != nil {
			p.key("days").report("%v", err)
		}
	}
	if len(s.Hours) > 0 {
		if t.hours, err = parseHours(s.Hours); err != nil {
			p.key("hours").report("%v", err)
		}
	}
	if len(s.Months) > 0 {
		if t.months, err = parseMonths(s.Months); err != nil {
			p.key("months").report("%v", err)
		}
	}
	t.ordinary = joined(slices.Clone(t.hours))
	return t, len(s.Days)+len(s.Hours)+len(s.Months) > 0
}

// zoneOf finds a zone by its name.
func zoneOf(p place, name string) ical.Zone {
	z, ok := ical.LookupZone(strings.TrimSpace(name))
	if !ok {
		p.report("the time zone %.60q is not known: write an IANA name such as Europe/Berlin", name)
		return nil
	}
	return z
}

func (i ICS) check(p place) {
	n := 0
	for _, given := range []string{i.File, i.URL, i.S3} {
		if given != "" {
			n++
		}
	}
	if n != 1 {
		p.report("it names %d places to read from: write one of file, url and s3", n)
	}
}

// never tells whether nothing is left of a window whose times repeat with the years.
func (w Window) never(s set, c chosen) bool {
	for _, e := range w.Except {
		if given := e.families(); len(given) == 1 && (given[0] == "holidays" || given[0] == "rrule") {
			return false // it would depend on when one looks
		}
	}
	const years28 = 10_227 * daySeconds // after which weekdays and leap years come again
	lo, hi := int64(946_684_800), int64(946_684_800)+years28
	if c.one != (stretch{}) {
		lo, hi = c.one.lo, min(c.one.hi, c.one.lo+years28)
	}
	b := ical.Budget(1 << 22)
	for ; lo < hi; lo += 512 * daySeconds {
		all, err := s.within(lo, min(hi, lo+512*daySeconds), &b)
		if err != nil || len(all) > 0 {
			return false
		}
	}
	return true
}

func (w Window) describe(i int) string {
	if w.Name != "" {
		return w.Name
	}
	return fmt.Sprintf("window-%d", i+1)
}

// night tells whether a window closes nights, and leaves days between them.
func (w *window) night() bool {
	if w.family != nil || w.clock == nil {
		return false
	}
	b := ical.Budget(100)
	every := *w.clock
	every.Zone, every.days, every.months = ical.Location(nil), everyDay, everyMonth
	day, err := every.within(10*daySeconds, 12*daySeconds, &b)
	if err != nil || len(day) == 0 {
		return false
	}
	midnight := from(day, 11*daySeconds)
	return midnight < len(day) && day[midnight].lo < 11*daySeconds && len(day) > 1
}
