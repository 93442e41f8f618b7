package gates

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
)

var friday = time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)

func said(name string, v probes.Verdict, passes int) CheckEvidence {
	return CheckEvidence{Name: name, Verdict: v, Word: v.String(), Passes: passes, Up: 10, Since: friday, Text: "status is 500"}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	hold := func(change func(*Hold)) *Hold {
		h := &Hold{Began: friday, Failure: friday, Checks: []string{"shop"}}
		if change != nil {
			change(h)
		}
		return h
	}
	good, bad := said("shop", probes.Healthy, 10), said("shop", probes.Unhealthy, 0)
	late := good
	late.Starved = true
	later := friday.Add(10 * time.Minute)
	for _, c := range []struct {
		name   string
		change func(*Evidence)
		want   State
		code   string
	}{
		{"nothing is known", func(e *Evidence) { *e = Evidence{} }, Keep, "no-checks"},
		{"healthy", nil, Opened, "healthy"},
		{"unhealthy", func(e *Evidence) { e.Checks = []CheckEvidence{bad} }, Closed, "unhealthy"},
		{"unknown", func(e *Evidence) { e.Checks = []CheckEvidence{said("shop", probes.Unknown, 0)} }, Keep, "unknown"},
		{"one unhealthy and one unknown", func(e *Evidence) { e.Checks = []CheckEvidence{said("api", probes.Unknown, 0), bad} }, Closed, "unhealthy"},
		{"one healthy and one unknown", func(e *Evidence) { e.Checks = append(e.Checks, said("api", probes.Unknown, 0)) }, Keep, "unknown"},
		{"S6: unhealthy, but we are starved", func(e *Evidence) { bad := bad; bad.Starved = true; e.Checks = []CheckEvidence{bad} }, Keep, "starved"},
		{"S6: healthy, but we are starved", func(e *Evidence) { e.Checks = []CheckEvidence{late} }, Keep, "starved"},
		{"doubt does not open", func(e *Evidence) { e.Doubts = []Reason{{Code: "clock"}} }, Keep, "clock"},
		{"doubt does close", func(e *Evidence) { e.Doubts = []Reason{{Code: "clock"}}; e.Checks = []CheckEvidence{bad} }, Closed, "unhealthy"},
		{"held, all proved", func(e *Evidence) { e.Hold = hold(nil) }, Opened, "healthy"},
		{"held, min_hold", func(e *Evidence) { e.Hold = hold(nil); e.Now = later.Add(-1) }, Closed, "min-hold"},
		{"held, 9 passes of 10", func(e *Evidence) { e.Hold = hold(nil); e.Checks[0].Passes = 9 }, Closed, "recovering"},
		{"held, doubt", func(e *Evidence) { e.Hold = hold(nil); e.Doubts = []Reason{{Code: "journal"}} }, Keep, "journal"},
		{"held, another check passed once", func(e *Evidence) { e.Hold = hold(nil); e.Checks = append(e.Checks, said("api", probes.Healthy, 1)) }, Opened, "healthy"},
		{"held, another check has not passed since", func(e *Evidence) { e.Hold = hold(nil); e.Checks = append(e.Checks, said("api", probes.Healthy, 0)) }, Closed, "recovering"},
		{"adopted: every check proves itself", func(e *Evidence) {
			e.Hold = hold(func(h *Hold) { h.Checks = nil })
			e.Checks = append(e.Checks, said("api", probes.Healthy, 9))
		}, Closed, "recovering"},
		{"suspect", func(e *Evidence) { e.Hold = hold(func(h *Hold) { h.Suspect = true }) }, Closed, "ask"},
		{"suspect, reopen: auto", func(e *Evidence) { e.Hold = hold(func(h *Hold) { h.Suspect = true }); e.Reopen = AutoReopen }, Opened, "healthy"},
		{"not suspect, reopen: ask", func(e *Evidence) { e.Hold = hold(nil); e.Reopen = AskReopen }, Closed, "ask"},
		{"several wait", func(e *Evidence) { e.Hold = hold(nil); e.Waiting = 2 }, Closed, "ask"},
		{"one waits", func(e *Evidence) { e.Hold = hold(nil); e.Waiting = 1 }, Opened, "healthy"},
		{"S2: old read, reopen: auto", func(e *Evidence) { e.Hold = hold(func(h *Hold) { h.OldRead = true }); e.Reopen = AutoReopen }, Closed, "ask"},
		{"reopen unset asks if suspect", func(e *Evidence) { e.Hold = hold(func(h *Hold) { h.Suspect = true }); e.Reopen = "" }, Closed, "ask"},
		{"override while unhealthy", func(e *Evidence) { e.Checks = []CheckEvidence{bad}; e.Override = &Override{Actor: "alice"} }, Opened, "override"},
		{"S6: override while starved", func(e *Evidence) {
			e.Checks, e.Override = []CheckEvidence{late}, &Override{State: Opened, Actor: "alice"}
		}, Opened, "override"},
		{"override while in doubt", func(e *Evidence) {
			e.Doubts, e.Override = []Reason{{Code: "clock"}}, &Override{State: Opened}
		}, Opened, "override"},
		{"ordered closed while healthy", func(e *Evidence) { e.Override = &Override{State: Closed, Actor: "alice"} }, Closed, "override"},
		{"ordered closed while unknown", func(e *Evidence) {
			e.Checks, e.Override = nil, &Override{State: Closed, Actor: "alice"}
		}, Closed, "override"},
		{"after an order: min_hold does not bind, nobody is asked", func(e *Evidence) {
			e.Hold, e.Now, e.Reopen = &Hold{Began: friday, Order: "9"}, friday.Add(time.Second), AskReopen
		}, Opened, "healthy"},
		{"after an order: one pass will do", func(e *Evidence) {
			e.Hold, e.Checks = &Hold{Began: friday, Order: "9"}, []CheckEvidence{said("shop", probes.Healthy, 1)}
		}, Opened, "healthy"},
		{"after an order: not without a pass", func(e *Evidence) {
			e.Hold, e.Checks = &Hold{Began: friday, Order: "9"}, []CheckEvidence{said("shop", probes.Healthy, 0)}
		}, Closed, "recovering"},
		{"S6: after an order, what nobody could see counts against it", func(e *Evidence) {
			c := said("shop", probes.Healthy, 1)
			c.Unseen = true
			e.Hold, e.Checks = &Hold{Began: friday, Order: "9"}, []CheckEvidence{c}
		}, Closed, "recovering"},
		{"after an order: health counts", func(e *Evidence) {
			e.Hold, e.Checks = &Hold{Began: friday, Order: "9"}, []CheckEvidence{bad}
		}, Closed, "unhealthy"},
		{"after an order: evidence counts", func(e *Evidence) {
			e.Hold, e.Checks = &Hold{Began: friday, Order: "9"}, []CheckEvidence{said("shop", probes.Unknown, 0)}
		}, Keep, "unknown"},
		{"after an order: several wait", func(e *Evidence) { e.Hold, e.Waiting = &Hold{Began: friday, Order: "9"}, 2 }, Closed, "ask"},
		{"S2: after an order on an old read", func(e *Evidence) {
			e.Hold, e.Reopen = &Hold{Began: friday, Order: "9", OldRead: true}, AutoReopen
		}, Closed, "ask"},
		{"after an order behind which production fell sick: min_hold", func(e *Evidence) {
			e.Hold = hold(func(h *Hold) { h.Order = "9" })
			e.Now = later.Add(-1)
		}, Closed, "min-hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := Evidence{Now: later, Checks: []CheckEvidence{good}, MinHold: 10 * time.Minute, Reopen: AskIfSuspect}
			if c.change != nil {
				c.change(&e)
			}
			d := Decide(e)
			if d.State != c.want || len(d.Reasons) == 0 || d.Reasons[0].Code != c.code {
				t.Errorf("%v %+v, want %v because of %s", d.State, d.Reasons, c.want, c.code)
			}
			if d.Ask != (c.code == "ask") {
				t.Errorf("ask is %v", d.Ask)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	const us, cfn = "arn:aws:sts::1:assumed-role/andon/task-9", "arn:aws:sts::1:assumed-role/stack/AWSCloudFormation"
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Principals: []string{"arn:aws:iam::1:role/andon"}, Machines: []string{"CloudFormation"}}
	seen := func(enabled bool, by, reason string) Seen {
		return Seen{Begun: friday, Enabled: enabled, ChangedBy: by, ChangedAt: friday, Reason: reason}
	}
	ours := seen(false, us, "(andon shop production 0123456789) down")
	past := func(change func(*Memory)) Memory {
		m := newMemory()
		m.Closes["0123456789"] = Hold{}
		m.Hold = &Hold{Intent: "0123456789", Began: friday}
		if change != nil {
			change(&m)
		}
		return m
	}
	free := func(m *Memory) { m.Hold = nil }
	skewed := func(s Seen, by time.Duration) Seen { s.Skew = by; return s }
	open, closed := Decision{State: Opened}, Decision{State: Closed, Since: friday.Add(-time.Minute)}
	for _, c := range []struct {
		name string
		seen Seen
		past Memory
		d    Decision
		want Step
	}{
		{"nothing read", Seen{}, past(nil), closed, Rest},
		{"keep, enabled", seen(true, "", ""), past(free), Decision{}, Rest},
		{"keep, ours", ours, past(nil), Decision{}, Rest},
		{"closed, enabled", seen(true, "", ""), past(free), closed, Stop},
		{"closed, enabled by us", seen(true, us, ""), past(nil), closed, Stop},
		{"closed, enabled by CloudFormation", seen(true, cfn, ""), past(nil), closed, Stop},
		{"closed, ours already", ours, past(nil), closed, Rest},
		{"closed, a person's hold", seen(false, alice, "mine"), past(free), closed, Rest},
		{"S1: open, ours", ours, past(nil), open, Go},
		{"S1: open, a person's", seen(false, alice, "mine"), past(free), open, Rest},
		{"S1: open, our words by a person", seen(false, alice, ours.Reason), past(free), open, Rest},
		{"S1: open, our words by nobody", seen(false, "", ours.Reason), past(free), open, Rest},
		{"S1: open, mark of another gate", seen(false, us, "(andon shop production-eu 0123456789)"), past(free), open, Rest},
		{"S8: unknown mark of ours", seen(false, us, "(andon shop production 9999999999)"), past(free), open, Adopt},
		{"S8: our mark, but no record of a hold", ours, past(free), open, Adopt},
		{"S7: a person lifted our hold", seen(true, alice, ""), past(nil), closed, Honour},
		{"a person opened as they were asked to", seen(true, alice, ""), past(nil), Decision{State: Closed, Since: closed.Since, Ask: true}, Answer},
		{"S7: a person lifted a person's hold while closed", seen(true, alice, ""), past(free), closed, Honour},
		{"an enable from before it was closed is no order", seen(true, alice, ""), past(free), Decision{State: Closed, Since: friday.Add(1)}, Stop},
		{"S7: an order counts once", seen(true, alice, ""), past(func(m *Memory) { m.Hold, m.Honoured = nil, friday }), closed, Stop},
		{"a write is looked at first", ours, past(func(m *Memory) { m.Pending = &Intent{} }), open, Settle},
		{"an override ends", seen(true, alice, ""), past(func(m *Memory) { m.Hold, m.Override = nil, &Override{Expires: friday} }), open, End},
		{"our hold has become a person's", seen(false, alice, "mine"), past(nil), open, Forget},
		{"L1: a close that was wanted once is forgotten", seen(true, alice, ""), past(func(m *Memory) { m.Hold, m.Closing = nil, friday }), open, Forget},
		{"S4: an enable from before our disable is no order", seen(true, alice, ""), past(func(m *Memory) { m.Hold.Changed = friday.Add(1) }), closed, Stop},
		{"S7: an enable in the same moment as our disable is one", seen(true, alice, ""), past(func(m *Memory) { m.Hold.Changed = friday }), closed, Honour},
		{"S7: a close was wanted before its outcome was known", seen(true, alice, ""), past(func(m *Memory) { m.Hold, m.Closing = nil, friday.Add(-time.Minute) }), Decision{State: Closed, Since: friday.Add(1)}, Honour},
		{"S7: AWS's clock is behind ours by an hour", skewed(seen(true, alice, ""), -time.Hour), past(free), Decision{State: Closed, Since: friday.Add(time.Minute)}, Honour},
		{"L1: AWS's clock is ahead of ours by an hour", skewed(seen(true, alice, ""), time.Hour), past(free), closed, Stop},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := View{Seen: c.seen, Fresh: true, Ran: true, Past: c.past}
			if got := g.Plan(friday, v, c.d); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			v.Ran = false
			if got := g.Plan(friday, v, c.d); got == Adopt || got == Go {
				t.Errorf("S8: %q before every check has run", got)
			}
			observing := g
			observing.May = nil
			if got := observing.Plan(friday, v, c.d); got == Stop || got == Go {
				t.Errorf("S10: an observing gate plans to %s", got)
			}
		})
	}
}

func TestPlanWithoutARead(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Principals: []string{"us"}}
	enabled := Seen{Begun: friday, Enabled: true}
	ours := Seen{Begun: friday, ChangedBy: "us", Reason: "(andon shop production 1)"}
	byAlice := Seen{Begun: friday, Enabled: true, ChangedBy: "alice", ChangedAt: friday}
	known := newMemory()
	known.Closes["1"], known.Closing = Hold{}, friday.Add(-time.Minute)
	for _, c := range []struct {
		name    string
		seen    Seen
		age     time.Duration
		d       State
		limited bool
		want    Step
	}{
		{"closed, read a minute ago", enabled, time.Minute, Closed, false, Stop},
		{"closed, read longer ago", enabled, time.Minute + 1, Closed, false, Rest},
		{"closed, the clock was set back", enabled, -time.Second, Closed, false, Rest},
		{"closed, our own limit, read just before", enabled, 29 * time.Second, Closed, true, Rest},
		{"closed, our own limit for half a minute", enabled, 30 * time.Second, Closed, true, Stop},
		{"closed, a person's enable", byAlice, time.Second, Closed, false, Rest},
		{"open, read just before", ours, 0, Opened, false, Rest},
	} {
		if got := g.Plan(friday.Add(c.age), View{Seen: c.seen, Past: known, Ran: true, Limited: c.limited}, Decision{State: c.d, Since: friday.Add(-time.Minute)}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A hold that we cannot tell from a copy of our words is not forgotten: we may
// yet learn who we are.
func TestUnverifiedHoldIsNotForgotten(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}}
	m := newMemory()
	m.Hold = &Hold{Intent: "1"}
	v := View{Seen: Seen{Begun: friday, ChangedBy: "us", Reason: "(andon shop production 1)"}, Fresh: true, Ran: true, Past: m}
	if got := g.Plan(friday, v, Decision{State: Opened}); got != Rest {
		t.Errorf("%q, want nothing", got)
	}
}

func TestCleanReason(t *testing.T) {
	t.Parallel()
	mark := Mark{"shop-prod", "production", "0123456789"}
	for _, c := range []struct{ text, want string }{
		{"", "(andon shop-prod production 0123456789)"},
		{"storefront is unhealthy: status is 500, want: status == 200", "(andon shop-prod production 0123456789) storefront is unhealthy status is 500 want status 200"},
		{"lines\nand\ttabs\x00 \"quotes\" <b>日本</b>", "(andon shop-prod production 0123456789) lines and tabs quotes b b"},
	} {
		if got := CleanReason(mark, c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	for n := range 400 {
		if got := CleanReason(mark, strings.Repeat("x", n)+" y"); len(got) > ReasonLimit {
			t.Fatalf("%d characters, AWS takes %d", len(got), ReasonLimit)
		}
	}
}

func FuzzCleanReason(f *testing.F) {
	f.Add("status is 500, want: status == 200")
	f.Add("\xff\x00日本")
	f.Fuzz(func(t *testing.T, text string) {
		mark := Mark{"shop", "production", "0123456789"}
		got := CleanReason(mark, text)
		for _, r := range got {
			if !allowed(r) {
				t.Fatalf("%q has %q, which CodePipeline refuses", got, r)
			}
		}
		if back, ok := ParseMark(got); len(got) > ReasonLimit || !ok || back != mark {
			t.Fatalf("%q is not a reason of ours", got)
		}
	})
}

func TestPrincipal(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{"arn:aws:sts::1:assumed-role/andon/task-1", "arn:aws:sts::1:assumed-role/andon/task-2", "arn:aws:iam::1:role/andon", "arn:aws:iam::1:role/path/to/andon"},
		{"arn:aws:sts::1:assumed-role/andon-2/task-1"},
		{"arn:aws:sts::2:assumed-role/andon/task-1"},
		{"arn:aws:iam::1:user/andon"},
		{""},
	}
	for i, a := range same {
		for j, b := range same {
			for _, x := range a {
				for _, y := range b {
					if (Principal(x) == Principal(y)) != (i == j) {
						t.Errorf("%q and %q: same is %v", x, y, i != j)
					}
				}
			}
		}
	}
}
