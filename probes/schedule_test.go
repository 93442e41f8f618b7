package probes

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A day that never comes would be due at once, and again for ever.
func TestTimetableOfNoDay(t *testing.T) {
	t.Parallel()
	for spec, ok := range map[string]bool{"*/5 9-18 * * mon-fri": true, "0 0 29 2 *": true, "@hourly": true, "@every 1h": true,
		"0 0 30 2 *": false, "0 0 31 4,6,9,11 *": false, "0 0 * *": false, ", 0 * * *": false, "TZ=Asia/Tokyo": false} {
		if _, err := Timetable(spec, time.UTC); (err == nil) != ok {
			t.Errorf("%q: %v", spec, err)
		}
	}
}

// A timetable is kept to the minute, and its check is unknown where it pauses.
func TestMonitorKeepsATimetable(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	timetable, err := Timetable("*/30 9-10 * * mon-fri", tokyo)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // it begins on Saturday 2000-01-01, 00:00 UTC
		var starts []string
		c := check("desk", 30*time.Minute, func(context.Context, Target) (Facts, error) {
			starts = append(starts, time.Now().In(tokyo).Format("Mon 15:04"))
			return Facts{}, nil
		})
		c.Schedule = timetable
		m := NewMonitor([]Check{c}, nil)
		stop := watch(t, m)
		time.Sleep(48*time.Hour + 2*time.Hour) // Monday, 11:00 in Tokyo
		if v := m.Snapshot()[0].Targets[0].Status.At(time.Now()); v != Healthy {
			t.Errorf("at the end of its time: %v", v)
		}
		time.Sleep(12 * time.Hour)
		if v := m.Snapshot()[0].Targets[0].Status.At(time.Now()); v != Unknown {
			t.Errorf("in the night: %v", v)
		}
		stop()
		if want := []string{"Mon 09:00", "Mon 09:30", "Mon 10:00", "Mon 10:30"}; !slices.Equal(starts, want) {
			t.Errorf("started at %q, want %q", starts, want)
		}
	})
}
