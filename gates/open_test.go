package gates

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// scripted is a point that answers as a test says.
type scripted struct {
	read func() (Seen, error)
	do   func(ctx context.Context, a Action) error
	sent []Action
}

func (p *scripted) Read(context.Context, time.Time) (Seen, error) { return p.read() }

func (p *scripted) Do(ctx context.Context, a Action) error {
	p.sent = append(p.sent, a)
	return p.do(ctx, a)
}

const ourARN = "arn:aws:iam::1:role/andon"

var (
	ourHold = Seen{Begun: friday.Add(time.Hour), ChangedBy: ourARN, ChangedAt: friday, Reason: "(andon shop production 0123456789) down"}
	opened  = Seen{Begun: friday.Add(time.Hour), ChangedBy: ourARN, ChangedAt: friday.Add(time.Hour), Enabled: true}
)

// ready is a gate that holds and has all it needs to open.
func ready(t *testing.T, p Point) transition {
	m := transition{newMember(Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Checks: []string{"shop"}, Principals: []string{ourARN}}, p, new(journal.Memory))}
	m.notes.catchUp(t.Context())
	m.notes.past.Closes["0123456789"] = Hold{}
	m.notes.past.Hold = &Hold{Intent: "0123456789", Began: friday, Failure: friday, Checks: []string{"other"}}
	m.seen = ourHold
	return m
}

// well is a shop whose check passes, or fails, just before at.
func well(at time.Time, err error) probes.Snapshot {
	s := probes.NewStatus(probes.Policy{Down: 1, Of: 1, Up: 1, Stale: time.Minute}, probes.Unknown, time.Time{})
	s = s.Add(probes.Result{Start: at.Add(-time.Second), Err: err})
	return probes.Snapshot{{Name: "shop", Every: time.Minute, Targets: []probes.TargetState{{Status: s}}}}
}

// What comes up between the intent to open and the call drops it, and is told.
func TestSecondThoughts(t *testing.T) {
	t.Parallel()
	now := ourHold.Begun
	with := func(change func(*Seen)) Seen { s := ourHold; change(&s); return s }
	for _, c := range []struct {
		name   string
		seen   Seen
		err    error
		health error
		want   string // "": it is opened
	}{
		{name: "nothing", seen: ourHold},
		{name: "a read that fails", err: errors.New("Rate exceeded"), want: "Rate exceeded"},
		{name: "a read that took 3 s", seen: with(func(s *Seen) { s.Begun = now.Add(-3 * time.Second) }), want: "looking again took 3s"},
		{name: "a read that took 2 s", seen: with(func(s *Seen) { s.Begun = now.Add(-2 * time.Second) })},
		{name: "another of our marks", seen: with(func(s *Seen) { s.Reason = "(andon shop production 0123456789) still down" }), want: "somebody changed the hold"},
		{name: "a person's hold with the same words", seen: with(func(s *Seen) { s.ChangedBy = "arn:aws:iam::1:user/alice" }), want: "the evidence changed"},
		{name: "production unwell", seen: ourHold, health: errors.New("status is 500"), want: "the evidence changed"},
		{name: "a doubtful clock", seen: with(func(s *Seen) { s.Skew = time.Minute }), want: "the evidence changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &scripted{}
			p.read = func() (Seen, error) {
				if len(p.sent) > 0 {
					return opened, nil
				}
				return c.seen, c.err
			}
			p.do = func(context.Context, Action) error { return nil }
			m := ready(t, p)
			m.open(t.Context(), t.Context(), func() time.Time { return now }, world(func() probes.Snapshot { return well(now, c.health) }, nil))
			if len(p.sent) > 1 || (len(p.sent) == 1) != (c.want == "") {
				t.Fatalf("sent %+v, want it dropped because %q", p.sent, c.want)
			}
			if c.want == "" {
				if a := p.sent[0]; !a.Before.Equal(c.seen.Begun.Add(2 * time.Second)) {
					t.Errorf("may be sent until %v, want 2 s after the read", a.Before)
				}
				return
			}
			if m.actErr == nil || !strings.Contains(m.actErr.Error(), c.want) {
				t.Errorf("told %v, want %q", m.actErr, c.want)
			}
			if m.notes.past.Pending != nil || m.notes.past.Hold == nil {
				t.Errorf("pending %+v, hold %+v", m.notes.past.Pending, m.notes.past.Hold)
			}
		})
	}
}

// L5: when andon is told to stop, the call that opens ends with it; the one
// that closes, and the looking after either, go on for a while.
func TestWhatStopsAtOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range []Verb{Close, Open} {
		ctx, stop := context.WithCancel(t.Context())
		longer, cancel := outlive(ctx, time.Hour)
		defer cancel()
		p := &scripted{read: func() (Seen, error) { return ourHold, nil }}
		p.do = func(ctx context.Context, a Action) error {
			stop()
			if ended := ctx.Err() != nil; ended != (verb == Open) {
				t.Errorf("%s: ended at once: %v", verb, ended)
			}
			return errors.New("connection reset")
		}
		m := ready(t, p)
		now, health := ourHold.Begun, error(nil)
		if verb == Close {
			p.read, health = func() (Seen, error) { return opened, nil }, errors.New("status is 500")
		}
		shop := func() probes.Snapshot { return well(now, health) }
		clock := func() time.Time { return now }
		if verb == Close {
			m.close(longer, now, clock, world(shop, nil))
		} else {
			m.open(ctx, longer, clock, world(shop, nil))
		}
		if got := results(t, m.member); got != Lost+" "+NotSeen {
			t.Errorf("%s: outcomes %q, want that it was not known, and then what a read showed", verb, got)
		}
		if len(p.sent) != 1 || m.notes.err != nil || m.notes.past.Pending != nil {
			t.Errorf("%s: sent %d, journal %v, pending %+v: the story is not told to its end", verb, len(p.sent), m.notes.err, m.notes.past.Pending)
		}
	}
}

// results are the outcomes in a gate's journal.
func results(t *testing.T, m *member) string {
	t.Helper()
	records, err := m.notes.store.Read(t.Context(), m.gate.Stream(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range records {
		var o Outcome
		if err := json.Unmarshal(r.Body, &o); err != nil {
			t.Fatal(err)
		}
		if r.Kind == kindOutcome {
			all = append(all, o.Result)
		}
	}
	return strings.Join(all, " ")
}

// What became of a call whose answer was lost is told by a read, and who stands
// in it is believed to be us only if we know our name, or have just been
// answered.
func TestSettling(t *testing.T) {
	t.Parallel()
	by := func(arn string, enabled bool) Seen {
		s := Seen{Begun: friday, ChangedBy: arn, ChangedAt: friday, Enabled: enabled}
		if !enabled {
			s.Reason = "(andon shop production 0123456789) down"
		}
		return s
	}
	for _, c := range []struct {
		name     string
		verb     Verb
		seen     Seen
		nameless bool
		answered bool
		result   string
		learned  bool
	}{
		{"closed by us", Close, by(ourARN, false), false, false, Done, false},
		{"closed by us, answered", Close, by(ourARN, false), false, true, Done, true},
		{"closed under a name we did not know, answered", Close, by(alice, false), false, true, Done, true},
		{"our mark by alice, later", Close, by(alice, false), false, false, NotSeen, false},
		{"our mark, and we know no name", Close, by(ourARN, false), true, false, Done, false},
		{"not closed", Close, by(ourARN, true), false, true, NotSeen, false},
		{"opened by us", Open, by(ourARN, true), false, false, Done, false},
		{"opened by alice", Open, by(alice, true), false, true, NotSeen, false},
		{"not opened", Open, by(ourARN, false), false, true, NotSeen, false},
	} {
		m := ready(t, nil)
		if c.nameless {
			m.gate.Principals = nil
		}
		i := aClose
		i.Verb = c.verb
		m.notes.past, m.seen = fold(t, newMemory(), kindIntent, i), c.seen
		if done := m.settle(t.Context(), friday, c.answered); done != (c.result == Done) || results(t, m.member) != c.result {
			t.Errorf("%s: done %v, %q, want %q", c.name, done, results(t, m.member), c.result)
		}
		if learned := len(m.notes.past.Principals) > 0; learned != c.learned {
			t.Errorf("%s: learned %v", c.name, m.notes.past.Principals)
		}
	}
}

// S6: a run that began too late says that we are short of time, whatever else
// it says: later than half the period, and than 2 s.
func TestStarvedEvidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		every, late time.Duration
		starved     bool
	}{
		{time.Second, 2 * time.Second, false},
		{time.Second, 2*time.Second + 1, true},
		{10 * time.Second, 5 * time.Second, false},
		{10 * time.Second, 5*time.Second + 1, true},
	} {
		s := well(friday, nil)
		s[0].Every = c.every
		s[0].Targets[0].Status = s[0].Targets[0].Status.Add(probes.Result{Start: friday, Late: c.late})
		if e := checkEvidence(friday, s, "shop", time.Time{}); e.Starved != c.starved {
			t.Errorf("every %v, %v late: starved %v", c.every, c.late, e.Starved)
		}
	}
}
