package sources_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
)

// A store that fails when told to.
type failing struct {
	journal.Store
	reads, appends atomic.Bool
}

func (f *failing) Append(ctx context.Context, r journal.Record) error {
	if f.appends.Load() {
		return errors.New("disk full")
	}
	return f.Store.Append(ctx, r)
}

func (f *failing) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	if f.reads.Load() {
		return nil, errors.New("locked")
	}
	return f.Store.Read(ctx, stream, after, limit)
}

// While the journal fails, what vanishes blocks, nobody can acknowledge it, and a
// restart finds out again that it vanished.
func TestVanishedWhileTheJournalFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &failing{Store: &journal.Memory{}}
		w.store = f
		w.feed.body(file(w.event("a", hour, 10*hour), w.others()))
		w.start()
		f.appends.Store(true)
		w.feed.body(file(w.others()))
		w.pass(2 * hour)
		w.is(calendar.Black, "vanished, unwritten")
		var refused *calendar.AckError
		if _, err := w.ack(""); !errors.As(err, &refused) || refused.Code != "journal" {
			t.Fatalf("acknowledged: %v", err)
		}
		w.is(calendar.Black, "not acknowledged")
		w.stop()
		w.start()
		defer func() { w.stop() }()
		w.pass(6 * time.Minute)
		w.is(calendar.Black, "vanished, found out again")
		f.appends.Store(false)
		w.pass(time.Minute)
		if got := w.kinds(); !slices.Equal(got, []string{"vanished"}) {
			t.Errorf("journal: %s", got)
		}
		w.mustAck()
		w.is(calendar.Clear, "acknowledged")
	})
}

// Before the journal was read nobody knows what vanished before: nothing is known then.
func TestUnreadJournalIsUnreadable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &failing{Store: w.store}
		f.reads.Store(true)
		w.store = f
		w.feed.body(file())
		w.start()
		defer w.stop()
		w.pass(hour)
		w.is(calendar.Unreadable, "the journal cannot be read")
		if p := w.state().Problems; !slices.ContainsFunc(p, func(p calendar.Problem) bool { return p.Code == "journal" }) {
			t.Errorf("%+v", p)
		}
		f.reads.Store(false)
		w.pass(11 * time.Second)
		w.is(calendar.Clear, "it can")
		f.reads.Store(true)
		w.pass(hour)
		w.is(calendar.Clear, "what it said is known")
		if n := strings.Count(w.log.String(), "the journal of a calendar cannot be used"); n != 2 {
			t.Errorf("logged %d times:\n%s", n, w.log.String())
		}
	})
}

// Two daemons read the same source: one record of what vanished is enough, and the word
// of a person to one of them counts for the other.
func TestTwoKeepersOneJournal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := newWorld(t), newWorld(t)
		b.store = a.store
		whole, without := file(a.event("a", hour, 10*hour), a.others()), file(a.others())
		for _, w := range []*world{a, b} {
			w.feed.body(whole)
			w.start()
			defer w.stop()
		}
		a.feed.body(without)
		a.pass(6 * time.Minute)
		b.feed.body(without)
		a.pass(2 * hour)
		a.is(calendar.Black, "vanished for one")
		b.is(calendar.Black, "vanished for the other")
		a.mustAck()
		a.is(calendar.Clear, "acknowledged")
		a.pass(11 * time.Second)
		b.is(calendar.Clear, "acknowledged elsewhere")
		if got := a.kinds(); !slices.Equal(got, []string{"vanished", "acknowledged"}) {
			t.Errorf("journal: %s", got)
		}
	})
}

// A record that is not understood is not passed over.
func TestJournalOfAnotherShape(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l, _, err := journal.Open(t.Context(), w.store, "calendar/black")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Append(t.Context(), w.now(), "vanished", []string{"all"}); err != nil {
			t.Fatal(err)
		}
		w.feed.body(file())
		w.start()
		defer w.stop()
		w.pass(time.Minute)
		w.is(calendar.Unreadable, "who knows what vanished")
		if !strings.Contains(w.log.String(), "record 1 of stream") {
			t.Error(w.log.String())
		}
	})
}
