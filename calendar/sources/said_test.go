package sources_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
)

// AWS and the document are compared; where they differ nobody is believed, but what
// the document blocks is blocked.
func TestWhatAWSSays(t *testing.T) {
	t.Parallel()
	const closed = "X-CALENDAR-TYPE:DEFAULT_CLOSED\r\n"
	said := func(open bool, next time.Duration) sources.Said {
		s := sources.Said{Open: open}
		if next != 0 {
			s.Next = time.Time{}.Add(next)
		}
		return s
	}
	for _, tc := range []struct {
		name string
		body func(*world) string
		says sources.Said // Next from now on
		want calendar.Word
		text string
	}{
		{"both open, for ever", func(*world) string { return file() }, said(true, 0), calendar.Clear, ""},
		{"both open, until an event", func(w *world) string { return file(w.event("a", hour, hour)) }, said(true, hour), calendar.Clear, ""},
		{"both open, and AWS does not say until when", func(w *world) string { return file(w.event("a", hour, hour)) }, said(true, 0), calendar.Clear, ""},
		{"both closed", func(w *world) string { return file(w.event("a", -hour, 2*hour)) }, said(false, hour), calendar.Black, ""},
		{"closed by default", func(w *world) string { return file(closed, w.event("a", hour, hour)) }, said(false, hour), calendar.Black, ""},
		{"open by an event", func(w *world) string { return file(closed, w.event("a", -hour, 2*hour)) }, said(true, hour), calendar.Clear, ""},
		{"seconds apart", func(w *world) string { return file(w.event("a", hour, hour)) }, said(true, hour+30*time.Second), calendar.Clear, ""},
		{"near an edge", func(w *world) string { return file(w.event("a", 30*time.Second, hour)) }, said(false, hour), calendar.Black, ""},
		{"just after an edge", func(w *world) string { return file(w.event("a", -30*time.Second, hour)) }, said(true, hour), calendar.Black, ""},
		{"AWS closed", func(*world) string { return file() }, said(false, hour), calendar.Unreadable, "AWS says closed, and the document says open"},
		{"AWS open", func(w *world) string { return file(w.event("a", -hour, 2*hour)) }, said(true, hour), calendar.Unreadable, "AWS says open, and the document says closed"},
		{"the types confused", func(w *world) string { return file(closed, w.event("a", -hour, 2*hour)) }, said(false, hour), calendar.Unreadable, "the document says open"},
		{"another time", func(w *world) string { return file(w.event("a", 3*hour, hour)) }, said(true, hour), calendar.Unreadable, "AWS says that it is open until 2000-01-01 01:00 UTC, and the document says until 2000-01-01 03:00 UTC"},
		{"a change that the document does not know", func(*world) string { return file() }, said(true, hour), calendar.Unreadable, "until further notice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c, err := calendar.New(calendar.Settings{Name: "black", Timezone: "UTC", Windows: []calendar.Window{
					{Name: "feed", Selector: calendar.Selector{SSM: &calendar.SSM{Name: "freezes", Every: time.Hour, StaleAfter: day}}}}})
				if err != nil {
					t.Fatal(err)
				}
				body, says := tc.body(w), tc.says
				says.At = w.now()
				if !says.Next.IsZero() {
					says.Next = w.now().Add(tc.says.Next.Sub(time.Time{}))
				}
				w.feed.say(func(sources.Version) (sources.Answer, error) {
					return sources.Answer{Body: []byte(body), Says: &says}, nil
				})
				w.keeper = sources.NewKeeper(sources.Settings{Open: func(context.Context, calendar.Source) (sources.Fetcher, error) { return w.feed, nil }})
				w.keeper.Replace([]*calendar.Calendar{c})
				w.keeper.Once(t.Context())
				w.is(tc.want, "asked once")
				s := w.source()
				if tc.text == "" && s.Doubt != nil || tc.text != "" && (s.Doubt == nil || s.Doubt.Code != "disagrees" || !strings.Contains(s.Doubt.Text, tc.text)) {
					t.Errorf("%+v, want %q", s.Doubt, tc.text)
				}
				if s.Kind != "ssm" || s.Failed != nil {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}
