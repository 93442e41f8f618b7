package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	tokyo := zoneOf(t, "Asia/Tokyo")
	for given, want := range map[string]string{
		"2026-11-20":                "2026-11-19T15:00:00Z",
		"20261120":                  "2026-11-19T15:00:00Z",
		"2026-11-20T09:00":          "2026-11-20T00:00:00Z",
		"2026-11-20T09:00:01":       "2026-11-20T00:00:01Z",
		"20261120T090001":           "2026-11-20T00:00:01Z",
		"20261120T090001Z":          "2026-11-20T09:00:01Z",
		"2026-11-20T09:00Z":         "2026-11-20T09:00:00Z",
		"2026-11-20T09:00:00Z":      "2026-11-20T09:00:00Z",
		"2026-11-20T09:00:00+01:00": "2026-11-20T08:00:00Z",
		"2026-11-20 09:00":          "2026-11-20T00:00:00Z",
		"2026-11-20 09:00:01":       "2026-11-20T00:00:01Z",
		"2026-11-20 09:00Z":         "2026-11-20T09:00:00Z",
		"2026-11-20T09:00-0130":     "2026-11-20T10:30:00Z",
		"2026-11-20 09:00:00+0100":  "2026-11-20T08:00:00Z",
		"20261120T090001+0100":      "2026-11-20T08:00:01Z",
		"99991231T235959Z":          "9999-12-31T23:59:59Z", // as people write that there is no end
		"0001-01-02":                "0001-01-01T14:41:01Z",
	} {
		if got, err := calendar.ParseTime(given, tokyo); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s is %v, %v; want %s", given, got, err, want)
		}
	}
	for _, given := range []string{"", "tomorrow", "2026-02-30", "2026-11-20T09:00:00 09:00", "2026-11-20  09:00", "2026-11-20 ", "2026-11", "1795000000", "0001-01-01", "9999-12-31T23:59:59-01:00"} {
		if got, err := calendar.ParseTime(given, tokyo); err == nil {
			t.Errorf("%q is %v", given, got)
		}
	}
	// A midnight that does not exist is the instant after it.
	if got, err := calendar.ParseTime("2026-09-06", zoneOf(t, "America/Santiago")); err != nil || got.Format(time.RFC3339) != "2026-09-06T04:00:00Z" {
		t.Errorf("%v, %v", got, err)
	}
}

// What ends after the last year that can be told has no end, so that JSON can say it.
func TestTheEndOfTime(t *testing.T) {
	t.Parallel()
	c := made(t, "Asia/Tokyo", calendar.Window{Name: "hours", Selector: calendar.Selector{Hours: list("06:00-05:00")}},
		calendar.Window{Name: "all", Selector: calendar.Selector{From: "0001-01-01", To: "9999-12-31"}})
	now := instant(t, "2026-11-23T16:00:00Z")
	for _, at := range []string{"9999-12-31T23:59:59Z", "9999-12-31T14:59:59Z", "0001-01-01T00:00:00Z"} {
		s := c.With(nil, now).At(now, instant(t, at))
		if _, err := json.Marshal(s); err != nil || s.Word != calendar.Black {
			t.Errorf("at %s it is %v, %v", at, s.Word, err)
		}
	}
}
