package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Hours where clocks are changed: a window loses nothing by that, and nothing opens that
// was not written.
func TestHoursWhereClocksAreChanged(t *testing.T) {
	t.Parallel()
	hours := func(s ...string) calendar.Selector { return calendar.Selector{Hours: s} }
	outside := func(days, hours string) calendar.Selector {
		return calendar.Selector{Outside: &calendar.Outside{Days: list(days), Hours: list(hours)}}
	}
	all := calendar.Selector{Days: list("mon-sun")}
	const (
		spring, afterSpring = "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-05:00" // both in the offset before
		autumn, afterAutumn = "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-04:00"
		skip, afterSkip     = "2011-12-29T00:00:00-10:00", "2011-12-31T10:00:00Z"
	)
	for name, c := range map[string]struct {
		zone     string
		s        calendar.Selector
		except   []calendar.Selector
		from, to string
		want     string
	}{
		"in a gap":                           {"America/New_York", hours("02:00-03:00"), nil, spring, afterSpring, "Sun 03-08T02:00 Sun 03-08T03:00"},
		"from a gap":                         {"America/New_York", hours("02:30-03:15"), nil, spring, afterSpring, "Sun 03-08T02:30 Sun 03-08T03:15"},
		"from a gap until long after it":     {"America/New_York", hours("02:30-04:00"), nil, spring, afterSpring, "Sun 03-08T02:30 Sun 03-08T03:00"},
		"until a gap":                        {"America/New_York", hours("01:30-02:30"), nil, spring, afterSpring, "Sun 03-08T01:30 Sun 03-08T02:30"},
		"two ranges, each by itself":         {"America/New_York", hours("02:00-02:45", "02:15-03:10"), nil, spring, afterSpring, "Sun 03-08T02:00 Sun 03-08T03:10"},
		"twice":                              {"America/New_York", hours("01:30-01:45"), nil, autumn, afterAutumn, "Sun 11-01T01:30 Sun 11-01T01:45"},
		"over a fold":                        {"America/New_York", hours("01:00-02:00"), nil, autumn, afterAutumn, "Sun 11-01T01:00 Sun 11-01T03:00"},
		"until 24:00, after a fold":          {"America/Santiago", calendar.Selector{Days: list("sat"), Hours: list("23:30-24:00")}, nil, "2026-04-04T12:00:00-03:00", "2026-04-05T12:00:00-03:00", "Sat 04-04T23:30 Sun 04-05T01:00"},
		"a day without its midnight":         {"America/Santiago", calendar.Selector{Days: list("sun")}, nil, "2026-09-05T00:00:00-04:00", "2026-09-08T00:00:00-04:00", "Sun 09-06T00:00 Sun 09-06T23:00"},
		"a night until a gap":                {"America/New_York", calendar.Selector{Days: list("sat"), Hours: list("22:00-02:30")}, nil, "2026-03-07T12:00:00-05:00", afterSpring, "Sat 03-07T22:00 Sun 03-08T02:30"},
		"a day that is skipped":              {"Pacific/Apia", calendar.Selector{Days: list("fri")}, nil, skip, afterSkip, ""},
		"a night into a day that is skipped": {"Pacific/Apia", calendar.Selector{Days: list("thu"), Hours: list("22:00-06:00")}, nil, skip, afterSkip, "Thu 12-29T22:00 Fri 12-30T06:00"},

		"business hours in a gap stay closed": {"America/New_York", outside("sun", "02:00-03:00"), nil, spring, afterSpring, "Sun 03-08T00:00 Mon 03-09T00:00"},
		"business hours from a gap":           {"America/New_York", outside("sun", "02:00-04:30"), nil, spring, afterSpring, "Sun 03-08T00:00 Sun 03-08T02:00\nSun 03-08T03:30 Mon 03-09T00:00"},
		"business hours of a skipped day":     {"Pacific/Apia", outside("fri", "09:00-17:00"), nil, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a hole in a gap":                     {"America/New_York", all, []calendar.Selector{hours("02:00-03:00")}, spring, afterSpring, "Sun 03-08T00:00 Mon 03-09T00:00"},
		"a hole outside of hours in a gap":    {"America/New_York", all, []calendar.Selector{outside("sun", "02:00-03:00")}, spring, afterSpring, "Sun 03-08T02:00 Sun 03-08T03:00"},

		"a hole on a skipped day":          {"Pacific/Apia", all, []calendar.Selector{{From: "2011-12-30", To: "2011-12-30"}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a hole on one of every year":      {"Pacific/Apia", all, []calendar.Selector{{From: "12-30", To: "12-30"}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a hole of weekdays":               {"Pacific/Apia", all, []calendar.Selector{{Days: list("fri")}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a holiday as a hole":              {"Pacific/Apia", all, []calendar.Selector{{Holidays: &calendar.HolidayDays{Add: list("2011-12-30"), After: calendar.Length{Exact: time.Hour}}}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a start in days as a hole":        {"Pacific/Apia", all, []calendar.Selector{{RRule: "FREQ=YEARLY", Start: "2011-12-30"}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a start of cron in days":          {"Pacific/Apia", all, []calendar.Selector{{Cron: "0 0 30 12 *", For: calendar.Length{Days: 1, Exact: time.Hour}}}, skip, afterSkip, "Thu 12-29T00:00 Sat 12-31T00:00"},
		"a hole from before a skipped day": {"Pacific/Apia", all, []calendar.Selector{{From: "2011-12-29", To: "2011-12-30"}}, skip, afterSkip, "Fri 12-30T00:00 Sat 12-31T00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := c.want
			if want != "" {
				want += "\n"
			}
			made := made(t, c.zone, calendar.Window{Name: "w", Selector: c.s, Except: c.except})
			for name, made := range map[string]*calendar.Calendar{"on demand": made, "worked out": made.With(nil, instant(t, c.from))} {
				if got := strings.ReplaceAll(spans(t, made, c.from, c.to), " w\n", "\n"); got != want {
					t.Errorf("%s: got\n%swant\n%s", name, got, want)
				}
			}
		})
	}
}
