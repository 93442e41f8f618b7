package gates

import (
	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

// facts are what is known, beside AWS and the journal, when something is decided.
type facts struct {
	health    probes.Snapshot
	calendars calendar.Snapshot
}

// world asks for both whenever it is asked. calendars may be nil.
func world(health func() probes.Snapshot, calendars func() calendar.Snapshot) func() facts {
	return func() facts {
		f := facts{health: health()}
		if calendars != nil {
			f.calendars = calendars()
		}
		return f
	}
}
