package gates

import (
	"context"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// A hand is a clock that can be moved, beside one of AWS's that goes on.
type hand struct{ aws, off time.Duration }

func (h *hand) now() time.Time { return ourHold.Begun.Add(h.aws + h.off) }

// reads shows what AWS holds, measured against the hand's clock.
func (h *hand) reads(held *Seen) func() (Seen, error) {
	return func() (Seen, error) {
		s := *held
		s.Begun, s.Skew = h.now(), -h.off
		return s, nil
	}
}

// The clock is set between the tick and the open: what is looked at once more
// shows it, and nothing is sent.
func TestClockStepsBeforeOpening(t *testing.T) {
	t.Parallel()
	for _, step := range []time.Duration{-3 * time.Hour, -31 * time.Second, 29 * time.Second, 31 * time.Second, 3 * time.Hour} {
		h, held := &hand{}, ourHold
		p := &scripted{read: h.reads(&held)}
		p.do = func(context.Context, Action) error {
			held = opened
			return nil
		}
		m := ready(t, p)
		asked := 0
		clock := func() time.Time {
			if asked++; asked == 2 { // after the intent, before the second look
				h.off = step
			}
			return h.now()
		}
		m.open(t.Context(), t.Context(), clock, world(func() probes.Snapshot { return well(h.now(), nil) }, nil))
		if sent, may := len(p.sent) == 1, step.Abs() <= MaxSkew; sent != may {
			t.Errorf("set by %v between intent and call: sent is %v, want %v", step, sent, may)
		}
	}
}

// Doubt in the clock keeps nothing from closing.
func TestClosingDoesNotAskTheClock(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-3 * time.Hour, 3 * time.Hour} {
		h, free := &hand{off: off}, opened
		p := &scripted{read: h.reads(&free)}
		p.do = func(_ context.Context, a Action) error {
			free = ourHold
			free.Reason = a.Reason
			return nil
		}
		l := NewLine(func() probes.Snapshot { return well(h.now(), context.DeadlineExceeded) }, nil)
		l.Add(Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Checks: []string{"shop"}, Principals: []string{ourARN}}, p, new(journal.Memory))
		r := l.Tick(t.Context(), h.now)[0]
		if len(p.sent) != 1 || !r.Enforced || len(r.Problems) != 1 || r.Problems[0].Code != "clock" {
			t.Errorf("our clock is off by %v: sent %v, enforced %v, problems %+v; want it closed, and the clock told", off, p.sent, r.Enforced, r.Problems)
		}
	}
}

// L2: closed while our clock was three hours ahead, and set since.
func TestHoldOfAWrongClock(t *testing.T) {
	t.Parallel()
	g := Gate{Checks: []string{"shop"}, MinHold: 10 * time.Minute}
	disabled := friday
	past := func(off time.Duration) Memory {
		m := newMemory()
		m.Hold = &Hold{Began: friday.Add(off), Failure: friday.Add(off - time.Second), Checks: []string{"shop"}, Changed: disabled}
		return m
	}
	for _, c := range []struct {
		name string
		off  time.Duration
		at   time.Time
		want State
	}{
		{"right, too early", 0, friday.Add(9 * time.Minute), Closed},
		{"right", 0, friday.Add(10 * time.Minute), Opened},
		{"ahead, too early", 3 * time.Hour, friday.Add(9 * time.Minute), Closed},
		{"ahead", 3 * time.Hour, friday.Add(10 * time.Minute), Opened},
	} {
		d := Decide(g.evidence(c.at, facts{health: well(c.at, nil)}, ourHold, past(c.off), nil))
		if d.State != c.want {
			t.Errorf("%s: %v %+v, want %v", c.name, d.State, d.Reasons, c.want)
		}
	}
}

// A machine that slept has one clock that stood still, or was set back: what
// was read is as old as the other one says.
func TestAgeByTheWorseClock(t *testing.T) {
	t.Parallel()
	begun := time.Now()
	if got := (Seen{Begun: begun}).age(begun.Add(time.Minute)); got != time.Minute {
		t.Errorf("%v, want a minute", got)
	}
	if got := (Seen{Begun: begun.Round(0)}).age(begun.Add(time.Hour).Round(0)); got != time.Hour {
		t.Errorf("asleep for an hour: %v", got)
	}
}
