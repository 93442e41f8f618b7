package codepipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// blackday gives the gate a calendar that is black from then on, for so long.
func (w *world) blackday(in, lasts time.Duration) (begins, ends time.Time) {
	w.t.Helper()
	begins = time.Now().Add(in).Truncate(time.Second).UTC()
	ends = begins.Add(lasts)
	w.gate.Calendar = "blackdays"
	w.keep(calendar.Window{Name: "autumn", Reason: "autumn campaign", Owner: "#ec", Selector: calendar.Selector{
		From: begins.Format("2006-01-02T15:04:05"), To: ends.Format("2006-01-02T15:04:05")}})
	return begins, ends
}

// keep puts windows into the world's calendar.
func (w *world) keep(windows ...calendar.Window) {
	w.t.Helper()
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: windows})
	if err != nil {
		w.t.Fatal(err)
	}
	w.dates.Store(&calendar.Snapshot{"blackdays": c.With(nil, time.Now())})
}

// P10: a BlackDay closes the transition, and gives it back when it is over: no
// min_hold, nobody is suspected, nobody is asked.
func TestBlackDayClosesAndOpens(t *testing.T) {
	for name, checks := range map[string][]string{"with checks": {"storefront"}, "without": nil} {
		t.Run(name, func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.gate.Checks, w.gate.Reopen = checks, gates.AskReopen
				begins, ends := w.blackday(30*time.Minute, 2*time.Hour)
				w.start()
				time.Sleep(time.Until(begins) - time.Minute)
				w.push("rev-2") // it is inside when it turns black
				if time.Sleep(14 * time.Second); !w.enabled() {
					t.Fatalf("%+v", w.report().Decision)
				}
				if until := w.report().Decision.Until; !until.Equal(begins.Add(-gates.MaxSkew)) {
					t.Errorf("open until %v, want until %v", until, begins.Add(-gates.MaxSkew))
				}
				time.Sleep(time.Until(begins) - 28*time.Second)
				if w.enabled() || w.report().Decision.Reasons[0].Code != "blackday" {
					t.Fatalf("S3: it begins at %v by some clock, and %+v", begins, w.report())
				}
				want := "BlackDay autumn campaign until " + ends.Format("20060102T1504Z")
				if got := w.reason(); !strings.HasPrefix(got, "(andon shop-prod production ") || !strings.Contains(got, want) {
					t.Errorf("AWS shows %q, want %q", got, want)
				}
				id := w.push("rev-3")
				time.Sleep(time.Until(ends) + gates.MaxSkew - time.Second)
				if w.enabled() {
					t.Fatal("S3: it is open while it is black by some clock")
				}
				time.Sleep(15 * time.Second)
				if !w.enabled() || w.latest() != id {
					t.Errorf("the BlackDay is over, and %+v", w.report().Decision)
				}
				w.auditS9()
			})
		})
	}
}

// What does not fit before it turns black does not start.
func TestFits(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.gate.Fits = 45 * time.Minute
		begins, _ := w.blackday(time.Hour, time.Hour)
		w.start()
		time.Sleep(14 * time.Minute)
		if !w.enabled() {
			t.Fatalf("46 minutes before: %+v", w.report().Decision)
		}
		time.Sleep(time.Until(begins) - 45*time.Minute)
		if r := w.report(); w.enabled() || r.Decision.Reasons[0].Code != "too-late" || !strings.Contains(w.reason(), "too late for a release of 45m") {
			t.Errorf("45 minutes before: %+v %q", r.Decision, w.reason())
		}
	})
}

// Production falls sick behind a BlackDay, or was sick when it began: the end of the
// one is not the end of the other.
func TestSickInABlackDay(t *testing.T) {
	t.Run("falls sick", func(t *testing.T) {
		evening(t, func(t *testing.T, w *world) {
			_, ends := w.blackday(10*time.Minute, time.Hour)
			w.start()
			time.Sleep(time.Until(ends) - 2*time.Minute)
			w.sick.Store(true)
			time.Sleep(time.Minute)
			if r := w.report(); len(r.Decision.Reasons) != 2 || r.Hold == nil || !r.Hold.Black || len(r.Hold.Checks) != 1 {
				t.Errorf("%+v %+v", r.Decision, r.Hold)
			}
			time.Sleep(3 * time.Minute)
			if w.enabled() {
				t.Fatal("S4: production is unwell, and it opens at the end of the BlackDay")
			}
			w.sick.Store(false)
			time.Sleep(5 * time.Minute)
			if w.enabled() {
				t.Error("S4: enabled before min_hold is over")
			}
			time.Sleep(5 * time.Minute)
			if !w.enabled() {
				t.Errorf("L2: %+v", w.report().Decision)
			}
		})
	})
	t.Run("was sick", func(t *testing.T) {
		evening(t, func(t *testing.T, w *world) {
			_, ends := w.blackday(5*time.Minute, 20*time.Minute)
			w.start()
			time.Sleep(time.Minute)
			w.fallSick()
			time.Sleep(4 * time.Minute)
			w.sick.Store(false)
			time.Sleep(15 * time.Minute)
			if r := w.report(); w.enabled() || r.Decision.State != gates.Closed || r.Decision.Reasons[0].Code != "blackday" || r.Hold.Black {
				t.Errorf("%+v %+v", r.Decision, r.Hold)
			}
			time.Sleep(time.Until(ends) + gates.MaxSkew + 15*time.Second)
			if !w.enabled() {
				t.Errorf("L2: %+v", w.report().Decision)
			}
		})
	})
}

// S7: who enables inside a BlackDay is not fought for an hour; a person's hold
// stays when it is over.
func TestPersonInABlackDay(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		_, ends := w.blackday(10*time.Minute, 90*time.Minute)
		w.start()
		time.Sleep(20 * time.Minute)
		w.enable("alice")
		time.Sleep(59 * time.Minute)
		if r := w.report(); !w.enabled() || r.Override == nil || r.Own.State != gates.Closed {
			t.Fatalf("%+v", r)
		}
		time.Sleep(2 * time.Minute)
		if w.enabled() {
			t.Error("her hour is over, and it is still open")
		}
		w.enable("DEPLOY")
		time.Sleep(15 * time.Second)
		if w.enabled() {
			t.Error("L1: CloudFormation enabled it, and it is still open")
		}
		w.enable("alice")
		time.Sleep(time.Second)
		w.disable("alice", "inventory")
		time.Sleep(time.Until(ends) + 5*time.Minute)
		if w.enabled() || w.reason() != "inventory" {
			t.Errorf("S7: a person's hold was lifted: %q", w.reason())
		}
	})
}

// S3: a calendar that nobody can read opens nothing, and closes nothing.
func TestUnreadableCalendar(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		_, ends := w.blackday(10*time.Minute, time.Hour)
		good := w.dates.Load()
		w.dates.Store(nil)
		w.start()
		time.Sleep(5 * time.Minute)
		r := w.report()
		if !w.enabled() || r.Decision.State != gates.Keep || r.Decision.Reasons[0].Code != "calendar-unreadable" || len(r.Problems) != 1 {
			t.Errorf("%+v", r)
		}
		w.dates.Store(good)
		time.Sleep(10 * time.Minute)
		if w.enabled() {
			t.Fatal("it is black, and open")
		}
		w.dates.Store(nil)
		time.Sleep(time.Until(ends) + 10*time.Minute)
		if w.enabled() {
			t.Fatal("S3: it opened while nobody could read the calendar")
		}
		w.dates.Store(good)
		time.Sleep(15 * time.Second)
		if !w.enabled() {
			t.Errorf("L2: %+v", w.report().Decision)
		}
	})
}

// S8: over a restart inside a BlackDay, with the journal or without it.
func TestRestartInABlackDay(t *testing.T) {
	for name, lost := range map[string]bool{"journal kept": false, "journal lost": true} {
		for kind, checks := range map[string][]string{"with checks": {"storefront"}, "without": nil} {
			t.Run(name+", "+kind, func(t *testing.T) {
				evening(t, func(t *testing.T, w *world) {
					w.gate.Checks = checks
					_, ends := w.blackday(10*time.Minute, 2*time.Hour)
					w.start()
					time.Sleep(20 * time.Minute)
					reason := w.reason()
					w.stop()
					if lost {
						w.store = new(journal.Memory)
					}
					w.start()
					time.Sleep(10 * time.Minute)
					if w.enabled() || w.reason() != reason || w.called("DisableStageTransition") != 1 {
						t.Errorf("%q, disabled %d times", w.reason(), w.called("DisableStageTransition"))
					}
					time.Sleep(time.Until(ends) + gates.MaxSkew + 15*time.Second)
					if !w.enabled() {
						t.Errorf("L2: %+v", w.report().Decision)
					}
					if !lost {
						w.auditS9()
					}
				})
			})
		}
	}
}
