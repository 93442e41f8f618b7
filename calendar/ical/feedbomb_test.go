package ical_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A feed of a megabyte with nothing but rules of every second took gigabytes until it
// was found to be too expensive: what a question may cost must not grow with the number
// of rules and of days alike. Not parallel, because it looks at all that is allocated.
func TestFeedOfBombs(t *testing.T) {
	text := "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nDTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n", 10_000) + "END:VCALENDAR\n"
	c, err := ical.Parse(strings.NewReader(text), ical.Options{})
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = c.Horizon(from, from.AddDate(0, 0, 407), nil)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ical.ErrBudget) {
		t.Errorf("error %v", err)
	}
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 600 {
		t.Errorf("it took %d MiB to find out", took)
	}
}

// One busy event does not make a feed unreadable.
func TestEventEveryHalfAnHour(t *testing.T) {
	t.Parallel()
	c, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101T000000Z\nDURATION:PT5M\nRRULE:FREQ=MINUTELY;INTERVAL=30\nEND:VEVENT\nEND:VCALENDAR\n"), ical.Options{})
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if all, err := c.Over(from, from.AddDate(0, 0, 407), nil); err != nil || len(all) != 407*48 {
		t.Errorf("%d occurrences, %v", len(all), err)
	}
}
