package codepipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
)

// giveBack is what andon unhold does with an orphan.
func (w *world) giveBack(o gates.Orphan) error {
	point := codepipeline.NewAccount(w.config("ANDON"), &w.calls).Pipeline(o.Pipeline).Transition(o.Stage)
	us := gates.Gate{Instance: "shop-prod", PersonEnable: time.Hour, Principals: w.gate.Principals}
	_, err := gates.GiveBack(context.Background(), o, us, point, w.store, gates.Order{Actor: "alice", Reason: "the gate is gone"}, time.Now)
	return err
}

func (w *world) orphans(configured ...gates.Gate) []gates.Orphan {
	w.t.Helper()
	found, err := gates.NewOrphans(w.store).Look(context.Background(), configured)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

func TestOrphanIsGivenBackFromTheJournalAlone(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		if found := w.orphans(w.gate); len(found) != 0 {
			t.Errorf("the gate answers for its hold, and it is called an orphan: %+v", found)
		}
		found := w.orphans()
		if len(found) != 1 || found[0].Place != w.gate.Place() || found[0].Since.IsZero() || !strings.Contains(w.reason(), found[0].Intent) {
			t.Fatalf("found %+v, want the hold of the gate that is gone", found)
		}
		if err := w.giveBack(found[0]); err != nil || !w.enabled() {
			t.Fatalf("enabled: %v, %v", w.enabled(), err)
		}
		if found := w.orphans(); len(found) != 0 {
			t.Errorf("it was given back, and is still an orphan: %+v", found)
		}
	})
}

// An order that could not be carried out leaves the hold, and that is told.
func TestOrphanThatCannotBeGivenBackStays(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		w.inject(emulator.Fault{Operation: "EnableStageTransition", Kind: emulator.FaultThrottle})
		if err := w.giveBack(w.orphans()[0]); err == nil || w.enabled() {
			t.Fatalf("enabled: %v, %v", w.enabled(), err)
		}
		found := w.orphans()
		if len(found) != 1 {
			t.Fatalf("found %+v, want the hold that still stands", found)
		}
		w.server.ClearFaults()
		if err := w.giveBack(found[0]); err != nil || !w.enabled() || len(w.orphans()) != 0 {
			t.Errorf("enabled: %v, %v, left: %+v", w.enabled(), err, w.orphans())
		}
	})
}

func TestOrphanThatSomebodyLiftedIsCrossedOut(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		w.disable("alice", "mine now")
		var notOurs *gates.NotOursError
		if err := w.giveBack(w.orphans()[0]); !errors.As(err, &notOurs) || w.reason() != "mine now" {
			t.Fatalf("the hold is %q, %v; want alice's, untouched", w.reason(), err)
		}
		if found := w.orphans(); len(found) != 0 {
			t.Errorf("nothing of andon's is left there, and it is still an orphan: %+v", found)
		}
	})
}

// A gate that only observes after a restart answers for nothing.
func TestDemotedGateLeavesAnOrphan(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		w.gate.May = nil
		if found := w.orphans(w.gate); len(found) != 1 || !strings.Contains(found[0].Why, "observe") {
			t.Errorf("found %+v, want the hold of the gate that may only observe", found)
		}
	})
}

func TestRenamedGateSaysWhoLeftTheHold(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		w.gate.Name = "prod"
		w.start()
		w.sick.Store(false)
		time.Sleep(time.Hour)
		ps := w.report().Problems
		if w.enabled() || len(ps) != 1 || ps[0].Code != "orphan" || !strings.Contains(ps[0].Do, "andon unhold production") {
			t.Fatalf("enabled %v, problems %+v; want the hold left, and told whose it is", w.enabled(), ps)
		}
		if err := w.giveBack(w.orphans(w.gate)[0]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if r := w.report(); !w.enabled() || len(r.Problems) != 0 {
			t.Errorf("enabled %v, problems %+v", w.enabled(), r.Problems)
		}
	})
}

// A gate that was moved while it held, and while andon was away, guards its new
// place at once; what it left is an orphan, given back beside it.
func TestMovedGateLeavesAnOrphan(t *testing.T) {
	eveningWithStages(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.stop()
		old := w.gate
		w.gate.Stage = "Staging"
		w.start()
		time.Sleep(time.Minute)
		if !strings.HasPrefix(w.reason(), "(andon shop-prod production ") {
			t.Fatalf("the old hold is %q", w.reason())
		}
		found := w.orphans(w.gate)
		if len(found) != 1 || found[0].Place != old.Place() || !strings.Contains(found[0].Why, "Staging") {
			t.Fatalf("found %+v, want the hold at %v", found, old.Place())
		}
		time.Sleep(time.Minute)
		if r := w.report(); r.Hold == nil || r.Seen.Enabled {
			t.Errorf("at its new place: %+v, want closed", r)
		}
		if err := w.giveBack(found[0]); err != nil || !w.enabled() {
			t.Fatalf("enabled: %v, %v", w.enabled(), err)
		}
		if found := w.orphans(w.gate); len(found) != 0 {
			t.Errorf("still an orphan: %+v", found)
		}
		time.Sleep(time.Minute)
		if r := w.report(); r.Hold == nil || r.Seen.Enabled || r.Closes != 1 {
			t.Errorf("the new hold did not survive: %+v", r)
		}
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if r := w.report(); !r.Seen.Enabled || r.Hold != nil {
			t.Errorf("the moved gate did not open: %+v", r)
		}
	}, "Staging", stageName)
}

// Alice enables what mia has ordered open before andon can: nothing of ours is
// left there, and nothing is told to be.
func TestHoldThatAnotherLiftedBeforeTheOrderedOpenIsForgotten(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.inject(emulator.Fault{Operation: "EnableStageTransition", Kind: emulator.FaultThrottle})
		w.order(gates.Opened, 30*time.Minute)
		time.Sleep(15 * time.Second)
		w.enable("alice")
		time.Sleep(time.Minute)
		w.stop()
		if found := w.orphans(); len(found) != 0 || !w.enabled() {
			t.Errorf("an orphan of nothing (enabled: %v): %+v", w.enabled(), found)
		}
	})
}
