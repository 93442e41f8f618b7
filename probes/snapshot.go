package probes

import "time"

// A Snapshot is what a Monitor knew at a moment: plain values, safe to keep.
type Snapshot []CheckState

// CheckState is one check of a snapshot.
type CheckState struct {
	Name, Kind     string
	Every, Timeout time.Duration
	Cron           string // the timetable and its zone; "" for a fixed period
	Witness        bool   // it says whether andon can see, and nothing of production
	Network        string // of a witness
	Targets        []TargetState
}

// TargetState is one target of a check.
type TargetState struct {
	Target Target
	Missed uint64 // starts that came while the run before went on, since start
	Status Status
}

// Snapshot copies what is known now.
func (m *Monitor) Snapshot() Snapshot {
	r := m.roster.Load()
	s := make(Snapshot, len(r.checks))
	all := make([]TargetState, 0, r.targets())
	for i, c := range r.checks {
		first := len(all)
		for _, e := range r.entries[i] {
			all = append(all, TargetState{e.target, e.missed.Load(), *e.status.Load()})
		}
		s[i] = CheckState{Name: c.Name, Kind: c.Kind, Every: c.Every, Cron: c.Cron, Timeout: c.Timeout, Witness: c.Witness, Network: c.Network,
			Targets: all[first:len(all):len(all)]}
	}
	return s
}

// Check finds a check by name.
func (s Snapshot) Check(name string) (CheckState, bool) {
	for _, c := range s {
		if c.Name == name {
			return c, true
		}
	}
	return CheckState{}, false
}

// At is the check's verdict: unhealthy if any target is, else unknown if any
// target is, or there is none.
func (c CheckState) At(now time.Time) Verdict {
	if len(c.Targets) == 0 {
		return Unknown
	}
	v := Healthy
	for _, t := range c.Targets {
		switch t.Status.At(now) {
		case Unhealthy:
			return Unhealthy
		case Unknown:
			v = Unknown
		}
	}
	return v
}

// Worst is the target that speaks for the check at now: the unhealthy one
// whose spell is the oldest, else an unknown one, else the first.
func (c CheckState) Worst(now time.Time) (TargetState, bool) {
	if len(c.Targets) == 0 {
		return TargetState{}, false
	}
	worst := c.Targets[0]
	for _, t := range c.Targets[1:] {
		if worse(t.Status, worst.Status, now) {
			worst = t
		}
	}
	return worst, true
}

func worse(a, b Status, now time.Time) bool {
	va, vb := a.At(now), b.At(now)
	if va == Unhealthy && vb == Unhealthy {
		return a.Since.Before(b.Since)
	}
	return rank(va) > rank(vb)
}

// rank orders verdicts from good to bad.
func rank(v Verdict) int { return [...]int{Unknown: 1, Healthy: 0, Unhealthy: 2}[v] }

// Ran tells whether every target has had a conclusive run since start.
func (c CheckState) Ran() bool {
	for _, t := range c.Targets {
		if !t.Status.Ran() {
			return false
		}
	}
	return len(c.Targets) > 0
}

// Asked tells whether every target has been asked since start, whatever came
// of it.
func (c CheckState) Asked() bool {
	for _, t := range c.Targets {
		if t.Status.Runs == 0 {
			return false
		}
	}
	return len(c.Targets) > 0
}

// PassesSince is the least number of passes in a row begun after t, over all
// targets.
func (c CheckState) PassesSince(t time.Time) int {
	least := -1
	for _, s := range c.Targets {
		if n := s.Status.PassesSince(t); least < 0 || n < least {
			least = n
		}
	}
	return max(least, 0)
}
