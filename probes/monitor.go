package probes

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"
)

// A Check is a named, scheduled question to production: one probe, one or more
// targets.
type Check struct {
	Name     string
	Kind     string // http, tcp, …: for people and labels
	Schedule cron.Schedule
	Every    time.Duration // the schedule's period, for people
	Cron     string        // the timetable and its zone, for people; "" for a fixed period
	Timeout  time.Duration // each run is cancelled after it
	Policy   Policy
	Targets  []Target
	Probe    Probe

	Witness bool   // it asks what is known to be up, to tell whether andon can see
	Network string // where a witness looks; those of one network fail together
}

// A Monitor runs checks on their schedules and keeps a Status per target. Runs
// of one target never overlap: a start that comes due while the run before
// goes on is missed and counted, not piled up.
type Monitor struct {
	roster   atomic.Pointer[roster]
	reloaded chan struct{} // there is a roster that the loop has not seen

	reloading sync.Mutex
	mu        sync.Mutex
	changed   []chan struct{} // one for each who asked
	delays    *Histogram

	sight sight
}

// roster is one configuration of a monitor. It is replaced as a whole, so a
// snapshot is never half of one and half of the next.
type roster struct {
	checks  []*Check   // one by one: who is kept must not keep a whole old roster
	entries [][]*entry // by check, by target

	witnesses []int // which of the checks are
}

// targets of all checks.
func (r *roster) targets() int {
	n := 0
	for _, targets := range r.entries {
		n += len(targets)
	}
	return n
}

// entry is one target of one check.
type entry struct {
	check  *Check
	target Target
	next   time.Time // scheduled start, zero before it is planned; touched by the loop alone
	beat   time.Time // the first start of the steady schedule; zero once it is taken
	status atomic.Pointer[Status]
	busy   atomic.Bool
	missed atomic.Uint64

	retired atomic.Bool                        // no longer configured, or not like this
	cancel  atomic.Pointer[context.CancelFunc] // of the run under way
}

// Prior is what was believed of a target before this process: its verdict and
// since when. Only Unhealthy is carried over.
type Prior func(check, target string) (Verdict, time.Time)

// NewMonitor makes a monitor of checks; prior may be nil.
func NewMonitor(checks []Check, prior Prior) *Monitor {
	if prior == nil {
		prior = func(string, string) (Verdict, time.Time) { return Unknown, time.Time{} }
	}
	m := &Monitor{reloaded: make(chan struct{}, 1)}
	r := newRoster(checks)
	for i := range r.checks {
		r.entries[i] = newEntries(r.checks[i], prior)
	}
	m.roster.Store(r)
	return m
}

func newRoster(checks []Check) *roster {
	r := &roster{checks: make([]*Check, len(checks)), entries: make([][]*entry, len(checks))}
	for i, c := range checks {
		r.checks[i] = &c
		if c.Witness {
			r.witnesses = append(r.witnesses, i)
		}
	}
	return r
}

func newEntries(c *Check, prior Prior) []*entry {
	targets := make([]*entry, len(c.Targets))
	for i, t := range c.Targets {
		e := &entry{check: c, target: t}
		v, since := prior(c.Name, t.Name)
		s := NewStatus(c.Policy, v, since)
		e.status.Store(&s)
		targets[i] = e
	}
	return targets
}

// Changed returns a channel of the caller's own that receives after a verdict
// changed, until stop is called. One signal may stand for several changes: look
// at the snapshot.
func (m *Monitor) Changed() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = append(m.changed, c)
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.changed = slices.DeleteFunc(m.changed, func(other chan struct{}) bool { return other == c })
	}
}

// Delays counts how long after their scheduled starts all runs since start
// began; nil while there were none.
func (m *Monitor) Delays() *Histogram {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.delays
}

func (m *Monitor) delayed(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delays = m.delays.Add(d)
}

func (m *Monitor) signal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.changed {
		select {
		case c <- struct{}{}:
		default: // a signal is waiting already
		}
	}
}

// Run runs the checks until ctx is done, and returns once the runs under way
// have ended, or after grace if some do not heed their context.
func (m *Monitor) Run(ctx context.Context) {
	const grace = 2 * time.Second
	runs := newCrew()
	q := newQueue(m.all(), time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-m.reloaded:
			now := time.Now()
			q = newQueue(m.all(), now)
			timer.Reset(q.wait(now))
		case <-timer.C:
			now := time.Now()
			for e := q.due(now); e != nil; e = q.due(now) {
				m.start(ctx, runs, e, now)
			}
			timer.Reset(q.wait(time.Now()))
		}
	}
	ended := make(chan struct{})
	go func() { runs.dismiss(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(grace):
	}
}

func (m *Monitor) all() []*entry {
	r := m.roster.Load()
	all := make([]*entry, 0, r.targets())
	for _, targets := range r.entries {
		all = append(all, targets...)
	}
	return all
}

func (m *Monitor) start(ctx context.Context, runs *crew, e *entry, now time.Time) {
	scheduled := e.next
	e.next = e.after(scheduled)
	for !e.next.After(now) { // we were asleep: these starts are gone
		e.next = e.after(e.next)
		e.missed.Add(1)
	}
	if !e.busy.CompareAndSwap(false, true) {
		e.missed.Add(1)
		return
	}
	runs.do(func() {
		defer e.busy.Store(false)
		m.record(e, run1(ctx, e, scheduled))
	})
}

// record is called by the one run of e that is under way.
func (m *Monitor) record(e *entry, r Result) {
	m.delayed(r.Late)
	if e.retired.Load() {
		return // what was asked is not what is asked now
	}
	r = m.see(e, r)
	if e.update(func(s Status) Status { return s.Add(r) }) {
		m.signal()
	}
	m.look(e, r)
}

// run1 makes one run. A panic is a failure of the check: it must not take the
// daemon down, nor count as nothing.
func run1(ctx context.Context, e *entry, scheduled time.Time) (r Result) {
	started := time.Now()
	r = Result{Check: e.check.Name, Target: e.target.Name, Start: started.UTC(), Late: started.Sub(scheduled)}
	defer func() {
		if p := recover(); p != nil {
			r.Err = &panicError{p, debug.Stack()}
		}
		now := time.Now()
		r.Duration = cmp.Or(r.Facts.Elapsed, now.Sub(started)) // to judge and to hang up is our time
		r.Err = asleep(r.Err, jumped(started, now))
		if r.Err != nil && ctx.Err() != nil { // we are stopping: it says nothing of the target
			r.Err = fmt.Errorf("%w: andon is stopping: %w", ErrInconclusive, r.Err)
		}
	}()
	runCtx, cancel := context.WithTimeout(ctx, e.check.Timeout)
	defer cancel()
	e.cancel.Store(&cancel)
	defer e.cancel.Store(nil)
	if e.retired.Load() {
		cancel()
	}
	r.Facts, r.Err = e.check.Probe.Check(runCtx, e.target)
	return r
}

type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string {
	return fmt.Sprintf("the check panicked: %v: this is a defect of andon, please report it", e.value)
}
func (e *panicError) Reason() string { return "panic" }

// Stack is where it happened.
func (e *panicError) Stack() []byte { return e.stack }
