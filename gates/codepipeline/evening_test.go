package codepipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// evening runs a story in virtual time.
func evening(t *testing.T, tell func(t *testing.T, w *world)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		time.Sleep(2 * time.Hour) // the first release is long through and no suspect
		tell(t, w)
	})
}

// fallSick lets production fail and waits until andon has had its time.
func (w *world) fallSick() {
	w.t.Helper()
	w.sick.Store(true)
	time.Sleep(35 * time.Second) // three failures of five, and the close
	if w.enabled() {
		w.t.Fatalf("production is unwell and the transition is enabled; andon says %+v", w.report())
	}
}

func TestSickClosesWellOpens(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		if !w.enabled() || w.report().Decision.State != gates.Opened || !w.report().Enforced {
			t.Fatalf("healthy production, and andon says %+v", w.report())
		}
		w.fallSick()
		for _, want := range []string{"(andon shop-prod production ", "storefront is unhealthy", "status is 500", "since 20", "no release inside"} {
			if !strings.Contains(w.reason(), want) {
				t.Errorf("the reason in AWS is %q, it lacks %q", w.reason(), want)
			}
		}
		id := w.push("rev-2")
		time.Sleep(5 * time.Minute)
		if s := w.stage(); len(s.InboundExecutions) != 1 || *s.InboundExecutions[0].PipelineExecutionId != id {
			t.Fatalf("the release does not wait before the transition: %+v", s)
		}
		w.sick.Store(false)
		time.Sleep(3 * time.Minute)
		if w.enabled() {
			t.Fatal("enabled again before min_hold was over")
		}
		time.Sleep(4 * time.Minute)
		if !w.enabled() {
			t.Fatalf("production is well, min_hold is over, and the transition is still disabled; andon says %+v", w.report())
		}
		if got := *w.stage().LatestExecution.PipelineExecutionId; got != id {
			t.Errorf("%s is inside, want the release that waited, %s", got, id)
		}
		if n := w.called("DisableStageTransition") + w.called("EnableStageTransition"); n != 2 {
			t.Errorf("%d writes, want one disable and one enable", n)
		}
	})
}

func TestSuspectCloseAsksP15(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		w.push("rev-2")
		time.Sleep(10 * time.Minute) // it went through ten minutes ago
		w.fallSick()
		w.push("rev-3")
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() {
			t.Fatal("opened by itself although the release that left ten minutes before is suspected")
		}
		if d := w.report().Decision; d.State != gates.Closed || !d.Ask {
			t.Errorf("andon says %+v, want closed and asking", d)
		}
		w.enable("alice")
		time.Sleep(time.Minute)
		if !w.enabled() {
			t.Error("a person answered, and was overruled")
		}
	})
}

// Who opens as they were asked to answers for what has been, and orders
// nothing for what comes.
func TestAnswerIsNoOrder(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.Reopen = gates.AskReopen
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if d := w.report().Decision; !d.Ask {
			t.Fatalf("andon says %+v, want a person asked", d)
		}
		w.enable("alice")
		time.Sleep(time.Minute)
		if r := w.report(); !w.enabled() || r.Override != nil || r.Decision.State != gates.Opened {
			t.Errorf("enabled %v, override %+v, decision %v; want an open gate without an order", w.enabled(), r.Override, r.Decision.State)
		}
		w.fallSick()
	})
}

func TestPersonsHoldStaysP3(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.disable("alice", "inventory until Monday")
		w.sick.Store(true)
		time.Sleep(20 * time.Minute)
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() || w.reason() != "inventory until Monday" {
			t.Errorf("a person's hold was touched: enabled %v, reason %q", w.enabled(), w.reason())
		}
		if r := w.report(); r.Holder != gates.Person {
			t.Errorf("held by %q, want a person", r.Holder)
		}
		if n := w.called("DisableStageTransition") + w.called("EnableStageTransition"); n != 0 {
			t.Errorf("%d writes, want none (P8: nothing overwrites a person's reason)", n)
		}
	})
}

func TestPersonTakesOverOurHold(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.disable("alice", "I look into it")
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() || w.reason() != "I look into it" {
			t.Errorf("enabled %v, reason %q: the hold is alice's now", w.enabled(), w.reason())
		}
	})
}

// aliceIsHonoured sees her enable of a moment ago stand for its hour, and no longer.
func (w *world) aliceIsHonoured(t *testing.T) {
	t.Helper()
	for range 55 {
		time.Sleep(time.Minute)
		if !w.enabled() {
			t.Fatal("a person's enable was fought")
		}
	}
	if o := w.report().Override; o == nil || !strings.HasSuffix(o.Actor, "user/alice") {
		t.Errorf("override %+v, want alice's", o)
	}
	time.Sleep(10 * time.Minute)
	if w.enabled() {
		t.Error("person_enable is over, production is unwell, and the transition is still enabled")
	}
}

func TestPersonsEnableIsNotFought(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.enable("alice")
		w.aliceIsHonoured(t)
	})
}

// S7: the journal is lost, and alice lifts what andon has seen to be its own and
// not taken up again yet.
func TestPersonsEnableOfALostHoldIsNotFought(t *testing.T) {
	for _, may := range [][]gates.Verb{{gates.Close, gates.Open}, {gates.Close}} {
		t.Run(fmt.Sprint(may), func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				w.stop()
				w.store, w.gate.May = new(journal.Memory), may
				w.silent.Store(true)
				w.start()
				time.Sleep(time.Minute)
				if r := w.report(); r.Holder != gates.Adrift {
					t.Fatalf("held by %q, want a hold that nobody knows", r.Holder)
				}
				w.enable("alice")
				time.Sleep(time.Minute)
				w.silent.Store(false)
				w.aliceIsHonoured(t)
			})
		})
	}
}

func TestPersonsEnableEndsWhenWhatWaitedHasEntered(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		fix := w.push("the-fix")
		time.Sleep(time.Minute)
		w.enable("alice")
		time.Sleep(30 * time.Second)
		s := w.stage()
		if got := *s.LatestExecution.PipelineExecutionId; got != fix {
			t.Errorf("%s entered, want what waited, %s", got, fix)
		}
		if s.InboundTransitionState.Enabled {
			t.Error("the execution that waited has entered, and nobody closed behind it")
		}
	})
}

func TestMachinesEnableIsClosedAgain(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.enable("DEPLOY")
		time.Sleep(30 * time.Second)
		if w.enabled() {
			t.Error("CloudFormation enabled it, and 30 s later it is not closed again")
		}
		w.sick.Store(false)
		time.Sleep(15 * time.Minute)
		if !w.enabled() {
			t.Errorf("well again for 15 min, and still closed: %+v", w.report().Decision)
		}
	})
}

func TestObservingWritesNothing(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.May = nil
		w.start()
		w.sick.Store(true)
		time.Sleep(5 * time.Minute)
		if r := w.report(); r.Decision.State != gates.Closed || r.Enforced {
			t.Errorf("decision %v enforced %v, want closed and not enforced", r.Decision.State, r.Enforced)
		}
		for _, c := range w.server.Calls() {
			if c.AccessKey == "ANDON" && !strings.HasPrefix(c.Operation, "Get") {
				t.Errorf("an observing gate called %s", c.Operation)
			}
		}
	})
}
