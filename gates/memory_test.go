package gates

import (
	"encoding/json"
	"testing"
	"time"
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
	if a := g.adopt(friday.Add(time.Hour), View{Seen: seen, Past: known}); !a.Hold.OldRead || !a.Hold.Began.Equal(friday) || len(a.Hold.Checks) != 1 {
		t.Errorf("%+v, want the hold that the journal knows", a.Hold)
	}
	later := friday.Add(time.Hour)
	if a := g.adopt(later, View{Seen: seen, Past: newMemory()}); !a.Hold.Began.Equal(later) || !a.Hold.Failure.Equal(later) || a.Hold.Checks != nil {
		t.Errorf("%+v, want a hold that begins anew", a.Hold)
	}
}

// Records that are there twice, or come late and twice, change nothing.
func TestFoldingTwice(t *testing.T) {
	t.Parallel()
	done := Outcome{Intent: aClose.ID, Result: Done, Principal: "us", Seen: &Seen{ChangedAt: friday}}
	order := Override{ID: "9", Actor: "alice", Enabled: friday.Add(time.Minute)}
	open := Intent{ID: "aaaaaaaaaa", Verb: Open}
	story := []struct {
		kind string
		body any
	}{
		{kindIntent, aClose}, {kindOutcome, Outcome{Intent: aClose.ID, Result: Lost}}, {kindOutcome, done},
		{kindIntent, open}, {kindOutcome, Outcome{Intent: open.ID, Result: Done}},
		{kindAdopt, adoption{Mark: Mark{Intent: "bbbbbbbbbb"}, Hold: Hold{Intent: "bbbbbbbbbb", Began: friday}}},
		{kindOverride, order}, {kindEnd, overrideEnd{ID: "9"}},
		{kindIntent, aClose}, {kindOutcome, done}, {kindRelease, release{}},
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
