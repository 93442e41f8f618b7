package config

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func withWindows(windows string) []byte {
	return []byte("calendars:\n- name: blackdays\n  timezone: Tokyo Standard Time\n  windows:\n" + windows)
}

// loadCalendars loads a calendar of these windows, in the folder conf.
func loadCalendars(t *testing.T, windows string) (*Config, error) {
	t.Helper()
	return load("conf/andon.yaml", withWindows(windows),
		Overrides{Environ: []string{"FEED=https://calendar.example.com/private-hunter2/basic.ics", "FILE=freeze.ics"}}, table())
}

// What is short stands for what is long, and editors know it.
func TestShortFormsOfCalendars(t *testing.T) {
	t.Parallel()
	schema := compiled(t, makeSchema(t, table()))
	for short, long := range map[string]string{
		"days: mon-fri":                                    "days: [mon-fri]",
		`hours: "22:00-06:00"`:                             `hours: ["22:00-06:00"]`,
		"days: sat, months: 12":                            "days: [sat], months: [12]",
		"days: sat, except: 2026-12-26":                    "days: [sat], except: [{from: 2026-12-26, to: 2026-12-26}]",
		"days: sat, except: 12-24..12-26":                  "days: [sat], except: [{from: 12-24, to: 12-26}]",
		"days: sat, except: {months: aug}":                 "days: [sat], except: [{months: [aug]}]",
		"days: sat, except: [12-24, {months: 8}]":          "days: [sat], except: [{from: 12-24, to: 12-24}, {months: [8]}]",
		`outside: {days: mon-fri, hours: 09:00-17:00}`:     `outside: {days: [mon-fri], hours: ["09:00-17:00"]}`,
		"holidays: JP":                                     "holidays: {country: JP}",
		"holidays: {country: JP, add: 2027-01-04}":         "holidays: {country: JP, add: [2027-01-04]}",
		"ics: freeze.ics":                                  "ics: {file: freeze.ics}",
		`ics: "${env:FILE}"`:                               "ics: {file: freeze.ics}",
		`ics: "${env:FEED}"`:                               `ics: {url: "https://calendar.example.com/private-hunter2/basic.ics"}`,
		"ics: webcal://calendar.example.com/a.ics":         "ics: {url: webcal://calendar.example.com/a.ics, every: 5m, stale_after: 24h}",
		"ics: s3://calendars/freeze.ics":                   "ics: {s3: s3://calendars/freeze.ics}",
		"rrule: FREQ=DAILY, start: 2026-01-30":             `rrule: FREQ=DAILY, start: "2026-01-30"`,
		`cron: "@weekly", for: 1w`:                         `cron: "@weekly", for: 7d`,
		"from: 2026-11-20T18:00, to: 2026-11-30 09:00":     `from: "2026-11-20T18:00", to: "2026-11-30 09:00"`,
		"rrule: FREQ=DAILY, start: 20260130, for: P1DT12H": `rrule: FREQ=DAILY, start: "20260130", for: 1d12h`,
		"ssm: ops-freeze":                                  "ssm: {name: ops-freeze, every: 5m, stale_after: 24h}",
	} {
		a, err := loadCalendars(t, "  - {name: a, "+short+"}\n")
		if err != nil {
			t.Errorf("%s: %v", short, err)
			continue
		}
		if places, ok := refusals(t, schema, withWindows("  - {name: a, "+short+"}\n")); !ok || len(places) > 0 {
			t.Errorf("%s: the schema refuses it at %q", short, places)
		}
		b, err := loadCalendars(t, "  - {name: a, "+long+"}\n")
		if err != nil {
			t.Errorf("%s: %v", long, err)
			continue
		}
		if !reflect.DeepEqual(a.Calendars[0].Settings, b.Calendars[0].Settings) {
			t.Errorf("%s is %+v,\n%s is %+v", short, a.Calendars[0].Settings, long, b.Calendars[0].Settings)
		}
	}
}

// Scalars arrive as they were written, defaults are filled in, and files are found
// from the folder of the configuration.
func TestLoadCalendar(t *testing.T) {
	t.Parallel()
	_, err := loadCalendars(t, `
  - {name: dates, from: 2026-11-20, to: 2026-11-30T0900, reason: 0900, owner: "#ec", effect: warn}
  - {name: file, ics: freeze.ics}
  - {name: root, ics: {file: /etc/freeze.ics, every: 1m, stale_after: 2h}}
`)
	if err == nil || !strings.Contains(err.Error(), `2026-11-30T0900`) {
		t.Errorf("a time without a colon: %v", err)
	}
	c, err := loadCalendars(t, `
  - {name: dates, from: 2026-11-20, to: 2026-11-30, reason: 0900, owner: "#ec", effect: warn}
  - {name: file, ics: freeze.ics}
  - {name: root, ics: {file: /etc/freeze.ics, every: 1m, stale_after: 2h}}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := calendar.Settings{Name: "blackdays", Timezone: "Asia/Tokyo", Windows: []calendar.Window{
		{Name: "dates", Reason: "0900", Owner: "#ec", Effect: calendar.Warn, Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-30"}},
		{Name: "file", Selector: calendar.Selector{ICS: &calendar.ICS{File: "conf/freeze.ics", Every: 5 * time.Minute, StaleAfter: 24 * time.Hour}}},
		{Name: "root", Selector: calendar.Selector{ICS: &calendar.ICS{File: "/etc/freeze.ics", Every: time.Minute, StaleAfter: 2 * time.Hour}}},
	}}
	if got := c.Calendars[0]; !reflect.DeepEqual(got.Settings, want) || got.Calendar.Name() != "blackdays" || got.Pos.Line != 2 {
		t.Errorf("got  %+v\nwant %+v", got.Settings, want)
	}
}

// A window without a name has that of its place; what reads a source needs one, because
// what is known of it is kept under that name.
func TestWindowsWithoutNames(t *testing.T) {
	t.Parallel()
	c, err := loadCalendars(t, `
  - {days: sat}
  - {name: nights, hours: "22:00-06:00"}
  - {days: sun}
`)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Calendars[0].Calendar.Windows(); !slices.Equal(got, []string{"window-1", "nights", "window-3"}) {
		t.Errorf("%q", got)
	}
	if _, err := loadCalendars(t, "\n  - {ics: freeze.ics}\n"); err == nil || !strings.Contains(err.Error(), "windows[0].name: missing") {
		t.Errorf("a source without a name: %v", err)
	}
}

// A file with very many mistakes is refused as soon as one with a few: each mistake was
// compared with all others, which took half a minute for these.
func TestManyMistakesInWindows(t *testing.T) {
	t.Parallel()
	const many = 20_000
	_, err := loadCalendars(t, strings.Repeat("\n  - {hours: 9-17}", many)+"\n")
	if all, ok := errors.AsType[Errors](err); !ok || len(all) != many {
		t.Errorf("%d mistakes are told of %d", len(all), many)
	}
}

// The address of a feed is in no message, wherever somebody wrote it.
func TestFeedsAreSecret(t *testing.T) {
	t.Parallel()
	for _, window := range []string{
		`{name: a, ics: "http://calendar.example.com/private-hunter2/basic.ics"}`,
		`{name: a, ics: "https://calendar.example.com/private-hunter2/basic.ics", hours: 9-17}`,
		`{name: a, ics: {url: "https://calendar.example.com/private-hunter2/basic.ics", file: a.ics}}`,
		`{name: a, ics: ["https://calendar.example.com/private-hunter2/basic.ics"]}`,
		`{name: a, ics: {url: "https:/calendar.example.com/private-hunter2/basic.ics"}}`,
		`{name: a, ics: {url: "${env:FEED}", region: "${env:FEED}"}}`,
		`{name: a, days: "${env:FEED}"}`,
		`{name: a, ics: "${env:FEED}", every: 5m}`,
		`{name: a, ics: {file: "https://calendar.example.com/private-hunter2/basic.ics", url: a}}`,
	} {
		if _, err := loadCalendars(t, "  - "+window+"\n"); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", window, err)
		}
	}
}
