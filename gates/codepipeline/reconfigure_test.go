package codepipeline_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
)

// reconfigure puts gates at their points on the running line, as a reload
// does, and returns what it is refused for.
func (w *world) reconfigure(next ...gates.Gate) []error {
	w.t.Helper()
	resume, err := w.life.line.Pause(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	defer resume()
	if refused := w.life.line.Refuse(next); len(refused) > 0 {
		return refused
	}
	posts := make([]gates.Post, len(next))
	pipeline := codepipeline.NewAccount(w.config("ANDON"), &w.calls).Pipeline(pipelineName)
	for i, g := range next {
		posts[i] = gates.Post{Gate: g, Point: pipeline.Transition(g.Stage)}
	}
	w.life.line.Set(w.t.Context(), time.Now(), posts, w.store)
	return nil
}

// eveningWithStages is an evening with more than one deploy stage.
func eveningWithStages(t *testing.T, tell func(t *testing.T, w *world), stages ...string) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorldBehind(t, func(h http.Handler) http.Handler { return h }, stages...)
		defer w.end()
		time.Sleep(2 * time.Hour)
		tell(t, w)
	})
}

func TestGateThatHoldsIsNotLetGo(t *testing.T) {
	less := map[string]func(*gates.Gate){
		"be removed":                 nil,
		"be moved to stage Staging":  func(g *gates.Gate) { g.Stage = "Staging" },
		"be moved to stage Product":  func(g *gates.Gate) { g.Instance = "another" },
		"in eu-west-1":               func(g *gates.Gate) { g.Region = "eu-west-1" },
		"lose its right to open":     func(g *gates.Gate) { g.May = []gates.Verb{gates.Close} },
		"right to close and open: i": func(g *gates.Gate) { g.May = nil },
	}
	eveningWithStages(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		refusals := func() (said []error) {
			for _, change := range less {
				next := []gates.Gate{w.gate}
				if change == nil {
					next = nil
				} else {
					change(&next[0])
				}
				resume, err := w.life.line.Pause(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				said = append(said, w.life.line.Refuse(next)...)
				resume()
			}
			return said
		}
		if said := refusals(); len(said) > 0 {
			t.Errorf("nothing is held, and it is refused: %v", said)
		}
		w.fallSick()
		said := errors.Join(refusals()...).Error()
		if n := strings.Count(said, "gate production cannot "); n != len(less) {
			t.Errorf("%d of %d changes are refused:\n%s", n, len(less), said)
		}
		for want := range less {
			if !strings.Contains(said, want) {
				t.Errorf("no refusal says %q:\n%s", want, said)
			}
		}
		if !strings.Contains(said, "it holds stage Production of pipeline shop; wait until it has opened, or give it back with 'andon unhold production'") {
			t.Errorf("the refusals do not say what to do:\n%s", said)
		}
		w.sick.Store(false)
		time.Sleep(time.Hour)
		if said := refusals(); len(said) > 0 {
			t.Errorf("it has opened, and is still refused: %v", said)
		}
	}, "Staging", stageName)
}

// Records that wait to be written would be lost with their gate.
func TestGateWithUnwrittenRecordsIsNotLetGo(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		disk := &brittleStore{Store: w.store}
		w.store = disk
		w.start()
		time.Sleep(time.Minute)
		disk.full.Store(true)
		w.fallSick()
		if said := w.reconfigure(); len(said) != 1 || !strings.Contains(said[0].Error(), "journal") {
			t.Errorf("refused for %v, want its journal", said)
		}
	})
}

// What was never seen may be held. A gate at a pipeline that does not exist is
// a slip of the pen, and may go.
func TestGateThatSawNothingIsNotLetGo(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.inject(emulator.Fault{Operation: "GetPipelineState", Kind: emulator.FaultErrorHTML})
		w.start()
		time.Sleep(time.Minute)
		if said := w.reconfigure(); len(said) != 1 || !strings.Contains(said[0].Error(), "AWS has not been read") {
			t.Errorf("refused for %v, want that nobody has looked", said)
		}
		w.server.ClearFaults()
		time.Sleep(time.Minute)
		if said := w.reconfigure(); said != nil {
			t.Error(said)
		}
	})
	t.Run("a slip of the pen", func(t *testing.T) {
		evening(t, func(t *testing.T, w *world) {
			w.gate.Stage = "Prodution"
			w.start()
			time.Sleep(time.Minute)
			if said := w.reconfigure(); said != nil {
				t.Error(said)
			}
		})
	})
}

func TestReconfiguredGateKeepsWhatItKnows(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		before := w.report()
		w.gate.MinHold = time.Hour
		w.gate.Reopen = gates.AutoReopen
		if said := w.reconfigure(w.gate); said != nil {
			t.Fatal(said)
		}
		w.sick.Store(false)
		time.Sleep(50 * time.Minute)
		r := w.report()
		if w.enabled() || r.Gate.MinHold != time.Hour || r.Hold == nil || r.Hold.Intent != before.Hold.Intent || r.Closes != 1 {
			t.Errorf("50 minutes of an hour: enabled %v, %+v", w.enabled(), r)
		}
		time.Sleep(12 * time.Minute)
		if !w.enabled() {
			t.Errorf("the hour is over; andon says %+v", w.report())
		}
	})
}

// Somebody enabled while nobody could tell how production is: the gate may go,
// and leaves no orphan behind.
func TestGateWhoseHoldIsGoneMayGo(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.silent.Store(true)
		time.Sleep(2 * time.Minute)
		w.enable("alice")
		time.Sleep(time.Minute)
		if r := w.report(); r.Decision.State != gates.Keep || r.Hold == nil {
			t.Fatalf("this is another story: %+v", r)
		}
		if said := w.reconfigure(); said != nil {
			t.Error(said)
		}
		if found := w.orphans(); len(found) != 0 {
			t.Errorf("an orphan of nothing: %+v", found)
		}
	})
}

func TestGatesSwapPoints(t *testing.T) {
	eveningWithStages(t, func(t *testing.T, w *world) {
		w.start()
		other := w.gate
		other.Name, other.Stage = "staging", "Staging"
		if said := w.reconfigure(w.gate, other); said != nil {
			t.Fatal(said)
		}
		time.Sleep(time.Minute)
		production := w.gate
		production.Stage, other.Stage = "Staging", stageName
		if said := w.reconfigure(production, other); said != nil {
			t.Fatal(said)
		}
		if n := len(w.life.line.Reports()); n != 0 {
			t.Errorf("%d reports of gates that stand elsewhere now", n)
		}
		w.sick.Store(true)
		time.Sleep(40 * time.Second)
		if got := w.reason(); !strings.HasPrefix(got, "(andon shop-prod staging ") {
			t.Errorf("production is held with %q, want by the gate staging", got)
		}
	}, "Staging", stageName)
}

// Who we are is not in the configuration: a gate must not take its own hold for
// a person's between a reload and its next tick, or a second reload could
// remove it and leave the hold to nobody.
func TestReconfiguredGateStillKnowsItself(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.Principals = []string{"arn:aws:iam::123456789012:role/operator"}
		w.start()
		w.life.line.IAm("arn:aws:sts::123456789012:assumed-role/andon/task-1")
		time.Sleep(time.Minute)
		w.inject(emulator.Fault{Operation: "DisableStageTransition", Kind: emulator.FaultDrop, After: true, Count: 1}) // no answer tells the journal who did it
		w.fallSick()
		if r := w.report(); r.Holder != gates.Ours {
			t.Fatalf("this is another story: %+v", r)
		}
		if said := w.reconfigure(w.gate); said != nil {
			t.Fatal(said)
		}
		if said := w.reconfigure(); len(said) != 1 || !strings.Contains(said[0].Error(), "it holds stage Production") {
			t.Errorf("refused for %v, want its hold", said)
		}
	})
}
