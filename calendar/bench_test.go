package calendar_test

import (
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// large is a calendar of 1 000 windows, of which 95% are single dates, and 20 feeds of
// 5 000 events, with copies of them.
func large(tb testing.TB, now time.Time) (*calendar.Calendar, map[calendar.Ref]calendar.Copy) {
	tb.Helper()
	var all []calendar.Window
	for i := range 950 {
		day := now.AddDate(0, 0, 2*i-200).Format(time.DateOnly)
		all = append(all, calendar.Window{Name: fmt.Sprint("date-", i), Selector: calendar.Selector{From: day, To: day}})
	}
	for i := range 30 {
		s := [...]calendar.Selector{
			{Outside: &calendar.Outside{Days: list("mon-fri"), Hours: list("09:00-17:00")}},
			{Days: list("fri"), Hours: list("22:00-06:00"), Months: list("nov-jan")},
			{Holidays: &calendar.HolidayDays{Country: "JP", Before: calendar.Length{Exact: 12 * time.Hour}}},
			{RRule: "FREQ=MONTHLY;BYDAY=-1FR", Start: "2020-01-31"},
			{Cron: "0 18 * * fri", For: calendar.Length{Days: 2}},
			{From: "12-28", To: "01-03"},
		}[i%6]
		all = append(all, calendar.Window{Name: fmt.Sprint("often-", i), Selector: s})
	}
	for i := range 20 {
		all = append(all, calendar.Window{Name: fmt.Sprint("feed-", i), Selector: calendar.Selector{ICS: &calendar.ICS{File: "a.ics"}}})
	}
	c := made(tb, "Asia/Tokyo", all...)
	copies := map[calendar.Ref]calendar.Copy{}
	for i, s := range c.Sources() {
		copies[s.Ref] = calendar.Copy{Events: manyEvents(tb, i, now)}
	}
	return c, copies
}

// manyEvents is a feed as a company keeps it: of 5 000 events one in fifty recurs.
func manyEvents(tb testing.TB, feed int, now time.Time) *ical.Calendar {
	tb.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i := range 5000 {
		start := now.Add(time.Duration(i-1000)*2*time.Hour + time.Duration(feed)*time.Minute)
		if i%50 == 0 {
			start = start.Truncate(7 * 24 * time.Hour)
		}
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d-%d\r\nSUMMARY:campaign %d of %d\r\nDTSTART:%s\r\nDURATION:PT1H\r\n", feed, i, i, feed, start.UTC().Format("20060102T150405Z"))
		if i%50 == 0 {
			b.WriteString("RRULE:FREQ=WEEKLY\r\n")
		}
		b.WriteString("END:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	c, err := ical.Parse(strings.NewReader(b.String()), ical.Options{Zone: tokyo(tb)})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// The goals: At under 50 µs from a week back to 400 days ahead, and under 40 MiB for
// the whole set. "far" is outside of that.
func BenchmarkLarge(b *testing.B) {
	now := instant(b, "2026-11-23T12:00:00+09:00")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, copies := large(b, now)
	worked := c.With(copies, now)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("At", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			worked.At(now, now.Add(time.Duration(i*7919%(407*24*60)-7*24*60)*time.Minute))
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
	})
	b.Run("At, one source stale", func(b *testing.B) {
		copies := maps.Clone(copies)
		for ref, one := range copies {
			one.Stale = now
			copies[ref] = one
			break
		}
		stale := c.With(copies, now)
		for i := 0; b.Loop(); i++ {
			stale.At(now, now.Add(time.Duration(i*7919%(407*24*60)-7*24*60)*time.Minute))
		}
	})
	b.Run("Over", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			worked.Over(now, now.AddDate(0, 0, i%300), now.AddDate(0, 0, i%300).Add(time.Hour))
		}
	})
	b.Run("Opening", func(b *testing.B) {
		for b.Loop() {
			worked.Opening(now, now, 30*time.Minute)
		}
	})
	b.Run("far", func(b *testing.B) {
		for b.Loop() {
			worked.At(now, now.AddDate(3, 0, 0))
		}
	})
	b.Run("Spans of a month", func(b *testing.B) {
		for b.Loop() {
			if _, err := worked.Spans(now, now, now.AddDate(0, 1, 0)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("With", func(b *testing.B) {
		for b.Loop() {
			c.With(copies, now)
		}
	})
}

// P11: what a question to a rule of every second costs at most.
func BenchmarkP11(b *testing.B) {
	now := instant(b, "2026-11-18T00:00:00+09:00")
	second := calendar.Window{Name: "feed", Selector: calendar.Selector{RRule: "FREQ=SECONDLY", Start: "1970-01-01T00:00", For: calendar.Length{Exact: time.Second}}}
	for name, c := range map[string]*calendar.Calendar{
		"rule": made(b, "Asia/Tokyo", second).With(nil, now),
		"feed": with(b, read, calendar.Copy{Events: feed(b, tokyo(b),
			"DTSTART:19700101T000000 DURATION:PT1S RRULE:FREQ=SECONDLY SUMMARY:bomb")}, now),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.At(now, now)
			}
		})
	}
}
