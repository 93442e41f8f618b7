package ical_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// feed is a file in the manner of a team's calendar: so many events from 2024 on, one
// in twenty recurring, some of these with exceptions.
func feed(events int) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-TIMEZONE:Asia/Tokyo\r\n" + own("Mitteleuropa") + "\r\n")
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range events {
		start := day.AddDate(0, 0, i*1000/events)
		at := fmt.Sprintf("%sT%02d3000", start.Format("20060102"), i%24)
		uid := fmt.Sprintf("%024x@calendar.example.com", i)
		lines := []string{"UID:" + uid, "DTSTAMP:20260101T000000Z", "CREATED:20250101T000000Z", "LAST-MODIFIED:20250101T000000Z", "SEQUENCE:0", "STATUS:CONFIRMED", "TRANSP:OPAQUE",
			"DESCRIPTION:" + strings.Repeat(`who\, where and why `, 3), " " + strings.Repeat("and more of it ", 4), "LOCATION:", "ORGANIZER;CN=Someone:mailto:someone@example.com"}
		switch {
		case i%20 == 0:
			lines = append(lines, "DTSTART;TZID=Europe/Berlin:"+at, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY="+"MOTUWETHFR"[2*(i/20%5):2*(i/20%5)+2])
		case i%20 == 1:
			lines = append(lines, "DTSTART;VALUE=DATE:"+at[:8])
		case i%20 == 2:
			lines = append(lines, "DTSTART;TZID=Mitteleuropa:"+at, "DURATION:PT2H")
		default:
			lines = append(lines, "DTSTART:"+at+"Z", "DTEND:"+at[:11]+"5900Z")
		}
		lines = append(lines, "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM")
		b.WriteString(event(fmt.Sprintf("meeting number %d", i), lines...) + "\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func parse(t testing.TB, text string) *ical.Calendar {
	t.Helper()
	c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: zone(t, "Asia/Tokyo")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A feed of 5 MiB has to load in under 300 ms.
func BenchmarkLoad5MiB(b *testing.B) {
	text := feed(5 << 20 / 560)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		parse(b, text)
	}
	b.ReportMetric(float64(len(text))/(1<<20), "MiB")
}

func BenchmarkAt(b *testing.B) {
	c := parse(b, feed(5000))
	t := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := c.At(t.Add(time.Duration(i%400*24)*time.Hour), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// What somebody who keeps a horizon in memory asks once a day.
func BenchmarkOver407Days(b *testing.B) {
	c := parse(b, feed(5000))
	t := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Over(t, t.AddDate(0, 0, 407), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// The horizons of twenty feeds, which is what an approval asks: under 50 µs.
func BenchmarkHorizonsAt(b *testing.B) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var all []*ical.Horizon
	for range 20 {
		h, err := parse(b, feed(5000)).Horizon(now.AddDate(0, 0, -7), now.AddDate(0, 0, 400), nil)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, h)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for _, h := range all {
			if _, err := h.At(now.Add(time.Duration(i%9600) * time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Twenty feeds of 5 000 events, with all else, have to live in 40 MiB; one with
// its horizon takes less than 2. It runs beside no other test.
func TestMemory(t *testing.T) {
	text := feed(5000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var kept []*ical.Horizon
	for range 3 {
		now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		h, err := parse(t, text).Horizon(now.AddDate(0, 0, -7), now.AddDate(0, 0, 400), nil)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, h)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	mib := (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(len(kept)) / (1 << 20)
	runtime.KeepAlive(kept)
	runtime.KeepAlive(text)
	if mib > 1.8 {
		t.Errorf("a feed takes %.2f MiB", mib)
	}
}

// Files made to cost time or memory. What they cost is bounded by their size: each is
// given to the parser within a test, and asked what a valid one is asked.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	begin, end := "BEGIN:VCALENDAR\n", "END:VCALENDAR\n"
	of := func(n int, line string) string { return strings.Repeat(line, n/len(line)) }
	const full = 10<<20 - 1000
	one := func(line string, n int) string {
		return begin + "BEGIN:VEVENT\nUID:a\nDTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n" + of(n, line) + "END:VEVENT\n" + end
	}
	for name, c := range map[string]struct{ text, want string }{
		"nested BEGINs":      {of(32<<20, "BEGIN:VEVENT\n"), "the file is larger than 10 MiB: export fewer"},
		"fewer of them":      {begin + of(full, "BEGIN:A\n"), "line 9: more than 8 components"},
		"lines":              {begin + of(full, "A:B\n") + end, "line 500001: the file has more than 500000 lines"},
		"folded lines":       {begin + "A:B\n" + of(full, " \n") + end, "line 500001: the file has more than 500000 lines"},
		"a long line":        {begin + "A:" + of(full, "b") + "\n" + end, "line 2: the line is longer than 75000 octets"},
		"a long folded line": {begin + "A:B\n" + of(full, " "+strings.Repeat("x", 70)+"\n") + end, "line 2: the line is longer than 75000 octets"},
		"no line":            {of(full, "\x00"), "line 1: the line is longer than 75000 octets"},
		"spaces":             {of(full, " "), "line 1: the line is longer than 75000 octets"},
		"a long rule":        {one("RRULE:FREQ=DAILY;BYHOUR="+strings.Repeat("1,", 30000)+"1\n", 61000), "no rule needs more than"},
		"VTIMEZONEs in use": {begin + func() string {
			var b strings.Builder
			for i := range 200 {
				fmt.Fprintf(&b, "%s\n%s\n", own(fmt.Sprintf("z%d", i)), event("a", fmt.Sprintf("DTSTART;TZID=z%d:20260101T000000", i)))
			}
			return b.String()
		}() + end, "more than 100 time zones of the file's own are in use"},

		"EXDATEs":               {one("EXDATE:"+strings.Repeat("20200101T000000Z,", 4000)+"20200101T000000Z\n", full), ""},
		"EXDATE lines":          {one("EXDATE:20300101T000000Z\n", full), ""},
		"all days excluded":     {one(excluded(80_000), 1400_000), ""},
		"RDATEs":                {one("RDATE:"+strings.Repeat("20200101T000000Z,", 4000)+"20200101T000000Z\n", full), ""},
		"days":                  {begin + of(full/4, "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n") + end, ""},
		"one UID":               {begin + of(full/4, "BEGIN:VEVENT\nUID:a\nDTSTART:20260101\nEND:VEVENT\n") + end, ""},
		"one UID, all differ":   {begin + strings.ReplaceAll(exceptions(full/4, ""), "RECURRENCE-ID", "X-ID") + end, ""},
		"one start, all differ": {begin + strings.ReplaceAll(exceptions(full/4, "=1:20200101\nX-ID"), "RECURRENCE-ID=1", "RECURRENCE-ID") + end, ""},
		"exceptions from one":   {begin + "BEGIN:VEVENT\nUID:a\nDTSTART:20200101\nRRULE:FREQ=DAILY\nEND:VEVENT\n" + exceptions(full/4, "") + end, ""},
		"all of them onwards":   {begin + "BEGIN:VEVENT\nUID:a\nDTSTART:20200101\nRRULE:FREQ=DAILY\nEND:VEVENT\n" + exceptions(full/4, ";RANGE=THISANDFUTURE") + end, ""},
		"onwards, at a price":   {begin + "BEGIN:VEVENT\nUID:a\nDTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYYEARDAY=366\nEND:VEVENT\n" + exceptions(full/4, ";RANGE=THISANDFUTURE") + end, ""},
		"onwards with rules":    {begin + "BEGIN:VEVENT\nUID:a\nDTSTART:20200101\nRRULE:FREQ=DAILY\nEND:VEVENT\n" + strings.ReplaceAll(exceptions(full/4, ";RANGE=THISANDFUTURE"), "END:", "RRULE:FREQ=DAILY\nEND:") + end, ""},
		"VTIMEZONEs":            {begin + of(full, own("z")+"\n") + end, ""},
		"seconds since 1970":    {begin + "BEGIN:VEVENT\nDTSTART:19700101T000000Z\nDURATION:P1D\nRRULE:FREQ=SECONDLY\nEND:VEVENT\n" + end, "steps"},
		"rules that never give": {begin + of(1<<18, "BEGIN:VEVENT\nDTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n") + end, ""},
		"COUNT=1e9":             {begin + of(1<<18, "BEGIN:VEVENT\nDTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=1000000000;BYMONTHDAY=1,15;BYSETPOS=1\nEND:VEVENT\n") + end, ""},
		"EXRULEs":               {begin + of(1<<18, "BEGIN:VEVENT\nDTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\nEXRULE:FREQ=SECONDLY\nEND:VEVENT\n") + end, "steps"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			err := survive(t, c.text)
			if took := time.Since(began); took > time.Second {
				t.Logf("%s took %s", name, took)
			}
			if c.want == "" && err != nil && !errors.Is(err, ical.ErrBudget) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// survive reads a file and asks it what matters.
func survive(t *testing.T, text string) error {
	c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: zone(t, "America/New_York")})
	if err != nil {
		return err
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if _, err := c.At(now, nil); err != nil {
		return err
	}
	_, err = c.Over(now, now.AddDate(0, 0, 30), nil)
	return err
}

// excluded is an EXDATE line with so many days from 2020 on, at midnight UTC.
func excluded(days int) string {
	var b strings.Builder
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range days {
		if i%4000 == 0 {
			b.WriteString("\nEXDATE:" + day.AddDate(0, 0, i).Format("20060102T150405Z"))
		} else {
			b.WriteString("," + day.AddDate(0, 0, i).Format("20060102T150405Z"))
		}
	}
	return strings.TrimPrefix(b.String(), "\n") + "\n"
}

// exceptions are versions of single days from 2020 on.
func exceptions(octets int, params string) string {
	var b strings.Builder
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; b.Len() < octets; i++ {
		d := day.AddDate(0, 0, i%2_000_000).Format("20060102")
		fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID%s:%s\nDTSTART:%s\nEND:VEVENT\n", params, d, d)
	}
	return b.String()
}
