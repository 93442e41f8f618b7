package sources_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
)

func TestKeeperReadsOnItsBeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file(w.event("a", hour, hour)))
		w.start()
		defer w.stop()
		w.is(calendar.Clear, "before the freeze")
		w.pass(61 * time.Minute)
		w.is(calendar.Black, "in the freeze")
		if n := w.feed.count(); n < 11 || n > 14 {
			t.Errorf("asked %d times in an hour, want about 12", n)
		}
		if s := w.source(); s.Kind != "https" || s.Events != 1 || s.Failed != nil || w.now().Sub(s.Read) > 6*time.Minute || !s.Stale.Equal(s.Read.Add(day)) {
			t.Errorf("%+v", s)
		}
		w.pass(hour)
		w.is(calendar.Clear, "after it")
	})
}

// What was never read is unreadable; what is down is asked sooner than its beat at
// first, and never hammered.
func TestKeeperRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.fails(&sources.Failure{Code: sources.Unreachable, Text: "no connection"})
		w.start()
		defer w.stop()
		w.is(calendar.Unreadable, "never read")
		w.failed(sources.Unreachable)
		w.pass(2 * time.Minute)
		if n := w.feed.count(); n < 3 || n > 5 {
			t.Errorf("asked %d times in two minutes, want 4: at 0, 15 s, 45 s, 105 s", n)
		}
		w.pass(day)
		if n := w.feed.count(); n < 270 || n > 340 {
			t.Errorf("asked %d times in a day, want about 290", n)
		}
		if s := w.source(); s.Failures != w.feed.count() || w.now().Sub(s.Failed.Since) < day {
			t.Errorf("%+v, failed since %s", s, s.Failed.Since)
		}
		w.feed.body(file())
		w.pass(6 * time.Minute)
		w.is(calendar.Clear, "read at last")
		w.failed("")
		if n := strings.Count(w.log.String(), "cannot be read"); n != 1 {
			t.Errorf("the failure was logged %d times:\n%s", n, w.log.String())
		}
	})
}

// P1: a calendar that is HTML, empty or truncated opened the gate.
func TestP1BadAnswersNeverReplaceAGoodCopy(t *testing.T) {
	t.Parallel()
	dear := strings.Repeat("BEGIN:VEVENT\r\nDTSTART:19700101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\n", 20)
	for _, tc := range []struct {
		name string
		body func(*world) string
		code sources.Code
	}{
		{"empty", func(*world) string { return "" }, sources.NotCalendar},
		{"HTML", func(*world) string { return "<!doctype html><html><body>Sign in</body></html>" }, sources.NotCalendar},
		{"JSON", func(*world) string { return `{"error":"quota"}` }, sources.NotCalendar},
		{"cut off", func(w *world) string { s := file(w.event("a", hour, hour)); return s[:len(s)-20] }, sources.NotCalendar},
		{"cut in a line", func(w *world) string { return file(w.event("a", hour, hour))[:90] }, sources.NotCalendar},
		{"an event alone", func(w *world) string { return w.event("a", hour, hour) }, sources.NotCalendar},
		{"unknown zone", func(*world) string {
			return file("BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Nowhere:20000101T000000\r\nEND:VEVENT\r\n")
		}, sources.NotCalendar},
		{"too expensive", func(*world) string { return file(dear) }, sources.TooDear},
		{"no events", func(*world) string { return file() }, sources.HalfEmpty},
		{"half empty", func(w *world) string { return file(w.event("b", 40*day, hour)) }, sources.HalfEmpty},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				good := file(w.event("a", hour, 30*hour), w.event("b", 40*day, hour), w.event("c", 50*day, hour))
				w.feed.body(good)
				w.start()
				defer w.stop()
				w.feed.body(tc.body(w))
				w.pass(90 * time.Minute)
				w.is(calendar.Black, "the last good copy says so")
				w.failed(tc.code)
				if s := w.source(); s.Failed == nil || s.Events != 3 || w.now().Sub(s.Read) < hour {
					t.Errorf("the answer was believed: %+v", s)
				}
				w.feed.body(good)
				w.pass(6 * time.Minute)
				w.failed("")
				w.is(calendar.Black, "good again")
			})
		})
	}
}

// P1, at the first answer: there is nothing to fall back on, so nothing is known.
func TestP1BadAnswersAtFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body("<html>")
		w.start()
		defer w.stop()
		w.is(calendar.Unreadable, "HTML")
		w.failed(sources.NotCalendar)
		w.feed.say(func(sources.Version) (sources.Answer, error) { return sources.Answer{Same: true}, nil })
		w.pass(6 * time.Minute)
		w.is(calendar.Unreadable, "the same as nothing")
		w.failed(sources.Status)
	})
}

func TestStaleIsUnreadable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		w.feed.body(file(w.event("a", 30*hour, hour)))
		w.start()
		defer w.stop()
		w.feed.fails(errors.New("dial tcp: " + secret))
		w.pass(23 * hour)
		w.is(calendar.Clear, "a day old")
		w.pass(2 * hour)
		w.is(calendar.Unreadable, "too old")
		w.failed(sources.Unknown)
		w.pass(5*hour + 30*time.Minute)
		w.is(calendar.Unreadable, "too old, and it said that this is a freeze")
		if s := w.state(); len(s.Causes) != 1 || s.Causes[0].Reason != "freeze a" {
			t.Errorf("what it said is not told: %+v", s)
		}
		if strings.Contains(fmt.Sprint(w.keeper.States(), w.state(), w.log.String()), "5ecre7") {
			t.Error("the address is shown")
		}
	})
}

// The same answer, by its version or by its bytes, makes a copy young again.
func TestSameAnswerRefreshesTheAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		w.feed.say(func(last sources.Version) (sources.Answer, error) {
			v := sources.Version{ETag: `"1"`}
			if last == v {
				return sources.Answer{Same: true, Version: v}, nil
			}
			return sources.Answer{Body: []byte(file()), Version: v}, nil
		})
		w.start()
		defer w.stop()
		changed, stop := w.keeper.Changed()
		defer stop()
		w.pass(30 * hour)
		w.is(calendar.Clear, "said to be the same for longer than it would be believed")
		select {
		case <-changed:
			t.Error("somebody was woken, though nothing changed")
		default:
		}
	})
}

// What is worked out moves on with time, also while nothing is heard.
func TestHorizonMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		w.ics.StaleAfter = 90 * day
		w.feed.body(file())
		w.start()
		defer w.stop()
		w.feed.fails(errors.New("down"))
		w.pass(hour)
		before := w.keeper.Snapshot()["black"]
		w.pass(22 * hour)
		if w.keeper.Snapshot()["black"] != before {
			t.Error("a calendar is worked out without need")
		}
		w.pass(2 * hour)
		if w.keeper.Snapshot()["black"] == before {
			t.Error("a calendar is not worked out anew after a day")
		}
	})
}

// What cannot be opened, or panics, is a failure like others, and tried again.
func TestSourceThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		opened := 0
		w.feed.say(func(sources.Version) (sources.Answer, error) { panic(secret) })
		k := sources.NewKeeper(sources.Settings{Clock: w.now, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Open: func(context.Context, calendar.Source) (sources.Fetcher, error) {
			if opened++; opened < 3 {
				return nil, &sources.Failure{Code: sources.Denied, Text: "no credentials"}
			}
			return w.feed, nil
		}})
		w.keeper = k
		k.Replace([]*calendar.Calendar{w.calendar(w.ics)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); k.Run(ctx) }()
		synctest.Wait()
		w.failed(sources.Denied)
		w.pass(time.Minute)
		w.failed(sources.Unknown)
		w.feed.body(file())
		w.pass(5 * time.Minute)
		w.is(calendar.Clear, "read at last")
		cancel()
		<-done
		if opened != 3 || strings.Contains(w.log.String(), "5ecre7") {
			t.Errorf("opened %d times:\n%s", opened, w.log.String())
		}
	})
}

// A source that is interrupted by our own end has not failed.
func TestKeeperEndsWhileItReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		k := sources.NewKeeper(sources.Settings{Log: slog.New(slog.NewTextHandler(&w.log, nil)), Open: func(ctx context.Context, _ calendar.Source) (sources.Fetcher, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		w.keeper = k
		k.Replace([]*calendar.Calendar{w.calendar(w.ics)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); k.Run(ctx) }()
		w.pass(time.Second)
		cancel()
		<-done
		if s := w.source(); s.Failed != nil || w.log.String() != "" {
			t.Errorf("%+v\n%s", s.Failed, w.log.String())
		}
	})
}
