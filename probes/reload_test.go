package probes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A recorder is a probe that can be compared, and remembers when it was asked.
type recorder struct {
	mu     sync.Mutex
	starts []time.Time
	err    error
	ended  []error // of contexts that ended while it hung
	hang   bool
}

func (r *recorder) Check(ctx context.Context, _ Target) (Facts, error) {
	r.mu.Lock()
	r.starts = append(r.starts, time.Now())
	hang, err := r.hang, r.err
	r.mu.Unlock()
	if hang {
		<-ctx.Done()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.ended = append(r.ended, context.Cause(ctx))
		return Facts{}, errors.New("cut off")
	}
	return Facts{}, err
}

func (r *recorder) times() []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.starts)
}

func recorded(name string, every time.Duration, r *recorder) Check {
	c := check(name, every, nil)
	c.Probe = r
	return c
}

// steady fails unless starts keep their distance from the third on: the first
// round has one of its own.
func steady(t *testing.T, name string, starts []time.Time, every time.Duration) {
	t.Helper()
	for i := 2; i < len(starts); i++ {
		if gap := starts[i].Sub(starts[i-1]); gap != every {
			t.Fatalf("%s: start %d came %v after the one before, want %v", name, i, gap, every)
		}
	}
}

func TestReloadKeepsTheBeatOfWhatIsUnchanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, every, reloads = 10_000, 10 * time.Second, 7
		checks := make([]Check, n)
		probes := make([]*recorder, n)
		for i := range checks {
			probes[i] = new(recorder)
			checks[i] = recorded(fmt.Sprintf("t%d", i), every, probes[i])
		}
		m := NewMonitor(checks, nil)
		stop := watch(t, m)
		time.Sleep(2 * every)
		for i := range reloads {
			time.Sleep(1234567 * time.Microsecond)
			next := slices.Clone(checks)
			next[i] = recorded(next[i].Name, 2*time.Second, new(recorder)) // changed
			next = slices.Delete(next, n-1-i, n-i)                         // removed
			next = append(next, recorded(fmt.Sprintf("new%d", i), every, new(recorder)))
			m.Reload(next)
		}
		m.Reload(checks)
		time.Sleep(4 * every)
		s := m.Snapshot()
		stop()
		for i := reloads; i < n-reloads; i++ {
			starts := probes[i].times()
			steady(t, checks[i].Name, starts, every)
			if len(starts) < 6 || s[i].Targets[0].Missed != 0 || s[i].Targets[0].Status.Runs != uint64(len(starts)) {
				t.Fatalf("%s: %d starts, %d missed, %d runs counted", checks[i].Name, len(starts), s[i].Targets[0].Missed, s[i].Targets[0].Status.Runs)
			}
		}
	})
}

func TestReloadKeepsOnlySicknessOfWhatIsChanged(t *testing.T) {
	t.Parallel()
	const every = 10 * time.Second
	rename := func(c *Check) { c.Targets = []Target{{Name: "elsewhere"}} }
	for name, tc := range map[string]struct {
		before error
		change func(*Check)
		want   Verdict // after the first pass under the new settings
	}{
		"sick, another probe":    {errors.New("500"), func(c *Check) { c.Probe = new(recorder) }, Unhealthy},
		"sick, another policy":   {errors.New("500"), func(c *Check) { c.Policy.Up = 3 }, Unhealthy},
		"sick, another schedule": {errors.New("500"), func(c *Check) { c.Schedule = Every(every / 2) }, Unhealthy},
		"sick, another target":   {errors.New("500"), rename, Unhealthy},
		"well, another target":   {nil, rename, Healthy},
		"well, another timeout":  {nil, func(c *Check) { c.Timeout = time.Second }, Healthy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				old := recorded("shop", every, &recorder{err: tc.before})
				m := NewMonitor([]Check{old}, nil)
				defer watch(t, m)()
				time.Sleep(5 * every)
				next := recorded("shop", every, new(recorder))
				next.Policy.Up = 2
				tc.change(&next)
				m.Reload([]Check{next})
				s := m.Snapshot()[0].Targets[0].Status
				if s.Ran() || s.Runs != 0 || m.Snapshot()[0].At(time.Now()) != Unknown {
					t.Errorf("evidence under the old settings still counts: %d runs, %v", s.Runs, m.Snapshot()[0].At(time.Now()))
				}
				time.Sleep(20 * time.Millisecond) // one check has its first run within 10 ms
				if got := m.Snapshot()[0].At(time.Now()); got != tc.want {
					t.Errorf("after one pass it is %v, want %v", got, tc.want)
				}
				time.Sleep(3 * every)
				if got := m.Snapshot()[0].At(time.Now()); got != Healthy {
					t.Errorf("after passing long enough it is %v, want healthy", got)
				}
			})
		})
	}
}

func TestReloadDropsRunsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		changed, removed, kept := &recorder{hang: true}, &recorder{hang: true}, &recorder{hang: true}
		long := func(name string, r *recorder) Check {
			c := recorded(name, time.Minute, r)
			c.Timeout = 50 * time.Second
			return c
		}
		keep := long("kept", kept)
		m := NewMonitor([]Check{long("changed", changed), long("removed", removed), keep}, nil)
		defer watch(t, m)()
		time.Sleep(time.Second)
		m.Reload([]Check{long("changed", new(recorder)), keep})
		synctest.Wait()
		if len(changed.ended) != 1 || len(removed.ended) != 1 || len(kept.ended) != 0 {
			t.Errorf("cut off: %d of the changed, %d of the removed, %d of the kept; want 1, 1, 0", len(changed.ended), len(removed.ended), len(kept.ended))
		}
		time.Sleep(time.Second)
		s := m.Snapshot()
		if len(s) != 2 || s[0].Targets[0].Status.Failures != 0 || s[0].Targets[0].Status.Runs != 1 {
			t.Errorf("after the reload: %+v, want the changed check with one pass of its own", s)
		}
	})
}

// TestReloadAmidRuns is for the race detector.
func TestReloadAmidRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	make1 := func(r *recorder) []Check {
		return []Check{recorded("a", gap, r), recorded("b", gap, new(recorder))}
	}
	kept := new(recorder)
	m := NewMonitor(make1(kept), nil)
	all.Go(func() { m.Run(ctx) })
	all.Go(func() {
		for ctx.Err() == nil {
			if s := m.Snapshot(); len(s) != 2 || s[0].Name != "a" || len(s[1].Targets) != 1 {
				t.Errorf("half a snapshot: %+v", s)
			}
		}
	})
	for range 200 {
		m.Reload(make1(kept))
		time.Sleep(100 * time.Microsecond)
	}
	cancel()
	all.Wait()
	if len(kept.times()) == 0 {
		t.Error("the unchanged check never ran")
	}
}

func BenchmarkReload(b *testing.B) {
	checks := make([]Check, 10_000)
	for i := range checks {
		checks[i] = recorded(fmt.Sprintf("t%d", i), time.Minute, new(recorder))
	}
	m := NewMonitor(checks, nil)
	for b.Loop() {
		m.Reload(checks)
	}
}
