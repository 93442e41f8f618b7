package ical

import (
	"errors"
	"testing"
	"time"
)

// A year of starts, as a calendar that looks ahead wants them.
func BenchmarkAll(b *testing.B) {
	for _, text := range []string{"FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY"} {
		b.Run(text, func(b *testing.B) {
			s := Series{Start: Civil{2020, 1, 31, 9, 0, 0}, Zone: Location(zone(b, "America/New_York")), Rule: rule(b, text)}
			from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for _, err := range s.All(from, from.AddDate(1, 0, 0), nil) {
					if n++; err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(n)/float64(b.N), "starts/op")
		})
	}
}

// Questions as a calendar asks them, and as nobody should. b.Loop reports how long one
// takes, the metric how many steps.
func BenchmarkQuestion(b *testing.B) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, zone, start, rule string }{
		{"weekly", "Asia/Tokyo", "20200106T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR"},
		{"first Monday", "America/New_York", "20200106T090000", "FREQ=MONTHLY;BYDAY=1MO"},
		{"last working day", "Europe/London", "20200131T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
		{"every day", "America/Santiago", "20100101T000000", "FREQ=DAILY"},
		{"ended", "America/New_York", "20100101T090000", "FREQ=WEEKLY;COUNT=10"},
		{"minutes since 1990", "America/New_York", "19900101T000000", "FREQ=MINUTELY"},
		{"seconds of working hours", "America/New_York", "19700101T000000", "FREQ=SECONDLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11"},
		{"a thousand million", "America/New_York", "19700101T000000", "FREQ=MONTHLY;BYDAY=MO;COUNT=1000000000"},
		{"never", "UTC", "19700101T000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
		{"bomb", "UTC", "19700101T000000", bomb},
	} {
		b.Run(c.name, func(b *testing.B) {
			start, _, err := parseStamp(c.start)
			if err != nil {
				b.Fatal(err)
			}
			s := Series{Start: start, Zone: Location(zone(b, c.zone)), Rule: rule(b, c.rule)}
			budget := Budget(0)
			b.ReportAllocs()
			for b.Loop() {
				budget = DefaultSteps
				if _, _, err := s.Before(now, true, &budget); err != nil && !errors.Is(err, ErrBudget) {
					b.Fatal(err)
				}
				if _, _, err := s.After(now, false, &budget); err != nil && !errors.Is(err, ErrBudget) {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(DefaultSteps-budget), "steps/op")
		})
	}
}
