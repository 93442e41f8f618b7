package calendar_test

import (
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Rules with more starts than 400 days can be worked out for are answered nevertheless,
// near now as far away.
func TestMoreStartsThanCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	rule := func(rule string, length time.Duration) calendar.Selector {
		return calendar.Selector{RRule: rule, Start: "1970-01-01T00:00", For: calendar.Length{Exact: length}}
	}
	for _, day := range []string{"2026-11-25", "2035-11-25"} {
		for name, test := range map[string]struct {
			window   calendar.Selector
			at, next string // of the day; no next: not known
			word     calendar.Word
		}{
			"every half an hour":   {rule("FREQ=MINUTELY;INTERVAL=30", 5*time.Minute), "03:05:00", "03:30:00", calendar.Clear},
			"in it":                {rule("FREQ=MINUTELY;INTERVAL=30", 5*time.Minute), "03:04:59", "03:05:00", calendar.Black},
			"every minute":         {rule("FREQ=MINUTELY", time.Second), "03:04:01", "03:05:00", calendar.Clear},
			"every minute by cron": {calendar.Selector{Cron: "* * * * *", For: calendar.Length{Exact: 30 * time.Second}}, "03:04:29", "03:04:30", calendar.Black},
			"every second":         {rule("FREQ=SECONDLY", time.Second), "03:04:01", "", calendar.Black},
		} {
			now := instant(t, "2026-11-23T16:00:00Z")
			c := made(t, "UTC", calendar.Window{Name: "often", Selector: test.window},
				calendar.Window{Name: "friday", Selector: calendar.Selector{Days: list("fri")}}).With(nil, now)
			from := instant(t, day+"T"+test.at+"Z")
			var want time.Time
			if test.next != "" {
				want = instant(t, day+"T"+test.next+"Z")
			}
			if s := c.At(now, from); s.Word != test.word || !s.Next.Equal(want) {
				t.Errorf("%s of %s: %v until %v, want %v until %v; %v", name, day, s.Word, s.Next, test.word, want, s.Problems)
			}
			if s := c.Over(now, from, from.Add(time.Minute)); name == "every minute" && s.Word != calendar.Black {
				t.Errorf("%s of %s: a minute of it is %v", name, day, s.Word)
			}
			latest, ok := c.LatestStart(now, from, time.Second)
			if clear := test.word == calendar.Clear; ok != clear || clear && !latest.Equal(want.Add(-time.Second)) {
				t.Errorf("%s of %s: the latest start is %v, %v", name, day, latest, ok)
			}
		}
	}
}

// A search for a long opening among many short ones ends, and soon: it took seconds of
// work to look at each of those beyond what has been worked out.
func TestOpeningAmongManyShortOnes(t *testing.T) {
	t.Parallel()
	c := made(t, "Asia/Tokyo", calendar.Window{Name: "hourly", Selector: calendar.Selector{Cron: "0 * * * *", For: calendar.Length{Exact: 5 * time.Minute}}})
	now := instant(t, "2026-11-17T01:00:00Z")
	if got, ok := c.With(nil, now).Opening(now, now, 2*time.Hour); ok {
		t.Errorf("an opening of two hours at %v", got)
	}
	if got, ok := c.With(nil, now).Opening(now, now, 55*time.Minute); !ok || !got.Equal(instant(t, "2026-11-17T01:05:00Z")) {
		t.Errorf("an opening of 55 minutes at %v, %v", got, ok)
	}
}
