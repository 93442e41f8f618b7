package codepipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
)

// A fix inside a BlackDay: it is let in, and nothing behind it is.
func TestFixInABlackDay(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		_, ends := w.blackday(10*time.Minute, time.Hour)
		w.start()
		time.Sleep(20 * time.Minute)
		w.push("rev-2")
		time.Sleep(10 * time.Minute)
		fix := w.push("the-fix")
		w.allow(fix)
		time.Sleep(20 * time.Second)
		if w.enabled() || w.latest() != fix {
			t.Fatalf("%+v", w.report())
		}
		next := w.push("rev-4")
		time.Sleep(20 * time.Minute)
		if w.latest() == next {
			t.Error("S3: what came behind it is in, too")
		}
		time.Sleep(time.Until(ends) + gates.MaxSkew + 15*time.Second)
		if w.latest() != next {
			t.Errorf("L2: %+v", w.report().Decision)
		}
		w.auditS9()
	})
}

// After more than 30 days nothing that waited resumes: that is said while it waits,
// and when it opens, until a release has been started.
func TestLongFreeze(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		begins, ends := w.blackday(2*time.Hour, 31*24*time.Hour)
		says := func() (texts string) {
			for _, p := range w.report().Problems {
				texts += p.Code + ": " + p.Text + "\n"
			}
			return texts
		}
		w.start()
		time.Sleep(time.Hour)
		if got := says(); !strings.Contains(got, "long-freeze: no release starts at gate production from") || !strings.Contains(got, "31 days (autumn)") {
			t.Errorf("an hour before: %q", got)
		}
		time.Sleep(time.Until(begins))
		w.stop() // a month of ticks takes minutes
		time.Sleep(time.Until(ends) - time.Hour)
		w.start()
		id := w.push("rev-2")
		time.Sleep(time.Minute)
		if got := says(); !strings.Contains(got, "lapsed: ") || !strings.Contains(got, "what waits does not resume when it opens") {
			t.Errorf("after 30 days: %q", got)
		}
		time.Sleep(time.Until(ends) + time.Minute)
		rs := w.report().Decision.Reasons
		if !w.enabled() || w.latest() == id || !strings.Contains(says(), "it is open, but nothing resumes") || rs[len(rs)-1].Code != "lapsed" {
			t.Errorf("at the end: %q %+v", says(), rs)
		}
		next := w.push("rev-3")
		time.Sleep(time.Minute)
		if got := says(); w.latest() != next || got != "" {
			t.Errorf("a release was started: %q", got)
		}
	})
}

// A BlackDay that is entered when it should have begun already overrules nobody who
// enabled before it was.
func TestBlackDayEnteredLate(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.Calendar = "blackdays"
		w.keep(calendar.Window{Name: "past", Selector: calendar.Selector{From: "1999-01-01", To: "1999-01-02"}})
		w.start()
		time.Sleep(time.Minute)
		w.disable("alice", "inventory")
		time.Sleep(time.Minute)
		w.enable("alice")
		time.Sleep(time.Minute)
		w.blackday(-time.Hour, 5*time.Hour)
		time.Sleep(15 * time.Second)
		if r := w.report(); w.enabled() || r.Override != nil {
			t.Errorf("%+v", r.Decision)
		}
	})
}

// S7: what a person gives back inside a BlackDay stays given back for an hour.
func TestUnholdInABlackDay(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.blackday(time.Minute, 10*time.Hour)
		w.start()
		time.Sleep(5 * time.Minute)
		w.stop()
		point := codepipeline.NewAccount(w.config("ANDON"), &w.calls).Pipeline(pipelineName).Transition(stageName)
		if _, err := gates.Unhold(t.Context(), w.gate, point, w.store, gates.Order{Actor: "alice", Reason: "I know"}, time.Now); err != nil || !w.enabled() {
			t.Fatalf("enabled %t, %v", w.enabled(), err)
		}
		w.start()
		time.Sleep(59 * time.Minute)
		if !w.enabled() {
			t.Errorf("S7: %+v", w.report().Decision)
		}
		time.Sleep(2 * time.Minute)
		if w.enabled() {
			t.Error("her hour is over, and it is still open")
		}
	})
}

// A calendar that is taken from its gate, or given to it, counts at once.
func TestCalendarOfAGateChanges(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.blackday(0, 10*time.Hour)
		name := w.gate.Calendar
		w.gate.Calendar = ""
		w.start()
		time.Sleep(time.Minute)
		set := func(name string) {
			resume, err := w.life.line.Pause(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer resume()
			w.gate.Calendar = name
			point := codepipeline.NewAccount(w.config("ANDON"), &w.calls).Pipeline(pipelineName).Transition(stageName)
			if refused := w.life.line.Refuse([]gates.Gate{w.gate}); len(refused) > 0 {
				t.Fatal(refused)
			}
			w.life.line.Set(t.Context(), time.Now(), []gates.Post{{Gate: w.gate, Point: point}}, w.store)
		}
		set(name)
		time.Sleep(15 * time.Second)
		if w.enabled() {
			t.Error("it is black, and open")
		}
		set("")
		time.Sleep(15 * time.Second)
		if !w.enabled() {
			t.Errorf("L2: %+v", w.report().Decision)
		}
	})
}
