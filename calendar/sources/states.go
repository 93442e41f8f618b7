package sources

import (
	"cmp"
	"slices"

	"github.com/andon-project/andon/calendar"
)

// maxWarnings are shown of a source; all are counted.
const maxWarnings = 20

// States is how all sources are doing, by calendar and window.
func (k *Keeper) States() []calendar.SourceState {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	all := make([]calendar.SourceState, 0, len(k.sources))
	for _, s := range k.sources {
		all = append(all, k.stateOf(s, now))
	}
	slices.SortFunc(all, func(a, b calendar.SourceState) int {
		return cmp.Or(cmp.Compare(a.Ref.Calendar, b.Ref.Calendar), cmp.Compare(a.Ref.Window, b.Ref.Window))
	})
	return all
}

// stateOf is how a source is doing. The caller holds mu.
func (k *Keeper) stateOf(s *source, now moment) calendar.SourceState {
	c := s.copy(now)
	state := calendar.SourceState{Ref: s.ref, Kind: kindOf(s.of), Every: s.every(), Tried: s.tried, Read: c.Read, Stale: c.Stale,
		Failures: s.failures, Failed: c.Failed, Doubt: c.Doubt, Kept: k.keptOf(s, now)}
	if s.good != nil {
		e := s.good.events
		state.Events, state.Refused, state.Warned = e.Len(), e.Refused, e.Warned
		for _, w := range e.Warnings[:min(len(e.Warnings), maxWarnings)] {
			state.Warnings = append(state.Warnings, oneLine(w.String()))
		}
	}
	if s.refusal != nil {
		r := s.refusal.Refusal
		state.Refusal = &r
	}
	return state
}
