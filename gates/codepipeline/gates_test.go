package codepipeline_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// twoGates runs a story of a pipeline with gates before Staging and Production,
// audited as the simulation is.
func twoGates(t *testing.T, tell func(t *testing.T, s *simulation)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t, 1)
		for i := range s.gates {
			g := &s.gates[i]
			g.MinHold, g.PersonEnable, g.Reopen = 10*time.Minute, time.Hour, gates.AskIfSuspect
			g.Principals = []string{"arn:aws:iam::123456789012:role/andon"}
		}
		s.knows = false
		defer s.world.end()
		time.Sleep(2 * time.Hour)
		tell(t, s)
		s.stop()
		if s.failed() {
			t.Error(strings.Join(s.timeline(), "\n"))
		}
	})
}

// fallSickNow lets the api fail and waits for the deciding failure.
func (s *simulation) fallSickNow() {
	s.moods[1].Store(shopSick)
	for s.failures(1) < 3 {
		time.Sleep(50 * time.Millisecond)
	}
}

// failures counts those at the end of a check's runs.
func (s *simulation) failures(check int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range slices.Backward(s.runs[check]) {
		if r.pass {
			break
		}
		n++
	}
	return n
}

// L1: a disk that does not answer keeps no gate from closing in time.
func TestDeadDiskHoldsUpNoGate(t *testing.T) {
	twoGates(t, func(t *testing.T, s *simulation) {
		for _, name := range []string{"a", "b", "c", "d"} {
			g := s.gates[1]
			g.Name, g.Stage, g.May = name, "Build", nil // observers read their journals too
			s.gates = append([]gates.Gate{g}, s.gates...)
		}
		s.start()
		time.Sleep(time.Minute)
		s.setStore(storeStuck)
		s.fallSickNow()
		time.Sleep(5 * time.Second)
		s.mu.Lock()
		s.gates = s.gates[4:]
		s.mu.Unlock()
		s.expectClosed("5 s after the deciding failure", "L1")
	})
}

// S2: while the call for one gate hung, alice took the other's transition.
func TestSecondGateLooksAgain(t *testing.T) {
	twoGates(t, func(t *testing.T, s *simulation) {
		s.start()
		time.Sleep(time.Minute)
		s.inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "DisableStageTransition", Count: 1})
		s.fallSickNow()
		time.Sleep(time.Second)
		s.move("alice", "Staging", "inventory until Monday")
		time.Sleep(time.Minute)
		if by := s.door.look()["Staging"].InboundTransitionState.LastChangedBy; !strings.HasSuffix(by, "alice") {
			t.Errorf("alice's hold was overwritten by %s", by)
		}
	})
}

// L5: told to stop while AWS hangs and the disk is dead, in the middle of
// closing and of opening, andon is gone in time and opens nothing any more.
func TestStopsInTimeL5(t *testing.T) {
	t.Parallel()
	for _, opening := range []bool{false, true} {
		for _, disk := range []int32{storeWell, storeStuck} {
			for after := range 6 {
				t.Run(fmt.Sprintf("opening %v, disk %d, moment %d", opening, disk, after), func(t *testing.T) {
					twoGates(t, func(t *testing.T, s *simulation) { s.stopInTheMiddle(opening, disk, after) })
				})
			}
		}
	}
}

func (s *simulation) stopInTheMiddle(opening bool, disk int32, after int) {
	s.start()
	time.Sleep(time.Minute)
	operation := "DisableStageTransition"
	if opening {
		s.fallSickNow()
		time.Sleep(10 * time.Second)
		operation = "EnableStageTransition"
	}
	s.inject(emulator.Fault{Kind: emulator.FaultHang, Operation: operation})
	s.moods[1].Store(shopSick)
	if opening {
		s.moods[1].Store(shopWell)
	}
	for c := (emulator.Call{Status: 1}); c.Status != 0 || c.Operation != operation; c = s.server.Calls()[len(s.server.Calls())-1] {
		time.Sleep(time.Second)
	}
	s.inject(emulator.Fault{Kind: emulator.FaultHang})
	s.setStore(disk)
	time.Sleep(time.Duration(after) * 1400 * time.Millisecond)
	s.stop()
}

// rivalStore is a journal to which somebody else appends an order right before
// andon's next record of a kind.
type rivalStore struct {
	journal.Store
	before string
	order  func() error
	once   sync.Once
}

func (s *rivalStore) Append(ctx context.Context, r journal.Record) error {
	var err error
	if r.Kind == s.before {
		s.once.Do(func() { err = s.order() })
	}
	if err != nil {
		return err
	}
	return s.Store.Append(ctx, r)
}

// orderBeside writes an order as another process does.
func orderBeside(t *testing.T, s journal.Store, g gates.Gate, state gates.State) error {
	log, _, err := journal.Open(t.Context(), s, g.Stream())
	if err != nil {
		return err
	}
	_, err = log.Append(t.Context(), time.Now(), "override",
		gates.Override{ID: "order", State: state, Actor: "bob", Reason: "I know", At: time.Now(), Expires: time.Now().Add(time.Hour)})
	return err
}

// S7: alice enables while production is sick, and before andon has written that
// down bob orders it closed: his is the newest will.
func TestOrderBeatsAnOlderEnable(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		memory := w.store
		w.store = &rivalStore{Store: memory, before: "override", order: func() error { return orderBeside(t, memory, w.gate, gates.Closed) }}
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.enable("alice")
		time.Sleep(20 * time.Second)
		if o := w.report().Override; o == nil || o.Actor != "bob" || w.enabled() {
			t.Errorf("in force is %+v, enabled %v; want bob's order to close", o, w.enabled())
		}
	})
}

// S7, S9: the append is the fence. A person's order that came first is read
// before anything is closed against it.
func TestOrderBeatsClose(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		memory := w.store
		w.store = &rivalStore{Store: memory, before: "intent", order: func() error { return orderBeside(t, memory, w.gate, gates.Opened) }}
		w.start()
		time.Sleep(time.Minute)
		w.sick.Store(true)
		time.Sleep(30 * time.Minute)
		if n := w.called("DisableStageTransition"); n != 0 {
			t.Errorf("%d disables against an order in the journal", n)
		}
		time.Sleep(31 * time.Minute)
		if w.enabled() {
			t.Errorf("the order is over, and it is not closed: %+v", w.report())
		}
		w.auditS9()
	})
}

// S8: an order does not open either before every check has run once. For what
// that run says it does not wait: there may be no answer for hours.
func TestOrderWaitsForTheFirstRuns(t *testing.T) {
	twoGates(t, func(t *testing.T, s *simulation) {
		s.start()
		time.Sleep(time.Minute)
		s.fallSickNow()
		time.Sleep(10 * time.Second)
		s.stop()
		log, _, err := journal.Open(t.Context(), s.store, s.gates[1].Stream())
		if err != nil {
			t.Fatal(err)
		}
		order := gates.Override{ID: "order", Actor: "alice", Reason: "I know", At: time.Now(), Expires: time.Now().Add(time.Hour)}
		if _, err := log.Append(t.Context(), time.Now(), "override", order); err != nil {
			t.Fatal(err)
		}
		s.moods[1].Store(shopHangs)
		s.start()
		time.Sleep(2 * time.Second)
		if s.door.look()["Staging"].InboundTransitionState.Enabled {
			t.Error("opened although the check has not run")
		}
		s.moods[1].Store(shopSilent)
		time.Sleep(15 * time.Second)
		if !s.door.look()["Staging"].InboundTransitionState.Enabled {
			t.Errorf("an order is not carried out: %+v", s.reportOf(s.gates[1]))
		}
	})
}
