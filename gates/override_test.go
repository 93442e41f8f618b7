package gates

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
)

const alice = "arn:aws:iam::1:user/alice"

// a gate at which an order to close is in force.
func ordered(change func(*Memory)) Memory {
	m := newMemory()
	m.Override = &Override{ID: "9", State: Closed, Actor: "bob", At: friday, Expires: friday.Add(time.Hour), Changed: friday.Add(-time.Hour)}
	if change != nil {
		change(&m)
	}
	return m
}

func standing(m *Memory) {
	m.Closes["0123456789"] = Hold{}
	m.Hold = &Hold{Intent: "0123456789", Began: friday, Order: "9", Changed: friday.Add(time.Second)}
}

// What an order to close makes a gate do, and what ends it.
func TestPlanOrderedClosed(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Principals: []string{ourARN}, Machines: []string{"CloudFormation"}}
	const us, cfn = ourARN, "arn:aws:sts::1:assumed-role/stack/AWSCloudFormation"
	at := func(enabled bool, by string, when time.Time) Seen {
		s := Seen{Begun: friday.Add(time.Minute), Enabled: enabled, ChangedBy: by, ChangedAt: when}
		if !enabled {
			s.Reason = "(andon shop production 0123456789) bob ordered it closed"
		}
		return s
	}
	byHand := at(false, alice, friday)
	byHand.Reason = "inventory"
	closed := Decision{State: Closed, Reasons: []Reason{{Code: "override"}}}
	sick := Decision{State: Closed, Reasons: []Reason{{Code: "override"}, {Code: codeUnhealthy}}}
	skewed := func(s Seen, by time.Duration) Seen { s.Skew = by; return s }
	behind := func(m *Memory) { standing(m); m.Hold.Checks = []string{"shop"} }
	for _, c := range []struct {
		name string
		seen Seen
		past Memory
		d    Decision
		want Step
	}{
		{"enabled", at(true, "", time.Time{}), ordered(nil), closed, Stop},
		{"enabled by a person before it", at(true, alice, friday.Add(-1)), ordered(nil), closed, Stop},
		{"enabled by a person when it was last looked at", at(true, alice, friday.Add(-time.Hour)), ordered(nil), closed, Stop},
		{"S7: enabled by a person after it", at(true, alice, friday.Add(time.Second)), ordered(nil), closed, End},
		{"S7: enabled by a person after our disable", at(true, alice, friday.Add(time.Second)), ordered(standing), closed, End},
		{"S4: enabled by a person before our disable", at(true, alice, friday.Add(time.Second-1)), ordered(standing), closed, Stop},
		{"S7: enabled by a person after our disable, production sick by now", at(true, alice, friday.Add(time.Minute)), ordered(behind), sick, End},
		{"L1: enabled by CloudFormation", at(true, cfn, friday.Add(time.Minute)), ordered(standing), closed, Stop},
		{"S7: enabled by a person, AWS's clock is far behind", skewed(at(true, alice, friday.Add(-59*time.Minute)), -time.Hour), ordered(nil), closed, End},
		{"ours", at(false, us, friday), ordered(standing), closed, Rest},
		{"a person's hold", byHand, ordered(nil), closed, Rest},
		{"production falls sick behind it", at(false, us, friday), ordered(standing), sick, Extend},
		{"production was sick behind it already", at(false, us, friday), ordered(behind), sick, Rest},
		{"it is over, and production is sick", at(false, us, friday), ordered(func(m *Memory) { standing(m); m.Override = nil }),
			Decision{State: Closed, Reasons: []Reason{{Code: codeUnhealthy}}}, Extend},
		{"it is over", at(false, us, friday), ordered(func(m *Memory) { standing(m); m.Override = nil }), Decision{State: Opened}, Go},
		{"its time is over", at(false, us, friday), ordered(func(m *Memory) { standing(m); m.Override.Expires = friday }), Decision{State: Opened}, End},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := View{Seen: c.seen, Fresh: true, Ran: true, Past: c.past}
			if got := g.Plan(friday.Add(time.Minute), v, c.d); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			for _, may := range [][]Verb{nil, {Open}, {Close}} {
				less := g
				less.May = may
				if got := less.Plan(friday.Add(time.Minute), v, c.d); got == Stop && !less.may(Close) || got == Go && !less.may(Open) {
					t.Errorf("S10: a gate that may %v plans to %s", may, got)
				}
			}
		})
	}
}

// A person's enable that ended an order to close says nothing of a sickness
// that begins after it.
func TestEnableThatEndedAnOrder(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}, Principals: []string{ourARN}}
	enabled := friday.Add(time.Minute)
	m := fold(t, ordered(standing), kindEnd, OrderEnd{ID: "9", Enabled: enabled})
	if m.Override != nil || m.Hold != nil || m.Ended == nil {
		t.Fatalf("%+v", m)
	}
	v := View{Seen: Seen{Begun: friday.Add(time.Hour), Enabled: true, ChangedBy: alice, ChangedAt: enabled}, Fresh: true, Ran: true, Past: m}
	if got := g.Plan(friday.Add(time.Hour), v, Decision{State: Closed, Since: enabled.Add(time.Minute)}); got != Stop {
		t.Errorf("%q, want it closed: it fell sick after the enable", got)
	}
	if got := g.Plan(friday.Add(time.Hour), v, Decision{State: Closed, Since: enabled.Add(-time.Minute)}); got != Honour {
		t.Errorf("%q, want it honoured: it was sick already", got)
	}
}

// A close by order is held against no release, unless production is unwell
// anyway or falls so behind it.
func TestHoldOfAnOrder(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production"}
	well := Evidence{Now: friday, Checks: []CheckEvidence{said("shop", probes.Healthy, 10)}, Override: &Override{ID: "9", State: Closed, Expires: friday.Add(time.Hour)}}
	sick := well
	sick.Checks = []CheckEvidence{said("shop", probes.Unhealthy, 0)}
	inside := View{Fresh: true, Seen: Seen{Inside: []Execution{{ID: "1"}}}}
	after := func(h Hold) View { v := inside; v.Past = newMemory(); v.Past.Hold = &h; return v }
	for _, c := range []struct {
		name             string
		e                Evidence
		v                View
		ordered, suspect bool
	}{
		{"well", well, inside, true, false},
		{"sick", sick, inside, false, true},
		{"well, a machine lifted the order's hold", well, after(Hold{Order: "8"}), true, false},
		{"well, a machine lifted production's hold", well, after(Hold{Checks: []string{"api"}}), false, true},
		{"sick, a machine lifted the order's hold", sick, after(Hold{Order: "9", Began: friday.Add(-time.Hour)}), false, true},
	} {
		h := g.newHold("1", friday, c.e, c.v)
		if h.bare() != c.ordered || h.Suspect != c.suspect {
			t.Errorf("%s: %+v", c.name, h)
		}
		done := fold(t, fold(t, newMemory(), kindIntent, Intent{ID: "1", Verb: Close, Hold: &h}), kindOutcome, Outcome{Intent: "1", Result: Done, Seen: &inside.Seen})
		if done.Hold.Suspect != c.suspect {
			t.Errorf("%s: suspect %v once it was read back", c.name, done.Hold.Suspect)
		}
	}
	v := after(Hold{Intent: "1", Order: "9", Began: friday.Add(-time.Hour), OldRead: true})
	m := fold(t, v.Past, kindExtend, g.extended(friday, sick, v))
	if h := m.Hold; h == nil || h.bare() || !h.Suspect || !h.OldRead || h.Intent != "1" || !h.Began.Equal(friday) || len(h.Checks) != 1 {
		t.Errorf("extended to %+v", m.Hold)
	}
}

// Before it ends an order says so, and what comes then.
func TestOrderIsAnnouncedToEnd(t *testing.T) {
	t.Parallel()
	e := Evidence{Checks: []CheckEvidence{said("shop", probes.Unhealthy, 0)}, Override: &Override{State: Opened, Actor: "alice", At: friday, Expires: friday.Add(time.Hour)}}
	for _, c := range []struct {
		before time.Duration
		told   bool
	}{{time.Hour, false}, {5*time.Minute + 1, false}, {5 * time.Minute, true}, {1, true}} {
		e.Now = friday.Add(time.Hour - c.before)
		d := Decide(e)
		last := d.Reasons[len(d.Reasons)-1]
		if told := last.Code == "override-ends"; told != c.told || told && !strings.Contains(last.Text, "would be closed, because shop is unhealthy") {
			t.Errorf("%v before its end: %+v", c.before, d.Reasons)
		}
	}
}

// What an order brings, and what stands in its way.
func TestOutlook(t *testing.T) {
	t.Parallel()
	gate := Gate{Name: "production", Instance: "shop", May: []Verb{Close, Open}}
	base := Report{Gate: gate, Fresh: true, Asked: true, Holder: Nobody, Seen: Seen{Begun: friday, Enabled: true}, Own: Decision{State: Opened}}
	held := func(r *Report) {
		r.Holder, r.Seen = Ours, Seen{Begun: friday, Reason: "(andon shop production 1) down", Waiting: []Execution{{ID: "e1", Revision: "abc"}}}
	}
	byAlice := func(r *Report) { r.Holder, r.Seen = Person, Seen{Begun: friday, ChangedBy: alice, Reason: "inventory"} }
	for _, c := range []struct {
		name   string
		state  State // Keep: it is withdrawn
		change func(*Report)
		will   string
		blocks string
	}{
		{"open, enabled", Opened, nil, "is enabled and stays so until 2026-11-27 19:00:00 UTC", ""},
		{"open, ours", Opened, held, "enables the transition and leaves it enabled until 2026-11-27 19:00:00 UTC, whatever the checks say; what waits enters: execution e1, revision abc", ""},
		{"open, ours, may not open", Opened, func(r *Report) { held(r); r.Gate.May = []Verb{Close} }, "", "may"},
		{"open, a person's", Opened, byAlice, "", "person"},
		{"open, another andon's", Opened, func(r *Report) { r.Holder, r.Seen = Stranger, Seen{Begun: friday, Reason: "(andon eu x 1)"} }, "", "another-andon"},
		{"open, checks have not run", Opened, func(r *Report) { held(r); r.Asked = false }, "", "not-run"},
		{"open, AWS does not answer", Opened, func(r *Report) { r.Fresh, r.Problems = false, []Reason{{Code: "timeout", Text: "no answer"}} }, "", "not-read"},
		{"open, AWS never answered", Opened, func(r *Report) { r.Fresh, r.Seen = false, Seen{} }, "once it has looked", "not-read"},
		{"closed, enabled", Closed, nil, "disables the transition and keeps it disabled until", ""},
		{"closed, enabled, may not close", Closed, func(r *Report) { r.Gate.May = []Verb{Open} }, "stays so", "may"},
		{"closed, ours", Closed, held, "disabled already", ""},
		{"closed, a person's", Closed, byAlice, "disabled already", "person"},
		{"withdrawn, ours", Keep, held, "the gate decides by itself again: as things are, it would be open", ""},
		{"withdrawn, a person's", Keep, byAlice, "", "person"},
	} {
		r := base
		if c.change != nil {
			c.change(&r)
		}
		o := &Override{State: c.state, Expires: friday.Add(time.Hour)}
		if c.state == Keep {
			o = nil
		}
		l := r.outlook(o, nil)
		var codes []string
		for _, b := range l.Blocks {
			codes = append(codes, b.Code)
		}
		if !strings.Contains(l.Will, c.will) || l.Will == "" || strings.Join(codes, " ") != c.blocks {
			t.Errorf("%s: %q, blocked by %q; want %q by %q", c.name, l.Will, codes, c.will, c.blocks)
		}
	}
}
