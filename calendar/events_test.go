package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// feed makes a calendar file of events, each with its lines.
func feed(t testing.TB, zone ical.Zone, lines ...string) *ical.Calendar {
	t.Helper()
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for _, l := range lines {
		if head, ok := strings.CutPrefix(l, "X-"); ok {
			b.WriteString("X-" + head + "\r\n")
			continue
		}
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(l, " ", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	c, err := ical.Parse(strings.NewReader(b.String()), ical.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tokyo(t testing.TB) ical.Zone {
	z, ok := ical.LookupZone("Asia/Tokyo")
	if !ok {
		t.Fatal("no zone")
	}
	return z
}

var read = calendar.Window{Name: "feed", Owner: "#ec", Selector: calendar.Selector{ICS: &calendar.ICS{File: "a.ics"}}}

// with is a calendar of a window that reads a copy.
func with(t testing.TB, w calendar.Window, c calendar.Copy, now time.Time) *calendar.Calendar {
	t.Helper()
	made := made(t, "Asia/Tokyo", w)
	sources := made.Sources()
	if len(sources) != 1 || sources[0].Ref != (calendar.Ref{Calendar: "blackdays", Window: "feed"}) || sources[0].Zone.String() != "Asia/Tokyo" {
		t.Fatalf("its sources are %+v", sources)
	}
	return made.With(map[calendar.Ref]calendar.Copy{sources[0].Ref: c}, now)
}

func TestEvents(t *testing.T) {
	t.Parallel()
	zone := tokyo(t)
	const from, to = "2026-11-18T00:00:00+09:00", "2026-11-26T00:00:00+09:00"
	now := instant(t, from)
	freeze, sale := "DTSTART;VALUE=DATE:20261120 DTEND;VALUE=DATE:20261122 SUMMARY:freeze", "DTSTART:20261121T120000 DTEND:20261123T120000 SUMMARY:sale"
	again := "DTSTART:20261122T000000 DTEND:20261123T000000 SUMMARY:freeze"
	for _, c := range []struct {
		name string
		w    calendar.Window
		feed []string
		want string
	}{
		{"each by its summary", read, []string{freeze, sale}, "Fri 11-20T00:00 Sun 11-22T00:00 freeze, Sat 11-21T12:00 Mon 11-23T12:00 sale"},
		{"what says the same is one", read, []string{freeze, again}, "Fri 11-20T00:00 Mon 11-23T00:00 freeze"},
		{"the window's reason", calendar.Window{Name: "feed", Reason: "ours", Selector: read.Selector}, []string{freeze, sale}, "Fri 11-20T00:00 Mon 11-23T12:00 ours"},
		{"without a summary", read, []string{"DTSTART;VALUE=DATE:20261120"}, "Fri 11-20T00:00 Sat 11-21T00:00 feed"},
		{"no time at all", read, []string{"DTSTART:20261120T000000 SUMMARY:nothing"}, ""},
		{"narrowed", calendar.Window{Name: "feed", Selector: calendar.Selector{ICS: read.ICS, Days: list("sat-sun"), Hours: list("09:00-18:00")}}, []string{freeze, sale},
			"Sat 11-21T09:00 Sat 11-21T18:00 freeze, Sat 11-21T12:00 Sat 11-21T18:00 sale, Sun 11-22T09:00 Sun 11-22T18:00 sale"},
		{"with a hole", calendar.Window{Name: "feed", Selector: read.Selector, Except: []calendar.Selector{{From: "2026-11-21", To: "2026-11-21"}}}, []string{freeze},
			"Fri 11-20T00:00 Sat 11-21T00:00 freeze"},
		{"events are when changes may happen", calendar.Window{Name: "feed", Selector: calendar.Selector{SSM: &calendar.SSM{Name: "Freeze"}}}, []string{"X-CALENDAR-TYPE:DEFAULT_CLOSED", freeze, sale},
			"always Fri 11-20T00:00 feed, Mon 11-23T12:00 always feed"},
		{"or may not", calendar.Window{Name: "feed", Selector: calendar.Selector{SSM: &calendar.SSM{Name: "Freeze"}}}, []string{"X-CALENDAR-TYPE:DEFAULT_OPEN", freeze}, "Fri 11-20T00:00 Sun 11-22T00:00 freeze"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := with(t, c.w, calendar.Copy{Events: feed(t, zone, c.feed...)}, now)
			all, err := made.Spans(now, now, instant(t, to))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			seen := map[string]bool{}
			for _, s := range all {
				for _, c := range s.Causes {
					line := fmt.Sprintf("%s %s %s", shown(c.Start), shown(c.End), c.Reason)
					if !seen[line] {
						got = append(got, line)
					}
					seen[line] = true
				}
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func shown(t time.Time) string {
	if t.IsZero() {
		return "always"
	}
	return t.In(time.FixedZone("", 9*3600)).Format("Mon 01-02T15:04")
}

// A copy that is not believed makes the calendar unreadable, whatever it says.
func TestCopies(t *testing.T) {
	t.Parallel()
	zone := tokyo(t)
	now := instant(t, "2026-11-18T00:00:00+09:00")
	inside, outside := instant(t, "2026-11-20T12:00:00+09:00"), instant(t, "2026-11-24T12:00:00+09:00")
	events := feed(t, zone, "DTSTART;VALUE=DATE:20261120 DTEND;VALUE=DATE:20261122 SUMMARY:freeze")
	vanished := calendar.Cause{Window: "feed", Reason: "vanished", Start: instant(t, "2026-11-24T00:00:00+09:00")}
	warn := read
	warn.Effect = calendar.Warn
	for _, c := range []struct {
		name            string
		w               calendar.Window
		copy            calendar.Copy
		inside, outside calendar.Word
		problems        string
	}{
		{"good", read, calendar.Copy{Events: events, Stale: now.Add(time.Second)}, calendar.Black, calendar.Clear, ""},
		{"never read", read, calendar.Copy{}, calendar.Unreadable, calendar.Unreadable, "unread"},
		{"stale", read, calendar.Copy{Events: events, Stale: now}, calendar.Unreadable, calendar.Unreadable, "stale"},
		{"in doubt", read, calendar.Copy{Events: events, Doubt: &calendar.Problem{Code: "disagrees"}}, calendar.Unreadable, calendar.Unreadable, "disagrees"},
		{"failed, and still good", read, calendar.Copy{Events: events, Stale: now.Add(time.Hour), Failed: &calendar.Problem{Code: "html"}}, calendar.Black, calendar.Clear, "html"},
		{"failed from the start", read, calendar.Copy{Failed: &calendar.Problem{Code: "html"}}, calendar.Unreadable, calendar.Unreadable, "unread html"},
		{"with what vanished", read, calendar.Copy{Events: events, Kept: []calendar.Cause{vanished}}, calendar.Black, calendar.Black, "vanished"},
		{"stale, with what vanished", read, calendar.Copy{Events: events, Stale: now, Kept: []calendar.Cause{vanished}}, calendar.Unreadable, calendar.Black, "stale vanished"},
		{"with what vanished alone", read, calendar.Copy{Kept: []calendar.Cause{vanished}}, calendar.Unreadable, calendar.Black, "unread vanished"},
		{"a warning", warn, calendar.Copy{Events: events}, calendar.Clear, calendar.Clear, ""},
		{"a warning never read", warn, calendar.Copy{}, calendar.Clear, calendar.Clear, "unread"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := with(t, c.w, c.copy, now)
			var codes []string
			for _, p := range made.At(now, inside).Problems {
				if p.Window != "feed" {
					t.Errorf("a problem without its window: %+v", p)
				}
				codes = append(codes, p.Code)
			}
			if got := strings.Join(codes, " "); got != c.problems {
				t.Errorf("problems are %q, want %q", got, c.problems)
			}
			if got := made.At(now, inside); got.Word != c.inside {
				t.Errorf("inside it is %+v", got)
			}
			if got := made.At(now, outside); got.Word != c.outside {
				t.Errorf("outside it is %+v", got)
			}
			if warns := made.At(now, inside).Warns; len(warns) != 0 != (c.w.Effect == calendar.Warn && c.copy.Events != nil) {
				t.Errorf("it warns of %+v", warns)
			}
			if _, ok := made.Opening(now, outside, time.Hour); ok != (c.outside == calendar.Clear) {
				t.Errorf("an opening: %v", ok)
			}
		})
	}
	// Not a single copy, and what can be read is black.
	both := made(t, "Asia/Tokyo", read, calendar.Window{Name: "freeze", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-21"}}).With(nil, now)
	if s := both.At(now, inside); s.Word != calendar.Black || len(s.Causes) != 1 || len(s.Problems) != 1 {
		t.Errorf("inside %+v", s)
	}
	if s := both.At(now, outside); s.Word != calendar.Unreadable || s.Causes == nil {
		t.Errorf("outside %+v", s)
	}
}

// P11: one line, every second since 1970, answers at once or is too expensive; then the
// calendar is unreadable, and never clear.
func TestP11EverySecond(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-18T00:00:00+09:00")
	second := calendar.Window{Name: "feed", Selector: calendar.Selector{RRule: "FREQ=SECONDLY", Start: "1970-01-01T00:00", For: calendar.Length{Exact: time.Hour}}}
	if s := made(t, "Asia/Tokyo", second).With(nil, now).At(now, now); s.Word != calendar.Black || !s.Next.IsZero() {
		t.Errorf("seconds that last an hour: %+v", s)
	}
	second.For.Exact = time.Second
	bombs := map[string]*calendar.Calendar{
		"a rule":            made(t, "Asia/Tokyo", second).With(nil, now),
		"a rule, on demand": made(t, "Asia/Tokyo", second),
		"a feed": with(t, read, calendar.Copy{Events: feed(t, tokyo(t),
			"DTSTART:19700101T000000 DURATION:PT1S RRULE:FREQ=SECONDLY SUMMARY:bomb")}, now),
	}
	for name, c := range bombs {
		s := c.At(now, now)
		if s.Word == calendar.Clear {
			t.Errorf("%s is clear: %+v", name, s)
		}
		if c := c.Over(now, now, now.AddDate(0, 1, 0)); c.Word == calendar.Clear {
			t.Errorf("%s is clear: %+v", name, c)
		}
		if _, ok := c.Opening(now, now.Add(time.Hour), time.Hour); ok {
			t.Errorf("%s opens", name)
		}
	}
	if s := bombs["a feed"].Over(now, now, now.AddDate(0, 1, 0)); s.Word != calendar.Unreadable || len(s.Problems) != 1 || s.Problems[0].Code != "too-expensive" {
		t.Errorf("%+v", s)
	}
}

// A rule that is written in settings is when the same event in a file is, also where the
// clock does not show its starts.
func TestRulesAreWhenEventsAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, start, rule string }{
		{"America/New_York", "20260306T023000", "FREQ=DAILY;COUNT=4"},
		{"America/New_York", "20260308T023000", "FREQ=YEARLY"},
		{"America/New_York", "20261030T013000", "FREQ=DAILY;COUNT=4"},
		{"America/Santiago", "20260904T003000", "FREQ=DAILY;COUNT=4"},
		{"Australia/Lord_Howe", "20261002T021500", "FREQ=DAILY;COUNT=4"},
		{"Pacific/Apia", "20111228T100000", "FREQ=DAILY;COUNT=4"},
		{"Pacific/Apia", "20111230T100000", "FREQ=YEARLY"},
	} {
		for _, length := range list("P1D", "P2D", "PT24H", "P1DT30M") {
			zone := zoneOf(t, c.zone)
			var l calendar.Length
			if err := l.UnmarshalText([]byte(length)); err != nil {
				t.Fatal(err)
			}
			begin, err := calendar.ParseTime(c.start, zone)
			if err != nil {
				t.Fatal(err)
			}
			begin = begin.Add(-12 * time.Hour)
			end := begin.AddDate(0, 0, 9)
			events := feed(t, zone, "DTSTART:"+c.start+" DURATION:"+length+" RRULE:"+c.rule+" SUMMARY:feed")
			file := made(t, c.zone, read).With(map[calendar.Ref]calendar.Copy{{Calendar: "blackdays", Window: "feed"}: {Events: events}}, begin)
			rule := made(t, c.zone, calendar.Window{Name: "feed", Selector: calendar.Selector{RRule: c.rule, Start: c.start, For: l}})
			from, to := begin.Format(time.RFC3339), end.Format(time.RFC3339)
			if got, want := spans(t, rule, from, to), spans(t, file, from, to); got != want || got == "" {
				t.Errorf("%v for %s: in settings\n%sin a file\n%s", c, length, got, want)
			}
		}
	}
}

// What is believed is judged at each question anew.
func TestBelievedThenNot(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-20T12:00:00+09:00")
	events := feed(t, tokyo(t), "DTSTART;VALUE=DATE:20261120 DTEND;VALUE=DATE:20261122 SUMMARY:freeze")
	made := with(t, calendar.Window{Name: "feed", Selector: calendar.Selector{ICS: &calendar.ICS{File: "f.ics"}}}, calendar.Copy{Events: events, Stale: now.Add(time.Hour)}, now)
	for range 2 {
		for _, c := range []struct {
			at   time.Duration
			want calendar.Word
		}{{0, calendar.Black}, {time.Hour, calendar.Unreadable}, {2 * time.Hour, calendar.Unreadable}, {time.Minute, calendar.Black}} {
			if got := made.At(now.Add(c.at), now); got.Word != c.want || len(got.Causes) != 1 {
				t.Errorf("after %v it is %+v, want %v", c.at, got, c.want)
			}
		}
	}
}
