package codepipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
)

// L1: nobody wanted it closed when alice enabled it, although a close had been
// tried, and refused, in an earlier sickness.
func TestEnableInGoodTimesIsNoOrder(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.inject(emulator.Fault{Kind: emulator.FaultThrottle, Operation: "DisableStageTransition"})
		w.sick.Store(true)
		time.Sleep(40 * time.Second)
		if p := w.report().Problems; len(p) != 1 || p[0].Code != "throttled" {
			t.Errorf("problems %+v, want the refused close", p)
		}
		w.sick.Store(false)
		time.Sleep(10 * time.Minute)
		if p := w.report().Problems; len(p) != 0 {
			t.Errorf("problems %+v of a close that is no longer wanted", p)
		}
		w.server.ClearFaults()
		w.enable("alice")
		time.Sleep(time.Hour)
		w.fallSick()
	})
}

// S4: CodePipeline tells once more of the enable that alice gave before we
// closed. That is no order to open again.
func TestAnswerOfThePastIsNoOrder(t *testing.T) {
	for name, restart := range map[string]bool{"while running": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				w.enable("alice")
				time.Sleep(10 * time.Minute)
				w.fallSick()
				time.Sleep(30 * time.Second)
				if restart {
					w.stop()
				}
				w.inject(emulator.Fault{Kind: emulator.FaultStale, Operation: "GetPipelineState", By: 2 * time.Minute, Count: 3})
				if restart {
					w.start()
				}
				for range 120 {
					time.Sleep(time.Second)
					if w.enabled() {
						t.Fatalf("production is unwell, and it was opened on an answer of the past: %+v", w.report())
					}
				}
				if n := w.called("EnableStageTransition"); n != 0 {
					t.Errorf("%d enables while production is unwell", n)
				}
			})
		})
	}
}

// L2, L5: to be stopped while reading is not to be kept from reading. A close
// that followed would never open by itself.
func TestStoppedWhileReadingWritesNothing(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		failures := 0
		w.fails = func() {
			if failures++; failures == 3 {
				w.inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "GetPipelineState"})
			}
		}
		w.start()
		time.Sleep(time.Minute)
		w.sick.Store(true)
		for calls := w.server.Calls(); calls[len(calls)-1].Status != 0; calls = w.server.Calls() {
			time.Sleep(100 * time.Millisecond)
		}
		w.stop()
		if n := w.called("DisableStageTransition"); n != 0 {
			t.Errorf("%d disables by a daemon that was stopped while it read", n)
		}
	})
}

// S1, S7: alice takes over a hold before andon knows what became of its own
// call, and leaves its words in front of hers. She is not one of us for that.
func TestPastedMarkTeachesNothing(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.inject(emulator.Fault{Kind: emulator.FaultDrop, Operation: "DisableStageTransition", After: true, Count: 1})
		w.fails = func() {
			if w.called("DisableStageTransition") == 0 {
				return
			}
			w.fails = nil
			w.server.ClearFaults()
		}
		w.sick.Store(true)
		for w.enabled() {
			w.inject(emulator.Fault{Kind: emulator.FaultThrottle, Operation: "GetPipelineState", Count: 2, Every: 1})
			time.Sleep(time.Second)
		}
		w.disable("alice", w.reason()+" - and alice too")
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() || !strings.HasSuffix(w.reason(), "and alice too") {
			t.Errorf("a person's hold was touched: enabled %v, reason %q", w.enabled(), w.reason())
		}
		if r := w.report(); r.Holder != gates.Person {
			t.Errorf("held by %q, want a person", r.Holder)
		}
	})
}
