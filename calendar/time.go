package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// ParseTime reads a time as a person gives it: RFC 3339, or without an offset on the
// clocks of a zone (2026-11-20T09:00, also with seconds), or a date, which is its
// midnight there; and the forms of iCalendar. A space may stand for the T, and +0900 for
// +09:00. In UTC, its year has four digits. The error says what was given instead.
func ParseTime(s string, zone ical.Zone) (time.Time, error) {
	given := s
	if date, clock, timed := strings.Cut(s, " "); timed && len(date) == len(time.DateOnly) {
		s = date + "T" + clock
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700", "20060102T150405Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && known(t.UTC()) {
			return t.UTC(), nil
		}
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "20060102", "20060102T150405"} {
		w, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t, _ := ical.Resolve(ical.Civil{Year: w.Year(), Month: w.Month(), Day: w.Day(), Hour: w.Hour(), Minute: w.Minute(), Second: w.Second()}, zone)
		if known(t) {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("is %.40q: write a date 2026-03-07, or a time 2026-03-07T16:30:00+09:00", given)
}

// known tells whether a time can be told in four digits of the year, in UTC. JSON, and
// iCalendar, know no others.
func known(t time.Time) bool {
	year := t.UTC().Year()
	return 1 <= year && year <= 9999
}
