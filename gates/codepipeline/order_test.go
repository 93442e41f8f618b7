package codepipeline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
)

// order gives one, as the API does, and expects no refusal.
func (w *world) order(state gates.State, lasts time.Duration) gates.Outlook {
	w.t.Helper()
	out, err := w.life.line.Order(context.Background(), w.gate.Name,
		gates.Order{State: state, Actor: "mia", Reason: "stocktaking, back at 9", For: lasts}, time.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) withdraw() {
	w.t.Helper()
	if _, err := w.life.line.Withdraw(context.Background(), w.gate.Name, gates.Order{Actor: "mia", Reason: "done"}, time.Now); err != nil {
		w.t.Fatal(err)
	}
}

func TestOrderedOpen(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		fix := w.push("the-fix")
		time.Sleep(12 * time.Second) // it has come to wait since andon looked last
		out := w.order(gates.Opened, 30*time.Minute)
		if len(out.Waiting) != 1 || out.Waiting[0].ID != fix || len(out.Blocks) > 0 {
			t.Errorf("%+v, want to be told that the fix rides along", out)
		}
		time.Sleep(2 * time.Second)
		if !w.enabled() {
			t.Fatalf("2 s after the order it is not enabled: %+v", w.report())
		}
		time.Sleep(29 * time.Minute)
		if !w.enabled() {
			t.Error("S7: a live order was fought")
		}
		if rs := w.report().Decision.Reasons; rs[len(rs)-1].Code != "override-ends" {
			t.Errorf("a minute before its end nobody is told: %+v", rs)
		}
		time.Sleep(time.Minute + 5*time.Second)
		if w.enabled() {
			t.Error("the order is over, production is unwell, and it is enabled")
		}
		w.auditS9()
	})
}

func TestOrderedClosed(t *testing.T) {
	for name, end := range map[string]func(w *world){
		"withdrawn": func(w *world) { w.withdraw() },
		"expired":   func(*world) { time.Sleep(10 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.gate.Reopen = gates.AskReopen
				w.start()
				w.push("rev-2")
				time.Sleep(time.Minute) // it is through, and no suspect for this
				w.order(gates.Closed, 20*time.Minute)
				time.Sleep(2 * time.Second)
				if w.enabled() || !strings.Contains(w.reason(), "(andon shop-prod production ") || !strings.Contains(w.reason(), "mia ordered it closed stocktaking back at 9") {
					t.Fatalf("2 s after the order: enabled %v, reason %q", w.enabled(), w.reason())
				}
				w.push("rev-3")
				w.enable("DEPLOY")
				time.Sleep(10 * time.Minute)
				if w.enabled() {
					t.Fatal("S7: it was opened against an order to close")
				}
				end(w)
				time.Sleep(5 * time.Second)
				if !w.enabled() {
					t.Errorf("the order has ended, production was well all the time, and it is disabled: %+v", w.report())
				}
				if r := w.report(); r.Ended == nil || r.Override != nil {
					t.Errorf("the end of the order is not told: %+v", r)
				}
				w.auditS9()
			})
		})
	}
}

// S7: the newest will counts.
func TestPersonEnablesWhatAnotherOrderedClosed(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.order(gates.Closed, 6*time.Hour)
		time.Sleep(time.Minute)
		w.enable("alice")
		for range 30 {
			time.Sleep(time.Minute)
			if !w.enabled() {
				t.Fatal("a person's enable was fought")
			}
		}
		if e := w.report().Ended; e == nil || !strings.HasSuffix(e.Actor, "user/alice") {
			t.Errorf("ended: %+v, want to be told that alice did", e)
		}
		w.fallSick() // her enable was no order for what comes later
	})
}

// P15: production falls sick behind an order to close, with a release inside.
func TestSickBehindAnOrderAsksP15(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.push("rev-2")
		time.Sleep(12 * time.Second) // it is inside
		w.order(gates.Closed, 30*time.Minute)
		w.sick.Store(true)
		w.push("rev-3")
		time.Sleep(5 * time.Minute)
		w.sick.Store(false)
		time.Sleep(15 * time.Minute)
		w.withdraw()
		time.Sleep(time.Minute)
		if d := w.report().Decision; w.enabled() || !d.Ask {
			t.Errorf("enabled %v, andon says %+v; want a person asked: what waits may carry the same fault", w.enabled(), d)
		}
	})
}

// An order that takes the place of another says whose.
func TestOrderReplacesOrder(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		first := w.order(gates.Closed, time.Hour)
		time.Sleep(5 * time.Second)
		second := w.order(gates.Opened, 2*time.Minute)
		time.Sleep(5 * time.Second)
		if r := second.Order.Replaces; r == nil || r.ID != first.Order.ID || r.Actor != "mia" || !w.enabled() {
			t.Errorf("replaces %+v, enabled %v", r, w.enabled())
		}
		time.Sleep(10 * time.Minute)
		if !w.enabled() || w.report().Override != nil {
			t.Errorf("the replaced order is back: %+v", w.report())
		}
	})
}

// S9: what the journal does not take is refused, and nothing comes of it.
func TestOrderWithoutJournal(t *testing.T) {
	for mode, stored := range map[int32]bool{storeFull: false, storeStuck: false, storeLying: true} {
		t.Run(fmt.Sprint("mode ", mode), func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				store := new(fickleStore)
				w.store = store
				w.start()
				time.Sleep(time.Minute)
				store.mode.Store(mode)
				_, err := w.life.line.Order(context.Background(), w.gate.Name, gates.Order{State: gates.Closed, Actor: "mia", Reason: "x"}, time.Now)
				store.mode.Store(storeWell)
				var refused *gates.OrderError
				if stored != (err == nil) || !stored && (!errors.As(err, &refused) || refused.Code != "journal") {
					t.Fatalf("mode %d: %v, stored %v", mode, err, stored)
				}
				time.Sleep(time.Minute)
				if w.enabled() == stored {
					t.Errorf("mode %d: enabled %v, and the order was accepted: %v", mode, w.enabled(), stored)
				}
			})
		})
	}
}

// S7: an order that comes while a call hangs waits for its end, so that no call
// to close arrives after it.
func TestOrderWaitsForTheCallUnderWay(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		if err := w.server.Inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "DisableStageTransition", Count: 1, AccessKey: "ANDON"}); err != nil {
			t.Fatal(err)
		}
		w.sick.Store(true)
		for w.called("DisableStageTransition") == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		w.order(gates.Opened, time.Hour)
		records, err := w.store.Read(t.Context(), w.gate.Stream(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if last := records[len(records)-1].Kind + " after " + records[len(records)-2].Kind; last != "override after outcome" {
			t.Errorf("the journal ends with %s: the order did not wait for the call", last)
		}
		time.Sleep(30 * time.Minute)
		if n := w.called("DisableStageTransition"); n != 1 || !w.enabled() {
			t.Errorf("%d calls to disable, enabled %v; want none after the order", n, w.enabled())
		}
		w.auditS9()
	})
}

// S7, S10: no order lifts a person's hold.
func TestOrderDoesNotLiftAPersonsHold(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.disable("alice", "inventory until Monday")
		time.Sleep(15 * time.Second)
		out := w.order(gates.Opened, time.Hour)
		if len(out.Blocks) != 1 || out.Blocks[0].Code != "person" || !strings.Contains(out.Blocks[0].Text, "inventory until Monday") {
			t.Errorf("blocked by %+v, want alice's hold told", out.Blocks)
		}
		time.Sleep(30 * time.Minute)
		if w.enabled() || w.reason() != "inventory until Monday" {
			t.Errorf("enabled %v, reason %q", w.enabled(), w.reason())
		}
	})
}

// Who lists the orders right after giving or ending one has to see what it did.
func TestOrdersAreToldAtOnce(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.order(gates.Closed, time.Hour)
		if o := w.report().Override; o == nil || o.Actor != "mia" {
			t.Errorf("right after it was given: %+v", o)
		}
		time.Sleep(time.Minute)
		w.withdraw()
		if o := w.report().Override; o != nil {
			t.Errorf("right after it was ended: %+v", o)
		}
	})
}
