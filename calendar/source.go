package calendar

import (
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A Ref names a source of events, by calendar and window, both in the words of the
// configuration: never an address, which may be a secret.
type Ref struct{ Calendar, Window string }

func (r Ref) String() string { return r.Calendar + "/" + r.Window }

// A Source is where a window reads events from. One of ICS and SSM is given.
type Source struct {
	Ref
	ICS  *ICS
	SSM  *SSM
	Zone ical.Zone // of dates, and of times without a zone
}

// A Copy is what is known of a source: the last answer that was good. Its zero
// value knows nothing, and makes the calendar unreadable. Copies come anew each time
// that a source was read, mostly with the same Events: With has to be cheap then.
// Times that are Kept bear the window and the summary of their event; they are
// narrowed and told as the window's own are.
type Copy struct {
	Events *ical.Calendar // nil: there never was a good one
	Read   time.Time      // when that was last said to be so, by the source
	Stale  time.Time      // from then on it is not believed; zero: never
	Kept   []Cause        // freezes that vanished from the source before their time: they block until a person acknowledges
	Doubt  *Problem       // why it is not believed although there is one: AWS says something else of it
	Failed *Problem       // why the last attempt to read it failed; nil: it did not
}
