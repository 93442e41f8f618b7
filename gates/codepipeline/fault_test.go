package codepipeline_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

func (w *world) inject(faults ...emulator.Fault) {
	w.t.Helper()
	for i := range faults {
		faults[i].AccessKey = "ANDON"
	}
	if err := w.server.Inject(faults...); err != nil {
		w.t.Fatal(err)
	}
}

// After any fault of the wire, whatever it struck and whether the call had
// been applied or not, the evening ends as it would have without it.
func TestFaultsOfTheWire(t *testing.T) {
	t.Parallel()
	kinds := []emulator.FaultKind{emulator.FaultThrottle, emulator.FaultErrorJSON, emulator.FaultErrorHTML, emulator.FaultHang, emulator.FaultDrop}
	operations := []string{"GetPipelineState", "DisableStageTransition", "EnableStageTransition", "*"}
	for _, kind := range kinds {
		for _, operation := range operations {
			for _, after := range []bool{false, true} {
				if after && kind == emulator.FaultThrottle {
					continue // throttling never applies
				}
				name := string(kind) + " " + operation
				if after {
					name += " after applying"
				}
				t.Run(name, func(t *testing.T) {
					evening(t, func(t *testing.T, w *world) {
						w.start()
						time.Sleep(time.Minute)
						fault := emulator.Fault{Kind: kind, Operation: operation, After: after, Count: 4}
						w.inject(fault)
						w.sick.Store(true)
						time.Sleep(2 * time.Minute)
						if w.enabled() {
							t.Fatalf("production is unwell and the transition is enabled: %+v", w.report())
						}
						w.inject(fault)
						w.sick.Store(false)
						time.Sleep(20 * time.Minute)
						if !w.enabled() {
							t.Fatalf("well for 20 min and still closed: %+v", w.report())
						}
					})
				})
			}
		}
	}
}

// L1 and S2: while CodePipeline lets nobody read, a close may follow a read of
// the last minute, and then it does not open by itself.
func TestThrottledReads(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.sick.Store(true)
		time.Sleep(15 * time.Second)
		w.inject(emulator.Fault{Kind: emulator.FaultThrottle, Operation: "GetPipelineState"})
		time.Sleep(20 * time.Second)
		if w.enabled() {
			t.Fatal("not closed while reads are throttled, although the last read is young")
		}
		if p := w.report().Problems; len(p) == 0 || p[0].Code != "throttled" {
			t.Errorf("problems %+v, want throttled", p)
		}
		time.Sleep(5 * time.Minute)
		w.server.ClearFaults()
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if w.enabled() {
			t.Error("a close that followed an old read opened by itself")
		}
		if !w.report().Decision.Ask {
			t.Errorf("andon says %+v, want a person asked", w.report().Decision)
		}
	})
}

// S2: after a minute without a read nothing is written at all.
func TestThrottledForMinutes(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.inject(emulator.Fault{Kind: emulator.FaultThrottle, Operation: "GetPipelineState"})
		time.Sleep(2 * time.Minute)
		w.sick.Store(true)
		time.Sleep(2 * time.Minute)
		if n := w.called("DisableStageTransition"); n != 0 {
			t.Errorf("%d disables on a read older than a minute", n)
		}
		if r := w.report(); r.Enforced || r.Decision.State != gates.Closed {
			t.Errorf("says %v, enforced %v; want closed and not enforced", r.Decision.State, r.Enforced)
		}
		w.server.ClearFaults()
		time.Sleep(15 * time.Second)
		if w.enabled() {
			t.Error("reads work again, and it is not closed")
		}
	})
}

func TestDoubtfulClockClosesAndDoesNotOpen(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.inject(emulator.Fault{Kind: emulator.FaultDate, By: -40 * time.Minute})
		w.fallSick()
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if w.enabled() {
			t.Fatal("opened although our clock is doubtful")
		}
		if d := w.report().Decision; d.State != gates.Keep || d.Reasons[0].Code != "clock" {
			t.Errorf("andon says %+v, want keep because of the clock", d)
		}
		w.server.ClearFaults()
		time.Sleep(90 * time.Second)
		if !w.enabled() {
			t.Error("the clock is right again, and it did not open")
		}
	})
}

// brittleStore is a journal whose disk can be full.
type brittleStore struct {
	journal.Store
	full atomic.Bool
}

func (s *brittleStore) Append(ctx context.Context, r journal.Record) error {
	if s.full.Load() {
		return &fullError{}
	}
	return s.Store.Append(ctx, r)
}

type fullError struct{}

func (*fullError) Error() string { return "no space left on device" }

// S9: a full disk keeps nobody from closing; what could not be written is
// written late, and until then nothing opens.
func TestFullJournalClosesAndDoesNotOpen(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		store := &brittleStore{Store: w.store}
		w.store = store
		w.start()
		time.Sleep(time.Minute)
		store.full.Store(true)
		w.fallSick()
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if w.enabled() {
			t.Fatal("opened although the journal cannot be written")
		}
		if p := w.report().Problems; len(p) == 0 || p[0].Code != "journal" || !strings.Contains(p[0].Text, "no space left") {
			t.Errorf("problems %+v, want the journal's", p)
		}
		store.full.Store(false)
		time.Sleep(90 * time.Second)
		if !w.enabled() {
			t.Fatalf("the disk has room again, and it did not open: %+v", w.report())
		}
		var kinds []string
		records, _ := store.Read(t.Context(), w.gate.Stream(), 0, 0)
		for _, r := range records {
			kinds = append(kinds, r.Kind)
		}
		if got := strings.Join(kinds, " "); got != "late late intent outcome" {
			t.Errorf("the journal has %q, want the close late and then the open", got)
		}
		if err := journal.Verify(records); err != nil {
			t.Error(err)
		}
	})
}

// Another andon's hold, and one whose words somebody copied, are not ours.
func TestMarksAreComparedWholeP5(t *testing.T) {
	for name, c := range map[string]struct {
		by, reason string
		holder     gates.Holder
	}{
		"a longer gate name":       {"ANDON", "(andon shop-prod production-eu 0123456789) down", gates.Stranger},
		"a shorter gate name":      {"ANDON", "(andon shop-prod prod 0123456789) down", gates.Stranger},
		"another instance":         {"ANDON", "(andon shop production 0123456789) down", gates.Stranger},
		"our words, a person":      {"alice", "(andon shop-prod production 0123456789) down", gates.Person},
		"our mark, not in front":   {"ANDON", "see (andon shop-prod production 0123456789)", gates.Person},
		"our mark with more in it": {"ANDON", "(andon shop-prod production 01234 56789) down", gates.Person},
	} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				time.Sleep(time.Minute)
				w.disable(c.by, c.reason)
				time.Sleep(2 * time.Hour)
				if w.enabled() {
					t.Errorf("%q by %s was lifted", c.reason, c.by)
				}
				if r := w.report(); r.Holder != c.holder {
					t.Errorf("holder %q, want %q", r.Holder, c.holder)
				}
			})
		})
	}
}
