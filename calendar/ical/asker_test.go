package ical

import (
	"testing"
	"time"
)

// What one asker says of many times, back and forth, is what a new one says of each.
func TestAskerAnswersAsOften(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		g := seeded(seed)
		r, err := ParseRule(g.rule(g.frequency()))
		if err != nil {
			t.Fatal(err)
		}
		s := Series{Start: civilOf(1e9 + g.Int64N(1e8)), Zone: Location(zone(t, trickyZones[g.IntN(len(trickyZones))])), Rule: r}
		if s.Check() != nil {
			continue
		}
		budget := Budget(1e7)
		asker, err := s.Asker(&budget)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			at, inclusive := time.Unix(1e9+g.Int64N(3e8), 0), g.IntN(2) == 0
			for name, ask := range map[string][2]func(time.Time, bool) (time.Time, bool, error){
				"after":  {asker.After, func(t time.Time, i bool) (time.Time, bool, error) { return s.After(t, i, new(Budget(1e7))) }},
				"before": {asker.Before, func(t time.Time, i bool) (time.Time, bool, error) { return s.Before(t, i, new(Budget(1e7))) }},
			} {
				got, ok, err := ask[0](at, inclusive)
				want, ok2, err2 := ask[1](at, inclusive)
				if err == nil && err2 == nil && (ok != ok2 || !got.Equal(want)) {
					t.Fatalf("seed %d: %s %s %v: %v, %v; of a new one %v, %v", seed, s.Rule, name, at, got, ok, want, ok2)
				}
			}
		}
	}
}
