package codepipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// A feed dies, and the freeze that its last copy told of begins: the line is closed by
// what is not believed any more, because that can be taken back. It stays so until the
// feed is read again, whatever the copy says of the end.
func TestFreezeOfAStaleFeed(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.Calendar = "blackdays"
		begins := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
		freeze := "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:autumn campaign\r\nDTSTART:" + begins.Format("20060102T150405Z") + "\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
		w.copy(freeze, begins.Add(-10*time.Minute))
		w.start()
		time.Sleep(time.Until(begins) - time.Minute)
		if !w.enabled() {
			t.Fatalf("before it begins: %+v", w.report().Decision)
		}
		time.Sleep(2 * time.Minute)
		if w.enabled() || !strings.Contains(w.reason(), "BlackDay autumn campaign") {
			t.Fatalf("it has begun: %q %+v", w.reason(), w.report().Decision)
		}
		time.Sleep(3 * time.Hour)
		if r := w.report(); w.enabled() || r.Decision.Reasons[0].Code != "calendar-unreadable" {
			t.Fatalf("S3: the copy says that it is over, and nobody believes it: %+v", r.Decision)
		}
		w.copy("", time.Now().Add(24*time.Hour))
		if time.Sleep(time.Minute); !w.enabled() {
			t.Errorf("the feed is read again, and clear: %+v", w.report().Decision)
		}
		w.auditS9()
	})
}

// copy gives the gate a calendar that is read from a feed, and was last when it said
// this.
func (w *world) copy(events string, stale time.Time) {
	w.t.Helper()
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "feed", Selector: calendar.Selector{ICS: &calendar.ICS{URL: "https://calendars.example.com/x.ics"}}}}})
	if err != nil {
		w.t.Fatal(err)
	}
	file, err := ical.Parse(strings.NewReader("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"+events+"END:VCALENDAR\r\n"), ical.Options{Zone: c.Zone()})
	if err != nil {
		w.t.Fatal(err)
	}
	copies := map[calendar.Ref]calendar.Copy{{Calendar: "blackdays", Window: "feed"}: {Events: file, Read: time.Now(), Stale: stale}}
	w.dates.Store(&calendar.Snapshot{"blackdays": c.With(copies, time.Now())})
}
