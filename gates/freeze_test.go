package gates

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func dates(t *testing.T, windows ...calendar.Window) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: windows})
	if err != nil {
		t.Fatal(err)
	}
	return c.With(nil, friday)
}

func window(name, from, to string) calendar.Window {
	return calendar.Window{Name: name, Selector: calendar.Selector{From: from, To: to}}
}

// What is longer than a release can wait, alone or as a chain.
func TestFreezesThatOutlast(t *testing.T) {
	t.Parallel()
	transition, approval := Gate{Name: "production"}, Gate{Name: "blackday", Action: "BlackDay"}
	fits := transition
	fits.Fits = 12 * time.Hour
	const day = 24 * time.Hour
	for _, c := range []struct {
		name    string
		gate    Gate
		timeout time.Duration
		windows []calendar.Window
		want    string // windows of what is too long
	}{
		{"a week", transition, 0, []calendar.Window{window("a", "2026-12-01", "2026-12-07")}, ""},
		{"29 days", transition, 0, []calendar.Window{window("a", "2026-12-01", "2026-12-29")}, ""},
		{"30 days, and what the clocks may differ", transition, 0, []calendar.Window{window("a", "2026-12-01", "2026-12-30")}, "a"},
		{"31 days", transition, 0, []calendar.Window{window("a", "2026-12-01", "2026-12-31")}, "a"},
		{"a chain", transition, 0, []calendar.Window{window("b", "2026-12-20", "2027-01-10"), window("a", "2026-12-01", "2026-12-19")}, "a b"},
		{"a chain with a day between", transition, 0, []calendar.Window{window("b", "2026-12-20", "2027-01-10"), window("a", "2026-12-01", "2026-12-18")}, ""},
		{"a chain with less between than a release takes", fits, 0, []calendar.Window{window("b", "2026-12-20T06:00", "2027-01-10"), window("a", "2026-12-01", "2026-12-19")}, "a b"},
		{"an approval of 7 days", approval, 0, []calendar.Window{window("a", "2026-12-01", "2026-12-08")}, "a"},
		{"an approval of 20 days", approval, 20 * day, []calendar.Window{window("a", "2026-12-01", "2026-12-08")}, ""},
		{"under way for three weeks", transition, 0, []calendar.Window{window("a", "2026-11-06", "2026-12-10")}, "a"},
		{"an approval of a day", approval, day, []calendar.Window{window("a", "2026-12-01", "2026-12-02"), window("b", "2026-12-04", "2026-12-05")}, "a|b"},
	} {
		var got []string
		for _, f := range c.gate.Freezes(dates(t, c.windows...), friday, friday.Truncate(time.Second), friday.Add(100*day)) {
			if r, too := c.gate.Outlasts(f, c.timeout); too {
				got = append(got, strings.Join(f.Windows, " "))
				if !strings.Contains(r.Text, c.gate.Name) || !r.Until.Equal(f.Ends) {
					t.Errorf("%s: %+v", c.name, r)
				}
			}
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// It is told two weeks before, and until it is over.
func TestPlanningAhead(t *testing.T) {
	t.Parallel()
	m := newMember(Gate{Name: "production", Calendar: "blackdays"}, &scripted{}, nil)
	known := facts{calendars: calendar.Snapshot{"blackdays": dates(t, window("winter", "2026-12-15", "2027-01-20"))}}
	begins := time.Date(2026, 12, 15, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		told bool
	}{
		{begins.Add(-planAhead - time.Hour), false},
		{begins.Add(-planAhead), true},
		{begins.Add(10 * 24 * time.Hour), true},
		{begins.Add(36 * 24 * time.Hour), true},
		{begins.Add(37*24*time.Hour + time.Hour), false},
	} {
		if got := m.planning(c.at, known); len(got) > 0 != c.told {
			t.Errorf("at %v: %+v", c.at, got)
		}
	}
}
