package journal_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(*testing.T) func() journal.Store {
		var m journal.Memory
		return func() journal.Store { return &m }
	})
}

func TestMemoryKeepsItsOwnBodies(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	r := chain("gate/a", 1)[0]
	if err := m.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Body[0] = 'x'
	for range 2 {
		got, err := m.Read(t.Context(), "gate/a", 0, 0)
		if err != nil || string(got[0].Body) != "0" {
			t.Fatalf("body %s, %v; want 0", got[0].Body, err)
		}
		got[0].Body[0] = 'y'
	}
}

var errLost = errors.New("connection lost")

// flaky is a store whose next append fails, before or after it was stored.
type flaky struct {
	journal.Memory
	fail, stores bool
	reads        error
}

func (f *flaky) Append(ctx context.Context, r journal.Record) error {
	if !f.fail {
		return f.Memory.Append(ctx, r)
	}
	f.fail = false
	if f.stores {
		if err := f.Memory.Append(ctx, r); err != nil {
			return err
		}
	}
	return errLost
}

func (f *flaky) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	if f.reads != nil {
		return nil, f.reads
	}
	return f.Memory.Read(ctx, stream, after, limit)
}

func open(t *testing.T, s journal.Store) *journal.Log {
	t.Helper()
	l, _, err := journal.Open(t.Context(), s, "gate/a")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustAppend(t *testing.T, l *journal.Log, body any) journal.Record {
	t.Helper()
	r, err := l.Append(t.Context(), nine, "intent", body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogAppendAndReopen(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	l := open(t, &m)
	for i := range 3 {
		if r := mustAppend(t, l, i); r.Seq != uint64(i+1) {
			t.Errorf("record %d, want %d", r.Seq, i+1)
		}
	}
	if got, err := l.CatchUp(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("CatchUp on our own records: %v, %v; want none", got, err)
	}
	_, records, err := journal.Open(t.Context(), &m, "gate/a")
	if err != nil || len(records) != 3 || journal.Verify(records) != nil {
		t.Errorf("reopened: %d records, %v", len(records), err)
	}
}

func TestLogConflict(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	ours, theirs := open(t, &m), open(t, &m)
	other := mustAppend(t, theirs, "theirs")

	if _, err := ours.Append(t.Context(), nine, "intent", "ours"); !errors.Is(err, journal.ErrConflict) {
		t.Fatalf("append over a record not seen: %v, want ErrConflict", err)
	}
	if _, err := ours.Append(t.Context(), nine, "intent", "ours"); !errors.Is(err, journal.ErrBehind) {
		t.Fatalf("append again without reading: %v, want ErrBehind", err)
	}
	got, err := ours.CatchUp(t.Context())
	if err != nil || len(got) != 1 || got[0].Hash != other.Hash {
		t.Fatalf("CatchUp: %v, %v; want the other's record", got, err)
	}
	if r := mustAppend(t, ours, "ours"); r.Seq != 2 {
		t.Errorf("record %d, want 2", r.Seq)
	}
}

// A record whose append failed may be stored all the same: the log makes its
// owner look, and whoever looks recognises it.
func TestLogUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{false, true} {
		s := &flaky{fail: true, stores: stored}
		l := open(t, s)
		tried, err := l.Append(t.Context(), nine, "intent", "once")
		if !errors.Is(err, errLost) || tried.Hash == "" {
			t.Fatalf("stored %v: %+v, %v; want the record beside the error", stored, tried, err)
		}
		if _, err := l.Append(t.Context(), nine, "intent", "once"); !errors.Is(err, journal.ErrBehind) {
			t.Fatalf("stored %v: append without reading: %v, want ErrBehind", stored, err)
		}

		s.reads = errLost
		if _, err := l.CatchUp(t.Context()); !errors.Is(err, errLost) {
			t.Fatalf("stored %v: CatchUp: %v, want the store's error", stored, err)
		}
		if _, err := l.Append(t.Context(), nine, "intent", "once"); !errors.Is(err, journal.ErrBehind) {
			t.Fatalf("stored %v: append after a failed read: %v, want ErrBehind", stored, err)
		}

		s.reads = nil
		got, err := l.CatchUp(t.Context())
		if err != nil || (len(got) == 1 && got[0].Hash == tried.Hash) != stored {
			t.Fatalf("stored %v: CatchUp: %v, %v", stored, got, err)
		}
		want := uint64(1)
		if stored {
			want = 2
		}
		if r := mustAppend(t, l, "next"); r.Seq != want {
			t.Errorf("stored %v: next record is %d, want %d", stored, r.Seq, want)
		}
	}
}

// A journal swapped behind our back must not be continued.
func TestLogNoticesReplacedJournal(t *testing.T) {
	t.Parallel()
	for name, bodies := range map[string][]any{
		"emptied": nil,
		"older":   {0},
		"other":   {"x", "y", "z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &swapped{now: &journal.Memory{}}
			l := open(t, s)
			mustAppend(t, l, 0)
			mustAppend(t, l, 1)
			s.now = &journal.Memory{}
			for l := open(t, s.now); len(bodies) > 0; bodies = bodies[1:] {
				mustAppend(t, l, bodies[0])
			}
			var broken *journal.ChainError
			if _, err := l.CatchUp(t.Context()); !errors.As(err, &broken) || broken.Seq != 2 {
				t.Errorf("CatchUp: %v, want a *ChainError at record 2", err)
			}
			if _, err := l.Append(t.Context(), nine, "intent", 2); !errors.Is(err, journal.ErrBehind) {
				t.Errorf("Append: %v, want ErrBehind", err)
			}
		})
	}
}

type swapped struct{ now journal.Store }

func (s *swapped) Append(ctx context.Context, r journal.Record) error { return s.now.Append(ctx, r) }
func (s *swapped) Streams(ctx context.Context) ([]string, error)      { return s.now.Streams(ctx) }
func (s *swapped) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	return s.now.Read(ctx, stream, after, limit)
}

func TestLogRefusesBrokenStream(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	r := chain("gate/a", 1)[0]
	r.Kind = "forged"
	if err := m.Append(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	var broken *journal.ChainError
	if _, _, err := journal.Open(t.Context(), &m, "gate/a"); !errors.As(err, &broken) {
		t.Errorf("Open: %v, want a *ChainError", err)
	}
}

// What cannot be written fails before the store is asked, so the log stays
// usable.
func TestLogRefusesWhatItCouldNotRead(t *testing.T) {
	t.Parallel()
	l := open(t, &journal.Memory{})
	if _, err := l.Append(t.Context(), nine, "intent", func() {}); err == nil || !strings.Contains(err.Error(), "body") {
		t.Errorf("a body that is not JSON: %v", err)
	}
	if _, err := l.Append(t.Context(), nine, "", nil); err == nil || !strings.Contains(err.Error(), "kind is empty") {
		t.Errorf("no kind: %v", err)
	}
	mustAppend(t, l, "fine")
}

func TestZeroLogAppendsNothing(t *testing.T) {
	t.Parallel()
	var l journal.Log
	if _, err := l.Append(t.Context(), nine, "intent", nil); !errors.Is(err, journal.ErrBehind) {
		t.Errorf("Append: %v, want ErrBehind", err)
	}
}

func TestNextID(t *testing.T) {
	t.Parallel()
	var m journal.Memory
	l := open(t, &m)
	first := l.NextID(nine)
	if !regexp.MustCompile(`^[0-9a-f]{10}$`).MatchString(first) {
		t.Errorf("id %q, want ten lowercase hex digits", first)
	}
	if first != l.NextID(nine) {
		t.Error("two ids for one place in the stream")
	}
	lost := open(t, &journal.Memory{}).NextID(nine.Add(time.Nanosecond))
	mustAppend(t, l, nil)
	second := l.NextID(nine)
	if first == lost || first == second || second == lost {
		t.Errorf("ids %s, %s after a lost journal, %s for the next record: want all different", first, lost, second)
	}
}
