package gates

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
)

// fold makes a memory of records as they stand in a journal.
func fold(t *testing.T, m Memory, kind string, body any) Memory {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.fold(kind, raw); err != nil {
		t.Fatal(err)
	}
	return m
}

var aClose = Intent{ID: "0123456789", Verb: Close, Hold: &Hold{Intent: "0123456789", Began: friday, Failure: friday, Checks: []string{"shop"}, OldRead: true}}

// P15: a release that entered while we closed is seen only when we read back.
func TestSuspectShowsWhenReadBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		seen Seen
		want bool
	}{
		{"nothing inside", Seen{ChangedAt: friday}, false},
		{"one inside", Seen{ChangedAt: friday, Inside: []Execution{{ID: "1"}}}, true},
		{"one just left", Seen{ChangedAt: friday, Left: friday.Add(-59 * time.Minute)}, true},
		{"one left an hour before", Seen{ChangedAt: friday, Left: friday.Add(-time.Hour)}, false},
	} {
		m := fold(t, newMemory(), kindIntent, aClose)
		m = fold(t, m, kindOutcome, Outcome{Intent: aClose.ID, Result: Done, Seen: &c.seen})
		if m.Hold == nil || m.Hold.Suspect != c.want || !m.Hold.Changed.Equal(friday) {
			t.Errorf("%s: hold %+v, want suspect %v", c.name, m.Hold, c.want)
		}
	}
}

// S2: a hold that a read told us was gone, and that stands all the same, is the
// one it was: it still does not open by itself, and its passes still count.
func TestAdoptionResumesAHoldThatIsKnown(t *testing.T) {
	t.Parallel()
	g := Gate{Name: "production", Instance: "shop"}
	seen := Seen{Reason: "(andon shop production 0123456789) down", ChangedAt: friday.Add(time.Minute)}
	known := fold(t, newMemory(), kindIntent, aClose)
	known = fold(t, known, kindOutcome, Outcome{Intent: aClose.ID, Result: NotSeen})
	if a := g.adopt(friday.Add(time.Hour), View{Seen: seen, Past: known}); !a.Hold.Changed.Equal(seen.ChangedAt) || !a.Hold.OldRead || !a.Hold.Began.Equal(friday) || len(a.Hold.Checks) != 1 {
		t.Errorf("%+v, want the hold that the journal knows", a.Hold)
	}
	later := friday.Add(time.Hour)
	if a := g.adopt(later, View{Seen: seen, Past: newMemory()}); !a.Hold.Began.Equal(later) || !a.Hold.Failure.Equal(later) || a.Hold.Checks != nil {
		t.Errorf("%+v, want a hold that begins anew", a.Hold)
	}
}

// What is suspect stays so, although nothing is inside any more when we look.
func TestSuspectStays(t *testing.T) {
	t.Parallel()
	hold := *aClose.Hold
	hold.Suspect = true
	i := aClose
	i.Hold = &hold
	m := fold(t, fold(t, newMemory(), kindIntent, i), kindOutcome, Outcome{Intent: i.ID, Result: Done, Seen: &Seen{ChangedAt: friday}})
	if !m.Hold.Suspect {
		t.Error("a suspicion is gone that nothing has cleared")
	}
}

// Records speak of what they name, and of nothing else.
func TestRecordsOfOthers(t *testing.T) {
	t.Parallel()
	m := fold(t, newMemory(), kindIntent, aClose)
	if m := fold(t, m, kindOutcome, Outcome{Intent: "ffffffffff", Result: Done}); m.Pending == nil || m.Hold != nil {
		t.Error("the outcome of another intent settled this one")
	}
	again := aClose
	again.ID, again.Hold = "1111111111", &Hold{Intent: "1111111111", Began: friday.Add(time.Hour)}
	if m := fold(t, m, kindIntent, again); !m.Closing.Equal(friday) {
		t.Errorf("closing since %v, want since the first try, %v", m.Closing, friday)
	}
	m = fold(t, m, kindOverride, Override{ID: "9", Actor: "alice"})
	if m := fold(t, m, kindEnd, OrderEnd{ID: "8"}); m.Override == nil {
		t.Error("the end of another order ended this one")
	}
}

// An order is over when its time is, or when what waited has entered through
// the enabled transition, and for nothing else.
func TestOrderIsOver(t *testing.T) {
	t.Parallel()
	o := Override{Expires: friday.Add(time.Hour), Latest: "1", Waited: true}
	entered := Seen{Begun: friday, Enabled: true, Latest: "2"}
	held := entered
	held.Enabled = false
	same := entered
	same.Latest = "1"
	nothingWaited := o
	nothingWaited.Waited = false
	for _, c := range []struct {
		name string
		o    Override
		at   time.Time
		seen Seen
		over bool
	}{
		{"in force", o, friday, same, false},
		{"its last moment", o, o.Expires.Add(-1), same, false},
		{"its time", o, o.Expires, same, true},
		{"entered", o, friday, entered, true},
		{"entered, and somebody holds", o, friday, held, false},
		{"entered, but nothing had waited", nothingWaited, friday, entered, false},
		{"nothing read", o, friday, Seen{}, false},
	} {
		if got, over := (Gate{}).over(c.o, c.at, c.seen, newMemory()); over != c.over || (got.Why != "") != c.over {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// A close that repeats one which somebody lifted inherits all that speaks
// against opening.
func TestRepeatedCloseInherits(t *testing.T) {
	t.Parallel()
	g, now := Gate{Name: "production"}, friday.Add(time.Hour)
	e := Evidence{Checks: []CheckEvidence{said("shop", probes.Unhealthy, 0)}}
	e.Checks[0].Failure = now.Add(-time.Second)
	old := Hold{Intent: "1", Began: friday, Failure: friday, Checks: []string{"api"}, Suspect: true, OldRead: true}
	h := g.newHold("2", now, e, View{Fresh: true, Past: Memory{Hold: &old}})
	if h.Intent != "2" || !h.Began.Equal(friday) || !h.Suspect || !h.OldRead || len(h.Checks) != 2 || !h.Failure.Equal(e.Checks[0].Failure) {
		t.Errorf("%+v", h)
	}
	adopted := Hold{Intent: "1", Began: friday, Failure: friday}
	if h := g.newHold("2", now, e, View{Fresh: true, Past: Memory{Hold: &adopted}}); h.Checks != nil {
		t.Errorf("%+v: every check still has to prove itself", h)
	}
	first := g.newHold("2", now, e, View{Seen: Seen{Left: now.Add(-30 * time.Minute)}})
	if !first.Began.Equal(now) || !first.Suspect || !first.OldRead || len(first.Checks) != 1 {
		t.Errorf("%+v", first)
	}
	behind := View{Fresh: true, Seen: Seen{Left: now.Add(-90 * time.Minute), Skew: -time.Hour}}
	if h := g.newHold("2", now, e, behind); !h.Suspect {
		t.Error("on AWS's clock it left half an hour before")
	}
}

// Records that are there twice, or come late and twice, change nothing.
func TestFoldingTwice(t *testing.T) {
	t.Parallel()
	done := Outcome{Intent: aClose.ID, Result: Done, Principal: "us", Seen: &Seen{ChangedAt: friday}}
	order := Override{ID: "9", Actor: "alice", Enabled: friday.Add(time.Minute)}
	open := Intent{ID: "aaaaaaaaaa", Verb: Open}
	ordered := Intent{ID: "cccccccccc", Verb: Close, Hold: &Hold{Intent: "cccccccccc", Began: friday, Order: "8"}}
	story := []struct {
		kind string
		body any
	}{
		{kindIntent, aClose}, {kindOutcome, Outcome{Intent: aClose.ID, Result: Lost}}, {kindOutcome, done},
		{kindIntent, open}, {kindOutcome, Outcome{Intent: open.ID, Result: Done}},
		{kindAdopt, adoption{Mark: Mark{Intent: "bbbbbbbbbb"}, Hold: Hold{Intent: "bbbbbbbbbb", Began: friday}}},
		{kindOverride, order}, {kindEnd, OrderEnd{ID: "9"}},
		{kindIntent, aClose}, {kindOutcome, done}, {kindRelease, release{}},
		{kindOverride, Override{ID: "8", State: Closed, Actor: "bob"}},
		{kindIntent, ordered}, {kindOutcome, Outcome{Intent: ordered.ID, Result: Done, Seen: &Seen{}}},
		{kindExtend, extension{Hold: Hold{Intent: ordered.ID, Order: "8", Checks: []string{"shop"}}}},
		{kindEnd, OrderEnd{ID: "8", Enabled: friday}},
	}
	once, twice, late := newMemory(), newMemory(), newMemory()
	for _, r := range story {
		once = fold(t, once, r.kind, r.body)
		twice = fold(t, fold(t, twice, r.kind, r.body), r.kind, r.body)
		for range 2 {
			raw, _ := json.Marshal(r.body)
			late = fold(t, late, kindLate, map[string]any{"kind": r.kind, "body": json.RawMessage(raw)})
		}
		want, _ := json.Marshal(once)
		for name, m := range map[string]Memory{"twice": twice, "late and twice": late} {
			if got, _ := json.Marshal(m); string(got) != string(want) && r.kind != kindIntent {
				t.Errorf("%s %s: %s, want %s", r.kind, name, got, want)
			}
		}
	}
}
