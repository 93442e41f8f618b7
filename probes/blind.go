package probes

import (
	"slices"
	"time"
)

// Blindness says that it is andon that cannot see, rather than production that
// is unwell: witnesses in two networks fail, and nothing of production passes.
// The zero value sees.
type Blindness struct {
	Since     time.Time        // start of the run by which a second network was seen to fail; zero: it sees at this moment
	From      time.Time        // what began at or after it may have run in the dark; zero: all may have
	Witnesses []FailingWitness // by network; of a moment of sight those that are not steady yet

	// First is when the first spell began of those that count as one: since then
	// production has not passed, and two networks have not been steady together.
	// A glimpse between two spells is too short to judge production by.
	First time.Time
}

// A FailingWitness is what a witness says that fails.
type FailingWitness struct {
	Check, Target, Network string
	Since                  time.Time // start of the first of its failures, in a row or since it was steady
	Err                    error
}

// Blind tells whether andon cannot see.
func (b Blindness) Blind() bool { return !b.Since.IsZero() }

// Flickers tells whether andon sees at this moment only: it was blind, or its
// witnesses failed in turn, and neither they nor production have passed as
// often as it takes to be believed.
func (b Blindness) Flickers() bool { return !b.Blind() && !b.First.IsZero() }

// Began is when not to see began, with all spells that count as one.
func (b Blindness) Began() time.Time {
	if b.First.IsZero() {
		return b.Since
	}
	return b.First
}

// Blind judges the witnesses at now. A network fails if a witness in it fails
// and none passes; two of them, and no pass of production since or for two of
// its intervals, are blindness. One dead witness disarms nothing.
func (s Snapshot) Blind(now time.Time) Blindness {
	var witnesses []witness
	for _, c := range s {
		if c.Witness {
			for _, t := range c.Targets {
				witnesses = append(witnesses, witness{c.Name, t.Target.Name, c.Network, t.Status})
			}
		}
	}
	b := darkness(witnesses, now)
	if b.First.IsZero() {
		return b
	}
	spell := b.spell()
	for _, c := range s {
		if c.Witness {
			continue
		}
		for _, t := range c.Targets {
			if t.Status.passes(now, spell, c.Every, c.Timeout) {
				return Blindness{}
			}
			if passed := t.Status.passed; passed > b.First.UnixNano() && passed <= now.UnixNano() {
				b.First = time.Unix(0, passed).UTC()
			}
		}
	}
	return b
}

// spell is since when a pass of production speaks against b.
func (b Blindness) spell() time.Time {
	if b.Blind() {
		return b.Since
	}
	return b.First
}

// witness is one target of a witness.
type witness struct {
	check, target, network string
	status                 Status
}

// network is what the witnesses in it amount to.
type network struct {
	failing  []FailingWitness
	since    time.Time // when the last of them began to fail
	passed   int64     // start of the last pass in it, in Unix nanoseconds; 0: none
	works    bool
	shaken   []FailingWitness // those that are not steady
	unsteady time.Time        // since when the last of them is
	steady   bool             // one is
}

// darkness is the blindness that witnesses speak of, before production is asked.
func darkness(witnesses []witness, now time.Time) Blindness {
	var dark, shaken []*network
	for _, n := range networks(witnesses, now) {
		if !n.works && len(n.failing) > 0 {
			dark = append(dark, n)
		}
		if !n.steady && len(n.shaken) > 0 {
			shaken = append(shaken, n)
		}
	}
	if len(shaken) < 2 { // who fails is not steady
		return Blindness{}
	}
	slices.SortFunc(shaken, func(a, b *network) int { return a.unsteady.Compare(b.unsteady) })
	b := Blindness{First: shaken[1].unsteady}
	if len(dark) < 2 {
		for _, n := range shaken {
			b.Witnesses = append(b.Witnesses, n.shaken...)
		}
		b.sort()
		return b
	}
	slices.SortFunc(dark, func(a, b *network) int { return a.since.Compare(b.since) })
	b.Since = dark[1].since
	if passed := max(dark[0].passed, dark[1].passed); passed > 0 {
		b.From = time.Unix(0, passed).UTC()
	}
	for _, n := range dark {
		b.Witnesses = append(b.Witnesses, n.failing...)
	}
	b.sort()
	return b
}

func (b Blindness) sort() {
	slices.SortStableFunc(b.Witnesses, func(a, b FailingWitness) int { return a.Since.Compare(b.Since) })
}

func networks(witnesses []witness, now time.Time) map[string]*network {
	all := map[string]*network{}
	for _, w := range witnesses {
		n := all[w.network]
		if n == nil {
			n = new(network)
			all[w.network] = n
		}
		s := w.status
		n.passed = max(n.passed, s.passed)
		if s.Stale(now) {
			continue
		}
		if s.Failing.IsZero() {
			n.works = true
		} else {
			n.since = later(n.since, s.Failing)
			n.failing = append(n.failing, FailingWitness{w.check, w.target, w.network, s.Failing, s.LastFailure.Err})
		}
		if s.Unsteady.IsZero() {
			n.steady = true
		} else {
			n.unsteady = later(n.unsteady, s.Unsteady)
			n.shaken = append(n.shaken, FailingWitness{w.check, w.target, w.network, s.Unsteady, s.LastFailure.Err})
		}
	}
	return all
}

// Fails tells whether the last conclusive run failed, and says something of
// now. Of a witness that is enough: its verdict would come too late.
func (s Status) Fails(now time.Time) bool { return !s.Failing.IsZero() && !s.Stale(now) }

// passes tells whether the last pass speaks against blindness since then: it
// began later, and within the last two intervals.
func (s Status) passes(now, since time.Time, every, timeout time.Duration) bool {
	age := time.Duration(now.UnixNano() - s.passed)
	return s.passed >= since.UnixNano() && age.Abs() <= 2*every+timeout // one of the future is none: the clock was set back
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
