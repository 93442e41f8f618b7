package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Over is black if any instant is, tells all causes with their true ends, and Next is
// when the last of them is over, or when the first begins.
func TestOver(t *testing.T) {
	t.Parallel()
	c := made(t, "UTC",
		calendar.Window{Name: "noon", Selector: calendar.Selector{Hours: list("12:00-13:00")}},
		calendar.Window{Name: "note", Effect: calendar.Warn, Selector: calendar.Selector{Hours: list("10:00-11:00")}},
		calendar.Window{Name: "long", Selector: calendar.Selector{From: "2000-01-01", To: "2025-12-31"}})
	now := instant(t, "2026-11-23T00:00:00Z")
	for _, c := range []struct {
		name string
		c    *calendar.Calendar
	}{{"on demand", c}, {"worked out", c.With(nil, now)}} {
		for _, q := range []struct{ from, to, want string }{
			{"2026-11-23T08:00:00Z", "2026-11-23T08:45:00Z", "clear [] [] 12:00:00"},
			{"2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z", "clear [] [] 12:00:00"},
			{"2026-11-23T11:00:00Z", "2026-11-23T12:00:00.000000001Z", "black [noon] [] 13:00:00"},
			{"2026-11-23T13:00:00Z", "2026-11-23T13:00:00Z", "clear [] [] 12:00:00"},
			{"2026-11-23T12:59:59.9Z", "2026-11-23T13:30:00Z", "black [noon] [] 13:00:00"},
			{"2026-11-23T12:59:59.9Z", "2026-11-23T11:30:00Z", "black [noon] [] 13:00:00"}, // backwards: its beginning
			{"2026-11-23T10:59:00Z", "2026-11-24T10:30:00Z", "black [noon] [note note] 13:00:00"},
			{"2026-11-23T11:59:00Z", "2026-11-25T12:30:00Z", "black [noon noon noon] [note note] 13:00:00"},
			{"2025-06-01T00:00:00Z", "2025-06-01T01:00:00Z", "black [long] [] 00:00:00"},
			{"2024-06-01T12:00:00Z", "2024-06-01T13:00:00Z", "black [long noon] [] 00:00:00"},
		} {
			s := c.c.Over(now, instant(t, q.from), instant(t, q.to))
			var causes, warns []string
			for _, x := range s.Causes {
				causes = append(causes, x.Window)
				if x.Window == "long" && (!x.Start.Equal(instant(t, "2000-01-01T00:00:00Z")) || !x.End.Equal(instant(t, "2026-01-01T00:00:00Z"))) {
					t.Errorf("%s: %+v is not all of it", c.name, x)
				}
			}
			for _, x := range s.Warns {
				warns = append(warns, x.Window)
			}
			if got := fmt.Sprintf("%v %v %v %s", s.Word, causes, warns, s.Next.Format(time.TimeOnly)); got != q.want {
				t.Errorf("%s: from %s to %s: %s, want %s", c.name, q.from, q.to, got, q.want)
			}
		}
	}
}

// Nothing is said to change where nothing does within ten years, and nothing to begin
// or end that goes on for longer.
func TestForever(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-23T00:00:00Z")
	always := made(t, "America/New_York", calendar.Window{Name: "always", Selector: calendar.Selector{Days: list("mon-sun")}})
	past := made(t, "America/New_York", calendar.Window{Name: "past", Selector: calendar.Selector{From: "2020-01-01", To: "2020-01-01"}})
	for _, made := range []func(*calendar.Calendar) *calendar.Calendar{
		func(c *calendar.Calendar) *calendar.Calendar { return c },
		func(c *calendar.Calendar) *calendar.Calendar { return c.With(nil, now) },
	} {
		if s := made(always).At(now, now); s.Word != calendar.Black || !s.Next.IsZero() || !s.Causes[0].Start.IsZero() || !s.Causes[0].End.IsZero() {
			t.Errorf("%+v", s)
		}
		if o, ok := made(always).Opening(now, now, time.Second); ok {
			t.Errorf("it opens at %v", o)
		}
		if s := made(past).At(now, now); s.Word != calendar.Clear || !s.Next.IsZero() {
			t.Errorf("%+v", s)
		}
		if o, ok := made(past).Opening(now, now, 1000*time.Hour); !ok || !o.Equal(now) {
			t.Errorf("it opens at %v, %v", o, ok)
		}
		if l, ok := made(past).LatestStart(now, now, time.Hour); !ok || !l.IsZero() {
			t.Errorf("the latest start is %v, %v", l, ok)
		}
	}
	var none *calendar.Calendar
	if s := none.At(now, now); s.Word != calendar.Unreadable || len(s.Problems) != 1 {
		t.Errorf("no calendar says %+v", s)
	}
	if s := new(calendar.Calendar).Over(now, now, now); s.Word != calendar.Unreadable {
		t.Errorf("the zero calendar says %+v", s)
	}
	if _, err := past.Spans(now, now, now); err == nil {
		t.Error("spans of no time")
	}
}

// The next change may lie beyond what has been worked out.
func TestNextBeyondTheHorizon(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-23T00:00:00Z")
	c := made(t, "UTC", calendar.Window{Name: "far", Selector: calendar.Selector{From: "2030-01-01", To: "2030-01-01"}},
		calendar.Window{Name: "open-end", Selector: calendar.Selector{From: "2027-06-01", To: "2029-06-01"}}).With(nil, now)
	for at, want := range map[string]string{
		"2026-11-23T00:00:00Z": "2027-06-01T00:00:00Z",
		"2027-07-01T00:00:00Z": "2029-06-02T00:00:00Z",
		"2029-07-01T00:00:00Z": "2030-01-01T00:00:00Z",
		"2010-07-01T00:00:00Z": "0001-01-01T00:00:00Z", // not within ten years
	} {
		if s := c.At(now, instant(t, at)); !s.Next.Equal(instant(t, want)) {
			t.Errorf("at %s it changes at %v, want %s", at, s.Next, want)
		}
	}
	if o, ok := c.Opening(now, instant(t, "2027-07-01T00:00:00Z"), time.Hour); !ok || !o.Equal(instant(t, "2029-06-02T00:00:00Z")) {
		t.Errorf("the next opening is %v, %v", o, ok)
	}
}

func TestNextOf(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-23T12:00:00Z")
	c := made(t, "UTC",
		calendar.Window{Name: "now", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-24"}},
		calendar.Window{Name: "later", Selector: calendar.Selector{From: "2032-11-20", To: "2032-11-24"}},
		calendar.Window{Name: "past", Selector: calendar.Selector{From: "2025-11-20", To: "2025-11-24"}},
		calendar.Window{Name: "feed", Selector: read.Selector})
	for name, want := range map[string]string{"now": "2026-11-20 2026-11-25", "later": "2032-11-20 2032-11-25", "past": "", "feed": "", "no such": ""} {
		got := ""
		if next, ok := c.NextOf(name, now); ok {
			got = next.Start.Format(time.DateOnly) + " " + next.End.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%s is next %q, want %q", name, got, want)
		}
	}
	if got := strings.Join(c.Windows(), " "); got != "now later past feed" {
		t.Error(got)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	before := made(t, "UTC", calendar.Window{Name: "freeze", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-24"}},
		calendar.Window{Name: "night", Selector: calendar.Selector{Days: list("wed"), Hours: list("20:00-24:00")}})
	after := made(t, "UTC", calendar.Window{Name: "freeze", Selector: calendar.Selector{From: "2026-11-22", To: "2026-11-25"}},
		calendar.Window{Name: "night", Selector: calendar.Selector{Days: list("wed"), Hours: list("20:00-24:00")}})
	from := instant(t, "2026-11-01T00:00:00Z")
	all, err := calendar.Diff(before, after, from, from, from.AddDate(0, 2, 0))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range all {
		line := fmt.Sprintf("%s %s %s→%s", c.Start.Format("01-02T15"), c.End.Format("01-02T15"), c.Was, c.Is)
		for _, g := range c.Gone {
			line += " -" + g.Window
		}
		for _, a := range c.Added {
			line += " +" + a.Window
		}
		got = append(got, line)
	}
	want := "11-20T00 11-22T00 black→clear -freeze, 11-25T00 11-25T20 clear→black +freeze, 11-25T20 11-26T00 black→black +freeze"
	if got := strings.Join(got, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if all, err := calendar.Diff(before, before.With(nil, from), from, from, from.AddDate(0, 2, 0)); err != nil || len(all) != 0 {
		t.Errorf("nothing has changed: %v, %v", all, err)
	}
	if _, err := calendar.Diff(before, after, from, from, from); err == nil {
		t.Error("the difference of no time")
	}
}

// Each thing that lint tells, of a calendar that has it.
func TestLint(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-18T12:00:00Z")
	for _, c := range []struct {
		name, zone string
		windows    []calendar.Window
		want       string
	}{
		{"nothing", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{Outside: &calendar.Outside{Days: list("mon-fri"), Hours: list("09:00-17:00")}}}}, ""},
		{"past", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{RRule: "FREQ=DAILY;COUNT=3", Start: "2020-01-01"}}}, "w past: it ended 2020-01-03 15:00 UTC"},
		{"never", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{From: "2044-01-01", To: "2044-01-01"}}}, "w never: it closes nothing within ten years"},
		{"a length that changes", "America/New_York", []calendar.Window{{Name: "w", Selector: calendar.Selector{Days: list("sat-sun"), Hours: list("00:00-06:00")}}}, "w dst: clocks are changed on 2027-03-14: its hours are 11h instead of 12h around it"},
		{"an end that changes", "America/New_York", []calendar.Window{{Name: "w", Selector: calendar.Selector{Cron: "0 22 * * sat", For: calendar.Length{Exact: 8 * time.Hour}}}}, "w dst: clocks are changed on 2027-03-14, while it lasts: it ends at 07:00 by the clock then"},
		{"hours by day", "America/New_York", []calendar.Window{{Name: "w", Selector: calendar.Selector{Days: list("sat-sun"), Hours: list("09:00-18:00")}}}, ""},
		{"predicted", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "JP"}}}}, ""},
		{"covered", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{From: "2026-11-21", To: "2026-11-22"}}, {Name: "weekend", Selector: calendar.Selector{Days: list("sat-sun")}}}, "w covered: all its times of the next 400 days are times of weekend as well"},
		{"twice", "Asia/Tokyo", []calendar.Window{{Name: "v", Selector: calendar.Selector{Days: list("sat")}}, {Name: "w", Selector: calendar.Selector{Days: list("sat")}}}, "w covered: all its times of the next 400 days are times of v as well"},
		{"always closed", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{From: "2026-11-01", To: "2027-06-01"}}}, " closed: it is not open at any time within the next 90 days"},
		{"a start beside its rule", "Asia/Tokyo", []calendar.Window{{Name: "w", Selector: calendar.Selector{RRule: "FREQ=MONTHLY;BYDAY=-1FR", Start: "2026-01-01"}}}, "w start: its start is no time of its rule, and counts nevertheless"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range made(t, c.zone, c.windows...).With(nil, now).Lint(now) {
				got = append(got, p.Window+" "+p.Code+": "+p.Text)
				if p.Do == "" {
					t.Errorf("%s: nothing to do", p.Code)
				}
			}
			if got := strings.Join(got, "\n"); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	predicted := made(t, "Asia/Tokyo", calendar.Window{Name: "w", Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "JP"}}})
	if all := predicted.Lint(now.AddDate(1, 0, 0)); len(all) != 1 || all[0].Code != "predicted" || !strings.Contains(all[0].Text, "New Year's Day on 2028-01-01 is calculated") {
		t.Errorf("%+v", all)
	}
}
