package main

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// december is a month with everything that a month may have.
func december(t *testing.T) calendar.Month {
	t.Helper()
	z, ok := ical.LookupZone("Asia/Tokyo")
	if !ok {
		t.Fatal("no zone")
	}
	when := func(s string) time.Time {
		at, err := time.Parse("2006-01-02T15:04-07:00", s+"+09:00")
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	night := calendar.Cause{Window: "out-of-hours", Reason: "out-of-hours"}
	holidays := calendar.Cause{Window: "year-end", Reason: "年末年始の休業です", Owner: "#ec\x1b[2J", Start: when("2026-12-29T00:00"), End: when("2027-01-04T00:00")}
	audit := calendar.Cause{Window: "audit", Reason: "the auditors look at every release that is made", Start: when("2026-12-09T10:00"), End: when("2026-12-09T12:00")}
	var spans []calendar.Span
	from, to := calendar.MonthBounds(2026, time.December, z)
	for at := from; at.Before(to); at = at.Add(24 * time.Hour) {
		day := calendar.DateOf(at, z)
		open, shut := at.Add(9*time.Hour), at.Add(17*time.Hour)
		work := func(causes ...calendar.Cause) calendar.Span {
			word := calendar.Black
			if len(causes) == 0 {
				word = calendar.Clear
			}
			return calendar.Span{Start: open, End: shut, Word: word, Causes: causes}
		}
		before, after := night, night
		before.Start, before.End = open.Add(-16*time.Hour), open
		after.Start, after.End = shut, shut.Add(16*time.Hour)
		switch {
		case day.Day == 24: // not known
		case day.Day >= 29:
			spans = append(spans, calendar.Span{Start: at, End: at.Add(24 * time.Hour), Word: calendar.Black, Causes: []calendar.Cause{holidays}})
		default:
			mid := work()
			if day.Day == 9 {
				mid.Warns = []calendar.Cause{audit}
			}
			if day.Day == 16 { // nobody works at night
				mid.Start, mid.End = at, at.Add(24*time.Hour)
				mid.Warns = []calendar.Cause{audit}
				spans = append(spans, mid)
				continue
			}
			spans = append(spans, calendar.Span{Start: at, End: open, Word: calendar.Black, Causes: []calendar.Cause{before}}, mid,
				calendar.Span{Start: shut, End: at.Add(24 * time.Hour), Word: calendar.Black, Causes: []calendar.Cause{after}})
		}
	}
	return calendar.NewMonth(2026, time.December, z, spans)
}

func TestDrawMonth(t *testing.T) {
	t.Parallel()
	m := december(t)
	today := chosenDay{calendar.Date{Year: 2026, Month: time.December, Day: 15}, "today"}
	got := paper{columns: 80}.drawMonth(m, "black\x1b[2Jdays", today)
	want := `December 2026 · black [2Jdays · Asia/Tokyo (UTC+09:00)

 Mon  Tue  Wed  Thu  Fri  Sat  Sun
       1~   2~   3~   4~   5~   6~
  7~   8~   9~  10~  11~  12~  13~
 14~ [15~] 16!  17~  18~  19~  20~
 21~  22~  23~  24?  25~  26~  27~
 28~  29#  30#  31#

# black all day  ~ black part of the day  ! warned of  ? unreadable  [ ] today

# out-of-hours
    30 Nov-28  17:00-09:00 next day
# year-end: 年末年始の休業です (ask #ec [2J)
    29-3 Jan 2027  all day
! audit: the auditors look at every release that is made
    9  10:00-12:00
. clear
    1-15, 17-23, 25-28  09:00-17:00
    16                  all day
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = paper{columns: 28}.drawMonth(m, "blackdays", today)
	want = `December 2026 · blackdays ·
Asia/Tokyo (UTC+09:00)

 Mo  Tu  We  Th  Fr  Sa  Su
      1~  2~  3~  4~  5~  6~
  7~  8~  9~ 10~ 11~ 12~ 13~
 14~>15~ 16! 17~ 18~ 19~ 20~
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	coloured := paper{columns: 80, colour: true}.drawMonth(m, "blackdays", today)
	if !strings.Contains(coloured, "\x1b[97;41m29#\x1b[0m") || uncoloured(coloured) != (paper{columns: 80}).drawMonth(m, "blackdays", today) {
		t.Errorf("with colours it says something else:\n%q", coloured)
	}
	for _, columns := range []int{28, 30, 40, 60, 80, 200} {
		for line := range strings.Lines(paper{columns: columns}.drawMonth(m, "blackdays", today)) {
			if n := columnsOf(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("a line of %d columns on a paper of %d: %q", n, columns, line)
			}
		}
	}
}
