package config

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"

	"github.com/andon-project/andon/calendar/ical"
)

func TestShortest(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]time.Duration{
		"* * * * *":              time.Minute,
		"*/5 9-18 * * mon-fri":   5 * time.Minute,
		"0 9 * * *":              24 * time.Hour,
		"0 9,12 * * mon":         3 * time.Hour,
		"30 0,23 * * sat,sun":    time.Hour,
		"0 0 29 2 *":             24 * time.Hour,
		"*/2 0-2,4-23 1,2 jan *": 2 * time.Minute,
		"@hourly":                time.Hour,
		"@yearly":                24 * time.Hour,
	} {
		s, err := probes.Timetable(spec, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := shortest(s); got != want {
			t.Errorf("%s: got %s, want %s", spec, got, want)
		}
	}
}

// Starts go by the wall clock of the zone, whatever the machine's own is.
func TestWallClock(t *testing.T) {
	t.Parallel()
	tests := []struct{ cron, zone, after, want string }{
		{"0 9 * * *", "Asia/Tokyo", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"},
		{"0 9 * * *", "Europe/Berlin", "2026-03-28T09:00:00Z", "2026-03-29T07:00:00Z"},
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"}, // no 02:30 on the 29th
		{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}, // 02:30 once more
		{"0 9 * * *", "UTC", "2026-11-23T00:00:00Z", "2026-11-23T09:00:00Z"},
	}
	for _, test := range tests {
		text := "checks: [{name: a, cron: \"" + test.cron + "\", timezone: " + test.zone + ", tcp: {address: a:1}}]"
		c, err := load("andon.yaml", []byte(text), Overrides{}, table())
		if err != nil {
			t.Fatal(err)
		}
		after, err := time.Parse(time.RFC3339, test.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Checks[0].Schedule.Next(after).UTC().Format(time.RFC3339); got != test.want {
			t.Errorf("%s in %s after %s: got %s, want %s", test.cron, test.zone, test.after, got, test.want)
		}
	}
}

// Whatever is suggested has to be good.
func TestZoneNames(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields(zoneNames) {
		if z, ok := ical.LookupZone(name); !ok || z.String() != name {
			t.Errorf("%s is %v", name, z)
		}
	}
}
