package sources

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

func feedOf(n int, rule string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range n {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 2 * time.Hour)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d@example.com\r\nDTSTART:%s\r\nDURATION:PT1H\r\n%sSUMMARY:freeze %d\r\nEND:VEVENT\r\n", i, at.Format("20060102T150405Z"), rule, i)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

// What a new answer of a feed costs that is compared with the last good one.
func BenchmarkJudge(b *testing.B) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	of := calendar.Source{ICS: &calendar.ICS{URL: "https://example.com"}, Zone: ical.Location(nil)}
	for _, bc := range []struct {
		name, rule string
	}{{"single", ""}, {"weekly", "RRULE:FREQ=WEEKLY\r\n"}} {
		body := feedOf(5000, bc.rule)
		last, err := read(body, of, now)
		if err != nil {
			b.Fatal(bc.name, err)
		}
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				next, err := read(body, of, now)
				if err != nil {
					b.Fatal(err)
				}
				s := newSource(of)
				s.good = last
				if err := s.judge(moment{wall: now}, Answer{}, next); err != nil || len(s.owed) > 0 {
					b.Fatal(err, s.owed)
				}
			}
		})
	}
}
