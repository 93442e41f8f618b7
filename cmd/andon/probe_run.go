package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/probes"
)

const (
	atOnce         = 64        // runs at the same time
	outcomeTimeout = "timeout" // not healthy in time
)

// A prober asks the targets of checks as a monitor does, but ends.
type prober struct {
	checks []probes.Check
	passes int           // wanted in a row; 0: each check's up
	slots  chan struct{} // one for each run under way

	mu       sync.Mutex
	statuses [][]probes.Status // by check, by target
	news     io.Writer         // nil: nothing is told before the end
}

func newProber(checks []probes.Check, passes int) *prober {
	p := &prober{checks: checks, passes: passes, slots: make(chan struct{}, atOnce)}
	for _, c := range checks {
		policy := c.Policy
		policy.Up = wantedPasses(c, passes) // so many runs are remembered
		targets := make([]probes.Status, len(c.Targets))
		for i := range targets {
			targets[i] = probes.NewStatus(policy, probes.Unknown, time.Time{})
		}
		p.statuses = append(p.statuses, targets)
	}
	return p
}

// run asks as o says and returns the outcome of all.
func (p *prober) run(ctx context.Context, o probing, world *program) string {
	if !o.untilHealthy {
		p.once(ctx)
		return p.outcome().String()
	}
	p.news = world.Stderr
	if o.out == outputText {
		p.news = world.Stdout
	}
	inTime, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	switch {
	case p.untilHealthy(inTime):
		return probes.Pass.String()
	case ctx.Err() != nil:
		return probes.Inconclusive.String()
	}
	return outcomeTimeout
}

// once runs every target once.
func (p *prober) once(ctx context.Context) {
	p.each(func(check, target int) {
		if r, ok := p.ask(ctx, check, target); ok {
			p.add(check, target, r)
		}
	})
}

// untilHealthy runs every target on the beat of its check until all have passed
// often enough in a row, at the same time, or ctx is done.
func (p *prober) untilHealthy(ctx context.Context) bool {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var well sync.Once
	healthy := false
	p.each(func(check, target int) {
		ticker := time.NewTicker(p.checks[check].Every)
		defer ticker.Stop()
		for {
			// What was cut short by the end tells nothing.
			if r, ok := p.ask(ctx, check, target); ok && ctx.Err() == nil && p.add(check, target, r) {
				well.Do(func() { healthy = true })
				stop()
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return healthy
}

// each calls f for all targets at once, and waits.
func (p *prober) each(f func(check, target int)) {
	var all sync.WaitGroup
	for i, c := range p.checks {
		for j := range c.Targets {
			all.Go(func() { f(i, j) })
		}
	}
	all.Wait()
}

// ask makes a run as soon as there is room for one.
func (p *prober) ask(ctx context.Context, check, target int) (probes.Result, bool) {
	select {
	case <-ctx.Done():
		return probes.Result{}, false
	case p.slots <- struct{}{}:
	}
	defer func() { <-p.slots }()
	c := &p.checks[check]
	return c.Once(ctx, c.Targets[target]), true
}

// add counts a run, and tells whether all targets are healthy now.
func (p *prober) add(check, target int, r probes.Result) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.statuses[check][target]
	after := before.Add(r)
	p.statuses[check][target] = after
	if p.news != nil && (before.Runs == 0 || before.Last.Outcome() != r.Outcome()) {
		why := ""
		if r.Err != nil {
			why = ": " + plain(r.Err.Error())
		}
		fmt.Fprintf(p.news, "%s %s: %s%s\n", p.checks[check].Name, plain(r.Target), r.Outcome(), why)
	}
	for i, targets := range p.statuses {
		for _, s := range targets {
			if s.PassesSince(time.Time{}) < wantedPasses(p.checks[i], p.passes) {
				return false
			}
		}
	}
	return true
}

// outcome of the last runs: fail if any failed, else inconclusive if any was.
func (p *prober) outcome() probes.Outcome {
	worst := probes.Pass
	for _, targets := range p.statuses {
		worst = worse(worst, outcomeOf(targets))
	}
	return worst
}

func outcomeOf(targets []probes.Status) probes.Outcome {
	if len(targets) == 0 {
		return probes.Inconclusive
	}
	worst := probes.Pass
	for _, s := range targets {
		worst = worse(worst, s.Last.Outcome())
	}
	return worst
}

func worse(a, b probes.Outcome) probes.Outcome {
	switch {
	case a == probes.Fail || b == probes.Fail:
		return probes.Fail
	case a == probes.Inconclusive || b == probes.Inconclusive:
		return probes.Inconclusive
	}
	return probes.Pass
}

// view is what is told at the end.
func (p *prober) view(outcome string) probedAll {
	v := probedAll{Outcome: outcome, Checks: []probedCheck{}}
	for i, c := range p.checks {
		check := probedCheck{Name: c.Name, Kind: c.Kind, Outcome: outcomeOf(p.statuses[i]).String(), Targets: []probedTarget{}}
		for j, s := range p.statuses[i] {
			t := probedTarget{Name: c.Targets[j].Name, Outcome: s.Last.Outcome().String(),
				Passes: s.PassesSince(time.Time{}), Wanted: 1, Runs: s.Runs}
			if p.news != nil {
				t.Wanted = wantedPasses(c, p.passes)
			}
			if !s.Last.Start.IsZero() {
				run := exporters.ViewRun(s.Last)
				t.Last = &run
			}
			check.Targets = append(check.Targets, t)
		}
		v.Checks = append(v.Checks, check)
	}
	return v
}
