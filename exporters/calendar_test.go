package exporters

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// ask decodes an answer of the API.
func ask[T any](t *testing.T, s Sources, path string) (v T) {
	t.Helper()
	status, body, _ := get(t, s, path)
	if status != 200 {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, body)
	}
	return v
}

func TestCalendarAnswers(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	v := ask[CalendarView](t, s, "/api/v1/calendars/blackdays")
	if v.State != calendar.Black || len(v.Causes) != 2 || v.Causes[0].Reason != "autumn campaign" || v.Causes[0].Owner != "#ec" ||
		v.Next == nil || !v.Next.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) || len(v.Warns) != 1 || v.Timezone != "Asia/Tokyo" {
		t.Errorf("now it says %+v", v)
	}
	if len(v.Sources) != 1 || !v.Sources[0].Up || v.Sources[0].Stale || v.Sources[0].Events != 1 || *v.Sources[0].Age != 300 {
		t.Errorf("its sources are %+v", v.Sources)
	}
	for at, want := range map[string]calendar.Word{
		"2026-12-07":                calendar.Black, // the feed
		"2026-12-09T10:00":          calendar.Clear,
		"2026-12-09T10:00:00Z":      calendar.Black, // seven in the evening in Tokyo
		"2026-12-09T10:00:00+09:00": calendar.Clear,
	} {
		if v := ask[CalendarView](t, s, "/api/v1/calendars/blackdays?at="+url.QueryEscape(at)); v.State != want {
			t.Errorf("at %s it is %v, want %v", at, v.State, want)
		}
	}
	all := ask[CalendarsView](t, s, "/api/v1/calendars")
	if len(all.Calendars) != 1 || all.Calendars[0].Calendar != "blackdays" {
		t.Errorf("all calendars are %+v", all)
	}
}

// What programs rely on is there whatever the calendar says.
func TestCalendarKeysAreAlwaysThere(t *testing.T) {
	t.Parallel()
	for name, feed := range map[string]calendar.Copy{"unreadable": {}, "black": fresh(campaigns)} {
		v := ask[map[string]any](t, dated(feed), "/api/v1/calendars/blackdays?at=2026-12-09T10:00")
		for _, key := range []string{"state", "causes", "next_change", "calendar", "timezone", "at", "warns", "problems", "sources"} {
			if _, ok := v[key]; !ok {
				t.Errorf("%s: there is no %s in %v", name, key, v)
			}
		}
		if _, ok := v["causes"].([]any); !ok {
			t.Errorf("%s: causes are %v", name, v["causes"])
		}
	}
}

func TestCalendarUnreadable(t *testing.T) {
	t.Parallel()
	gone := calendar.Copy{Failed: &calendar.Problem{Window: "campaigns", Code: "status", Text: "it answered with status 503", Do: "look there"}}
	s := dated(gone)
	v := ask[CalendarView](t, s, "/api/v1/calendars/blackdays?at=2026-12-09T10:00")
	if v.State != calendar.Unreadable || v.Sources[0].Up || !v.Sources[0].Stale || v.Sources[0].Failed.Code != "status" || v.Sources[0].Age != nil {
		t.Errorf("it says %+v", v)
	}
	status, body, header := get(t, s, "/calendars/blackdays.ics")
	if status != 503 || header.Get("Retry-After") == "" || strings.Contains(body, "BEGIN") {
		t.Errorf("a calendar that lacks its freezes is published: %d %s", status, body)
	}
	n := names(t, s)
	if n["andon_calendar_source_up"] != 1 || n["andon_calendar_source_age_seconds"] != 0 {
		t.Errorf("metrics: %v", n)
	}
	// At noon a window of its own makes it black, and that is known.
	if n["andon_calendar_black"] != 1 {
		t.Error("what is black for a known reason is not told")
	}
	s.Clock = func() time.Time { return time.Date(2026, 12, 9, 1, 0, 0, 0, time.UTC) }
	if n := names(t, s); n["andon_calendar_black"] != 0 || n["andon_calendar_readable"] != 1 {
		t.Errorf("of an unreadable calendar it is told whether it is black: %v", n)
	}
}

func TestCalendarSpans(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	v := ask[CalendarSpansView](t, s, "/api/v1/calendars/blackdays?from=2026-12-01&to=2027-01-01")
	if !v.From.Equal(v.Spans[0].Start) || !v.To.Equal(v.Spans[len(v.Spans)-1].End) || !v.From.Equal(time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("spans from %v to %v", v.Spans[0].Start, v.Spans[len(v.Spans)-1].End)
	}
	for i, span := range v.Spans[1:] {
		if !span.Start.Equal(v.Spans[i].End) {
			t.Errorf("a gap before %v", span.Start)
		}
	}
	back := v.Plain()
	if !slices.ContainsFunc(back, func(s calendar.Span) bool { return len(s.Causes) > 0 && s.Causes[0].Reason == "TV campaign" }) {
		t.Errorf("the campaign is lost: %v", back)
	}
}

func TestCalendarNext(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	v := ask[CalendarNextView](t, s, "/api/v1/calendars/blackdays/next?for=3h&fits=45m")
	nine := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	if v.Opening == nil || !v.Opening.Equal(nine) || !v.Until.Equal(nine.Add(8*time.Hour)) || !v.Latest.Equal(nine.Add(7*time.Hour+15*time.Minute)) {
		t.Errorf("next is %+v", v)
	}
	if v := ask[CalendarNextView](t, s, "/api/v1/calendars/blackdays/next?for=9h"); v.Opening != nil {
		t.Errorf("nine hours in an office of eight: %+v", v)
	}
	if v := ask[CalendarNextView](t, dated(calendar.Copy{}), "/api/v1/calendars/blackdays/next"); v.Opening != nil || len(v.Problems) == 0 {
		t.Errorf("of an unreadable calendar: %+v", v)
	}
}

func TestCalendarRefusals(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	for path, want := range map[string]string{
		"/api/v1/calendars/blackday":                                        `404 there is no calendar "blackday": there are blackdays`,
		"/api/v1/calendars/blackdays?at=tomorrow":                           `400 at is "tomorrow": write a date`,
		"/api/v1/calendars/blackdays?from=2026-12-01":                       `400 to is "": write a date`,
		"/api/v1/calendars/blackdays?from=2026-12-01&to=2026-12-01":         `400 from 2026-11-30 15:00:00 UTC is not before`,
		"/api/v1/calendars/blackdays?from=2026-12-01&to=2028-12-01":         `400 from 2026-11-30 15:00:00 UTC to 2028-11-30 15:00:00 UTC are more than 400 days`,
		"/api/v1/calendars/blackdays?from=1500-12-01&to=1500-12-02":         ``,
		"/api/v1/calendars/blackdays/next?for=now":                          `400 for is "now": write how long`,
		"/api/v1/calendars/blackdays/next?for=-3h":                          `400 for is "-3h"`,
		"/api/v1/calendars/blackdays/next?fits=99999h":                      `400 fits is "99999h"`,
		"/api/v1/calendars/blackdays/next?at=soon":                          `400 at is "soon"`,
		"/api/v1/calendars/blackdays/nothing":                               `404 there is nothing here`,
		"/calendars/nothing.ics":                                            `404 there is no calendar "nothing"`,
		"/calendars/blackdays?month=december":                               `400 "december" is no month`,
		"/calendars/blackdays?month=" + strings.Repeat("9", 4000) + "-12":   `400 "9999`,
		"/api/v1/calendars/" + url.PathEscape("../../etc/passwd\x1b[2J<x>"): `404 there is no calendar`,
	} {
		status, body, _ := get(t, s, path)
		var v ErrorView
		if want == "" {
			continue // any answer but a crash
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil || !strings.HasPrefix(strings.Join([]string{want[:3], v.Error}, " "), want) || want[:3] != statusText(status) {
			t.Errorf("%s: %d %s; want %s", path, status, body, want)
		}
	}
}

func statusText(status int) string {
	return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
}
