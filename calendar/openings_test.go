package calendar_test

import (
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Where nothing is ever clear for so long, the end of what was searched is no opening.
func TestNoOpeningIsLongEnough(t *testing.T) {
	t.Parallel()
	c, err := calendar.New(calendar.Settings{Name: "office", Timezone: "Asia/Tokyo", Windows: []calendar.Window{
		{Name: "closed", Selector: calendar.Selector{Outside: &calendar.Outside{Days: []string{"mon-fri"}, Hours: []string{"09:00-17:00"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	now := at(t, "2026-11-17T01:00:00Z")
	if got, ok := c.With(nil, now).Opening(now, now, 9*time.Hour); ok {
		t.Errorf("an opening of nine hours at %v", got)
	}
	if got, ok := c.With(nil, now).Opening(now, now, 8*time.Hour); !ok || !got.Equal(at(t, "2026-11-18T00:00:00Z")) {
		t.Errorf("an opening of eight hours at %v, %v", got, ok)
	}
}

// checkOpenings compares the next opening, and the latest start, with what black means.
func checkOpenings(t *testing.T, c *calendar.Calendar, now, at, to time.Time, black slow) {
	t.Helper()
	const tick = 5 * time.Minute
	for _, length := range []time.Duration{10 * time.Minute, 7 * time.Hour} {
		want := at
		for end := at; end.Before(to) && end.Sub(want) < length; {
			clear := !black(end)
			if end = end.Add(tick); !clear {
				want = end
			}
		}
		got, ok := c.Opening(now, at, length)
		if known := !want.Add(length).After(to); known && (!ok || !got.Equal(want)) || !known && ok && got.Before(want) {
			t.Fatalf("from %v the opening of %v is at %v, %v; want %v", at, length, got, ok, want)
		}
		closing := at
		for closing.Before(to) && !black(closing) {
			closing = closing.Add(tick)
		}
		if !closing.Before(to) {
			continue
		}
		want = closing.Add(-length)
		latest, ok := c.LatestStart(now, at, length)
		if wanted := !want.Before(at); ok != wanted || ok && !latest.Equal(want) {
			t.Fatalf("from %v the latest start of %v is %v, %v; want %v, %v", at, length, latest, ok, want, wanted)
		}
	}
}
