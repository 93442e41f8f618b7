package ical

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Zones whose clocks change by half an hour, by two, at midnight, twice around Ramadan,
// with whole days left out, and never.
var trickyZones = []string{
	"America/New_York", "Europe/London", "Australia/Lord_Howe", "Antarctica/Troll", "America/Santiago",
	"America/Havana", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "Pacific/Kwajalein", "Asia/Gaza",
	"Asia/Tehran", "Africa/Cairo", "Asia/Kathmandu", "America/St_Johns", "Asia/Tokyo", "UTC",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func rule(t testing.TB, s string) Rule {
	t.Helper()
	r, err := ParseRule(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func generous() *Budget { return new(Budget(50_000_000)) }

// seeds is how many rules are tried; ANDON_SEEDS says another number.
func seeds(t *testing.T, n uint64) uint64 {
	t.Helper()
	if s := os.Getenv("ANDON_SEEDS"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// How far the definition is followed: it takes its time.
var spans = map[frequency]time.Duration{
	yearly: 9 * 366 * 24 * time.Hour, monthly: 900 * 24 * time.Hour, weekly: 500 * 24 * time.Hour,
	daily: 300 * 24 * time.Hour, hourly: 10 * 24 * time.Hour, minutely: 20 * time.Hour, secondly: 30 * time.Minute,
}

func TestAnyRuleInAnyZoneIsItsDefinition(t *testing.T) {
	t.Parallel()
	var zones []clocks
	for _, name := range trickyZones {
		zones = append(zones, newClocks(zone(t, name)))
	}
	for seed := range seeds(t, 1000) {
		g := seeded(seed)
		l := zones[g.IntN(len(zones))]
		text := g.rule(g.frequency())
		start := g.wall()
		if g.chance(60) {
			start = g.nearChange(l.Location, start)
		}
		if g.chance(20) && !strings.Contains(text, "INTERVAL") {
			text += ";INTERVAL=" + g.pick("12", "24", "36", "45", "60", "90", "100", "720", "1439", "1440", "3600", "5400")
		}
		switch g.IntN(5) {
		case 0:
			text += fmt.Sprint(";COUNT=", 1+g.IntN(30))
		case 1:
			until := start.Add(0, int(g.Int64N(int64(spans[rule(t, text).freq]/time.Second))))
			text += ";UNTIL=" + stamp(until, []stampForm{dateStamp, localStamp, utcStamp}[g.IntN(3)])
		}
		s := Series{Start: start, Zone: Location(l.Location), Rule: rule(t, text)}
		s.Date = s.Rule.freq >= daily && g.chance(15)
		compare(t, g, s, l, fmt.Sprint("seed ", seed, ": ", text, " from ", start, " in ", l))
	}
}

// nearChange moves a start to within a day of a change of the zone's clocks.
func (g generator) nearChange(l *time.Location, c Civil) Civil {
	at, _ := Resolve(c, Location(l))
	_, change := at.In(l).ZoneBounds()
	if change.IsZero() {
		return c
	}
	moved := CivilOf(change.Add(time.Duration(g.IntN(8)-6)*30*time.Minute), Location(l))
	if g.chance(50) {
		moved = moved.Add(-1, 0)
	}
	return moved
}

func compare(t *testing.T, g generator, s Series, l clocks, what string) {
	t.Helper()
	d := definition{rule: s.Rule}
	d.start = d.utc(s.Start)
	if s.Date {
		d.start = d.utc(s.Start.Midnight())
		d.rule.hours, d.rule.minutes, d.rule.seconds = 0, 0, 0
	}
	first := l.search(d.start)
	from, end := first.Add(-time.Hour), first.Add(spans[s.Rule.freq])
	const longestFold = 3 * time.Hour
	want := l.instants(d.walls(d.utc(CivilOf(end, s.Zone)).Add(longestFold)))
	want = slices.DeleteFunc(want, func(at time.Time) bool {
		late := s.Rule.form == utcStamp && at.After(d.utc(s.Rule.until)) && !at.Equal(first)
		if until := s.Rule.until; s.Date && until == until.Midnight() {
			late = late && CivilOf(at, s.Zone).Midnight().Compare(until) > 0
		}
		return late || !at.Before(end)
	})

	var got []time.Time
	for at, err := range s.All(from, end, generous()) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got = append(got, at)
	}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Fatalf("%s\n got %v\nwant %v", what, got, want)
	}
	for range 6 {
		at := from.Add(time.Duration(g.Int64N(int64(end.Sub(from))) / 1e9 * 1e9))
		if len(want) > 0 && g.chance(50) {
			at = want[g.IntN(len(want))]
		}
		inclusive := g.chance(50)
		i, found := slices.BinarySearchFunc(want, at, time.Time.Compare)
		before, after := i-1, i
		if found && inclusive {
			before = i
		} else if found {
			after = i + 1
		}
		if start, ok, err := s.Before(at, inclusive, generous()); err != nil || ok != (before >= 0) || ok && !start.Equal(want[before]) {
			t.Fatalf("%s: before %v (%v): got %v %v %v of %v", what, at, inclusive, start, ok, err, want)
		}
		if after == len(want) {
			continue // the definition was not followed farther
		}
		if start, ok, err := s.After(at, inclusive, generous()); err != nil || !ok || !start.Equal(want[after]) {
			t.Fatalf("%s: after %v (%v): got %v %v %v of %v", what, at, inclusive, start, ok, err, want)
		}
	}
}
