package codepipeline_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// allow lets one execution through, as the API does, and expects no refusal.
func (w *world) allow(execution string) gates.Way {
	w.t.Helper()
	way, err := w.life.line.Allow(context.Background(), gates.WayOrder{Execution: execution, Actor: "mia", Reason: "the fix for 4711"}, w.life.track, time.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	return way
}

// latest is the execution that entered production last.
func (w *world) latest() string { w.t.Helper(); return *w.stage().LatestExecution.PipelineExecutionId }

func blocks(way gates.Way) (codes []string) {
	for _, b := range way.Blocks {
		codes = append(codes, b.Code)
	}
	return codes
}

// P12: the fix goes in while production is unwell, and nothing behind it does.
func TestFixIsLetIn(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		began := w.report().Hold.Began
		older := w.push("rev-2")
		time.Sleep(12 * time.Second)
		fix := w.push("the-fix")
		way := w.allow(fix)
		if len(way.Blocks) > 0 || len(way.Track.Riders) != 1 || way.Track.Riders[0].ID != older || way.Track.Riders[0].Revision != "rev-2" {
			t.Errorf("%+v, want to be told that rev-2 rides along", way)
		}
		time.Sleep(30 * time.Second)
		if got := w.latest(); got != fix || w.enabled() {
			t.Fatalf("%s entered and enabled is %v, want the fix alone: %+v", got, w.enabled(), w.report())
		}
		if n := w.called("EnableStageTransition"); n != 1 {
			t.Errorf("it was enabled %d times", n)
		}
		next := w.push("rev-4")
		time.Sleep(time.Minute)
		if w.latest() == next {
			t.Error("what came behind the fix has entered too")
		}
		r := w.report()
		if p := r.Passage; p == nil || p.Entered != fix || !p.Over || r.Decision.State != gates.Closed || r.Hold == nil || r.Hold.Suspect || !r.Hold.Began.Equal(began) {
			t.Errorf("%+v\n%+v", r.Passage, r.Hold)
		}
		w.sick.Store(false)
		time.Sleep(15 * time.Minute)
		if !w.enabled() || w.latest() != next {
			t.Errorf("production is well, and %+v", w.report().Decision)
		}
		w.auditS9()
	})
}

// S6: what is let in while nothing is known leaves the transition as it was.
func TestFixIsLetInUnseen(t *testing.T) {
	for name, calendar := range map[string]bool{"production's hold": false, "the calendar's hold": true} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				if calendar {
					w.blackday(time.Minute, time.Hour)
				}
				w.start()
				time.Sleep(time.Minute)
				if !calendar {
					w.fallSick()
				}
				bare := w.report().Hold.Black
				w.silent.Store(true)
				time.Sleep(5 * time.Minute)
				fix := w.push("the-fix")
				w.dates.Store(nil)
				w.allow(fix)
				time.Sleep(time.Minute)
				if r := w.report(); w.enabled() || w.latest() != fix || r.Hold.Suspect || r.Hold.Black != bare {
					t.Errorf("%+v %+v", r.Decision, r.Hold)
				}
				w.auditS9()
			})
		})
	}
}

// What is to be let in may still be on its way, and another may wait in its place.
func TestFixIsWaitedFor(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.push("rev-2")
		time.Sleep(time.Minute)
		fix := w.push("the-fix")
		w.allow(fix)
		time.Sleep(5 * time.Second)
		if w.called("EnableStageTransition") > 0 {
			t.Fatal("it is enabled while another execution waits")
		}
		time.Sleep(20 * time.Second)
		if w.latest() != fix || w.enabled() {
			t.Errorf("%+v", w.report())
		}
	})
}

// A newer execution that comes between the look and the enable enters: that cannot
// be helped, so it is told, and the transition is disabled again.
func TestNewerEntersInItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "EnableStageTransition") {
					time.Sleep(3 * time.Second)
				}
				h.ServeHTTP(rw, r)
			})
		}
		w := newWorldBehind(t, slow, stageName)
		defer w.end()
		time.Sleep(2 * time.Hour)
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		fix := w.push("the-fix")
		time.Sleep(time.Minute)
		newer := w.push("rev-3")
		time.Sleep(8 * time.Second) // and 2 s later it waits there
		w.allow(fix)
		time.Sleep(20 * time.Second)
		r := w.report()
		if got := w.latest(); got != newer || w.enabled() {
			t.Fatalf("%s entered, enabled is %v", got, w.enabled())
		}
		i := slices.IndexFunc(r.Problems, func(p gates.Reason) bool { return p.Code == "wrong-passage" })
		if i < 0 || !strings.Contains(r.Problems[i].Text, newer[:8]) || !strings.Contains(r.Problems[i].Text, fix[:8]) {
			t.Errorf("nobody is told: %+v", r.Problems)
		}
		_, err := w.life.line.Allow(t.Context(), gates.WayOrder{Execution: fix, Actor: "mia", Reason: "again"}, w.life.track, time.Now)
		var refused *gates.OrderError
		if !errors.As(err, &refused) || refused.Code != "no-execution" || !strings.Contains(err.Error(), "superseded") {
			t.Errorf("%v", err)
		}
	})
}

// S8: killed at any step between the order and the second disable, andon lets in at
// most the one, and the transition is disabled in the end.
func TestKilledWhileLettingIn(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"after allow", "before intent", "after intent", "before EnableStageTransition", "after EnableStageTransition",
		"after read-back", "before outcome", "after outcome", "before passage", "after passage", "before DisableStageTransition", "after DisableStageTransition"} {
		for _, lost := range []bool{false, true} {
			name := step
			if lost {
				name += ", journal lost"
			}
			t.Run(name, func(t *testing.T) {
				evening(t, func(t *testing.T, w *world) { killedLettingIn(t, w, step, lost) })
			})
		}
	}
}

func killedLettingIn(t *testing.T, w *world, step string, lost bool) {
	real := w.store
	w.mortal = &deadman{}
	w.store = mortalStore{real, w.mortal}
	w.start()
	time.Sleep(time.Minute)
	w.fallSick()
	before := w.latest()
	fix := w.push("the-fix")
	time.Sleep(time.Minute)
	w.mortal.doom(step)
	w.life.line.Allow(t.Context(), gates.WayOrder{Execution: fix, Actor: "mia", Reason: "the fix"}, w.life.track, time.Now)
	time.Sleep(20 * time.Second)
	if !w.mortal.dead.Load() {
		t.Fatalf("it never came to %s", step)
	}
	w.life.cancel()
	w.life.done.Wait()
	w.life, w.mortal, w.store = nil, nil, real
	if lost {
		w.store = new(journal.Memory)
	}
	w.start()
	time.Sleep(time.Minute)
	next := w.push("rev-3")
	time.Sleep(2 * time.Minute)
	got := w.latest()
	if w.enabled() || got == next || got != fix && got != before {
		t.Errorf("enabled is %v and %s has entered, want the fix %s at most: %+v", w.enabled(), got, fix, w.report())
	}
	if !lost {
		if got != fix && step != "after allow" { // its order is durable
			t.Errorf("the fix was not let in: %+v", w.report())
		}
		w.auditS9()
	}
}

// What an order to let through does not pass.
func TestNotLetIn(t *testing.T) {
	for name, c := range map[string]struct {
		given func(w *world)
		code  string
	}{
		"S7: a person's hold":  {func(w *world) { w.enable("alice"); w.disable("alice", "inventory") }, "person"},
		"S7: ordered closed":   {func(w *world) { w.order(gates.Closed, time.Hour) }, "override"},
		"S10: it may not open": {func(w *world) { w.stop(); w.gate.May = []gates.Verb{gates.Close}; w.start(); time.Sleep(time.Minute) }, "may"},
	} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				before := w.latest()
				c.given(w)
				time.Sleep(5 * time.Second)
				fix := w.push("the-fix")
				time.Sleep(20 * time.Second)
				enabled := w.called("EnableStageTransition")
				if got := blocks(w.allow(fix)); !slices.Contains(got, c.code) {
					t.Errorf("in the way are %v, want %s", got, c.code)
				}
				time.Sleep(time.Minute)
				if w.latest() != before || w.called("EnableStageTransition") != enabled {
					t.Errorf("it was let in: %+v", w.report().Decision)
				}
			})
		})
	}
}

// An order to let through ends: by its time, or by a person.
func TestNoLongerLetIn(t *testing.T) {
	for name, end := range map[string]func(w *world, fix string){
		"expired while andon was down": func(w *world, _ string) { w.stop(); time.Sleep(gates.AllowFor); w.start() },
		"ended": func(w *world, fix string) {
			out, err := w.life.line.Disallow(w.t.Context(), gates.WayOrder{Execution: fix, Actor: "bob", Reason: "not now"}, time.Now)
			if err != nil || out.Before == nil || out.Before.Actor != "mia" {
				w.t.Errorf("%+v %v", out, err)
			}
			_, err = w.life.line.Disallow(w.t.Context(), gates.WayOrder{Execution: fix, Actor: "bob", Reason: "not now"}, time.Now)
			if refused, ok := errors.AsType[*gates.OrderError](err); !ok || refused.Code != "no-order" {
				w.t.Errorf("twice: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				before, fix := w.latest(), w.push("the-fix")
				w.allow(fix)
				if got := w.report().Allows; len(got) != 1 || got[0].Execution != fix || got[0].Actor != "mia" {
					t.Errorf("%+v", got)
				}
				end(w, fix)
				time.Sleep(time.Minute)
				if got := w.report(); len(got.Allows) > 0 || w.latest() != before || w.enabled() {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}
