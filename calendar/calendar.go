package calendar

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A Calendar is settings that can be asked. It does not change, and may be shared. Its
// zero value, and nil, are unreadable.
type Calendar struct {
	name    string
	zone    ical.Zone
	windows []window
	sources []Source
	readers []int                     // the window of each source
	copies  []Copy                    // by source
	worked  *worked                   // what lies around now; nil before With
	muted   []int                     // windows that block nothing, because they are not believed
	trusted *atomic.Pointer[Calendar] // what believing made last; nil before With
}

// New compiles settings. The error is Errors, all at once. That does not depend on
// today's date.
func New(s Settings) (*Calendar, error) {
	var errs Errors
	top := place{errs: &errs}
	c := &Calendar{name: s.Name}
	if s.Timezone == "" {
		top.key("timezone").report("it is missing: write the zone whose clock counts, like Asia/Tokyo")
	}
	var zone ical.Zone
	if s.Timezone != "" {
		zone = zoneOf(top.key("timezone"), s.Timezone)
	}
	if len(s.Windows) == 0 {
		top.key("windows").report("a calendar without windows says nothing: write at least one")
	}
	names := map[string]bool{}
	for i, w := range s.Windows {
		p := top.key("windows").item(i)
		if w.Name = w.describe(i); names[w.Name] {
			p.key("name").report("%.60q is the name of another window: write one of its own", w.Name)
		}
		names[w.Name] = true
		compiled := w.compile(p, zone)
		if w.ICS != nil || w.SSM != nil {
			compiled.source = len(c.sources)
			c.readers = append(c.readers, i)
			c.sources = append(c.sources, Source{Ref: Ref{s.Name, w.Name}, ICS: w.ICS, SSM: w.SSM, Zone: compiled.zone})
		}
		c.windows = append(c.windows, compiled)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	c.zone = zone
	c.copies = make([]Copy, len(c.sources))
	return c, nil
}

// Name is that of the settings.
func (c *Calendar) Name() string { return c.name }

// Zone is where its days begin, unless a window says otherwise.
func (c *Calendar) Zone() ical.Zone { return c.zone }

// Sources are what windows read, in their order.
func (c *Calendar) Sources() []Source { return c.sources }

// How far around now a calendar is worked out: questions in there are looked up.
const (
	workedBefore = 7 * daySeconds
	workedAfter  = 400 * daySeconds
	farthest     = 3653 * daySeconds // ten years: how far anything is looked for
)

// With returns the calendar with copies of its sources, worked out for a week back and
// 400 days ahead of now. A source without a copy is unreadable. Of a calendar that has
// been worked out within a day, with the same events, that is taken over.
func (c *Calendar) With(copies map[Ref]Copy, now time.Time) *Calendar {
	with := &Calendar{name: c.name, zone: c.zone, windows: c.windows, sources: c.sources, readers: c.readers, copies: make([]Copy, len(c.sources)), trusted: new(atomic.Pointer[Calendar])}
	for i, s := range c.sources {
		with.copies[i] = copies[s.Ref]
	}
	at := now.Unix()
	if w := c.worked; w != nil && max(at-workedBefore-w.lo, w.lo+workedBefore-at) < daySeconds && slices.EqualFunc(c.copies, with.copies, sameTimes) {
		with.worked = w
		return with
	}
	with.worked = with.around(at-workedBefore, at+workedAfter)
	return with
}

// sameTimes tells that copies block the same.
func sameTimes(a, b Copy) bool { return a.Events == b.Events && slices.Equal(a.Kept, b.Kept) }
