package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// Being cancelled is a word of the owner's; not being there is none.
func TestCancelledInSoManyWords(t *testing.T) {
	t.Parallel()
	const day = "DTSTART;VALUE=DATE:20261124\n"
	daily := "BEGIN:VEVENT\nUID:a\n" + day + "RRULE:FREQ=DAILY\nEND:VEVENT\n"
	for _, tc := range []struct {
		name, events string
		want         [3]bool // on 24, 25 and 26 November
	}{
		{"nothing", "", [3]bool{}},
		{"an event", daily, [3]bool{}},
		{"excepted", "BEGIN:VEVENT\nUID:a\n" + day + "RRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20261124\nEND:VEVENT\n", [3]bool{}},
		{"cancelled", "BEGIN:VEVENT\nUID:a\n" + day + "STATUS:CANCELLED\nEND:VEVENT\n", [3]bool{true, true, true}},
		{"without its time", "BEGIN:VEVENT\nUID:a\nSTATUS:CANCELLED\nEND:VEVENT\n", [3]bool{true, true, true}},
		{"another", "BEGIN:VEVENT\nUID:b\n" + day + "STATUS:CANCELLED\nEND:VEVENT\n", [3]bool{}},
		{"nameless", "BEGIN:VEVENT\n" + day + "STATUS:CANCELLED\nEND:VEVENT\n", [3]bool{}},
		{"one of them", daily + "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;VALUE=DATE:20261125\nSTATUS:CANCELLED\nEND:VEVENT\n", [3]bool{false, true, false}},
		{"from one on", daily + "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20261125\nSTATUS:CANCELLED\nEND:VEVENT\n", [3]bool{false, true, true}},
		{"and called on again", "BEGIN:VEVENT\nUID:a\nSEQUENCE:1\n" + day + "STATUS:CANCELLED\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nSEQUENCE:2\n" + day + "END:VEVENT\n", [3]bool{}},
	} {
		c, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\n"+tc.events+"END:VCALENDAR\n"), ical.Options{Zone: ical.Location(nil)})
		if err != nil {
			t.Fatal(tc.name, err)
		}
		for n, want := range tc.want {
			if got := c.Cancelled("a", time.Date(2026, 11, 24+n, 0, 0, 0, 0, time.UTC)); got != want {
				t.Errorf("%s: 2026-11-%d cancelled: %t, want %t", tc.name, 24+n, got, want)
			}
		}
		if c.Cancelled("", time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: what has no UID is cancelled", tc.name)
		}
	}
}
