package gates

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

const fixID = "51ffb3c4-12d5-460c-ba8b-43e55ff52680"

// For whom a transition may be enabled alone, and when not.
func TestLetting(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Principals: []string{ourARN}}
	allow := Allow{ID: "1", Execution: fixID, Expires: friday.Add(4 * time.Hour)}
	past := newMemory()
	past.Closes["0123456789"], past.Hold, past.Allows = Hold{}, &Hold{}, []Allow{allow}
	held := ourHold
	held.Waiting = []Execution{{ID: fixID}}
	free := held
	free.Enabled, free.Reason, free.Latest = true, "", "before"
	letting := past
	letting.Passage = &Passage{Allow: allow, At: free.Begun, Before: "before"}
	seen := func(s Seen, change func(*Seen)) Seen { change(&s); return s }
	with := func(m Memory, change func(*Memory)) Memory { change(&m); return m }
	for _, c := range []struct {
		name string
		gate Gate
		seen Seen
		past Memory
		at   time.Time
		want bool
	}{
		{"it waits alone", g, held, past, held.Begun, true},
		{"its last moment", g, held, past, allow.Expires.Add(-1), true},
		{"too late", g, held, past, allow.Expires, false},
		{"an order to open made the hold forgotten, and it has to be taken up before", g, held, with(past, func(m *Memory) { m.Hold = nil }), held.Begun, false},
		{"it was ended", g, held, with(past, func(m *Memory) { m.allowEnded(AllowEnd{ID: "1"}) }), held.Begun, false},
		{"another waits", g, seen(held, func(s *Seen) { s.Waiting = []Execution{{ID: "other"}} }), past, held.Begun, false},
		{"another waits too", g, seen(held, func(s *Seen) { s.Waiting = []Execution{{ID: "other"}, {ID: fixID}} }), past, held.Begun, false},
		{"another waits behind it", g, seen(held, func(s *Seen) { s.Waiting = []Execution{{ID: fixID}, {ID: "other"}} }), past, held.Begun, false},
		{"another is inside", g, seen(held, func(s *Seen) { s.Inside = []Execution{{ID: "other"}} }), past, held.Begun, false},
		{"S7: a person holds", g, seen(held, func(s *Seen) { s.ChangedBy = alice }), past, held.Begun, false},
		{"S10: it may not open", Gate{Name: g.Name, Instance: g.Instance, May: []Verb{Close}, Principals: g.Principals}, held, past, held.Begun, false},
		{"S10: it may not close again", Gate{Name: g.Name, Instance: g.Instance, May: []Verb{Open}, Principals: g.Principals}, held, past, held.Begun, false},
		{"nothing entered the last time", g, held, with(letting, func(m *Memory) { p := *m.Passage; p.Over = true; m.Passage = &p }), free.Begun.Add(passagePause - 1), false},
		{"it is tried again", g, held, with(letting, func(m *Memory) { p := *m.Passage; p.Over = true; m.Passage = &p }), free.Begun.Add(passagePause), true},
		{"enabled, not for it", g, free, past, free.Begun, false},
		{"enabled for it", g, free, letting, free.Begun, true},
		{"enabled for it, and it is on its way", g, seen(free, func(s *Seen) { s.Waiting = nil }), letting, free.Begun, true},
		{"enabled for it, and another has come", g, seen(free, func(s *Seen) { s.Waiting = []Execution{{ID: "other"}} }), letting, free.Begun, false},
		{"something has entered", g, seen(free, func(s *Seen) { s.Latest = fixID }), letting, free.Begun, false},
		{"it does not come", g, free, letting, free.Begun.Add(passageFor), false},
	} {
		if got := c.gate.letting(c.at, c.seen, c.past); (got != nil) != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// L5: who is told to stop while a transition is enabled for one execution disables
// it before.
func TestStoppedWhileLettingIn(t *testing.T) {
	t.Parallel()
	now := ourHold.Begun
	state := ourHold
	state.Waiting = []Execution{{ID: fixID}}
	p := &scripted{}
	p.read = func() (Seen, error) { s := state; s.Begun = now; return s, nil }
	p.do = func(_ context.Context, a Action) error {
		state.Enabled, state.ChangedBy, state.Reason = a.Verb == Open, ourARN, a.Reason
		return nil
	}
	l := NewLine(func() probes.Snapshot { return well(now, context.DeadlineExceeded) }, nil)
	l.Add(Gate{Name: "production", Instance: "shop", Pipeline: "shop", Stage: "Production", May: []Verb{Close, Open}, Checks: []string{"shop"}, Principals: []string{ourARN}}, p, new(journal.Memory))
	clock := func() time.Time { return now }
	m := l.members[0]
	m.notes.catchUp(t.Context())
	hold := Hold{Intent: "0123456789", Began: friday, Failure: friday, Checks: []string{"shop"}}
	m.notes.past.Closes["0123456789"], m.notes.past.Where = hold, m.gate.Place()
	m.notes.past.holds(&hold)
	m.notes.past.Allows = []Allow{{ID: "1", Execution: fixID, Expires: now.Add(time.Hour)}}
	l.Tick(t.Context(), clock)
	if !state.Enabled || !m.notes.past.passing() {
		t.Fatalf("it is not enabled: %+v", l.Reports())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	l.endPassages(ended, clock)
	verbs := []Verb{}
	for _, a := range p.sent {
		verbs = append(verbs, a.Verb)
	}
	if state.Enabled || !slices.Equal(verbs, []Verb{Open, Close}) {
		t.Errorf("it stands enabled and nobody looks after it: %v", verbs)
	}
}
