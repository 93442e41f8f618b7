package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func made(t testing.TB, zone string, windows ...calendar.Window) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: zone, Windows: windows})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	i, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// spans writes what a calendar says from one instant to another.
func spans(t testing.TB, c *calendar.Calendar, from, to string) string {
	t.Helper()
	all, err := c.Spans(instant(t, from), instant(t, from), instant(t, to))
	if err != nil {
		return err.Error()
	}
	zone := instant(t, from).Location()
	var b strings.Builder
	for _, s := range all {
		if s.Word == calendar.Clear {
			continue
		}
		fmt.Fprintf(&b, "%s %s", s.Start.In(zone).Format("Mon 01-02T15:04"), s.End.In(zone).Format("Mon 01-02T15:04"))
		if s.Word == calendar.Unreadable {
			b.WriteString(" unreadable")
		}
		for _, c := range s.Causes {
			b.WriteString(" " + c.Window)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The example of the README: hours, a freeze and holidays, all of them at once.
func TestUnion(t *testing.T) {
	t.Parallel()
	c := made(t, "Asia/Tokyo",
		calendar.Window{Name: "black-friday", Owner: "#ec", Reason: "autumn campaign", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-30"}},
		calendar.Window{Name: "out-of-hours", Selector: calendar.Selector{Outside: &calendar.Outside{Days: []string{"mon-fri"}, Hours: []string{"09:00-17:00"}}}},
		calendar.Window{Name: "holidays", Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "JP", Before: calendar.Length{Exact: 12 * time.Hour}}}},
	)
	want := `Thu 11-19T00:00 Thu 11-19T09:00 out-of-hours
Thu 11-19T17:00 Fri 11-20T00:00 out-of-hours
Fri 11-20T00:00 Fri 11-20T09:00 out-of-hours black-friday
Fri 11-20T09:00 Fri 11-20T17:00 black-friday
Fri 11-20T17:00 Sun 11-22T12:00 black-friday out-of-hours
Sun 11-22T12:00 Mon 11-23T09:00 black-friday out-of-hours holidays
Mon 11-23T09:00 Mon 11-23T17:00 black-friday holidays
Mon 11-23T17:00 Tue 11-24T00:00 black-friday holidays out-of-hours
`
	now := instant(t, "2026-11-16T00:00:00+09:00")
	worked := c.With(nil, now)
	for name, c := range map[string]*calendar.Calendar{"on demand": c, "worked out": worked} {
		if got := spans(t, c, "2026-11-19T00:00:00+09:00", "2026-11-24T00:00:00+09:00"); got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
		s := c.At(now, instant(t, "2026-11-23T00:00:00+09:00"))
		if s.Word != calendar.Black || len(s.Causes) != 3 || !s.Next.Equal(instant(t, "2026-12-01T09:00:00+09:00")) {
			t.Errorf("%s: %+v", name, s)
		}
		if f := s.Causes[0]; f.Reason != "autumn campaign" || f.Owner != "#ec" || !f.Start.Equal(instant(t, "2026-11-20T00:00:00+09:00")) || !f.End.Equal(instant(t, "2026-12-01T00:00:00+09:00")) {
			t.Errorf("%s: %+v", name, f)
		}
		if o, ok := c.Opening(now, instant(t, "2026-11-20T12:00:00+09:00"), time.Hour); !ok || !o.Equal(instant(t, "2026-12-01T09:00:00+09:00")) {
			t.Errorf("%s: the next opening is %v, %v", name, o, ok)
		}
		if l, ok := c.LatestStart(now, instant(t, "2026-12-01T12:00:00+09:00"), 45*time.Minute); !ok || !l.Equal(instant(t, "2026-12-01T16:15:00+09:00")) {
			t.Errorf("%s: the latest start is %v, %v", name, l, ok)
		}
	}
}
