package codepipeline_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
)

// S9: a gate that has let an execution in, and could not close behind it yet, is not let
// go by a reload: nobody else would close.
func TestLettingInIsNotLetGo(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		w.start()
		time.Sleep(time.Minute)
		w.fallSick()
		fix := w.push("the-fix")
		time.Sleep(time.Minute)
		w.goesWrong(emulator.Fault{Kind: emulator.FaultErrorHTML, Operation: "DisableStageTransition", Count: 8})
		w.allow(fix)
		time.Sleep(10 * time.Second)
		if !w.enabled() || w.latest() != fix {
			t.Fatalf("enabled is %v and %s has entered: this tests nothing", w.enabled(), w.latest())
		}
		less := w.gate
		less.May = []gates.Verb{gates.Open}
		for _, next := range [][]gates.Gate{nil, {less}} {
			if refused := w.reconfigure(next...); len(refused) != 1 || !strings.Contains(refused[0].Error(), "has to close behind") {
				t.Errorf("%+v: refused for %v", next, refused)
			}
		}
		time.Sleep(2 * time.Minute)
		if w.enabled() {
			t.Errorf("it stands enabled: %+v", w.report())
		}
	})
}

// L5: told to stop while one execution is let in, andon closes behind it, whether
// CodePipeline can be read then at once or not.
func TestStoppedWhileLettingIn(t *testing.T) {
	for _, reads := range []bool{true, false} {
		t.Run(fmt.Sprint("can be read at once: ", reads), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var w *world
				stops := func(h http.Handler) http.Handler {
					return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
						h.ServeHTTP(rw, r)
						if operationOf(r) != "EnableStageTransition" {
							return
						}
						if !reads {
							w.goesWrong(emulator.Fault{Kind: emulator.FaultErrorHTML, Operation: "GetPipelineState", Count: 4})
						}
						w.life.cancel()
					})
				}
				w = newWorldBehind(t, stops, stageName)
				defer w.end()
				time.Sleep(2 * time.Hour)
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				fix := w.push("the-fix")
				time.Sleep(time.Minute)
				w.allow(fix)
				time.Sleep(20 * time.Second)
				if w.enabled() || w.latest() != fix {
					t.Errorf("enabled is %v, and %s has entered; %+v", w.enabled(), w.latest(), w.report())
				}
			})
		})
	}
}
