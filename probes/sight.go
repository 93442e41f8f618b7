package probes

import (
	"sync"
	"sync/atomic"
	"time"
)

// sight is what a monitor knows of its own blindness. While it lasts, failures
// of production say nothing and are inconclusive; when it begins, those that
// came before it was recognized are excused.
type sight struct {
	mu     sync.Mutex
	dark   atomic.Pointer[dark]
	passes *entry // the last found to speak against blindness: most often it still does
}

// dark is one spell of blindness, the present or the last one.
type dark struct {
	Blindness
	ended time.Time // zero while it lasts
}

func (d *dark) lasts() bool { return d != nil && d.ended.IsZero() }

// see judges a result before it counts. A failure in the dark is inconclusive,
// and so is one of a run that began there.
func (m *Monitor) see(e *entry, r Result) Result {
	if e.check.Witness || r.Outcome() != Fail {
		return r
	}
	m.judge(r.End(), e)
	if d := m.sight.dark.Load(); d.lasts() || d != nil && r.Start.Before(d.ended) {
		r.Err = inTheDark(r.Err)
	}
	return r
}

// look judges what a result means for blindness, once it has counted.
func (m *Monitor) look(e *entry, r Result) {
	d := m.sight.dark.Load()
	if e.check.Witness || d.lasts() && r.Outcome() == Pass {
		m.judge(r.End(), e)
	}
	if d = m.sight.dark.Load(); d.lasts() && r.Outcome() == Fail && !e.check.Witness {
		e.update(func(s Status) Status { return s.Excuse(d.From) }) // it was recognized between see and here
	}
}

// judge asks the witnesses, and only if they fail production: e, who has just
// had a result, then whoever spoke against blindness last, then everybody. While
// blindness lasts only a pass can end it, so to ask e is enough.
func (m *Monitor) judge(now time.Time, e *entry) {
	s := &m.sight
	if !darkness(m.ask(), now).Blind() && !s.dark.Load().lasts() {
		return // as nearly always
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, last := darkness(m.ask(), now), s.dark.Load() // others may have judged meanwhile
	switch {
	case last.lasts() && (!b.Blind() || e.passes(now, b.Since)):
		s.dark.Store(&dark{last.Blindness, now})
	case !last.lasts() && b.Blind() && !m.anyPasses(now, b.Since, e):
		s.dark.Store(&dark{Blindness: b})
		m.excuse(b.From)
	default:
		return
	}
	m.signal()
}

func (m *Monitor) anyPasses(now, since time.Time, e *entry) bool {
	s := &m.sight
	if e.passes(now, since) {
		s.passes = e
		return true
	}
	if s.passes != nil && s.passes.passes(now, since) {
		return true
	}
	s.passes = nil
	for _, e := range m.all() {
		if e.passes(now, since) {
			s.passes = e
			return true
		}
	}
	return false
}

func (m *Monitor) excuse(from time.Time) {
	for _, e := range m.all() {
		if !e.check.Witness {
			e.update(func(s Status) Status { return s.Excuse(from) })
		}
	}
}

// passes tells whether e is production and speaks against blindness.
func (e *entry) passes(now, since time.Time) bool {
	return !e.check.Witness && !e.retired.Load() && e.status.Load().passes(now, since, e.check.Every, e.check.Timeout)
}

// update changes the status, and tells whether the verdict changed.
func (e *entry) update(next func(Status) Status) bool {
	for {
		before := e.status.Load()
		after := next(*before)
		if e.status.CompareAndSwap(before, &after) {
			return after.verdict != before.verdict
		}
	}
}

// ask is what the witnesses say now.
func (m *Monitor) ask() []witness {
	r := m.roster.Load()
	var all []witness
	for _, i := range r.witnesses {
		for _, e := range r.entries[i] {
			all = append(all, witness{e.check.Name, e.target.Name, e.check.Network, *e.status.Load()})
		}
	}
	return all
}
