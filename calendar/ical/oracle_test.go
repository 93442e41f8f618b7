package ical

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// In UTC, rrule-go is right where it answers. What is not asked of it: rules it reads
// otherwise (see the readings of the package), and rules over which it never ends.
func TestRulesInUTCAreThoseOfAnotherLibrary(t *testing.T) {
	t.Parallel()
	for seed := range seeds(t, 3000) {
		g := seeded(seed + 1_000_000)
		freq := g.frequency()
		text, start := g.rule(freq), g.wall()
		s := Series{Start: start, Zone: Location(time.UTC), Rule: rule(t, text)}
		if otherwise(s.Rule) {
			continue
		}
		// Its search for a start that does not come has no bound: ours looks first.
		var ours []time.Time
		begin := time.Unix(start.wall(), 0).UTC()
		for at, err := range s.All(begin, begin.AddDate(60, 0, 0), generous()) {
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, text, err)
			}
			if ours = append(ours, at); len(ours) == 40 {
				break
			}
		}
		if len(ours) < 2 {
			continue
		}
		last := ours[len(ours)-1]
		if g.chance(30) {
			text += fmt.Sprint(";COUNT=", len(ours))
		} else {
			text += ";UNTIL=" + last.Format("20060102T150405Z")
		}
		s.Rule = rule(t, text)
		theirs := oracle(t, s.Rule.String(), begin)      // which names nothing twice
		if len(theirs) == 0 || !theirs[0].Equal(begin) { // it leaves out a DTSTART that does not match
			ours = ours[1:]
		}
		if n := len(theirs); n > len(ours) && s.Rule.count > 0 {
			theirs = theirs[:len(ours)]
		}
		if !slices.EqualFunc(ours, theirs, time.Time.Equal) {
			t.Fatalf("seed %d: %s from %s\n ours   %v\n theirs %v", seed, text, start, ours, theirs)
		}
		if at, ok, err := s.Before(last.AddDate(1, 0, 0), false, generous()); err != nil || !ok || at.Before(last) {
			t.Fatalf("seed %d: %s from %s: the last is %v %v, not %v", seed, text, start, at, err, last)
		}
	}
}

// otherwise tells whether the other library is known to read a rule otherwise.
func otherwise(r Rule) bool {
	return r.freq == weekly && len(r.positions) > 0 || // its first week begins with DTSTART
		r.weeksFromEnd>>52 != 0 || // it knows week 1 of the next year by the number 1 alone
		r.weeks>>52 != 0 || // it takes the last week of the year before from this one
		r.weekdays != 0 && len(r.nthWeekdays) > 0
}

func oracle(t *testing.T, text string, start time.Time) []time.Time {
	t.Helper()
	option, err := rrule.StrToROption(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	option.Dtstart = start
	r, err := rrule.NewRRule(*option)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r.All()
}
