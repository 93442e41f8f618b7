package gates

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
)

func TestNextOpenS11(t *testing.T) {
	t.Parallel()
	const per = 10 * time.Minute
	for _, c := range []struct {
		most int
		ago  []time.Duration
		want time.Duration // from now; 0: now
	}{
		{3, nil, 0},
		{3, []time.Duration{time.Minute, 2 * time.Minute}, 0},
		{3, []time.Duration{3 * time.Minute, time.Minute, 2 * time.Minute}, 7 * time.Minute},
		{3, []time.Duration{10 * time.Minute, time.Minute, 2 * time.Minute}, 0},
		{1, []time.Duration{0}, per},
		{1, []time.Duration{4 * time.Minute, 2 * time.Minute, time.Minute}, 9 * time.Minute}, // orders went beyond the limit
		{1, []time.Duration{-time.Minute}, 11 * time.Minute},                                 // a small step back
		{1, []time.Duration{-3 * time.Hour}, 0},                                              // a great one must not stop us for hours
		{0, []time.Duration{0, 0, 0}, 0},                                                     // none is set
	} {
		var opens []time.Time
		for _, ago := range c.ago {
			opens = append(opens, friday.Add(-ago))
		}
		want := friday.Add(c.want)
		if c.want == 0 {
			want = time.Time{}
		}
		if got := nextOpen(friday, c.most, per, opens); !got.Equal(want) {
			t.Errorf("%d per %v, opened %v ago: next %v, want %v", c.most, per, c.ago, got, want)
		}
	}
}

func TestDecideVelocity(t *testing.T) {
	t.Parallel()
	hold := &Hold{Began: friday.Add(-time.Hour), Failure: friday.Add(-time.Hour), Checks: []string{"shop"}}
	wait := friday.Add(time.Minute)
	good, bad := said("shop", probes.Healthy, 10), said("shop", probes.Unhealthy, 0)
	for name, c := range map[string]struct {
		e    Evidence
		want State
	}{
		"what is held waits":             {Evidence{Hold: hold, Checks: []CheckEvidence{good}}, Keep},
		"what is open stays":             {Evidence{Checks: []CheckEvidence{good}}, Opened},
		"closes are never limited":       {Evidence{Hold: hold, Checks: []CheckEvidence{bad}}, Closed},
		"a person's order passes":        {Evidence{Hold: hold, Checks: []CheckEvidence{good}, Override: &Override{Actor: "alice"}}, Opened},
		"other reasons to wait go first": {Evidence{Hold: hold, Checks: []CheckEvidence{good}, Reopen: AskReopen}, Closed},
	} {
		c.e.Now, c.e.Wait, c.e.Gate = friday, wait, "production"
		d := Decide(c.e)
		if d.State != c.want {
			t.Errorf("%s: %v %+v, want %v", name, d.State, d.Reasons, c.want)
		}
		if c.want == Keep && (d.Reasons[0].Code != "velocity" || !d.Until.Equal(wait) || !strings.Contains(d.Reasons[0].Do, "andon override set production open")) {
			t.Errorf("%s: %+v until %v", name, d.Reasons, d.Until)
		}
	}
}

// What was opened is known again after a restart, from the journal.
func TestOpensAreRemembered(t *testing.T) {
	t.Parallel()
	open := func(id string, at time.Time) Intent { return Intent{ID: id, Verb: Open, Seen: Seen{Begun: at}} }
	m := newMemory()
	for i, result := range []string{Done, Refused, NotSeen, Dropped, Lost} {
		id := fmt.Sprint(i)
		m = fold(t, m, kindIntent, open(id, friday.Add(time.Duration(i)*time.Minute)))
		m = fold(t, m, kindOutcome, Outcome{Intent: id, Result: result, Seen: &Seen{Begun: friday.Add(time.Hour)}})
	}
	if len(m.Opens) != 2 || m.Opens[0].Pending || !m.Opens[0].At.Equal(friday.Add(time.Hour)) || !m.Opens[1].Pending {
		t.Errorf("%+v, want the one that was done, when it was seen, and the one not known", m.Opens)
	}
	again := fold(t, m, kindIntent, open("4", friday.Add(4*time.Minute)))
	if len(again.Opens) != 2 {
		t.Errorf("%+v, a record read twice counts twice", again.Opens)
	}
	for i := range 2 * openedMax {
		m = fold(t, m, kindIntent, open(fmt.Sprint("x", i), friday.Add(2*time.Hour)))
	}
	if len(m.Opens) != openedMax {
		t.Errorf("%d opens are remembered, want at most %d", len(m.Opens), openedMax)
	}
	if m = fold(t, m, kindIntent, open("late", friday.Add(27*time.Hour))); len(m.Opens) != 1 {
		t.Errorf("%d opens are remembered for longer than a day", len(m.Opens)-1)
	}
}

// Lines tick at the same time: what one is about to open counts for the others.
func TestReserveTogether(t *testing.T) {
	t.Parallel()
	v := NewVelocity(3, time.Minute, friday.Add(-time.Hour))
	var lines sync.WaitGroup
	got := make([]bool, 20)
	for i := range got {
		lines.Go(func() { got[i] = v.reserve(friday, fmt.Sprint("gate/", i), fmt.Sprint(i), false) })
	}
	lines.Wait()
	if n := len(slices.DeleteFunc(slices.Clone(got), func(ok bool) bool { return !ok })); n != 3 {
		t.Errorf("%d reserved, want 3", n)
	}
	if v.wait(friday, "", "").IsZero() || !v.reserve(friday, "gate/order", "order", true) {
		t.Error("the limit does not hold, or a person's order does not pass it")
	}
	for i, ok := range got {
		if ok { // dropped again
			v.learn(fmt.Sprint("gate/", i), nil)
		}
	}
	if w := v.wait(friday, "", ""); !w.IsZero() {
		t.Errorf("what was dropped still counts, until %v", w)
	}
}

func TestUnreadJournalsWait(t *testing.T) {
	t.Parallel()
	v := NewVelocity(3, time.Minute, friday)
	v.join("gate/a", time.Time{})
	v.join("gate/b", time.Time{})
	v.learn("gate/a", nil)
	if got := v.wait(friday.Add(time.Second), "", ""); !got.Equal(friday.Add(time.Minute)) {
		t.Errorf("waits until %v, want until what the journal of b may tell has lost its meaning", got)
	}
	v.learn("gate/b", nil)
	if got := v.wait(friday.Add(time.Second), "", ""); !got.IsZero() {
		t.Errorf("all are read, and it waits until %v", got)
	}
	v.join("gate/c", friday.Add(time.Hour)) // a reload has added it, and it may have opened just before
	if got := v.wait(friday.Add(time.Hour+time.Second), "", ""); !got.Equal(friday.Add(time.Hour + time.Minute)) {
		t.Errorf("waits until %v, want until what the journal of c may tell has lost its meaning", got)
	}
	v.learn("gate/c", nil)
	if got := v.wait(friday.Add(time.Hour+time.Second), "", ""); !got.IsZero() {
		t.Errorf("c is read, and it waits until %v", got)
	}
	if v = nil; !v.wait(friday, "", "").IsZero() || !v.reserve(friday, "", "", false) {
		t.Error("no limit limits")
	}
}

// The limit is looked at by every gate that opens: the second one waits, and the
// third is opened by a person's order.
func TestSecondGateWaits(t *testing.T) {
	t.Parallel()
	now := ourHold.Begun
	v := NewVelocity(1, time.Hour, friday)
	sent := 0
	for i := range 3 {
		p, name, held := &scripted{}, fmt.Sprint("gate-", i), ourHold
		held.Reason = "(andon shop " + name + " 0123456789) down"
		p.read = func() (Seen, error) {
			if len(p.sent) > 0 {
				return opened, nil
			}
			return held, nil
		}
		p.do = func(context.Context, Action) error { sent++; return nil }
		m := ready(t, p)
		m.limit, m.gate.Name, m.seen = v, name, held
		if i == 2 {
			m.notes.past.Override = &Override{Actor: "alice", State: Opened, Expires: now.Add(time.Hour)}
		}
		m.open(t.Context(), t.Context(), func() time.Time { return now }, world(func() probes.Snapshot { return well(now, nil) }, nil))
	}
	if sent != 2 {
		t.Errorf("%d gates were opened, want 2: the first, and the third by order", sent)
	}
}

// A limit that is changed counts what was opened under the one before.
func TestLimitIsChanged(t *testing.T) {
	t.Parallel()
	v := NewVelocity(3, time.Minute, friday.Add(-time.Hour))
	v.reserve(friday, "gate/a", "1", false)
	if !v.wait(friday, "", "").IsZero() {
		t.Error("one of three opens, and it waits")
	}
	v.Set(1, time.Hour)
	if got := v.wait(friday.Add(10*time.Minute), "", ""); got.IsZero() {
		t.Error("one of one opens in the last hour, and it does not wait")
	}
}
