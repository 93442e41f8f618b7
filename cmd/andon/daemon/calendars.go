package daemon

import (
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
)

// snapshotOf is what the calendars of cfg say without any source.
func snapshotOf(cfg *config.Config, now time.Time) calendar.Snapshot {
	all := calendar.Snapshot{}
	for _, c := range cfg.Calendars {
		all[c.Name] = c.Calendar.With(nil, now)
	}
	return all
}

// calendars is what all calendars say.
func (d *Daemon) calendars() calendar.Snapshot { return d.setup.Load().calendars }

func settingsOf(cfg *config.Config) []calendar.Settings {
	all := make([]calendar.Settings, len(cfg.Calendars))
	for i, c := range cfg.Calendars {
		all[i] = c.Settings
	}
	return all
}
