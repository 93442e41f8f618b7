package sources_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
)

func (w *world) full() string {
	return file(w.event("a", 20*day, hour), w.event("b", 30*day, hour), w.event("c", 40*day, hour), w.event("d", 50*day, hour))
}

// What lacks most of what was ahead is believed after a while, if it stays as it is; and
// waiting for that makes nothing unreadable.
func TestHalfEmptyIsBelievedInTime(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ stale, patience time.Duration }{{day, 6 * hour}, {4 * hour, 2 * hour}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.ics.StaleAfter = tc.stale
			full, most := w.full(), file(w.event("d", 50*day, hour))
			w.feed.body(full)
			w.start()
			defer w.stop()
			w.feed.body(most)
			w.pass(tc.patience - 10*time.Minute)
			w.failed(sources.HalfEmpty)
			if r := w.source().Refusal; r == nil || r.Lost != 3 || r.Of != 4 || r.Believed.Sub(r.Since) != tc.patience {
				t.Fatalf("%+v", r)
			}
			w.feed.body(full) // it was an accident: what was waited is forgotten
			w.pass(6 * time.Minute)
			w.failed("")
			w.feed.body(most)
			w.pass(tc.patience - 10*time.Minute)
			w.failed(sources.HalfEmpty)
			w.is(calendar.Clear, "waiting")
			w.pass(20 * time.Minute)
			w.failed("")
			if s := w.source(); s.Events != 1 || s.Refusal != nil {
				t.Errorf("not believed: %+v", s)
			}
		})
	}
}

// A source that lacks something else each time is not steady.
func TestHalfEmptyThatChangesIsNotBelieved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		a, d := file(w.event("a", 20*day, hour)), file(w.event("d", 50*day, hour))
		w.feed.body(w.full())
		w.start()
		defer w.stop()
		n := 0
		w.feed.say(func(sources.Version) (sources.Answer, error) {
			n++
			return sources.Answer{Body: []byte([]string{a, d}[n%2])}, nil
		})
		w.pass(23 * hour)
		w.failed(sources.HalfEmpty)
		if s := w.source(); s.Events != 4 {
			t.Errorf("%+v", s)
		}
		w.pass(2 * hour)
		w.is(calendar.Unreadable, "nothing good was heard for too long")
	})
}

// A person's word is enough, also for what vanishes with the answer that was refused.
func TestHalfEmptyIsAcknowledged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file(w.event("a", hour, hour)))
		w.start()
		w.feed.body(file())
		w.pass(65 * time.Minute)
		w.is(calendar.Black, "the only freeze is gone")
		w.failed(sources.HalfEmpty)
		if a := w.mustAck(); len(a.Freed) != 1 || len(a.Believed) != 1 || a.Believed[0] != "feed" {
			t.Errorf("%+v", a)
		}
		w.is(calendar.Clear, "acknowledged")
		w.failed("")
		w.stop()
		w.start()
		defer func() { w.stop() }()
		w.is(calendar.Clear, "acknowledged before the restart")
		w.pass(6 * time.Minute)
		w.failed("")
	})
}

// What is no accident is believed at once.
func TestWhatIsNotHalfEmpty(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]func(*world) string{
		"half of it is there": func(w *world) string { return w.event("a", 20*day, hour) + w.event("b", 30*day, hour) },
		"other names":         func(w *world) string { return w.event("1", 20*day, hour) + w.event("2", 30*day, hour) },
		"all of it later":     func(w *world) string { return w.event("a", 60*day, hour) + w.event("b", 70*day, hour) },
		"cancelled by its owner": func(w *world) string {
			return w.event("a", 20*day, hour, "STATUS:CANCELLED", "") + w.event("b", 30*day, hour, "STATUS:CANCELLED", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.feed.body(file(w.event("a", 20*day, hour), w.event("b", 30*day, hour), w.event("c", 40*day, hour), w.event("d", 50*day, hour),
					w.event("old", -day, hour), w.event("older", -2*day, hour), w.event("oldest", -3*day, hour)))
				if name == "cancelled by its owner" {
					w.feed.body(file(w.event("a", 20*day, hour), w.event("b", 30*day, hour)))
				}
				w.start()
				defer w.stop()
				w.feed.body(file(next(w)))
				w.pass(6 * time.Minute)
				w.failed("")
			})
		})
	}
}

// Heard twice, with silence in between, is not steady.
func TestHalfEmptyHasToBeHeardOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every, w.ics.StaleAfter = 30*time.Minute, 10*day
		full, most := w.full(), file(w.event("d", 50*day, hour))
		w.feed.body(full)
		w.start()
		defer w.stop()
		var said atomic.Int64
		w.feed.say(func(sources.Version) (sources.Answer, error) {
			if n := said.Add(1); n == 1 || n > 20 {
				return sources.Answer{Body: []byte(most)}, nil
			}
			return sources.Answer{}, &sources.Failure{Code: sources.Unreachable, Text: "down"}
		})
		for said.Load() < 21 {
			w.pass(10 * time.Second)
		}
		if s := w.source(); s.Events != 4 || w.now().Sub(s.Refusal.Since) < 6*hour {
			t.Fatalf("%+v", s)
		}
		w.pass(35 * time.Minute)
		if s := w.source(); s.Events != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// What is lost, and loses more, or finds some of it again, has changed: the time begins
// anew. That some of it is over by now has not.
func TestHalfEmptyThatGoesOn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		first func(*world) string
		then  func(*world) string
		anew  bool
	}{
		{"the same", func(w *world) string { return w.event("d", 50*day, hour) }, func(w *world) string { return w.event("d", 50*day, hour) }, false},
		{"more is lost", func(w *world) string { return w.event("d", 50*day, hour) }, func(*world) string { return "" }, true},
		{"some is found", func(*world) string { return "" }, func(w *world) string { return w.event("d", 50*day, hour) }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				first, then := file(tc.first(w)), file(tc.then(w))
				w.feed.body(file(w.event("a", 2*hour, hour), w.event("b", 30*day, hour), w.event("c", 40*day, hour), w.event("d", 50*day, hour)))
				w.start()
				defer w.stop()
				w.feed.body(first)
				w.pass(4 * hour) // a is over
				w.feed.body(then)
				w.pass(2*hour + 15*time.Minute)
				if waits := w.source().Refusal != nil; waits != tc.anew {
					t.Errorf("%+v", w.source())
				}
			})
		})
	}
}
