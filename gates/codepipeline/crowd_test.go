package codepipeline_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/probes"
)

// startCrowd brings up a daemon with n pipelines of one account. The first has
// a check of its own, the others share one.
func (w *world) startCrowd(n int, alone *atomic.Bool) []*gates.Line {
	ctx, cancel := context.WithCancel(context.Background())
	own := probe(func() error {
		if alone.Load() {
			return errors.New("status is 500")
		}
		return nil
	})
	var checks []probes.Check
	for name, p := range map[string]probes.Probe{"storefront": w, "own": own} {
		checks = append(checks, probes.Check{Name: name, Schedule: probes.Every(10 * time.Second), Every: 10 * time.Second, Timeout: 3 * time.Second,
			Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second), Targets: []probes.Target{{Name: name}}, Probe: p})
	}
	monitor := probes.NewMonitor(checks, nil)
	account := codepipeline.NewAccount(w.config("ANDON"), &w.calls)
	w.life = &life{cancel: cancel}
	lines := make([]*gates.Line, n)
	for i := range n {
		g := w.gate
		if i == 0 {
			g.Checks = []string{"own"}
		}
		g.Pipeline, g.Name = fmt.Sprint("shop-", i), fmt.Sprint("gate-", i)
		w.createPipelineNamed(g.Pipeline, []string{stageName})
		lines[i] = gates.NewLine(monitor.Snapshot, nil)
		lines[i].Add(g, account.Pipeline(g.Pipeline).Transition(stageName), w.store)
	}
	time.Sleep(2 * time.Hour) // the first releases are long through
	for _, line := range lines {
		wake, _ := monitor.Changed()
		w.life.done.Go(func() { line.Run(ctx, wake, nil) })
	}
	w.life.done.Go(func() { monitor.Run(ctx) })
	return lines
}

type probe func() error

func (p probe) Check(context.Context, probes.Target) (probes.Facts, error) {
	return probes.Facts{}, p()
}

// among counts reports.
func among(lines []*gates.Line, which func(gates.Report) bool) int {
	n := 0
	for _, l := range lines {
		for _, r := range l.Reports() {
			if which(r) {
				n++
			}
		}
	}
	return n
}

func isClosed(r gates.Report) bool { return !r.Seen.Enabled && r.Holder == gates.Ours }
func isOpen(r gates.Report) bool   { return r.Seen.Enabled }

// L1: one sick pipeline of many closes at once, although the looks of all the
// others use up what may be called.
func TestOneOfManyClosesAtOnce(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		var alone atomic.Bool
		lines := w.startCrowd(90, &alone)
		time.Sleep(2 * time.Minute)
		alone.Store(true)
		time.Sleep(35 * time.Second)
		if among(lines[:1], isClosed) != 1 {
			t.Errorf("not closed among many: %+v", lines[0].Reports())
		}
		if n := among(lines[1:], isOpen); n != len(lines)-1 {
			t.Errorf("%d of %d others are open", n, len(lines)-1)
		}
	})
}

// When many fall sick at once our own limit makes them wait, but each has its
// turn, and none is closed on an old read, after which a person has to open.
func TestManyFallSickAtOnce(t *testing.T) {
	evening(t, func(t *testing.T, w *world) {
		lines := w.startCrowd(40, new(atomic.Bool))
		shared := lines[1:]
		time.Sleep(2 * time.Minute)
		w.sick.Store(true)
		time.Sleep(time.Minute)
		if n := among(shared, isClosed); n != len(shared) {
			t.Errorf("%d of %d are closed a minute after production fell sick", n, len(shared))
		}
		if n := among(shared, func(r gates.Report) bool { return r.Hold != nil && r.Hold.OldRead }); n != 0 {
			t.Errorf("%d were closed on an old read", n)
		}
		w.sick.Store(false)
		time.Sleep(10*time.Minute + 90*time.Second)
		if n := among(shared, isOpen); n != len(shared) {
			t.Errorf("%d of %d are open again", n, len(shared))
		}
	})
}
