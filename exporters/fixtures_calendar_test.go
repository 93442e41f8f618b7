package exporters

import (
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/gates"
)

const campaigns = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:TV campaign\r\nDTSTART;VALUE=DATE:20261207\r\nDTEND;VALUE=DATE:20261209\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// must is for what cannot fail in a fixture.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// blackdays is a calendar in Tokyo, where it is nine in the evening at noon, with
// office hours, a campaign that goes on, a warning, and a feed.
func blackdays(feed calendar.Copy, more ...calendar.Window) *calendar.Calendar {
	c := must(calendar.New(calendar.Settings{Name: "blackdays", Timezone: "Asia/Tokyo", Windows: append([]calendar.Window{
		{Name: "black-friday", Reason: "autumn campaign", Owner: "#ec", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-30"}},
		{Name: "out-of-hours", Selector: calendar.Selector{Outside: &calendar.Outside{Days: []string{"mon-fri"}, Hours: []string{"09:00-17:00"}}}},
		{Name: "audit", Effect: calendar.Warn, Selector: calendar.Selector{From: "2026-11-20", To: "2026-12-02"}},
		{Name: "campaigns", Selector: calendar.Selector{ICS: &calendar.ICS{URL: "https://calendar.example.com/secret-address/basic.ics"}}}}, more...)}))
	return c.With(map[calendar.Ref]calendar.Copy{{Calendar: "blackdays", Window: "campaigns"}: feed}, noon())
}

// fresh is a good copy of a feed.
func fresh(text string) calendar.Copy {
	events := must(ical.Parse(strings.NewReader(text), ical.Options{Zone: ical.Location(time.FixedZone("Asia/Tokyo", 9*3600))}))
	return calendar.Copy{Events: events, Read: ago(5 * time.Minute), Stale: noon().Add(24 * time.Hour)}
}

// feedState is how the feed of blackdays is doing.
func feedState(c calendar.Copy) calendar.SourceState {
	s := calendar.SourceState{Ref: calendar.Ref{Calendar: "blackdays", Window: "campaigns"}, Kind: "https", Tried: ago(time.Minute),
		Read: c.Read, Stale: c.Stale, Failed: c.Failed, Doubt: c.Doubt, Kept: c.Kept}
	if c.Events != nil {
		s.Events = c.Events.Len()
	}
	if c.Failed != nil {
		s.Failures = 3
	}
	return s
}

// dated is a world with this calendar.
func dated(feed calendar.Copy, reports ...gates.Report) Sources {
	s := world(nil, reports...)
	c := blackdays(feed)
	s.Calendars = func() calendar.Snapshot { return calendar.Snapshot{c.Name(): c} }
	s.Feeds = func() []calendar.SourceState { return []calendar.SourceState{feedState(feed)} }
	return s
}
