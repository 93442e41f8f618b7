package codepipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

type probeFunc func() error

func (f probeFunc) Check(context.Context, probes.Target) (probes.Facts, error) {
	return probes.Facts{}, f()
}

// ask is a check beside the storefront.
func ask(name string, f probeFunc) probes.Check {
	return probes.Check{Name: name, Schedule: probes.Every(10 * time.Second), Every: 10 * time.Second, Timeout: 3 * time.Second,
		Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second), Targets: []probes.Target{{Name: name}}, Probe: f}
}

// watched adds two witnesses in two networks.
func (w *world) watched() {
	for _, name := range []string{"resolver-a", "resolver-b"} {
		c := ask(name, func() error {
			if w.cut.Load() {
				return errCut
			}
			return nil
		})
		c.Witness, c.Network = true, name
		w.more = append(w.more, c)
	}
}

func TestCutWritesNothingS6(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.start()
		time.Sleep(time.Minute)
		w.cut.Store(true)
		time.Sleep(30 * time.Second)
		r := w.report()
		if d := r.Decision; d.State != gates.Keep || d.Reasons[0].Code != "blind" || len(r.Problems) != 1 || r.Problems[0].Code != "blind" {
			t.Errorf("L4: blind for 30 s, and andon says %+v, problems %+v", d, r.Problems)
		}
		time.Sleep(2 * time.Hour)
		w.cut.Store(false)
		time.Sleep(30 * time.Second)
		if r := w.report(); r.Decision.State != gates.Opened || len(r.Problems) != 0 {
			t.Errorf("mended, and andon says %+v, problems %+v", r.Decision, r.Problems)
		}
		if n := w.called("DisableStageTransition") + w.called("EnableStageTransition"); n != 0 {
			t.Errorf("%d writes, want none", n)
		}
		w.fallSick()
	})
}

// A gate that holds stays closed in the dark, however long, and opens by the
// normal rules afterwards.
func TestCutWhileHolding(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.cut.Store(true)
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() {
			t.Fatal("opened in the dark")
		}
		w.cut.Store(false)
		time.Sleep(85 * time.Second)
		if w.enabled() {
			t.Fatal("opened before production had passed ten times")
		}
		time.Sleep(45 * time.Second)
		if !w.enabled() {
			t.Errorf("well for two minutes, min_hold long over: %+v", w.report().Decision)
		}
	})
}

func TestOnBlindClose(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.gate.OnBlind, w.gate.MinHold = gates.CloseBlind, time.Minute
		w.start()
		time.Sleep(time.Minute)
		w.cut.Store(true)
		time.Sleep(14 * time.Minute)
		if !w.enabled() {
			t.Fatal("closed after 14 minutes in the dark")
		}
		time.Sleep(2 * time.Minute)
		if w.enabled() || !strings.Contains(w.reason(), "andon is blind") || !strings.Contains(w.reason(), "resolver-a and resolver-b") {
			t.Fatalf("16 minutes in the dark, and the transition is enabled: %v, reason %q", w.enabled(), w.reason())
		}
		if r := w.report(); !r.Enforced || r.Hold == nil || len(r.Hold.Checks) != 0 {
			t.Errorf("andon says %+v, want a hold that is on no check's account", r)
		}
		w.cut.Store(false)
		time.Sleep(80 * time.Second)
		if w.enabled() {
			t.Error("opened before every check had proved itself")
		}
		time.Sleep(time.Minute)
		if !w.enabled() {
			t.Errorf("ten passes, min_hold over, and still closed: %+v", w.report().Decision)
		}
	})
}

// flap cuts everything off and lets go again, for a while.
func (w *world) flap(lasts, dark, light time.Duration) {
	for end := time.Now().Add(lasts); time.Now().Before(end); {
		w.cut.Store(true)
		time.Sleep(dark)
		w.cut.Store(false)
		time.Sleep(light)
	}
}

// S6: glimpses too short to judge production by are no end of blindness, and it
// adds up. That it comes and goes is told all the time.
func TestBlindOnAndOff(t *testing.T) {
	for _, rhythm := range [][2]time.Duration{{11 * time.Second, 9 * time.Second}, {20 * time.Second, 5 * time.Second}} {
		for _, onBlind := range []gates.OnBlind{gates.KeepBlind, gates.CloseBlind} {
			t.Run(fmt.Sprint(rhythm, " ", onBlind), func(t *testing.T) {
				evening(t, func(t *testing.T, w *world) {
					w.watched()
					w.gate.OnBlind, w.gate.MinHold = onBlind, time.Minute
					w.start()
					time.Sleep(time.Minute)
					w.cut.Store(true)
					w.sick.Store(true)
					time.Sleep(20 * time.Second)
					untold := 0
					for begun := time.Now(); time.Since(begun) < 14*time.Minute; {
						w.flap(time.Second, rhythm[0], rhythm[1])
						if ps := w.report().Problems; len(ps) == 0 {
							untold++
						}
					}
					if !w.enabled() || untold > 0 {
						t.Fatalf("after 14 minutes of on and off it is enabled: %v, and %d times nothing was told of it", w.enabled(), untold)
					}
					w.flap(3*time.Minute, rhythm[0], rhythm[1])
					if closed := onBlind == gates.CloseBlind; w.enabled() == closed {
						t.Fatalf("17 minutes of on and off with on_blind: %s, and it is enabled: %v; %+v", onBlind, w.enabled(), w.report().Decision)
					}
					w.flap(time.Hour, rhythm[0], rhythm[1])
					if n := w.called("EnableStageTransition"); n != 0 {
						t.Fatalf("opened %d times, and production never passed", n)
					}
					w.sick.Store(false)
					time.Sleep(3 * time.Minute)
					if r := w.report(); !w.enabled() || len(r.Problems) > 0 {
						t.Errorf("all is well for 3 minutes: enabled %v, %+v, problems %+v", w.enabled(), r.Decision, r.Problems)
					}
				})
			})
		}
	}
}

// Glimpses that show a failure between two passes of the witnesses add up to
// sickness, whatever on_blind says.
func TestSickInTheGlimpses(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.start()
		time.Sleep(time.Minute)
		w.sick.Store(true)
		w.flap(5*time.Minute, 14*time.Second, 16*time.Second)
		if w.enabled() || !strings.Contains(w.reason(), "storefront is unhealthy") {
			t.Errorf("enabled %v, reason %q; production failed in ten glimpses", w.enabled(), w.reason())
		}
	})
}

// What is seen of production in the glimpses counts: it passes.
func TestWellInTheGlimpses(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.gate.OnBlind = gates.CloseBlind
		w.start()
		time.Sleep(time.Minute)
		w.flap(2*time.Hour, 14*time.Second, 14*time.Second)
		if n := w.called("DisableStageTransition"); n != 0 {
			t.Errorf("closed %d times, and production passed every half minute", n)
		}
	})
}

// S6, S8: what the checks say does not matter to an order, so it does not wait
// for answers that do not come in the dark.
func TestOrderWhileBlindFromTheStart(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint("journal lost: ", lost), func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.watched()
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				w.stop()
				if lost {
					w.store = new(journal.Memory)
				}
				w.cut.Store(true)
				w.start()
				time.Sleep(10 * time.Minute)
				if out := w.order(gates.Opened, time.Hour); len(out.Blocks) > 0 && !lost {
					t.Errorf("blocked by %+v", out.Blocks)
				}
				time.Sleep(5 * time.Second)
				if !w.enabled() {
					t.Errorf("ordered open, and still disabled: %+v", w.report())
				}
			})
		})
	}
}

// S7: alice knows that andon is blind, and lets through.
func TestEnableWhileBlindIsNotOverruled(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.watched()
		w.gate.OnBlind = gates.CloseBlind
		w.disable("bob", "lunch")
		w.start()
		time.Sleep(time.Minute)
		w.cut.Store(true)
		time.Sleep(10 * time.Minute)
		w.enable("alice")
		time.Sleep(20 * time.Minute)
		if !w.enabled() || w.report().Override == nil {
			t.Errorf("enabled %v, override %+v; alice was overruled", w.enabled(), w.report().Override)
		}
	})
}

// P4: an engine that has no data has not said OK. What it says neither closes
// nor opens, and before the data are there again nothing opens.
func TestInsufficientDataIsNotOKP4(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.mute.Store(true)
		time.Sleep(time.Hour)
		if d := w.report().Decision; !w.enabled() || d.State != gates.Keep || d.Reasons[0].Code != "unknown" || !strings.Contains(d.Reasons[0].Text, "INSUFFICIENT_DATA") {
			t.Errorf("no data for an hour: enabled %v, %+v; want nothing changed, and why", w.enabled(), d)
		}
		w.mute.Store(false)
		time.Sleep(30 * time.Second)
		w.fallSick()
		w.mute.Store(true)
		time.Sleep(2 * time.Hour)
		if w.enabled() || w.called("EnableStageTransition") != 0 {
			t.Fatal("opened without data")
		}
		w.mute.Store(false)
		w.sick.Store(false)
		time.Sleep(3 * time.Minute)
		if !w.enabled() {
			t.Errorf("the data are there and good, and it is still closed: %+v", w.report().Decision)
		}
	})
}

// P4: a gate that waits for two does not go by the one that answers.
func TestOneWithoutDataKeepsClosedP4(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.more = []probes.Check{ask("alarm", func() error { return probes.ErrInconclusive })}
		w.gate.Checks = []string{"storefront", "alarm"}
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		w.sick.Store(false)
		time.Sleep(2 * time.Hour)
		if w.enabled() {
			t.Error("opened while a required check has never said anything")
		}
	})
}
