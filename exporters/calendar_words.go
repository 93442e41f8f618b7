package exporters

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// A zoned is a moment on the clocks of a calendar.
type zoned struct {
	moment
	zone ical.Zone
}

// Stamp is the time there, for people.
func (z zoned) Stamp() string { return ZoneStamp(z.at, z.zone) }

// ZoneStamp is an instant on the clocks of a zone, with its weekday, as people compare
// it.
func ZoneStamp(t time.Time, zone ical.Zone) string {
	seconds, _, _ := zone.Offset(t)
	layout := "Mon 2006-01-02 15:04 -07:00"
	if t.Second() != 0 {
		layout = "Mon 2006-01-02 15:04:05 -07:00"
	}
	return t.In(time.FixedZone("", seconds)).Format(layout)
}

// calendarMood is the colour of what a calendar says, what that means for a release,
// and what comes next.
func calendarMood(w calendar.Word) (mood, lead, change string) {
	switch w {
	case calendar.Clear:
		return moodOpen, "A release may start.", "Black from"
	case calendar.Black:
		return moodClosed, "No release may start.", "Clear from"
	}
	return moodUnknown, "andon cannot tell whether a release may start, so nothing is opened or approved.", "As far as is known, black from"
}

// CauseText says what a cause is, without its times: autumn campaign (black-friday, ask
// #ec).
func CauseText(c CalendarCauseView) string {
	text, about := cmp.Or(c.Reason, c.Window), []string{}
	if text != c.Window {
		about = append(about, c.Window)
	}
	if c.Owner != "" {
		about = append(about, "ask "+c.Owner)
	}
	if c.Predicted {
		about = append(about, "predicted")
	}
	if len(about) == 0 {
		return text
	}
	return fmt.Sprintf("%s (%s)", text, strings.Join(about, ", "))
}
