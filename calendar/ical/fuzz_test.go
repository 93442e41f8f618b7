package ical

import (
	"errors"
	"testing"
	"time"
)

// Whatever the rule, its answers agree with each other, or it is an error in time.
func FuzzRule(f *testing.F) {
	for seed := range uint64(40) {
		g := seeded(seed)
		f.Add(g.rule(g.frequency()), int64(1e9)+g.Int64N(1e9), g.Int64N(2e9), uint8(seed), seed%5 == 0)
	}
	f.Add(bomb, int64(0), int64(1e9), uint8(0), false)
	f.Add("FREQ=SECONDLY;COUNT=2147483647;INTERVAL=2147483647", int64(0), int64(1e9), uint8(8), false)
	f.Add("FREQ=DAILY;UNTIL=20111230T100000Z", int64(1.3e9), int64(1.325e9), uint8(8), true)
	var zones []Zone
	for _, name := range trickyZones {
		zones = append(zones, Location(zone(f, name)))
	}
	f.Fuzz(func(t *testing.T, text string, start, at int64, in uint8, date bool) {
		r, err := ParseRule(text)
		if err != nil {
			return
		}
		if again, err := ParseRule(r.String()); err != nil || again.String() != r.String() {
			t.Fatalf("%q is written %q, and read as %q: %v", text, r, again, err)
		}
		s := Series{Start: civilOf(max(-6e10, min(start, 2.5e11))), Date: date, Zone: zones[int(in)%len(zones)], Rule: r}
		if s.Check() != nil {
			return
		}
		consistent(t, s, time.Unix(max(-6e10, min(at, 2.5e11)), 0))
	})
}

func consistent(t *testing.T, s Series, at time.Time) {
	next, ok, err := s.After(at, true, nil)
	if err != nil {
		if !errors.Is(err, ErrBudget) {
			t.Fatal(err)
		}
		return
	}
	if !ok {
		next = time.Unix(forever, 0)
	}
	last, found, err := s.Before(at, false, nil)
	if err != nil {
		return
	}
	if next.Before(at) || found && !last.Before(at) {
		t.Fatalf("%+v: %s is between %s and %s", s, at, last, next)
	}
	if found {
		if again, ok, err := s.After(last, false, nil); err == nil && (ok != (next.Unix() < forever) || ok && !again.Equal(next)) {
			t.Fatalf("%+v: after %s is %s, and then %s", s, last, next, again)
		}
	}
	if ok {
		for _, inclusive := range []bool{true, false} {
			want, has := next, true
			if !inclusive {
				want, has = last, found
			}
			if again, ok, err := s.Before(next, inclusive, nil); err == nil && (ok != has || ok && !again.Equal(want)) {
				t.Fatalf("%+v: before %s (%v) is %s, not %s", s, next, inclusive, again, want)
			}
		}
	}
}
