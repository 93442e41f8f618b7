package gates

import (
	"encoding/json"
	"testing"
)

var (
	here  = Place{Instance: "shop-prod", Pipeline: "shop", Stage: "Production", Region: "us-east-1"}
	there = Place{Instance: "shop-prod", Pipeline: "shop", Stage: "Staging", Region: "us-east-1"}
)

// told folds records in, each twice: once more must change nothing.
func told(t *testing.T, records ...any) Memory {
	t.Helper()
	m := newMemory()
	for _, r := range records {
		word := ""
		switch r.(type) {
		case Intent:
			word = kindIntent
		case Outcome:
			word = kindOutcome
		case move:
			word = kindMove
		case Override:
			word = kindOverride
		}
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := m.fold(word, body); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func closeAt(id string, p Place) Intent {
	return Intent{ID: id, Verb: Close, Place: p, Hold: &Hold{Intent: id, Began: friday}}
}

func TestHoldStaysWhereItIs(t *testing.T) {
	t.Parallel()
	held := []any{closeAt("aaaaaaaaaa", here), Outcome{Intent: "aaaaaaaaaa", Result: Done}}
	open := Intent{ID: "bbbbbbbbbb", Verb: Open, Place: here}
	for name, tc := range map[string]struct {
		then       []any
		hold, left string // the intents of the holds
	}{
		"nothing happened":              {nil, "aaaaaaaaaa", ""},
		"moved":                         {[]any{move{here, there}}, "", "aaaaaaaaaa"},
		"moved, and came back":          {[]any{move{here, there}, move{there, here}}, "aaaaaaaaaa", ""},
		"moved, and the record is lost": {[]any{closeAt("cccccccccc", there), Outcome{Intent: "cccccccccc", Result: Done}}, "cccccccccc", "aaaaaaaaaa"},
		"moved, held, came back":        {[]any{move{here, there}, closeAt("cccccccccc", there), Outcome{Intent: "cccccccccc", Result: Done}, move{there, here}}, "aaaaaaaaaa", "cccccccccc"},
		"given back while it moves":     {[]any{move{here, there}, open, move{here, there}, Outcome{Intent: "bbbbbbbbbb", Result: Done}}, "", ""},
		"an older record names less":    {[]any{Intent{ID: "dddddddddd", Verb: Open, Place: Place{Pipeline: "shop", Stage: "Production"}}}, "aaaaaaaaaa", ""},
		"moved, and an order there":     {[]any{move{here, there}, Override{ID: "eeeeeeeeee"}}, "", "aaaaaaaaaa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := told(t, append(append([]any{}, held...), tc.then...)...)
			hold, left := "", ""
			if m.Hold != nil {
				hold = m.Hold.Intent
			}
			for _, l := range m.Left {
				left += l.Hold.Intent
			}
			if hold != tc.hold || left != tc.left {
				t.Errorf("holds %q and left %q, want %q and %q", hold, left, tc.hold, tc.left)
			}
		})
	}
}

func TestOrderIsAboutItsPlace(t *testing.T) {
	t.Parallel()
	m := told(t, closeAt("aaaaaaaaaa", here), Override{ID: "eeeeeeeeee", Actor: "alice"})
	if m.Override == nil || m.leaves(here) || !m.leaves(there) {
		t.Fatalf("override %+v, leaves here %v, there %v", m.Override, m.leaves(here), m.leaves(there))
	}
	if m.at(there); m.Override != nil {
		t.Errorf("the order moved along: %+v", m.Override)
	}
}

// An order to let an execution through is for all gates of its pipeline, wherever in
// it they stand.
func TestWayOutlivesAMove(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.allow(Allow{ID: "1", Execution: fixID, Place: here})
	if m.at(there); len(m.Allows) != 1 {
		t.Error("it is forgotten in another stage")
	}
	if m.at(Place{Instance: "shop-prod", Pipeline: "api", Stage: "Production", Region: "us-east-1"}); len(m.Allows) != 0 {
		t.Error("it counts for another pipeline")
	}
}
