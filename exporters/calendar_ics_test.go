package exporters

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// Who subscribes sees the times that the calendar says: read by our own reader, the
// file is as black as the calendar, at every hour of a year.
func TestICSSaysWhatTheCalendarSays(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	status, body, header := get(t, s, "/calendars/blackdays.ics")
	if status != 200 || header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("%d %s", status, header.Get("Content-Type"))
	}
	file, err := ical.Parse(strings.NewReader(body), ical.Options{Zone: ical.Location(time.UTC)})
	if err != nil || file.Warned > 0 {
		t.Fatal(err, file.Warnings)
	}
	c := s.Calendars()["blackdays"]
	for at := noon().Add(-5 * 24 * time.Hour); at.Before(noon().Add(390 * 24 * time.Hour)); at = at.Add(59 * time.Minute) {
		said, err := file.At(at, nil)
		if err != nil || (len(said.Causes) > 0) != (c.At(noon(), at).Word == calendar.Black) {
			t.Fatalf("at %v the file says %v, %v, and the calendar %v", at, said, err, c.At(noon(), at))
		}
	}
	for _, want := range []string{"SUMMARY:No releases: autumn campaign\r\nDESCRIPTION:Window black-friday of the calendar blackdays.\\nAsk #ec.\r\n",
		"DTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261201\r\n", "SUMMARY:No releases: TV campaign\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in the file", want)
		}
	}
	for _, secret := range []string{"secret-address", "audit"} { // what only warns blocks nobody
		if strings.Contains(body, secret) {
			t.Errorf("%q is in the file", secret)
		}
	}
}

// Applications that ask again get nothing anew while nothing has changed, all day long.
func TestICSIsKept(t *testing.T) {
	t.Parallel()
	s := dated(fresh(campaigns))
	_, first, header := get(t, s, "/calendars/blackdays.ics")
	tag := header.Get("ETag")
	s.Clock = func() time.Time { return noon().Add(2 * time.Hour) }
	for given, want := range map[string]int{tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, "*": 304, `"other"`: 200, "": 200} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost:9797/calendars/blackdays.ics", nil)
		r.Header.Set("If-None-Match", given)
		w := httptest.NewRecorder()
		Handler(s).ServeHTTP(w, r)
		if w.Code != want || w.Header().Get("ETag") != tag || want == 304 && w.Body.Len() > 0 || want == 200 && w.Body.String() != first {
			t.Errorf("If-None-Match %s: %d %s", given, w.Code, w.Header().Get("ETag"))
		}
	}
	changed := dated(fresh(strings.ReplaceAll(campaigns, "TV campaign", "radio campaign")))
	_, second, header := get(t, changed, "/calendars/blackdays.ics")
	if header.Get("ETag") == tag || uidOf(second, "radio") == uidOf(first, "TV") {
		t.Error("an event that changed is neither told by the tag nor by its UID, and some applications never look again")
	}
	if uidOf(first, "autumn") != uidOf(second, "autumn") {
		t.Error("an event that did not change has another UID")
	}
}

// uidOf is the UID of the first event that mentions a word.
func uidOf(file, word string) string {
	before, _, _ := strings.Cut(file, word)
	_, uid, _ := strings.Cut(before[strings.LastIndex(before, "UID:"):], "UID:")
	uid, _, _ = strings.Cut(uid, "\r\n")
	return uid
}

// A cause without a beginning or an end keeps its UID while the horizon moves.
func TestNoticeWithoutEnds(t *testing.T) {
	t.Parallel()
	c := calendar.Cause{Window: "always", Reason: "closed"}
	today := notice("blackdays", c, ago(time.Hour), noon())
	tomorrow := notice("blackdays", c, ago(0), noon().Add(time.Hour))
	if today.UID != tomorrow.UID || !today.Start.Equal(ago(time.Hour)) || !today.End.Equal(noon()) {
		t.Errorf("%+v and %+v", today, tomorrow)
	}
}

// More than calendar applications take is refused, with what to do.
func TestICSTooLarge(t *testing.T) {
	t.Parallel()
	s := world(nil)
	c := must(calendar.New(calendar.Settings{Name: "busy", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "often", Selector: calendar.Selector{Cron: "*/20 * * * *", For: calendar.Length{Exact: time.Minute}}}}})).With(nil, noon())
	s.Calendars = func() calendar.Snapshot { return calendar.Snapshot{"busy": c} }
	status, body, _ := get(t, s, "/calendars/busy.ics")
	if status != 503 || !strings.Contains(body, "at most 10000") {
		t.Errorf("%d %.200s", status, body)
	}
	status, body, _ = get(t, s, "/api/v1/calendars/busy?from=2026-01-01&to=2027-01-01")
	if status != 400 || !strings.Contains(body, "at most 20000 are told at once") {
		t.Errorf("%d %.200s", status, body)
	}
}
