package probes

import (
	"reflect"
	"slices"
	"time"
)

// Reload replaces the checks, at any time, also while Run runs them.
//
// A check that is as it was keeps its beat, its status and its counters: no run
// of it is missed, doubled or shifted. It is as it was if its probe is the same
// value and all else is equal, so make probes only for what has changed.
//
// A check that has changed begins anew and soon, and keeps but one thing: who
// was unhealthy stays so until it has passed Up times under the new settings. A
// run of the old ones that is under way is cancelled, and its result is dropped.
func (m *Monitor) Reload(checks []Check) {
	m.reloading.Lock()
	defer m.reloading.Unlock()
	old, next := m.roster.Load(), newRoster(checks)
	before := make(map[string]int, len(old.checks))
	for i, c := range old.checks {
		before[c.Name] = i
	}
	for i, c := range next.checks {
		j, known := before[c.Name]
		delete(before, c.Name)
		switch {
		case !known:
			next.entries[i] = newEntries(c, nothing)
		case same(*c, *old.checks[j]):
			next.checks[i], next.entries[i] = old.checks[j], old.entries[j]
		default:
			retire(old.entries[j])
			next.entries[i] = newEntries(c, sickness(old.entries[j], c.Targets))
		}
	}
	m.roster.Store(next)
	select {
	case m.reloaded <- struct{}{}:
	default: // the loop has not come to the one before, and will see this one
	}
	for _, j := range before {
		retire(old.entries[j])
	}
	m.signal()
}

func nothing(string, string) (Verdict, time.Time) { return Unknown, time.Time{} }

// same tells whether two checks of one name ask the same in the same way.
func same(a, b Check) bool {
	if p, q := reflect.TypeOf(a.Probe), reflect.TypeOf(b.Probe); p == nil || p != q || !p.Comparable() || a.Probe != b.Probe {
		return false
	}
	a.Probe, b.Probe = nil, nil
	return reflect.DeepEqual(a, b)
}

// sickness is what a changed check is told of its past. A target that goes by a
// new name was as sick as those were whose names are gone.
func sickness(old []*entry, targets []Target) Prior {
	known := make(map[string]*Status, len(old))
	worst := new(Status)
	for _, e := range old {
		s := e.status.Load()
		known[e.target.Name] = s
		stays := slices.ContainsFunc(targets, func(t Target) bool { return t.Name == e.target.Name })
		if !stays && s.verdict == Unhealthy && (worst.verdict != Unhealthy || s.Since.Before(worst.Since)) {
			worst = s
		}
	}
	return func(_, target string) (Verdict, time.Time) {
		s, ok := known[target]
		if !ok {
			s = worst
		}
		return s.verdict, s.Since
	}
}

// retire ends what the entries are doing. Their results no longer count.
func retire(entries []*entry) {
	for _, e := range entries {
		e.retired.Store(true)
		if cancel := e.cancel.Load(); cancel != nil {
			(*cancel)()
		}
	}
}
