package gates

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// waitingAt is what a read showed at friday's evening: one release asks.
func waitingAt(change func(*Seen)) Seen {
	s := Seen{Begun: friday, Enabled: true, Pending: []Approval{asking(nil)}}
	if change != nil {
		change(&s)
	}
	return s
}

// atDesk is a gate at an approval that has all it needs to approve.
func atDesk(t *testing.T, p Point, store journal.Store) approval {
	g := Gate{Name: "blackday", Instance: "shop", Pipeline: "shop", Stage: "Release", Action: "BlackDay", May: []Verb{Approve, Reject}, Checks: []string{"shop"},
		OnBlack: RejectReply, OnUnhealthy: WaitReply, Principals: []string{ourARN}}
	l := NewLine(nil, nil)
	l.Add(g, p, store)
	m := l.members[0].duty.(approval)
	m.notes.catchUp(t.Context())
	m.notes.forgot = false
	m.seen = waitingAt(nil)
	return m
}

// P14, S5: all that speaks for an approval is looked at again in the tick that gives
// it, after its intent is durable. What has changed by then drops it, and is told.
func TestSecondThoughtsAboutAnApproval(t *testing.T) {
	t.Parallel()
	other := func(change func(*Approval)) Seen {
		return waitingAt(func(s *Seen) { s.Pending = []Approval{asking(change)} })
	}
	for _, c := range []struct {
		name   string
		seen   Seen
		err    error
		health error
		black  bool
		want   string // "": it is given
	}{
		{name: "nothing", seen: waitingAt(nil)},
		{name: "a read that fails", err: errors.New("Rate exceeded"), want: "Rate exceeded"},
		{name: "a read that took 3 s", seen: waitingAt(func(s *Seen) { s.Begun = friday.Add(-3 * time.Second) }), want: "looking again took 3s"},
		{name: "a read that took 2 s", seen: waitingAt(func(s *Seen) { s.Begun = friday.Add(-2 * time.Second) })},
		{name: "nobody asks any more", seen: waitingAt(func(s *Seen) { s.Pending = nil }), want: "it waits no more"},
		{name: "another token", seen: other(func(a *Approval) { a.Token = "other" }), want: "it waits no more"},
		{name: "another run", seen: other(func(a *Approval) { a.Run = "other" }), want: "it waits no more"},
		{name: "another execution with the same token", seen: other(func(a *Approval) { a.Execution.ID = "other" }), want: "it waits no more"},
		{name: "a person stops it", seen: other(func(a *Approval) { a.Stopping = true }), want: "the evidence changed"},
		{name: "production unwell", seen: waitingAt(nil), health: errors.New("status is 500"), want: "the evidence changed"},
		{name: "a BlackDay", seen: waitingAt(nil), black: true, want: "the evidence changed"},
		{name: "a doubtful clock", seen: waitingAt(func(s *Seen) { s.Skew = time.Minute }), want: "the evidence changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &scripted{do: func(context.Context, Action) error { return nil }}
			p.read = func() (Seen, error) { return c.seen, c.err }
			store := new(journal.Memory)
			m := atDesk(t, p, store)
			m.gate.Calendar = "blackdays"
			looks := 0
			m.answer(t.Context(), t.Context(), Approve, tick{friday, func() time.Time { return friday }, func() facts {
				health, black := c.health, c.black
				if looks++; looks <= 2 { // before the intent
					health, black = nil, false
				}
				return facts{well(friday, health), datesOf(t, black)}
			}})
			if (len(p.sent) == 1) != (c.want == "") {
				t.Fatalf("sent %+v, want it dropped because %q; told %v", p.sent, c.want, m.actErr)
			}
			if c.want == "" {
				if a := p.sent[0]; a.Token != "token" || a.Verb != Approve || !a.Before.Equal(c.seen.Begun.Add(2*time.Second)) {
					t.Errorf("sent %+v, want it within 2 s after the read", a)
				}
				return
			}
			if m.actErr == nil || !strings.Contains(m.actErr.Error(), c.want) || results(t, m.member) != Dropped {
				t.Errorf("told %v, want %q; the journal: %s", m.actErr, c.want, results(t, m.member))
			}
		})
	}
}

// datesOf are a calendar that is clear, or black, this Friday evening.
func datesOf(t *testing.T, black bool) calendar.Snapshot {
	day := "2026-11-01"
	if black {
		day = "2026-11-27"
	}
	c, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: []calendar.Window{{Name: "day", Selector: calendar.Selector{From: day, To: day}}}})
	if err != nil {
		t.Fatal(err)
	}
	return calendar.Snapshot{"blackdays": c.With(nil, friday)}
}

// S5, P9: what a call and the reads behind it tell of an answer, and what is
// remembered of it.
func TestWhatBecameOfAnAnswer(t *testing.T) {
	t.Parallel()
	over := func(by, summary, status string) Seen {
		return waitingAt(func(s *Seen) {
			s.Pending, s.Answered = nil, []Answered{{Run: "run", By: by, Summary: summary, Status: status}}
		})
	}
	const ours, alice = "OURS", "arn:aws:iam::1:user/alice"
	lost, throttled := &CallError{Code: "timeout", Text: "no answer"}, &CallError{Code: "throttled", Untouched: true, Text: "slower"}
	answered := &CallError{Code: CodeAnswered, Untouched: true, Text: "somebody answered"}
	for _, c := range []struct {
		name    string
		err     error
		after   Seen
		trace   *Answered // what a look into the past tells; nil: it is not needed
		results string
		by      string
		again   bool // the same answer may be given again
	}{
		{name: "taken, and a read shows it", after: over(ourARN, ours, Approved), results: Done},
		{name: "taken, and a stale read does not show it yet", after: waitingAt(nil), results: Done},
		{name: "refused for now", err: throttled, after: waitingAt(nil), results: Refused, again: true},
		{name: "lost, and a read shows it", err: lost, after: over(ourARN, ours, Approved), results: Lost + " " + Done},
		{name: "lost, and it still waits", err: lost, after: waitingAt(nil), results: Lost + " " + NotSeen, again: true},
		{name: "lost, and alice was first", err: lost, after: over(alice, "no", Rejected), results: Lost + " " + NotSeen, by: alice + " rejected it"},
		{name: "lost, and alice copied our words", err: lost, after: over(alice, ours, Approved), results: Lost + " " + NotSeen, by: alice + " approved it"},
		{name: "lost, and another one asks by now", err: lost, after: waitingAt(func(s *Seen) { s.Pending = nil }), trace: &Answered{Run: "run", By: ourARN, Summary: ours, Status: Approved}, results: Lost + " " + Done},
		{name: "lost, and nothing is known any more", err: lost, after: waitingAt(func(s *Seen) { s.Pending = nil }), trace: &Answered{}, results: Lost + " " + NotSeen, again: true},
		{name: "alice was first", err: answered, after: over(alice, "no", Rejected), results: Refused, by: alice + " rejected it"},
		{name: "its time was over", err: answered, after: over("", "", Rejected), results: Refused, by: "somebody whom AWS does not name, or time, rejected it"},
		{name: "we were first, unknown to the journal", err: answered, after: over(ourARN, "(andon shop blackday before) Approved", Approved), results: Done},
		{name: "we were first, and said otherwise", err: answered, after: over(ourARN, "(andon shop blackday before) Rejected", Rejected), results: Refused, by: "this gate had rejected it, with intent before"},
		{name: "another gate was first", err: answered, after: over(ourARN, "(andon shop blackday-eu before) Rejected", Rejected), results: Refused, by: ourARN + " rejected it"},
		{name: "refused as answered, and shown to wait", err: answered, after: waitingAt(nil), results: Refused, again: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &tracing{trace: c.trace}
			p.do = func(context.Context, Action) error { return c.err }
			p.read = func() (Seen, error) {
				if len(p.sent) == 0 {
					return waitingAt(nil), nil
				}
				seen := c.after
				seen.Answered = append([]Answered(nil), seen.Answered...)
				for i, a := range seen.Answered {
					seen.Answered[i].Summary = strings.Replace(a.Summary, ours, p.sent[0].Reason, 1)
				}
				p.mark = p.sent[0].Reason
				return seen, nil
			}
			m := atDesk(t, p, new(journal.Memory))
			m.answer(t.Context(), t.Context(), Approve, tick{friday, func() time.Time { return friday }, func() facts { return facts{health: well(friday, nil)} }})
			if got := results(t, m.member); got != c.results || m.notes.past.Pending != nil {
				t.Errorf("the journal says %q, want %q; pending %+v", got, c.results, m.notes.past.Pending)
			}
			by := ""
			if rs := m.notes.past.Rulings; len(rs) > 0 {
				by = rs[0].By
			}
			if by != c.by || m.notes.past.over(asking(nil)) == c.again {
				t.Errorf("it was answered by %q, want %q; it may be answered again: %v, want %v", by, c.by, !m.notes.past.over(asking(nil)), c.again)
			}
		})
	}
}

// tracing is a point that knows what became of a run.
type tracing struct {
	scripted
	trace *Answered
	mark  string
}

func (p *tracing) Trace(context.Context, string, string) (Answered, error) {
	was := *p.trace
	was.Summary = strings.Replace(was.Summary, "OURS", p.mark, 1)
	return was, nil
}

// S9: what an answer rests on is in its intent: the token, the execution, the checks
// and what the calendar said; and no second copy of what else was seen.
func TestIntentOfAnAnswer(t *testing.T) {
	t.Parallel()
	p := &scripted{do: func(context.Context, Action) error { return nil }}
	p.read = func() (Seen, error) {
		return waitingAt(func(s *Seen) { s.Pending = append(s.Pending, Approval{Run: "2", Token: "second"}) }), nil
	}
	store := new(journal.Memory)
	m := atDesk(t, p, store)
	m.gate.Calendar = "blackdays"
	known := func() facts { return facts{well(friday, nil), datesOf(t, false)} }
	m.answer(t.Context(), t.Context(), Approve, tick{friday, func() time.Time { return friday }, known})
	records, err := store.Read(t.Context(), m.gate.Stream(), 0, 1)
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	var i Intent
	if err := json.Unmarshal(records[0].Body, &i); err != nil {
		t.Fatal(err)
	}
	if i.Verb != Approve || i.Action != "BlackDay" || i.Approval == nil || i.Approval.Token != "token" || i.Approval.Execution.ID != "11111111-aaaa" ||
		len(i.Checks) != 1 || i.Checks[0].Word != probes.Healthy.String() || i.Calendar == nil || i.Calendar.Word != calendar.Clear || len(i.Seen.Pending) != 0 ||
		i.Reason != p.sent[0].Reason || !strings.HasPrefix(i.Reason, "(andon shop blackday "+i.ID+")") {
		t.Errorf("the intent is %s", records[0].Body)
	}
}

// Nothing is answered twice, before every check has run, against may, or while an
// earlier answer has not been looked for.
func TestDue(t *testing.T) {
	t.Parallel()
	asked := probes.Snapshot{{Name: "shop", Every: time.Minute, Targets: []probes.TargetState{{
		Status: probes.NewStatus(probes.Policy{Down: 1, Of: 1, Up: 1, Stale: time.Minute}, probes.Unknown, time.Time{}).Add(
			probes.Result{Start: friday, Err: probes.ErrInconclusive})}}}}
	unasked := probes.Snapshot{{Name: "shop", Every: time.Minute, Targets: []probes.TargetState{{}}}}
	rollback := func(c *Case) { c.Execution.Rollback = true }
	rejected := func(c *Case, code string) {
		c.Reply, c.Decision.Reasons = RejectReply, []Reason{{Code: code}}
	}
	for _, c := range []struct {
		name   string
		health probes.Snapshot
		change func(m approval, c *Case)
		want   bool
	}{
		{name: "all is well", health: well(friday, nil), want: true},
		{name: "S10: it may not", health: well(friday, nil), change: func(m approval, _ *Case) { m.gate.May = []Verb{Reject} }},
		{name: "it observes", health: well(friday, nil), change: func(m approval, _ *Case) { m.gate.May = nil }},
		{name: "it waits", health: well(friday, nil), change: func(_ approval, c *Case) { c.Reply = WaitReply }},
		{name: "S5: an answer is on its way", health: well(friday, nil), change: func(m approval, _ *Case) { m.notes.past.Pending = &Intent{} }},
		{name: "S5: it has been answered", health: well(friday, nil), change: func(m approval, _ *Case) { m.notes.past.Rulings = []Ruling{{Token: "token"}} }},
		{name: "another one has been answered", health: well(friday, nil), change: func(m approval, _ *Case) { m.notes.past.Rulings = []Ruling{{Token: "other"}} }, want: true},
		{name: "S5: its token is not told", health: well(friday, nil), change: func(_ approval, c *Case) { c.Token = "" }},
		{name: "S8: a check has not run", health: unasked},
		{name: "rejected by the calendar, whatever the check would say", health: asked, change: func(_ approval, c *Case) { rejected(c, codeBlack) }, want: true},
		{name: "rejected because it was unhealthy before the start", health: asked, change: func(_ approval, c *Case) { rejected(c, codeUnhealthy) }},
		{name: "S8: a check has not answered", health: asked},
		{name: "S8: a rollback, and a check has not run", health: unasked, change: func(_ approval, c *Case) { rollback(c) }},
		{name: "a rollback, whatever the check would say", health: asked, change: func(_ approval, c *Case) { rollback(c) }, want: true},
		{name: "ordered, whatever the check would say", health: asked, change: func(m approval, _ *Case) { m.notes.past.Override = &Override{State: Opened} }, want: true},
	} {
		m := atDesk(t, &scripted{}, new(journal.Memory))
		k := Case{Approval: asking(nil), Reply: ApproveReply}
		if c.change != nil {
			c.change(m, &k)
		}
		if v, due := m.due(k, facts{health: c.health}); due != c.want || due && (v == Approve) != (k.Reply == ApproveReply) {
			t.Errorf("%s: %s due %v, want %v", c.name, v, due, c.want)
		}
	}
}
