package codepipeline_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// darkness is what may cut andon off from all that it watches; AWS is reached
// by another way. One of the two witnesses may be dead by itself.
type darkness struct {
	cut  atomic.Int64 // since when, Unix nanoseconds; 0: it sees
	dead atomic.Int32 // the witness that is; 0: none

	mended time.Time    // when it last saw again
	first  atomic.Int64 // when the first cut was of those that came before the witnesses were steady again, Unix nanoseconds
}

// witnesses are two, in two networks.
func (s *simulation) witnesses() []probes.Check {
	var checks []probes.Check
	for i, name := range []string{"resolver-a", "resolver-b"} {
		checks = append(checks, probes.Check{Name: name, Witness: true, Network: name, Schedule: probes.Every(10 * time.Second), Every: 10 * time.Second,
			Timeout: 3 * time.Second, Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second), Targets: []probes.Target{{Name: name}}, Probe: witnessProbe{s, int32(i + 1)}})
	}
	return checks
}

type witnessProbe struct {
	s *simulation
	n int32
}

var errCut = errors.New("network is unreachable")

func (p witnessProbe) Check(context.Context, probes.Target) (probes.Facts, error) {
	if p.s.dark.cut.Load() != 0 || p.s.dark.dead.Load() == p.n {
		return probes.Facts{}, errCut
	}
	return probes.Facts{}, nil
}

// cutOff takes the light away. What failed since a witness passed last may be
// part of it, and is excused.
func (s *simulation) cutOff() {
	if s.dark.cut.Load() != 0 {
		return
	}
	s.note("all networks are cut")
	now := time.Now()
	if now.Sub(s.dark.mended) > 2*time.Minute {
		s.dark.first.Store(now.UnixNano())
	}
	s.dark.cut.Store(now.UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, runs := range s.runs {
		s.runs[i] = slices.DeleteFunc(runs, func(o outcome) bool { return !o.pass && now.Sub(o.begun) < 14*time.Second })
	}
}

func (s *simulation) mendNetworks() {
	s.note("the networks are mended")
	if s.dark.cut.Swap(0) != 0 {
		s.dark.mended = time.Now()
	}
}

// flap cuts and mends faster than production needs to fall sick.
func (s *simulation) flap() {
	for end := time.Now().Add(30 * time.Minute); time.Now().Before(end) && !s.failed(); {
		s.cutOff()
		time.Sleep(time.Duration(5+s.random.IntN(40)) * time.Second)
		s.mendNetworks()
		time.Sleep(time.Duration(1+s.random.IntN(30)) * time.Second)
	}
}

// blindFor is how long andon must have known by now that it is blind, less than
// zero if it need not.
func (s *simulation) blindFor(now time.Time) time.Duration {
	const toTell = 25 * time.Second // for witnesses to run, and for a close that was decided before to arrive
	cut := s.dark.cut.Load()
	if cut == 0 {
		return -1
	}
	since := time.Unix(0, max(cut, s.started.Load()))
	return now.Sub(since) - toTell
}

// auditDark: S6. While blind nothing is written but a person's order, or what
// on_blind says.
func (s *simulation) auditDark(w write, g gates.Gate, c chronicle) {
	if w.key != "ANDON" || c.ordered(w.time) != gates.Keep || s.illStore() || s.blindFor(w.time) <= 0 || c.letting != nil || c.passing {
		return
	}
	since := time.Unix(0, max(s.dark.first.Load(), s.started.Load()))
	if passed := s.passed(); passed.After(since) {
		since = passed
	}
	if w.operation == "DisableStageTransition" && g.OnBlind == gates.CloseBlind && w.time.Sub(since) >= 15*time.Minute {
		return
	}
	s.violated("S6: %s of %s, and nothing has been seen for %v", w.operation, w.stage, w.time.Sub(since))
}

// passed is when a run of production began that passed, the last one.
func (s *simulation) passed() (last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, runs := range s.runs {
		for _, r := range runs {
			if r.pass && r.begun.After(last) {
				last = r.begun
			}
		}
	}
	return last
}

// auditVelocity: S11. No more opens in any window than allowed, but by order.
func (s *simulation) auditVelocity(w write, c chronicle) {
	if w.key != "ANDON" || w.operation != "EnableStageTransition" || c.ordered(w.time) == gates.Opened || c.letting != nil {
		return
	}
	n := 0
	s.mu.Lock()
	for _, t := range s.opens {
		if w.time.Sub(t) < s.limitPer && t.After(s.lost) {
			n++
		}
	}
	s.mu.Unlock()
	if n >= s.limitMax {
		s.violated("S11: %s is enabled, and %d were in the last %v", w.stage, n, s.limitPer)
	}
}

// slow waits for a gate that the limit keeps closed, and tells whether it was so.
func (s *simulation) slow(g gates.Gate) bool {
	r := s.reportOf(g)
	if rs := r.Decision.Reasons; len(rs) == 0 || rs[0].Code != "velocity" {
		return false
	}
	wait := time.Until(r.Decision.Until)
	if wait > s.limitPer+time.Minute {
		s.violated("S11: %s waits %v, longer than the window of %v", g.Stage, wait, s.limitPer)
		return false
	}
	s.note("%s waits %v for its turn", g.Stage, wait)
	time.Sleep(wait + 20*time.Second)
	return true
}
