package codepipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// A deadman ends a process at a chosen step, as a power failure would: from
// then on nothing it does has an effect. What was under way may have been
// applied, its answer is lost.
type deadman struct {
	step atomic.Pointer[string] // "before intent", "after DisableStageTransition", …
	dead atomic.Bool
}

// doom lets the process die at its next such step.
func (d *deadman) doom(step string) { d.step.Store(&step) }

var errDead = errors.New("the process is dead")

func (d *deadman) at(step string) error {
	if last := d.step.Load(); last != nil && step == *last {
		d.dead.Store(true)
	}
	if d.dead.Load() {
		return errDead
	}
	return nil
}

// mortalStore is the journal as a mortal process sees it.
type mortalStore struct {
	journal.Store
	*deadman
}

func (s mortalStore) Append(ctx context.Context, r journal.Record) error {
	if err := s.at("before " + r.Kind); err != nil {
		return err
	}
	return errors.Join(s.Store.Append(ctx, r), s.at("after "+r.Kind))
}

func (s mortalStore) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	if s.dead.Load() {
		return nil, errDead
	}
	return s.Store.Read(ctx, stream, after, limit)
}

// mortalTransport is the network as a mortal process sees it. Reads are told
// apart by whether they follow a write: those are read-backs.
type mortalTransport struct {
	next http.RoundTripper
	*deadman
	wrote atomic.Bool
}

func (m *mortalTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	operation := operationOf(r)
	if operation == "GetPipelineState" && m.wrote.Swap(false) {
		operation = "read-back"
	}
	if err := m.at("before " + operation); err != nil {
		return nil, err
	}
	resp, err := m.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if operation == "DisableStageTransition" || operation == "EnableStageTransition" || operation == "PutApprovalResult" {
		m.wrote.Store(true)
	}
	if err := errors.Join(err, m.at("after "+operation)); err != nil {
		return nil, err
	}
	return resp, nil
}

func operationOf(r *http.Request) string {
	const prefix = "CodePipeline_20150709."
	return r.Header.Get("X-Amz-Target")[len(prefix):]
}

// S8: killed at any step, with the journal or without it, andon converges.
func TestKilledAtAnyStep(t *testing.T) {
	t.Parallel()
	for phase, call := range map[string]string{"closing": "DisableStageTransition", "opening": "EnableStageTransition"} {
		for _, what := range []string{"intent", call, "read-back", "outcome"} {
			for _, when := range []string{"before ", "after "} {
				for _, lost := range []bool{false, true} {
					name := phase + ", killed " + when + what
					if lost {
						name += ", journal lost"
					}
					t.Run(name, func(t *testing.T) {
						evening(t, func(t *testing.T, w *world) { killedAt(t, w, phase, when+what, lost) })
					})
				}
			}
		}
	}
}

func killedAt(t *testing.T, w *world, phase, step string, lost bool) {
	real := w.store
	w.mortal = &deadman{}
	w.store = mortalStore{real, w.mortal}
	w.start()
	time.Sleep(time.Minute)
	if phase == "closing" {
		w.mortal.doom(step)
	}
	w.sick.Store(true)
	time.Sleep(45 * time.Second)
	if phase == "opening" {
		w.mortal.doom(step)
		w.sick.Store(false)
		time.Sleep(12 * time.Minute)
	}
	if !w.mortal.dead.Load() {
		t.Fatalf("the process was not killed %s: this test tests nothing", step)
	}
	w.stop()

	w.store, w.mortal = real, nil
	if lost {
		w.store = new(journal.Memory)
	}
	w.start()
	time.Sleep(time.Minute)
	if phase == "closing" && w.enabled() {
		t.Fatalf("production is unwell, and a minute after the restart the transition is enabled: %+v", w.report())
	}
	w.sick.Store(false)
	time.Sleep(20 * time.Minute)
	if !w.enabled() {
		t.Fatalf("production is well for 20 min after the restart, and it is still closed: %+v", w.report())
	}
	w.auditS1()
	if !lost {
		w.auditS9()
	}
}

// auditS1 replays what reached AWS: andon enabled only what bore its mark and
// was written by itself, and disabled only what was enabled (S2).
func (w *world) auditS1() {
	w.t.Helper()
	enabled, by, reason := true, "", ""
	for _, c := range w.server.Calls() {
		if !c.Applied {
			continue
		}
		switch c.Operation {
		case "EnableStageTransition":
			if mark, ok := gates.ParseMark(reason); c.AccessKey == "ANDON" && (enabled || by != "ANDON" || !ok || mark.Gate != w.gate.Name || mark.Instance != w.gate.Instance) {
				w.t.Errorf("S1: andon enabled what %q holds with %q (enabled: %v)", by, reason, enabled)
			}
			enabled, by, reason = true, c.AccessKey, ""
		case "DisableStageTransition":
			if c.AccessKey == "ANDON" && !enabled {
				w.t.Errorf("S2: andon overwrote the hold of %q with the reason %q", by, reason)
			}
			enabled, by, reason = false, c.AccessKey, c.Reason
		}
	}
}

// auditS9: every write has an earlier intent, every intent an outcome, and the
// chain verifies.
func (w *world) auditS9() {
	w.t.Helper()
	records, err := w.store.Read(w.t.Context(), w.gate.Stream(), 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := journal.Verify(records); err != nil {
		w.t.Error(err)
	}
	open := map[string]bool{}
	for _, r := range records {
		var body struct{ ID, Intent, Result string }
		if err := json.Unmarshal(r.Body, &body); err != nil {
			w.t.Fatal(err)
		}
		switch r.Kind {
		case "intent":
			open[body.ID] = true
		case "outcome":
			if _, known := open[body.Intent]; !known {
				w.t.Errorf("S9: an outcome without an intent: %s", r.Body)
			}
			if body.Result != gates.Lost {
				open[body.Intent] = false
			}
		}
	}
	for id, o := range open {
		if o {
			w.t.Errorf("S9: the intent %s has no outcome", id)
		}
	}
	for _, c := range w.server.Calls() {
		if mark, ok := gates.ParseMark(c.Reason); ok && c.AccessKey == "ANDON" && c.Applied {
			if _, known := open[mark.Intent]; !known {
				w.t.Errorf("S9: %s %q without an intent in the journal", c.Operation, c.Reason)
			}
		}
	}
}
