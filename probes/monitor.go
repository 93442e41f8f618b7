package probes

import (
	"context"
	"fmt"
	"runtime/debug"
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
	Timeout  time.Duration // each run is cancelled after it
	Policy   Policy
	Targets  []Target
	Probe    Probe
}

// A Monitor runs checks on their schedules and keeps a Status per target. Runs
// of one target never overlap: a start that comes due while the run before
// goes on is missed and counted, not piled up.
type Monitor struct {
	checks  []Check
	entries [][]*entry // by check, by target
	targets int        // of all checks

	mu      sync.Mutex
	changed []chan struct{} // one for each who asked
}

// entry is one target of one check.
type entry struct {
	check  *Check
	target Target
	next   time.Time // scheduled start; touched by the loop alone
	beat   time.Time // the first start of the steady schedule; zero once it is taken
	status atomic.Pointer[Status]
	busy   atomic.Bool
	missed atomic.Uint64
}

// Prior is what was believed of a target before this process: its verdict and
// since when. Only Unhealthy is carried over.
type Prior func(check, target string) (Verdict, time.Time)

// NewMonitor makes a monitor of checks; prior may be nil.
func NewMonitor(checks []Check, prior Prior) *Monitor {
	m := &Monitor{checks: checks}
	for i := range m.checks {
		c := &m.checks[i]
		targets := make([]*entry, len(c.Targets))
		for j, t := range c.Targets {
			v, since := Unknown, time.Time{}
			if prior != nil {
				v, since = prior(c.Name, t.Name)
			}
			e := &entry{check: c, target: t}
			s := NewStatus(c.Policy, v, since)
			e.status.Store(&s)
			targets[j] = e
		}
		m.entries = append(m.entries, targets)
		m.targets += len(targets)
	}
	return m
}

// Changed returns a channel of the caller's own that receives after a verdict
// changed. One signal may stand for several changes: look at the snapshot.
func (m *Monitor) Changed() <-chan struct{} {
	c := make(chan struct{}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = append(m.changed, c)
	return c
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
	var runs sync.WaitGroup
	q := newQueue(m.all(), time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-timer.C:
			now := time.Now()
			for e := q.due(now); e != nil; e = q.due(now) {
				m.start(ctx, &runs, e, now)
			}
			timer.Reset(q.wait(time.Now()))
		}
	}
	ended := make(chan struct{})
	go func() { runs.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(grace):
	}
}

func (m *Monitor) all() []*entry {
	var all []*entry
	for _, targets := range m.entries {
		all = append(all, targets...)
	}
	return all
}

func (m *Monitor) start(ctx context.Context, runs *sync.WaitGroup, e *entry, now time.Time) {
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
	runs.Add(1)
	go func() {
		defer runs.Done()
		defer e.busy.Store(false)
		m.record(e, run1(ctx, e, scheduled))
	}()
}

// record is called by the one run of e that is under way.
func (m *Monitor) record(e *entry, r Result) {
	before := e.status.Load()
	after := before.Add(r)
	e.status.Store(&after)
	if after.verdict != before.verdict {
		m.signal()
	}
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
		r.Duration = time.Since(started)
		if r.Err != nil && ctx.Err() != nil { // we are stopping: it says nothing of the target
			r.Err = fmt.Errorf("%w: andon is stopping: %w", ErrInconclusive, r.Err)
		}
	}()
	runCtx, cancel := context.WithTimeout(ctx, e.check.Timeout)
	defer cancel()
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
