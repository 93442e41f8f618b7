package probes

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

type probeFunc func(ctx context.Context, t Target) (Facts, error)

func (f probeFunc) Check(ctx context.Context, t Target) (Facts, error) { return f(ctx, t) }

func check(name string, every time.Duration, p probeFunc) Check {
	return Check{Name: name, Schedule: Every(every), Every: every, Timeout: 3 * time.Second,
		Policy: DefaultPolicy(every, 3*time.Second), Targets: []Target{{Name: name}}, Probe: p}
}

// watch starts a monitor inside a synctest bubble and returns how to stop it.
func watch(t *testing.T, m *Monitor) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { m.Run(ctx); close(done) }()
	return func() { cancel(); <-done }
}

func TestMonitorKeepsTheBeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var starts []time.Time
		m := NewMonitor([]Check{check("shop", 10*time.Second, func(context.Context, Target) (Facts, error) {
			starts = append(starts, time.Now())
			return Facts{}, nil
		})}, nil)
		stop := watch(t, m)
		time.Sleep(10 * time.Minute)
		stop()
		if n := len(starts); n < 59 || n > 61 {
			t.Fatalf("%d starts in 10 minutes, want about 60", n)
		}
		if d := m.Delays(); d == nil || d.Count != uint64(len(starts)) || d.Sum != 0 {
			t.Errorf("the delays of %d starts on time: %+v", len(starts), d)
		}
		for i := 2; i < len(starts); i++ {
			if gap := starts[i].Sub(starts[i-1]); gap != 10*time.Second {
				t.Errorf("start %d came %v after the one before, want 10s", i, gap)
			}
		}
	})
}

func TestStartsAreSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, every = 200, 10 * time.Second
		perSecond := map[int64]int{}
		begun := time.Now()
		first := time.Duration(0)
		count := func(context.Context, Target) (Facts, error) {
			at := time.Since(begun)
			first = max(first, min(at, 2*time.Second))
			if at >= 20*time.Second && at < 30*time.Second {
				perSecond[int64(at/time.Second)]++
			}
			return Facts{}, nil
		}
		var checks []Check
		var gate = make(chan struct{}, 1) // the map is shared
		for i := range n {
			checks = append(checks, check(fmt.Sprintf("t%d", i), every, func(ctx context.Context, t Target) (Facts, error) {
				gate <- struct{}{}
				defer func() { <-gate }()
				return count(ctx, t)
			}))
		}
		stop := watch(t, NewMonitor(checks, nil))
		time.Sleep(45 * time.Second)
		stop()
		if len(perSecond) != 10 {
			t.Fatalf("starts fell into %d of 10 seconds", len(perSecond))
		}
		for s, c := range perSecond {
			if c < 5 || c > 45 {
				t.Errorf("second %d has %d starts of %d, want about %d", s, c, n, n/10)
			}
		}
	})
}

func TestMissedRunsAreCountedNotPiledUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at, most atomic.Int32
		m := NewMonitor([]Check{check("slow", time.Second, func(context.Context, Target) (Facts, error) {
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			time.Sleep(2500 * time.Millisecond) // heeds no context
			return Facts{}, nil
		})}, nil)
		stop := watch(t, m)
		time.Sleep(31 * time.Second)
		s := m.Snapshot()[0].Targets[0]
		stop()
		if most.Load() != 1 {
			t.Errorf("%d runs at once, want 1", most.Load())
		}
		if s.Missed < 18 || s.Missed > 22 {
			t.Errorf("%d missed, want about 20: two of every three starts", s.Missed)
		}
	})
}

func TestHungCheckGoesStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang, release := atomic.Bool{}, make(chan struct{})
		m := NewMonitor([]Check{check("shop", 10*time.Second, func(context.Context, Target) (Facts, error) {
			if hang.Load() {
				<-release
			}
			return Facts{}, nil
		})}, nil)
		stop := watch(t, m)
		time.Sleep(25 * time.Second)
		if v := m.Snapshot()[0].At(time.Now()); v != Healthy {
			t.Fatalf("%v, want healthy", v)
		}
		hang.Store(true)
		time.Sleep(50 * time.Second)
		if v := m.Snapshot()[0].At(time.Now()); v != Unknown {
			t.Errorf("a check that hangs is %v, want unknown", v)
		}
		close(release)
		stop()
	})
}

func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMonitor([]Check{check("shop", time.Second, func(context.Context, Target) (Facts, error) {
			panic("index out of range")
		})}, nil)
		stop := watch(t, m)
		time.Sleep(5 * time.Second)
		s := m.Snapshot()[0]
		stop()
		if v := s.At(time.Now()); v != Unhealthy {
			t.Errorf("a check that panics is %v, want unhealthy", v)
		}
		if got := Reason(s.Targets[0].Status.LastFailure.Err); got != "panic" {
			t.Errorf("reason %q, want panic", got)
		}
	})
}

func TestStoppingIsNoEvidence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMonitor([]Check{check("shop", time.Second, func(ctx context.Context, _ Target) (Facts, error) {
			<-ctx.Done()
			return Facts{}, errors.New("connection reset")
		})}, nil)
		stop := watch(t, m)
		time.Sleep(1500 * time.Millisecond)
		stop()
		s := m.Snapshot()[0].Targets[0].Status
		if s.Failures != 0 || s.Last.Outcome() != Inconclusive {
			t.Errorf("a run cut off by our own stop counts as %v (%d failures), want inconclusive", s.Last.Outcome(), s.Failures)
		}
	})
}

func TestChangeOfVerdictWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMonitor([]Check{check("shop", time.Second, func(context.Context, Target) (Facts, error) {
			return Facts{}, errors.New("status is 500")
		})}, nil)
		changed, _ := m.Changed()
		stop := watch(t, m)
		defer stop()
		begun := time.Now()
		<-changed
		if v := m.Snapshot()[0].At(time.Now()); v != Unhealthy {
			t.Errorf("woken with verdict %v, want unhealthy", v)
		}
		if d := time.Since(begun); d > 5*time.Second {
			t.Errorf("woken after %v of virtual time, want at the third failure", d)
		}
	})
}

// Lines come and go with reloads: who listens no more is forgotten.
func TestWhoListensNoMoreIsForgotten(t *testing.T) {
	t.Parallel()
	m := NewMonitor(nil, nil)
	stays, _ := m.Changed()
	goes, stop := m.Changed()
	stop()
	stop() // twice is once
	m.signal()
	if len(stays) != 1 || len(goes) != 0 || len(m.changed) != 1 {
		t.Errorf("signals: %d for who listens, %d for who does not; %d are kept", len(stays), len(goes), len(m.changed))
	}
}

// To judge an answer and to hang up takes time that is not the target's.
func TestDurationIsTheTargets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var checks []Check
		for name, elapsed := range map[string]time.Duration{"answered": 5 * time.Millisecond, "not": 0} {
			checks = append(checks, check(name, 10*time.Second, func(context.Context, Target) (Facts, error) {
				time.Sleep(7 * time.Millisecond)
				return Facts{Elapsed: elapsed}, nil
			}))
		}
		m := NewMonitor(checks, nil)
		stop := watch(t, m)
		defer stop()
		time.Sleep(15 * time.Second)
		for name, want := range map[string]time.Duration{"answered": 5 * time.Millisecond, "not": 7 * time.Millisecond} {
			c, _ := m.Snapshot().Check(name)
			if got := c.Targets[0].Status.Last.Duration; got != want {
				t.Errorf("%s: told as %v, want %v", name, got, want)
			}
		}
	})
}
