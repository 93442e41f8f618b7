package probes

import (
	"slices"
	"time"
)

// Blindness says that it is andon that cannot see, rather than production that
// is unwell: witnesses in two networks fail, and nothing of production passes.
// The zero value sees.
type Blindness struct {
	Since     time.Time        // start of the run by which a second network was seen to fail
	From      time.Time        // what began at or after it may have run in the dark; zero: all may have
	Witnesses []FailingWitness // by network
}

// A FailingWitness is what a witness says that fails.
type FailingWitness struct {
	Check, Target, Network string
	Since                  time.Time // start of the first of its failures in a row
	Err                    error
}

// Blind tells whether andon cannot see.
func (b Blindness) Blind() bool { return !b.Since.IsZero() }

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
	if !b.Blind() {
		return b
	}
	for _, c := range s {
		if c.Witness {
			continue
		}
		for _, t := range c.Targets {
			if t.Status.passes(now, b.Since, c.Every, c.Timeout) {
				return Blindness{}
			}
		}
	}
	return b
}

// witness is one target of a witness.
type witness struct {
	check, target, network string
	status                 Status
}

// network is what the witnesses in it amount to.
type network struct {
	failing []FailingWitness
	since   time.Time // when the last of them began to fail
	passed  int64     // start of the last pass in it, in Unix nanoseconds; 0: none
	works   bool
}

// darkness is the blindness that witnesses speak of, before production is asked.
func darkness(witnesses []witness, now time.Time) Blindness {
	var dark []*network
	for _, n := range networks(witnesses, now) {
		if !n.works && len(n.failing) > 0 {
			dark = append(dark, n)
		}
	}
	if len(dark) < 2 {
		return Blindness{}
	}
	slices.SortFunc(dark, func(a, b *network) int { return a.since.Compare(b.since) })
	b := Blindness{Since: dark[1].since}
	if passed := max(dark[0].passed, dark[1].passed); passed > 0 {
		b.From = time.Unix(0, passed).UTC()
	}
	for _, n := range dark {
		b.Witnesses = append(b.Witnesses, n.failing...)
	}
	slices.SortStableFunc(b.Witnesses, func(a, b FailingWitness) int { return a.Since.Compare(b.Since) })
	return b
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
		switch {
		case s.Stale(now):
		case s.Failing.IsZero():
			n.works = true
		default:
			n.since = later(n.since, s.Failing)
			n.failing = append(n.failing, FailingWitness{w.check, w.target, w.network, s.Failing, s.LastFailure.Err})
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
