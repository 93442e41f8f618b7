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

// A plain has production and witnesses on it, and lights that can go out.
type plain struct {
	*Monitor
	cut  atomic.Bool // nothing is reached
	sick atomic.Bool // production fails by itself
	hang atomic.Bool // with the cut, runs last until their timeout
}

func (p *plain) reach(ctx context.Context) error {
	if !p.cut.Load() {
		return nil
	}
	if p.hang.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	return errors.New("network is unreachable")
}

func onPlain(t *testing.T, tell func(t *testing.T, p *plain)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := new(plain)
		var checks []Check
		for i := range 3 {
			checks = append(checks, check(fmt.Sprint("shop-", i), 10*time.Second, func(ctx context.Context, _ Target) (Facts, error) {
				if err := p.reach(ctx); err != nil || !p.sick.Load() {
					return Facts{}, err
				}
				return Facts{}, errors.New("status is 500")
			}))
		}
		for _, name := range []string{"a", "b"} {
			w := check(name, 10*time.Second, func(ctx context.Context, _ Target) (Facts, error) { return Facts{}, p.reach(ctx) })
			w.Witness, w.Network = true, name
			checks = append(checks, w)
		}
		p.Monitor = NewMonitor(checks, nil)
		stop := watch(t, p.Monitor)
		defer stop()
		time.Sleep(time.Minute)
		tell(t, p)
	})
}

// expect looks at all of production.
func (p *plain) expect(t *testing.T, when string, want Verdict) {
	t.Helper()
	for _, c := range p.Snapshot() {
		if v := c.At(time.Now()); !c.Witness && v != want {
			t.Errorf("%s: %s is %v, want %v: %s", when, c.Name, v, want, c.Targets[0].Status.Why(time.Now()))
		}
	}
}

func TestCutIsNoSickness(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		t.Run(fmt.Sprintf("hangs: %v", hangs), func(t *testing.T) {
			onPlain(t, func(t *testing.T, p *plain) {
				p.hang.Store(hangs)
				p.cut.Store(true)
				for range 120 {
					time.Sleep(time.Second)
					for _, c := range p.Snapshot() {
						if !c.Witness && c.Targets[0].Status.Verdict() == Unhealthy {
							t.Fatalf("%s is unhealthy, and nothing can be seen", c.Name)
						}
					}
				}
				if !p.Snapshot().Blind(time.Now()).Blind() {
					t.Error("two minutes without any network are not blindness")
				}
				p.expect(t, "in the dark", Unknown)
				p.cut.Store(false)
				time.Sleep(13 * time.Second)
				if p.Snapshot().Blind(time.Now()).Blind() {
					t.Error("everything passes again, and it is still blind")
				}
				p.expect(t, "in the light again", Healthy)
			})
		})
	}
}

func TestSickAfterTheCut(t *testing.T) {
	onPlain(t, func(t *testing.T, p *plain) {
		p.cut.Store(true)
		time.Sleep(2 * time.Minute)
		p.sick.Store(true)
		p.cut.Store(false)
		time.Sleep(13 * time.Second)
		for _, c := range p.Snapshot() {
			if s := c.Targets[0].Status; !c.Witness && s.Verdict() == Unhealthy {
				t.Errorf("%s is unhealthy by one failure in the light", c.Name)
			}
		}
		time.Sleep(30 * time.Second)
		p.expect(t, "sick, seen in the light", Unhealthy)
	})
}

func TestSickBeforeTheCut(t *testing.T) {
	onPlain(t, func(t *testing.T, p *plain) {
		p.sick.Store(true)
		time.Sleep(40 * time.Second)
		p.expect(t, "before", Unhealthy)
		p.cut.Store(true)
		p.sick.Store(false)
		time.Sleep(2 * time.Minute)
		p.expect(t, "in the dark", Unknown)
		p.cut.Store(false)
		time.Sleep(50 * time.Second)
		p.expect(t, "well, but not often enough", Unhealthy)
		time.Sleep(60 * time.Second)
		p.expect(t, "well for ten runs", Healthy)
	})
}

// What was hanging when the light came back still tells of the dark.
func TestRunsThatBeganInTheDark(t *testing.T) {
	onPlain(t, func(t *testing.T, p *plain) {
		p.cut.Store(true)
		time.Sleep(40 * time.Second)
		old := Result{Start: time.Now().UTC()}
		p.cut.Store(false)
		time.Sleep(11 * time.Second)
		e := p.roster.Load().entries[0][0]
		old.Duration, old.Err = time.Since(old.Start), context.DeadlineExceeded
		before := e.status.Load().Failures
		p.record(e, old)
		if s := e.status.Load(); s.Failures != before || s.Last.Outcome() != Inconclusive {
			t.Errorf("a run that began in the dark is %v, want inconclusive", s.Last.Outcome())
		}
	})
}

func TestBlindnessWakes(t *testing.T) {
	onPlain(t, func(t *testing.T, p *plain) {
		changed, _ := p.Changed()
		p.cut.Store(true)
		<-changed
		if !p.Snapshot().Blind(time.Now()).Blind() {
			t.Error("woken by the cut, and it is not blind")
		}
		p.cut.Store(false)
		for range changed {
			if !p.Snapshot().Blind(time.Now()).Blind() {
				break
			}
		}
	})
}

// Whether production passes is not asked of everybody at each failure.
func BenchmarkFailureWhileWitnessesAreDead(b *testing.B) {
	var checks []Check
	for i := range 10_000 {
		checks = append(checks, check(fmt.Sprint("shop-", i), 10*time.Second, nil))
	}
	for _, name := range []string{"a", "b"} {
		w := check(name, 10*time.Second, nil)
		w.Witness, w.Network = true, name
		checks = append(checks, w)
	}
	m := NewMonitor(checks, nil)
	entries := m.all()
	now := time.Now()
	m.record(entries[5000], Result{Start: now.Add(time.Hour)}) // it passes, and the others fail
	for _, w := range entries[10_000:] {
		m.record(w, Result{Start: now, Err: errors.New("refused")})
	}
	r := Result{Start: now, Err: errors.New("refused")}
	b.ReportAllocs()
	for b.Loop() {
		m.record(entries[7], r)
	}
}

// Witnesses that are configured away have nothing to say any more.
func TestReloadWithoutWitnessesEndsBlindness(t *testing.T) {
	onPlain(t, func(t *testing.T, p *plain) {
		p.cut.Store(true)
		time.Sleep(time.Minute)
		if !p.sight.dark.Load().lasts() {
			t.Fatal("a minute without any network is not blindness")
		}
		var production []Check
		for _, c := range p.roster.Load().checks {
			if !c.Witness {
				production = append(production, *c)
			}
		}
		p.Reload(production)
		time.Sleep(40 * time.Second)
		p.expect(t, "nobody excuses them", Unhealthy)
		if p.sight.dark.Load().lasts() {
			t.Error("blind without witnesses")
		}
	})
}
