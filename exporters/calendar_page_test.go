package exporters

import (
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// words are what a reader sees of a page.
func words(t *testing.T, s Sources, path string) string {
	t.Helper()
	status, body, header := get(t, s, path)
	if status != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	bare := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")
	bare = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(bare)
	return strings.Join(strings.Fields(bare), " ")
}

func wants(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not told in:\n%s", w, got)
		}
	}
}

func TestCalendarPage(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	wants(t, words(t, s, "/calendars/blackdays"), "blackdays is black", "No release may start. As of Fri 2026-11-20 21:00 +09:00, by the clocks of Asia/Tokyo",
		"autumn campaign (black-friday, ask #ec), until Tue 2026-12-01 00:00 +09:00 (in 10 d 3 h)", "Only a warning: audit",
		"Clear from Tue 2026-12-01 09:00 +09:00 (in 10 d 12 h).", "November 2026", "20 today Friday 20 November: black all day",
		"Thursday 19 November: black 00:00-09:00, 17:00-24:00", "black-friday autumn campaign. Ask #ec. 20-30 all day",
		"out-of-hours 30 Oct, 6, 13, 20, 27 17:00 to Mon 09:00", "Clear 2-6, 9-13, 16-19 09:00-17:00",
		"campaigns read https, 1 events, good as of 2026-11-20 11:55:00 UTC (5 min ago)", "blackdays.ics")
	wants(t, words(t, s, "/calendars/blackdays?month=2026-12"), "December 2026", "← November 2026 · January 2027 →", "campaigns TV campaign. 7-8 all day",
		"Wednesday 2 December: black 00:00-09:00, 17:00-24:00")
	gated := with(open(), func(r *gates.Report) {
		r.Gate.Calendar, r.Gate.Fits = "blackdays", 45*time.Minute
		r.Calendar = &calendar.State{Word: calendar.Black, Next: noon().Add(time.Hour)}
	})
	s.Gates = func() []gates.Report { return []gates.Report{gated} }
	wants(t, words(t, s, "/"), "pipeline shop, into Production, eu-central-1, by the calendar blackdays")
	if v := ask[GateView](t, s, "/api/v1/gates/production").Calendar; v == nil || v.State != calendar.Black || v.Fits != "45m0s" || !v.Next.Equal(noon().Add(time.Hour)) {
		t.Errorf("of its calendar the gate tells %+v", v)
	}
	wants(t, words(t, s, "/"), "The calendars blackdays black No release may start. Clear from Tue 2026-12-01 09:00 +09:00", "autumn campaign (black-friday, ask #ec), until")
}

func TestCalendarPageOfTrouble(t *testing.T) {
	t.Parallel()
	feed := fresh(campaigns)
	feed.Stale = ago(time.Hour)
	feed.Failed = &calendar.Problem{Code: "status", Text: "it answered with status 503", Do: "look there", Since: ago(2 * time.Hour)}
	feed.Kept = []calendar.Cause{{Window: "campaigns", Reason: "sale", Start: noon().Add(24 * time.Hour), End: noon().Add(48 * time.Hour)}}
	s := dated(feed)
	s.Clock = func() time.Time { return noon().Add(12 * 24 * time.Hour).Add(-9 * time.Hour) } // a Wednesday noon in Tokyo
	got := words(t, s, "/calendars/blackdays")
	wants(t, got, "blackdays is unreadable", "cannot tell whether a release may start, so nothing is opened or approved", "it answered with status 503",
		"What to do: look there", "not believed", "These vanished before their time", "sale (campaigns)", "Thursday 31 December: unreadable")
	wants(t, words(t, s, "/"), "blackdays unreadable", "Not read at the moment: campaigns.", "wait to be acknowledged: campaigns.")
}

// badCalendar puts bytes from outside wherever they may come from.
func badCalendar() Sources {
	bad := `</title></svg><script>alert(1)</script><img src=x onerror=alert(2)>"'><a href="javascript:alert(3)">{{.Version}}`
	feed := fresh(strings.ReplaceAll(campaigns, "TV campaign", bad))
	feed.Failed = &calendar.Problem{Code: "status", Text: bad, Do: bad}
	feed.Kept = []calendar.Cause{{Window: "campaigns", Reason: bad, Owner: bad, Start: noon(), End: noon().Add(time.Hour)}}
	c := blackdays(feed, calendar.Window{Name: "bad", Reason: bad, Owner: bad, Selector: calendar.Selector{From: "2026-11-20", To: "2026-12-20"}})
	s := world(nil)
	s.Calendars = func() calendar.Snapshot { return calendar.Snapshot{"blackdays": c} }
	s.Feeds = func() []calendar.SourceState {
		f := feedState(feed)
		f.Warnings, f.Refusal = []string{bad}, &calendar.Refusal{Lost: 3, Of: 4}
		return []calendar.SourceState{f}
	}
	s.Version.Version = bad
	return s
}

func TestCalendarPageStructure(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Sources{"hostile": badCalendar(), "unreadable": dated(calendar.Copy{}), "usual": dated(fresh(campaigns))} {
		for _, path := range []string{"/calendars/blackdays", "/calendars/blackdays?month=2026-12", "/calendars/blackdays?month=2028-02", "/"} {
			_, body, _ := get(t, s, path)
			all := elements(t, body)
			count, level := map[string]int{}, 0
			for _, e := range all {
				tag := e.Name.Local
				count[tag]++
				if tag[0] == 'h' && len(tag) == 2 {
					if next := int(tag[1] - '0'); next > level+1 {
						t.Errorf("%s %s: a heading of level %d follows one of level %d", name, path, next, level)
					} else {
						level = next
					}
				}
			}
			if count["h1"] != 1 || count["main"] != 1 || count["script"]+count["img"] > 0 {
				t.Errorf("%s %s: %v", name, path, count)
			}
			checkElements(t, all)
			for _, e := range all {
				if e.Name.Local == "svg" && !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "aria-label" && a.Value != "" }) {
					t.Errorf("%s %s: a drawing without words", name, path)
				}
			}
		}
	}
}

// The parts of a day stay in its frame, and the words say the same.
func TestDrawDay(t *testing.T) {
	t.Parallel()
	c := blackdays(calendar.Copy{})
	from, to := calendar.MonthBounds(2026, time.December, c.Zone())
	spans := must(c.Spans(noon(), from, to))
	for _, row := range drawWeeks(calendar.NewMonth(2026, time.December, c.Zone(), spans), calendar.Date{}) {
		for _, cell := range row {
			end := 0.0
			for _, p := range cell.Parts {
				if p.X < end-0.01 || p.Width <= 0 {
					t.Errorf("%+v: parts overlap", cell)
				}
				end = p.X + p.Width
			}
			if end > dayWidth+0.01 || cell.Day > 0 && cell.Words == "" {
				t.Errorf("%+v leaves its frame of %d", cell, dayWidth)
			}
		}
	}
}

// The picture of a month is one in XML, whatever comes from outside, and says in words
// what it draws.
func TestMonthSVG(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]Sources{"hostile": badCalendar(), "usual": dated(fresh(campaigns))} {
		status, body, header := get(t, s, "/calendars/blackdays.svg?month=2026-11")
		if status != 200 || header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(body, "<title>Thursday 19 November: black 00:00-09:00, 17:00-24:00</title>") {
			t.Errorf("%s: %d %s %s", name, status, header.Get("Content-Type"), body)
		}
		count := map[string]int{}
		for _, e := range elements(t, body) {
			count[e.Name.Local]++
		}
		if count["svg"] != 1 || count["g"] != 30 || count["script"] > 0 {
			t.Errorf("%s: %v", name, count)
		}
	}
	if status, body, _ := get(t, dated(fresh(campaigns)), "/calendars/blackdays.svg?month=x"); status != 400 {
		t.Errorf("%d %s", status, body)
	}
	if status, body, _ := get(t, dated(fresh(campaigns)), "/calendars/blackdays.pdf"); status != 404 {
		t.Errorf("%d %s", status, body)
	}
}

// However often a calendar changes, its page stays one that can be sent.
func TestBusyCalendarPage(t *testing.T) {
	t.Parallel()
	c := must(calendar.New(calendar.Settings{Name: "busy", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "often", Selector: calendar.Selector{Cron: "*/5 * * * *", For: calendar.Length{Exact: 20 * time.Second}}}}})).With(nil, noon())
	s := world(nil)
	s.Calendars = func() calendar.Snapshot { return calendar.Snapshot{"busy": c} }
	for _, path := range []string{"/calendars/busy", "/calendars/busy.svg"} {
		if status, body, _ := get(t, s, path); status != 200 || len(body) > 64<<10 || !strings.Contains(body, "black 00:00-00:00:20, 00:05-00:05:20, ") {
			t.Errorf("%s: %d, %d bytes: %.400s", path, status, len(body), body)
		}
	}
}

// What nobody told is unreadable all day long, also in the drawing.
func TestDrawDayOfNothing(t *testing.T) {
	t.Parallel()
	m := calendar.NewMonth(2026, time.December, blackdays(calendar.Copy{}).Zone(), nil)
	cell := drawDay(m.Days[0], m, false)
	if len(cell.Parts) != 1 || cell.Parts[0] != (dayPart{"unreadable", 0, dayWidth}) || cell.Mark != "unreadable" {
		t.Errorf("%+v", cell)
	}
}

// The address of a feed is nowhere, whatever is asked.
func TestFeedAddressIsNowhere(t *testing.T) {
	t.Parallel()
	feed := fresh(campaigns)
	feed.Failed = &calendar.Problem{Code: "status", Text: "it answered with status 503"}
	s := dated(feed, []gates.Report{open()}...)
	s.Checks = func() probes.Snapshot { return probes.Snapshot{well()} }
	for _, path := range []string{"/", "/metrics", "/api/v1/calendars", "/api/v1/calendars/blackdays", "/api/v1/calendars/blackdays/next",
		"/api/v1/calendars/blackdays?from=2026-12-01&to=2026-12-31", "/calendars/blackdays", "/calendars/blackdays.ics", "/api/v1/gates"} {
		if status, body, header := get(t, s, path); status != 200 || strings.Contains(body, "secret-address") || strings.Contains(body, "calendar.example.com") {
			t.Errorf("%s: %d, or the address of the feed: %v", path, status, header)
		}
	}
}
