package config

import (
	"time"

	"github.com/andon-project/andon/calendar"
)

// How often a source of a calendar may be asked, and how long its last good copy
// may be believed.
const (
	usualSourceEvery = 5 * time.Minute
	minSourceEvery   = 10 * time.Second
	maxSourceEvery   = 24 * time.Hour
	usualStaleAfter  = 24 * time.Hour
	maxStaleAfter    = 90 * 24 * time.Hour
)

// A Calendar is times in which no release may start.
type Calendar struct {
	calendar.Settings

	Pos Pos `koanf:"-"`

	windows []Pos // where each stands
}

// checkCalendars judges calendars, and makes them of their settings.
func (d *decoder) checkCalendars(c *Config) {
	names := map[string]path{}
	for i := range c.Calendars {
		p := path("calendars").item(i)
		d.checkCalendar(p, &c.Calendars[i])
		d.checkUnique(p.key("name"), c.Calendars[i].Name, names)
	}
}

func (d *decoder) checkCalendar(p path, c *Calendar) {
	c.Pos = d.pos(p).value
	d.checkName(p.key("name"), c.Name)
	if in := p.key("timezone"); d.given(in) {
		c.Timezone = d.zone(in, c.Timezone).String()
	} else {
		d.report(in, "missing: say by whose clock its days begin, like `timezone: Asia/Tokyo`")
	}
	if len(c.Windows) == 0 {
		d.report(p.key("windows"), "a calendar without windows says nothing: write at least one, like `- {name: black-friday, from: 2026-11-20, to: 2026-11-30}`")
	}
	names := map[string]path{}
	for i := range c.Windows {
		in, w := p.key("windows").item(i), &c.Windows[i]
		c.windows = append(c.windows, d.pos(in).value)
		d.checkName(in.key("name"), w.Name)
		d.checkUnique(in.key("name"), w.Name, names)
		if zone := in.key("timezone"); d.given(zone) {
			w.Timezone = d.zone(zone, w.Timezone).String()
		}
		d.checkSources(in, &w.Selector)
		for j := range w.Except {
			d.checkSources(in.key("except").item(j), &w.Except[j])
		}
	}
	d.keepSecrets(c)
}

// checkSources fills in how often sources are read, and makes the names of their
// files relative to the folder of the configuration.
func (d *decoder) checkSources(p path, s *calendar.Selector) {
	if s.ICS != nil {
		in := p.key("ics")
		s.ICS.File = d.inFolder(s.ICS.File)
		d.checkTold(in, &s.ICS.Every, &s.ICS.StaleAfter)
	}
	if s.SSM != nil {
		d.checkTold(p.key("ssm"), &s.SSM.Every, &s.SSM.StaleAfter)
	}
}

func (d *decoder) checkTold(p path, every, stale *time.Duration) {
	if in := p.key("every"); d.given(in) {
		d.checkRange(in, *every, minSourceEvery, maxSourceEvery)
	} else {
		*every = usualSourceEvery
	}
	if in := p.key("stale_after"); d.given(in) {
		d.checkRange(in, *stale, *every, maxStaleAfter)
	} else {
		*stale = usualStaleAfter
	}
}
