package config

import (
	"fmt"
	"slices"
	"time"
)

// WarningsAt are the warnings with those that depend on what day it is: windows in
// the past, a calendar that is closed for long. What is valid never does.
func (c *Config) WarningsAt(now time.Time) Errors {
	all := slices.Clone(c.Warnings)
	for i, calendar := range c.Calendars {
		all = append(all, calendar.warnings(path("calendars").item(i), now)...)
	}
	all = append(all, c.freezes(now)...)
	return all.sorted()
}

// surprises are the remarks of calendars that surprise whoever wrote them; andon calendar
// lint has more.
func surprises(code string) bool {
	return slices.Contains([]string{"past", "never", "closed", "weekend", "start", "too-expensive", "unknown"}, code)
}

func (c Calendar) warnings(p path, now time.Time) (all Errors) {
	const most = 3 // windows in the past that are told one by one
	past := 0
	for _, w := range c.Calendar.Lint(now) {
		if w.Code == "past" {
			past++
		}
		if !surprises(w.Code) || w.Code == "past" && past > most {
			continue
		}
		e := Error{c.Pos.File, c.Pos.Line, c.Pos.Col, string(p), oneLine(w.Text + ": " + w.Do)}
		for i, at := range c.windows {
			if w.Window != "" && c.Windows[i].Name == w.Window {
				e.Line, e.Col, e.Path = at.Line, at.Col, string(p.key("windows").item(i))
				e.Msg = "window " + w.Window + ": " + e.Msg
			}
		}
		all = append(all, e)
	}
	if past > most {
		all = append(all, Error{c.Pos.File, c.Pos.Line, c.Pos.Col, string(p), fmt.Sprintf("%d more windows lie in the past, and close nothing any more: remove them", past-most)})
	}
	return all
}

// warnCalendars tells of calendars that stop nothing.
func (d *decoder) warnCalendars(c *Config) {
	for i, calendar := range c.Calendars {
		p := path("calendars").item(i).key("name")
		if len(c.Gates) > 0 && !slices.ContainsFunc(c.Gates, func(g Gate) bool { return g.Calendar == calendar.Name }) {
			d.warn(d.pos(p).value, p, "no gate uses it: it is shown, and stops nothing")
		}
	}
}
