package codepipeline_test

import (
	"context"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// reloader replaces checks and gates between two ticks, as the program does.
func reloader(m *probes.Monitor, l *gates.Line, p *codepipeline.Pipeline, s journal.Store) func([]probes.Check, []gates.Gate) []error {
	return func(checks []probes.Check, next []gates.Gate) []error {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		resume, err := l.Pause(ctx)
		if err != nil {
			return []error{err}
		}
		defer resume()
		if refused := l.Refuse(next); len(refused) > 0 {
			return refused
		}
		posts := make([]gates.Post, len(next))
		for i, g := range next {
			posts[i] = gates.Post{Gate: g, Point: pointOf(p, g)}
		}
		m.Reload(checks)
		l.Set(ctx, time.Now(), posts, s)
		return nil
	}
}

// checks are those of the shop and the witnesses, as they are configured now.
func (s *simulation) checks() []probes.Check {
	s.mu.Lock()
	defer s.mu.Unlock()
	var checks []probes.Check
	for i, name := range checkNames {
		checks = append(checks, probes.Check{Name: name, Schedule: probes.Every(10 * time.Second), Every: 10 * time.Second, Timeout: 3 * time.Second,
			Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second), Targets: []probes.Target{{Name: name}}, Probe: shopProbe{s, i, s.asks[i]}})
	}
	return append(checks, s.witnesses()...)
}

// current tells whether p is what is asked now. Call it with s.mu locked.
func (p shopProbe) current() bool { return p.asks == p.s.asks[p.check] }

// configured are the gates that are, at this time.
func (s *simulation) configured() []gates.Gate {
	return append(slices.DeleteFunc(slices.Clone(s.gates), func(g gates.Gate) bool { return s.isAway(g.Stage) }), s.desk.gate)
}

func (s *simulation) isAway(stage string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away[stage]
}

// reload changes the configuration: the settings of a check, or a gate goes or
// comes back.
func (s *simulation) reload(stage string) {
	if s.chance(50) {
		s.change(s.random.IntN(len(checkNames)))
	} else {
		s.toggle(stage)
	}
}

// change asks a check anew: what was known of it before counts no more. What
// runs at this moment is under way under the old settings.
func (s *simulation) change(check int) {
	s.mu.Lock()
	s.asks[check]++
	runs, asked := s.runs[check], s.asked[check]
	s.runs[check], s.asked[check] = nil, false
	s.mu.Unlock()
	err := s.life.reload(s.checks(), s.configured())
	s.note("%s is asked anew: %v", checkNames[check], err)
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks[check]--
	s.runs[check], s.asked[check] = append(runs, s.runs[check]...), asked
}

// toggle takes a gate away, or brings it back. One that holds must not go. While
// the journal cannot be written, what somebody else has lifted cannot be crossed
// out either, and looks like an orphan until the gate is back.
func (s *simulation) toggle(stage string) {
	goes := !s.isAway(stage)
	if !goes {
		s.returned.Store(time.Now().UnixNano())
	}
	s.setAway(stage, goes)
	err := s.life.reload(s.checks(), s.configured())
	s.note("the gate of %s goes: %v: %v", stage, goes, err)
	if err != nil {
		s.setAway(stage, !goes)
		return
	}
	found, err2 := gates.NewOrphans(&s.store.Memory).Look(context.Background(), s.configured())
	left := slices.ContainsFunc(found, func(o gates.Orphan) bool { return o.Stage == stage })
	if err2 != nil || goes && left && !s.illStore() {
		s.violated("a reload left an orphan: %+v, %v", found, err2)
	}
	i := slices.IndexFunc(s.gates, func(g gates.Gate) bool { return g.Stage == stage })
	if mark, ours := s.door.look()[stage].ours(s.gates[i].Instance, s.gates[i].Name); goes && ours && s.written(s.gates[i], mark.Intent) {
		s.violated("a reload let %s go, which holds %v", s.gates[i].Name, mark)
	}
}

// written tells whether the journal has the close with that id.
func (s *simulation) written(g gates.Gate, intent string) bool {
	c, err := chronicleOf(context.Background(), s.store, g.Stream())
	_, known := c.holds[intent]
	return err == nil && known
}

func (s *simulation) setAway(stage string, away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away[stage] = away
}

// restore brings all gates back.
func (s *simulation) restore() {
	for _, g := range s.gates {
		if s.isAway(g.Stage) {
			s.toggle(g.Stage)
		}
	}
}
