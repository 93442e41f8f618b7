package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func TestLengthsAsPeopleAndAsRFC5545WriteThem(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]calendar.Length{
		"45m": {Exact: 45 * time.Minute}, "1h30m": {Exact: 90 * time.Minute}, "1d12h": {Days: 1, Exact: 12 * time.Hour}, "1w": {Days: 7},
		"PT45M": {Exact: 45 * time.Minute}, "PT24H": {Exact: 24 * time.Hour}, "P1D": {Days: 1}, "p1dt12h": {Days: 1, Exact: 12 * time.Hour}, "P2W": {Days: 14},
	} {
		var l calendar.Length
		if err := l.UnmarshalText([]byte(given)); err != nil || l != want {
			t.Errorf("%s is %v, %v; want %v", given, l, err, want)
		}
	}
	for _, given := range []string{"", "5", "-1h", "P", "PT", "P1DT", "P1M", "P1H", "PT1D", "PT1.5H", "-P1D", "P-1D", "PT-1H"} {
		var l calendar.Length
		if err := l.UnmarshalText([]byte(given)); err == nil {
			t.Errorf("%s is %v", given, l)
		}
	}
}

// A start that lasts no time is refused, and is not the day that nothing would mean.
func TestLengthOfNothing(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"0h", "0s", "0", "P0D", "PT0S", "0d0m"} {
		var l calendar.Length
		if err := l.UnmarshalText([]byte(given)); err != nil {
			t.Fatalf("%s: %v", given, err)
		}
		for _, s := range []calendar.Selector{{RRule: "FREQ=DAILY", Start: "2026-01-01", For: l}, {Cron: "@daily", For: l}} {
			_, err := calendar.New(calendar.Settings{Name: "c", Timezone: "UTC", Windows: []calendar.Window{{Name: "w", Selector: s}}})
			if err == nil || !strings.Contains(err.Error(), "windows[0].for: a start that lasts 0s closes nothing: write how long it lasts") {
				t.Errorf("%s: %v", given, err)
			}
		}
		made(t, "UTC", calendar.Window{Name: "w", Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "JP", Before: l}}})
	}
}

// A rule may be taken over from a calendar file as it stands there.
func TestStartAsDTSTARTWritesIt(t *testing.T) {
	t.Parallel()
	for start, want := range map[string]string{
		"20260130T180000": "Fri 01-30T18:00 Sat 01-31T18:00 run", "20260130": "Fri 01-30T00:00 Sat 01-31T00:00 run", "20260130T180000Z": "Sat 01-31T03:00 Sun 02-01T03:00 run",
	} {
		c := made(t, "Asia/Tokyo", calendar.Window{Name: "run", Selector: calendar.Selector{RRule: "FREQ=DAILY;COUNT=1", Start: start, For: calendar.Length{Days: 1}}})
		if got := spans(t, c, "2026-01-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00"); got != want+"\n" {
			t.Errorf("%s: %s", start, got)
		}
	}
	for _, start := range []string{"20260230", "20260130T250000", "20260130T1800", "2026-013", "abcdefgh"} {
		if _, err := calendar.New(calendar.Settings{Name: "c", Timezone: "UTC", Windows: []calendar.Window{{Name: "run", Selector: calendar.Selector{RRule: "FREQ=DAILY", Start: start}}}}); err == nil {
			t.Errorf("%s is accepted", start)
		}
	}
}
