package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

func zoneOf(t *testing.T, name string) ical.Zone {
	t.Helper()
	z, ok := ical.LookupZone(name)
	if !ok {
		t.Fatalf("no zone %s", name)
	}
	return z
}

// marks draws a month: one letter a day.
func marks(m calendar.Month) string {
	var b strings.Builder
	for _, d := range m.Days {
		b.WriteByte("?.!~#-"[d.Mark])
	}
	return b.String()
}

// spansOf cuts a time into spans: clear, but for what is black or warned of.
func spansOf(from, to time.Time, black, warned []calendar.Cause) []calendar.Span {
	edges := []time.Time{from, to}
	for _, c := range slices.Concat(black, warned) {
		edges = append(edges, c.Start, c.End)
	}
	slices.SortFunc(edges, time.Time.Compare)
	edges = slices.CompactFunc(edges, time.Time.Equal)
	var spans []calendar.Span
	for i, start := range edges[:len(edges)-1] {
		if start.Before(from) || !start.Before(to) {
			continue
		}
		s := calendar.Span{Start: start, End: edges[i+1], Word: calendar.Clear}
		in := func(c calendar.Cause) bool { return !start.Before(c.Start) && start.Before(c.End) }
		for _, c := range black {
			if in(c) {
				s.Word, s.Causes = calendar.Black, append(s.Causes, c)
			}
		}
		for _, c := range warned {
			if in(c) {
				s.Warns = append(s.Warns, c)
			}
		}
		spans = append(spans, s)
	}
	return spans
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMonth(t *testing.T) {
	t.Parallel()
	tokyo := zoneOf(t, "Asia/Tokyo")
	from, to := calendar.MonthBounds(2026, time.November, tokyo)
	if !from.Equal(at(t, "2026-10-31T15:00:00Z")) || !to.Equal(at(t, "2026-11-30T15:00:00Z")) {
		t.Fatalf("November in Tokyo is %v to %v", from, to)
	}
	friday := calendar.Cause{Window: "black-friday", Reason: "autumn campaign", Owner: "#ec",
		Start: at(t, "2026-11-20T00:00:00+09:00"), End: at(t, "2026-12-01T00:00:00+09:00")}
	night := func(day string, hours time.Duration) calendar.Cause {
		start := at(t, day+"T17:00:00+09:00")
		return calendar.Cause{Window: "nights", Reason: "nobody is there", Start: start, End: start.Add(hours * time.Hour)}
	}
	nights := []calendar.Cause{night("2026-10-31", 16), night("2026-11-02", 16), night("2026-11-03", 16), night("2026-11-06", 64), night("2026-11-13", 64)}
	warn := calendar.Cause{Window: "audit", Reason: "audit", Start: at(t, "2026-11-18T09:00:00+09:00"), End: at(t, "2026-11-18T12:00:00+09:00")}
	m := calendar.NewMonth(2026, time.November, tokyo, spansOf(from, to, append(nights, friday), []calendar.Cause{warn}))
	if got, want := marks(m), "~~~~.~##~...~##~.!.###########"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var lines []string
	for _, e := range m.Legend() {
		for _, x := range e.Times {
			lines = append(lines, e.Window+": "+x.Days+": "+x.Hours)
		}
	}
	for _, x := range m.Openings() {
		lines = append(lines, "open: "+x.Days+": "+x.Hours)
	}
	want := []string{
		"nights: 31 Oct, 2-3: 17:00-09:00 next day",
		"nights: 6, 13: 17:00 to Mon 09:00",
		"black-friday: 20-30: all day",
		"audit: 18: 09:00-12:00",
		"open: 1: 09:00 to Mon 17:00",
		"open: 3: 09:00-17:00",
		"open: 4, 9: 09:00 to Fri 17:00",
		"open: 16: 09:00 to Thu 24:00",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	weeks := m.Weeks()
	if len(weeks) != 6 || weeks[0][5] != nil || weeks[0][6].Date.Day != 1 || weeks[5][0].Date.Day != 30 || weeks[5][1] != nil {
		t.Errorf("the weeks of November 2026 are not right: %v", weeks)
	}
}

// A day is as long as its clocks say, and what is not told is not clear.
func TestMonthOfOddDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone        string
		year        int
		month       time.Month
		day         int
		mark        calendar.Mark
		long        time.Duration
		from, until string // of spans, clear
	}{
		{"America/Santiago", 2026, time.September, 6, calendar.DayClear, 23 * time.Hour, "2026-09-01T00:00:00Z", "2026-10-10T00:00:00Z"},
		{"Pacific/Apia", 2011, time.December, 30, calendar.DayAbsent, 0, "2011-11-01T00:00:00Z", "2012-02-01T00:00:00Z"},
		{"Europe/Berlin", 2026, time.October, 25, calendar.DayClear, 25 * time.Hour, "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z"},
		{"Europe/Berlin", 2026, time.October, 25, calendar.DayUnknown, 25 * time.Hour, "2026-10-25T00:00:00Z", "2026-12-01T00:00:00Z"},
		{"Europe/Berlin", 2026, time.October, 25, calendar.DayUnknown, 25 * time.Hour, "2026-09-01T00:00:00Z", "2026-10-25T22:59:59Z"},
	} {
		z := zoneOf(t, c.zone)
		m := calendar.NewMonth(c.year, c.month, z, spansOf(at(t, c.from), at(t, c.until), nil, nil))
		d := m.Days[c.day-1]
		if d.Mark != c.mark || d.End.Sub(d.Start) != c.long {
			t.Errorf("%s in %s: %v and %v long, want %v and %v", d.Date, c.zone, d.Mark, d.End.Sub(d.Start), c.mark, c.long)
		}
	}
	blind := calendar.NewMonth(2026, time.February, zoneOf(t, "UTC"), nil)
	if got, want := marks(blind), strings.Repeat("?", 28); got != want {
		t.Errorf("nothing is told of February, and it is %s", got)
	}
}

func TestLegendWithoutEnds(t *testing.T) {
	t.Parallel()
	z := zoneOf(t, "UTC")
	from, to := calendar.MonthBounds(2026, time.December, z)
	cause := func(name, start, end string) calendar.Cause {
		c := calendar.Cause{Window: name}
		if start != "" {
			c.Start = at(t, start)
		}
		if end != "" {
			c.End = at(t, end)
		}
		return c
	}
	span := calendar.Span{Start: from, End: to, Word: calendar.Black, Causes: []calendar.Cause{
		cause("always", "", ""), cause("until", "", "2026-12-24T06:30:15Z"), cause("since", "2026-12-04T12:00:00Z", ""),
		cause("long", "2026-12-04T12:00:00Z", "2027-01-04T00:00:00Z"), cause("whole", "2026-12-29T00:00:00Z", "2027-01-04T00:00:00Z")}}
	var got []string
	for _, e := range calendar.NewMonth(2026, time.December, z, []calendar.Span{span}).Legend() {
		got = append(got, e.Window+": "+e.Times[0].Days+": "+e.Times[0].Hours)
	}
	want := []string{"always: 1: all the time, as far as is known", "until: 1: from before until Thu 24 06:30:15",
		"since: 4: 12:00 and on, as far as is known", "long: 4: 12:00 to Sun 3 Jan 2027 24:00", "whole: 29-3 Jan 2027: all day"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
