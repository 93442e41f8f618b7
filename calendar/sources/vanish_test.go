package sources_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
)

// others are freezes so far away that they matter to no test but this: a calendar that
// still has them is not half empty.
func (w *world) others() string {
	return w.event("x", 100*day, hour) + w.event("y", 200*day, hour) + w.event("z", 300*day, hour)
}

func (w *world) ack(window string) (calendar.Acked, error) {
	return w.keeper.Ack(w.Context(), calendar.Ack{Calendar: "black", Window: window, Actor: "mika", Reason: "campaign called off"})
}

func (w *world) mustAck() calendar.Acked {
	w.Helper()
	a, err := w.ack("feed")
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w *world) kinds() (all []string) {
	w.Helper()
	records, err := w.store.Read(w.Context(), "calendar/black", 0, 0)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range records {
		all = append(all, r.Kind)
	}
	return all
}

// A freeze that vanishes shortly before it starts blocks until it is acknowledged, over
// restarts, and however the disk fares.
func TestVanishedFreezeBlocksUntilAcknowledged(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.feed.body(file(w.event("a", 3*hour, 10*hour), w.others()))
			w.start()
			w.feed.body(file(w.others()))
			w.pass(4 * hour)
			w.is(calendar.Black, "vanished")
			if s := w.state(); s.Causes[0].Reason != "freeze a" || s.Problems[0].Code != "vanished" {
				t.Errorf("%+v", s)
			}
			w.stop()
			if lost {
				w.folder = t.TempDir()
			}
			w.start()
			defer func() { w.stop() }()
			w.is(calendar.Black, "vanished before the restart")
			if kept := w.source().Kept; len(kept) != 1 || kept[0].End.Sub(kept[0].Start) != 10*hour {
				t.Errorf("kept: %+v", kept)
			}
			changed, stop := w.keeper.Changed()
			defer stop()
			if a := w.mustAck(); len(a.Freed) != 1 {
				t.Errorf("%+v", a)
			}
			w.is(calendar.Clear, "acknowledged")
			select {
			case <-changed:
			default:
				t.Error("nobody was woken")
			}
			w.stop()
			w.start()
			w.is(calendar.Clear, "acknowledged before the restart")
			if got := w.kinds(); !slices.Equal(got, []string{"vanished", "acknowledged"}) {
				t.Errorf("journal: %s", got)
			}
			var refused *calendar.AckError
			if _, err := w.ack(""); !errors.As(err, &refused) || refused.Code != "nothing" {
				t.Errorf("a second word: %v", err)
			}
		})
	}
}

// What vanishes is compared as time.
func TestWhatVanishes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		before      func(*world) string
		after       func(*world) string
		from, until time.Duration // kept
	}{
		{"deleted", func(w *world) string { return w.event("a", hour, 2*hour) }, func(*world) string { return "" }, hour, 3 * hour},
		{"deleted while it lasts", func(w *world) string { return w.event("a", -hour, 2*hour) }, func(*world) string { return "" }, 0, hour},
		{"shortened", func(w *world) string { return w.event("a", hour, 5*hour) }, func(w *world) string { return w.event("a", hour, 2*hour) }, 3 * hour, 6 * hour},
		{"moved", func(w *world) string { return w.event("a", hour, 2*hour) }, func(w *world) string { return w.event("a", 2*hour, 2*hour) }, hour, 2 * hour},
		{"another in its place", func(w *world) string { return w.event("a", hour, 2*hour) }, func(w *world) string { return w.event("b", hour, 2*hour) }, 0, 0},
		{"split in two", func(w *world) string { return w.event("a", hour, 2*hour) }, func(w *world) string { return w.event("b", hour, hour) + w.event("c", 2*hour, hour) }, 0, 0},
		{"longer, and another within", func(w *world) string { return w.event("a", 5*hour, hour) }, func(w *world) string { return w.event("b", hour, 9*hour) + w.event("c", 2*hour, hour) }, 0, 0},
		{"longer", func(w *world) string { return w.event("a", hour, 2*hour) }, func(w *world) string { return w.event("a", hour, 9*hour) }, 0, 0},
		{"over already", func(w *world) string { return w.event("a", -2*hour, hour) }, func(*world) string { return "" }, 0, 0},
		{"far away", func(w *world) string { return w.event("a", 15*day, hour) }, func(*world) string { return "" }, 0, 0},
		{"near, and long", func(w *world) string { return w.event("a", 13*day, 9*day) }, func(*world) string { return "" }, 13 * day, 22 * day},
		{"cancelled in so many words", func(w *world) string { return w.event("a", hour, 2*hour) }, func(w *world) string { return w.event("a", hour, 2*hour, "STATUS:CANCELLED", "") }, 0, 0},
		{"one of a series cancelled", func(w *world) string { return w.event("a", hour, hour, "RRULE:FREQ=DAILY;COUNT=9", "") }, func(w *world) string {
			at := w.now().UTC().Add(hour).Format("20060102T150405Z")
			return w.event("a", hour, hour, "RRULE:FREQ=DAILY;COUNT=9", "") + w.event("a", hour, hour, "RECURRENCE-ID:"+at, "STATUS:CANCELLED", "")
		}, 0, 0},
		{"one of a series excepted", func(w *world) string { return w.event("a", hour, hour, "RRULE:FREQ=DAILY;COUNT=9", "") }, func(w *world) string {
			at := w.now().UTC().Add(hour).Format("20060102T150405Z")
			return w.event("a", hour, hour, "RRULE:FREQ=DAILY;COUNT=9", "EXDATE:"+at, "")
		}, hour, 2 * hour},
		{"took no time", func(w *world) string { return w.event("a", hour, 0) }, func(*world) string { return "" }, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				began, after := w.now(), file(tc.after(w), w.others())
				w.feed.body(file(tc.before(w), w.others()))
				w.start()
				defer w.stop()
				w.feed.body(after)
				w.pass(6 * time.Minute)
				w.failed("")
				kept := w.source().Kept
				if tc.until == 0 {
					if len(kept) > 0 {
						t.Errorf("kept: %+v", kept)
					}
					return
				}
				if len(kept) != 1 || !kept[0].End.Equal(began.Add(tc.until)) || kept[0].Start.Sub(began.Add(tc.from)).Abs() > 6*time.Minute {
					t.Errorf("kept %+v, want from %s to %s", kept, began.Add(tc.from), began.Add(tc.until))
				}
			})
		})
	}
}

// What comes back needs no word of a person's; and what is over needs none either.
func TestVanishedComesBackOrEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		whole, without := file(w.event("a", hour, 2*hour), w.others()), file(w.others())
		w.feed.body(whole)
		w.start()
		defer w.stop()
		for range 3 {
			w.feed.body(without)
			w.pass(6 * time.Minute)
			if len(w.source().Kept) != 1 {
				t.Fatalf("kept: %+v", w.source().Kept)
			}
			w.feed.body(whole)
			w.pass(6 * time.Minute)
			if len(w.source().Kept) != 0 {
				t.Fatalf("kept though it is back: %+v", w.source().Kept)
			}
		}
		w.feed.body(without)
		w.pass(2 * hour)
		w.is(calendar.Black, "vanished again")
		w.pass(hour)
		w.is(calendar.Clear, "its time has passed")
		if len(w.source().Kept) != 0 {
			t.Errorf("kept: %+v", w.source().Kept)
		}
	})
}

// Of a calendar whose events open, an event that comes takes nothing away; becoming a
// calendar whose events close does.
func TestVanishedOfADefaultClosedCalendar(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		closed := "X-CALENDAR-TYPE:DEFAULT_CLOSED\r\n"
		w.feed.body(file(closed))
		w.start()
		defer w.stop()
		w.is(calendar.Black, "nothing opens")
		w.feed.body(file(closed, w.event("a", 0, hour)))
		w.pass(6 * time.Minute)
		w.is(calendar.Clear, "an event opens")
		w.feed.body(file(closed))
		w.pass(6 * time.Minute)
		w.is(calendar.Black, "an event is gone")
		w.feed.body(file())
		w.pass(6 * time.Minute)
		w.is(calendar.Black, "all of the closed time vanished")
		if s := w.source(); len(s.Kept) != 1 || s.Failed != nil {
			t.Errorf("%+v", s)
		}
	})
}

func TestAckThatMeansNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file())
		w.start()
		defer w.stop()
		for code, a := range map[string]calendar.Ack{
			"no-calendar": {Calendar: "white", Actor: "mika", Reason: "r"},
			"no-window":   {Calendar: "black", Window: "nights", Actor: "mika", Reason: "r"},
			"nothing":     {Calendar: "black", Actor: "mika", Reason: "r"},
			"invalid":     {Calendar: "black", Actor: "mika", Reason: " "},
		} {
			var refused *calendar.AckError
			if _, err := w.keeper.Ack(t.Context(), a); !errors.As(err, &refused) || refused.Code != code {
				t.Errorf("%+v: %v, want %s", a, err, code)
			}
		}
	})
}

// What vanished from one address is not kept for another, nor for another window.
func TestVanishedOfAnotherSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file(w.event("a", hour, 10*hour), w.others()))
		w.start()
		defer w.stop()
		w.feed.body(file(w.others()))
		w.pass(2 * hour)
		w.is(calendar.Black, "vanished")
		other := w.ics
		other.URL = "https://elsewhere.example.com/basic.ics"
		two, err := calendar.New(calendar.Settings{Name: "black", Timezone: "UTC", Windows: []calendar.Window{
			{Name: "feed", Selector: calendar.Selector{ICS: &other}}, {Name: "second", Selector: calendar.Selector{ICS: &w.ics}}}})
		if err != nil {
			t.Fatal(err)
		}
		w.keeper.Replace([]*calendar.Calendar{two})
		w.pass(time.Minute)
		w.is(calendar.Clear, "other sources")
		w.keeper.Replace([]*calendar.Calendar{w.calendar(w.ics)})
		w.pass(time.Minute)
		w.is(calendar.Black, "the source from which it vanished")
	})
}

// However often a rule recurs, what is kept of it is a list that people can read.
func TestVanishedOfATightRule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file(w.event("a", time.Minute, time.Minute, "RRULE:FREQ=MINUTELY;INTERVAL=2;COUNT=5000", ""), w.others()))
		w.start()
		defer w.stop()
		began := w.now()
		w.feed.body(file(w.others()))
		w.pass(6 * time.Minute)
		kept := w.source().Kept
		if last := began.Add(10_000 * time.Minute); len(kept) > 200 || len(kept) < 190 || !kept[len(kept)-1].End.Equal(last) {
			t.Errorf("kept: %d until %s, and no more than 200 until %s are wanted", len(kept), kept[len(kept)-1].End, last)
		}
	})
}
