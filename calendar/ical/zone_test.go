package ical

import (
	"archive/zip"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// Every zone, as this machine has it, and as Go brings it: with a short table and a rule
// for all that comes after.
func allZones(t testing.TB) (zones []*time.Location) {
	t.Helper()
	names := map[string]bool{}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	if archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(goroot)), "lib", "time", "zoneinfo.zip")); err == nil {
		defer archive.Close()
		for _, f := range archive.File {
			if strings.HasSuffix(f.Name, "/") {
				continue
			}
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			l, err := time.LoadLocationFromTZData(f.Name+" of Go", data)
			if err != nil {
				t.Fatal(err)
			}
			names[f.Name] = true
			zones = append(zones, l)
		}
	}
	for _, name := range trickyZones {
		names[name] = true
	}
	for name := range names {
		zones = append(zones, zone(t, name))
	}
	return zones
}

// What the spans of a zone say is what its clocks show.
func TestSpansOfZonesAreTrue(t *testing.T) {
	t.Parallel()
	g := seeded(1)
	begin, end := time.Date(1880, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2061, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for _, l := range allZones(t) {
		z := Location(l)
		before := spanAt(begin-1, z)
		for at := begin; at < end; {
			s := spanAt(at, z)
			if s.offset != before.offset && s.from != at {
				t.Fatalf("%s: the span that begins at %s is said to begin at %s", l, clock(at), clock(s.from))
			}
			before = s
			if s.from > at || s.until <= at {
				t.Fatalf("%s: %s is not in its span from %s to %s", l, clock(at), clock(s.from), clock(s.until))
			}
			length := min(s.until, end) - at
			for _, in := range []int64{at, min(s.until, end) - 1, at + g.Int64N(length), at + g.Int64N(length)} {
				_, offset := time.Unix(in, 0).In(l).Zone()
				if again := spanAt(in, z); int64(offset) != s.offset || again.offset != s.offset || again.from > at && again.from < s.until {
					t.Fatalf("%s: the span of %s is not that of %s", l, clock(in), clock(at))
				}
			}
			at = s.until
		}
	}
}

func clock(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }

// Around some changes of every zone, walls become the instants that a search finds.
func TestResolveFindsWhatASearchFinds(t *testing.T) {
	t.Parallel()
	g := seeded(2)
	for _, l := range allZones(t) {
		z := Location(l)
		for range 6 {
			s := spanAt(time.Date(1900+g.IntN(150), 1, 1, 0, 0, 0, 0, time.UTC).Unix(), z)
			if s.until == forever {
				continue
			}
			c := clocks{Location: l}
			for at := s.until - 2*far; at <= s.until+2*far; at += 900 {
				c.add(spanAt(at, z).offset)
			}
			for range 6 {
				wall := s.until + s.offset + int64(900*(g.IntN(25)-12)-g.IntN(2))
				want := c.search(time.Unix(wall, 0).UTC())
				at, exists := Resolve(civilOf(wall), z)
				if !at.Equal(want) || exists != (CivilOf(at, z) == civilOf(wall)) {
					t.Fatalf("%s: %s is %s (exists: %v), not %s", l, civilOf(wall), at, exists, want)
				}
			}
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, wall, want string
		exists           bool
	}{
		{"America/New_York", "20260308T013000", "2026-03-08T06:30:00Z", true},
		{"America/New_York", "20260308T023000", "2026-03-08T07:30:00Z", false},
		{"America/New_York", "20260308T030000", "2026-03-08T07:00:00Z", true},
		{"America/New_York", "20261101T013000", "2026-11-01T05:30:00Z", true},
		{"America/New_York", "20261101T020000", "2026-11-01T07:00:00Z", true},
		{"Australia/Lord_Howe", "20261004T021500", "2026-10-03T15:45:00Z", false},
		{"Australia/Lord_Howe", "20260405T013000", "2026-04-04T14:30:00Z", true},
		{"America/Santiago", "20260906T000000", "2026-09-06T04:00:00Z", false},
		{"America/Santiago", "20260404T233000", "2026-04-05T02:30:00Z", true},
		{"America/Havana", "20260308T000000", "2026-03-08T05:00:00Z", false},
		{"America/Sao_Paulo", "20181104T003000", "2018-11-04T03:30:00Z", false},
		{"Pacific/Apia", "20111230T120000", "2011-12-30T22:00:00Z", false},
		{"Pacific/Apia", "20111231T000000", "2011-12-30T10:00:00Z", true},
		{"Antarctica/Troll", "20260329T020000", "2026-03-29T02:00:00Z", false},
		{"Africa/Casablanca", "20260215T023000", "2026-02-15T01:30:00Z", true},
		{"Asia/Tokyo", "20261120T090000", "2026-11-20T00:00:00Z", true},
	} {
		wall, _, err := parseStamp(c.wall)
		if err != nil {
			t.Fatal(err)
		}
		at, exists := Resolve(wall, Location(zone(t, c.zone)))
		if got := at.Format(time.RFC3339); got != c.want || exists != c.exists {
			t.Errorf("%s in %s is %s (exists: %v), want %s (%v)", c.wall, c.zone, got, exists, c.want, c.exists)
		}
	}
}

// Around some changes of every zone, a series is what Resolve makes of its walls.
func TestSeriesInEveryZone(t *testing.T) {
	t.Parallel()
	g := seeded(3)
	every := rule(t, "FREQ=MINUTELY;INTERVAL=20")
	for _, l := range allZones(t) {
		z := Location(l)
		for range 3 {
			change := spanAt(time.Date(1900+g.IntN(150), 1, 1, 0, 0, 0, 0, time.UTC).Unix(), z)
			if change.until == forever {
				continue
			}
			s := Series{Start: civilOf(change.until + change.offset - 30*3600 - g.Int64N(1200)), Zone: z, Rule: every}
			end := time.Unix(change.until+30*3600, 0)
			var want []time.Time
			for wall := s.Start.wall(); wall < end.Unix()+far; wall += 1200 {
				if at, _ := Resolve(civilOf(wall), z); at.Before(end) {
					want = append(want, at)
				}
			}
			slices.SortFunc(want, time.Time.Compare)
			want = slices.CompactFunc(want, time.Time.Equal)
			var got []time.Time
			for at, err := range s.All(time.Unix(change.until-2*far, 0), end, nil) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, at)
			}
			if !slices.EqualFunc(got, want, time.Time.Equal) {
				t.Fatalf("%s from %s:\n got %v\nwant %v", l, s.Start, got, want)
			}
			for range 10 {
				i := g.IntN(len(want) - 1)
				at := want[i].Add(time.Duration(1 + g.Int64N(int64(want[i+1].Sub(want[i])))))
				if last, _, err := s.Before(at, false, nil); err != nil || !last.Equal(want[i]) {
					t.Fatalf("%s from %s: before %s is %s %v, not %s", l, s.Start, at, last, err, want[i])
				}
			}
		}
	}
}
