package config

import (
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// planned is how far ahead BlackDays are looked at that are longer than a release can
// wait.
const planned = 400 * 24 * time.Hour

// freezes warns of such BlackDays, as far as they stand in the file itself. How long
// an approval waits is in the pipeline, and AWS's own where that says nothing: the
// daemon looks.
func (c *Config) freezes(now time.Time) (all Errors) {
	for i, g := range c.Gates {
		at := slices.IndexFunc(c.Calendars, func(k Calendar) bool { return k.Name == g.Calendar })
		if g.Calendar == "" || at < 0 || c.Calendars[at].Calendar == nil {
			continue
		}
		gate := gates.Gate{Name: g.Name, Stage: g.CodePipeline.Stage(), Action: g.CodePipeline.Action(), Fits: g.Fits}
		days := c.Calendars[at].Calendar.With(nil, now)
		for _, f := range gate.Freezes(days, now, now.Add(-gates.LookBack), now.Add(planned)) {
			endless := !f.Ends.Before(now.Add(planned)) // that is warned of with the calendar
			if r, too := gate.Outlasts(f, 0); too && !endless && f.Ends.After(now) {
				all = append(all, Error{g.Pos.File, g.Pos.Line, g.Pos.Col, string(path("gates").item(i).key("calendar")), oneLine(r.Text + ": " + r.Do)})
			}
		}
	}
	return all
}
