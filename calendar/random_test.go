package calendar_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Days on which clocks do what few programs expect, and one on which they do not.
var oddDays = []struct{ zone, day, why string }{
	{"Australia/Lord_Howe", "2026-04-05", "back by half an hour"},
	{"Australia/Lord_Howe", "2026-10-04", "forward by half an hour"},
	{"America/Santiago", "2026-09-06", "midnight does not exist"},
	{"America/Santiago", "2026-04-04", "the last hour of a day is shown twice"},
	{"America/Havana", "2026-03-08", "midnight does not exist"},
	{"America/Havana", "2026-11-01", "the first hour is shown twice"},
	{"Asia/Beirut", "2026-03-29", "midnight does not exist"},
	{"Africa/Cairo", "2026-04-24", "midnight does not exist, on a Friday"},
	{"Africa/Cairo", "2026-10-29", "the last hour is shown twice"},
	{"Pacific/Apia", "2011-12-30", "a day is skipped"},
	{"Antarctica/Troll", "2026-03-29", "forward by two hours"},
	{"Antarctica/Troll", "2026-10-25", "back by two hours"},
	{"America/New_York", "2026-03-08", "02:30 does not exist"},
	{"America/New_York", "2026-11-01", "01:30 is shown twice"},
	{"Europe/London", "2026-10-25", "01:30 is shown twice"},
	{"Asia/Amman", "2021-10-29", "the first hour is shown twice, east of Greenwich"},
	{"Africa/Casablanca", "2026-02-15", "back for Ramadan"},
	{"Asia/Tokyo", "2026-12-31", "the end of a year"},
	{"Europe/Berlin", "2028-02-29", "a leap day"},
}

// Calendars made at random say of every fifth minute of nine days what the slow
// definition says, near every change of clocks, and tell true causes. ANDON_SEEDS=300
// plays more of them.
func TestRandomCalendars(t *testing.T) {
	t.Parallel()
	rounds := 16
	if n, err := strconv.Atoi(os.Getenv("ANDON_SEEDS")); err == nil {
		rounds = n
	}
	for _, odd := range oddDays {
		t.Run(odd.zone+" "+odd.day, func(t *testing.T) {
			t.Parallel()
			for seed := range rounds {
				compareRandom(t, odd.zone, odd.day, uint64(seed))
			}
		})
	}
}

func compareRandom(t *testing.T, zone, date string, seed uint64) {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	g := generator{Rand: rand.New(rand.NewPCG(seed, 4)), zone: location, day: day}
	settings := calendar.Settings{Name: "random", Timezone: zone}
	var means []slow
	for i := range 1 + g.IntN(3) {
		w, in := g.window(fmt.Sprint("w", i))
		settings.Windows = append(settings.Windows, w)
		means = append(means, once(in))
	}
	c, err := calendar.New(settings)
	shown, _ := json.Marshal(settings)
	from, to := day.AddDate(0, 0, -4), day.AddDate(0, 0, 5)
	if err != nil {
		if !slices.ContainsFunc(means, func(in slow) bool { return !ever(in, from.AddDate(0, 0, -2), to.AddDate(0, 0, 4)) }) {
			t.Fatalf("seed %d: all windows mean something, and %v\n%s", seed, err, shown)
		}
		return
	}
	for name, c := range map[string]*calendar.Calendar{"on demand": c, "worked out": c.With(nil, day)} {
		all, err := c.Spans(day, from, to)
		if err != nil {
			t.Fatal(err)
		}
		for at := from; at.Before(to); at = at.Add(5 * time.Minute) {
			for !at.Before(all[0].End) {
				all = all[1:]
			}
			for i, in := range means {
				w := settings.Windows[i].Name
				k := slices.IndexFunc(all[0].Causes, func(c calendar.Cause) bool { return c.Window == w })
				if want := in(at); want != (k >= 0) {
					t.Fatalf("seed %d, %s: at %v window %s says %v, and means %v\n%s", seed, name, at.In(location), w, k >= 0, want, shown)
				}
				if k >= 0 {
					checkCause(t, all[0].Causes[k], in, from, to, string(shown))
				}
			}
			if at.Sub(from)%(155*time.Minute) == 0 {
				s := c.At(day, at)
				checkState(t, s, at, all, to)
				if name == "worked out" || at.Sub(from)%(31*time.Hour) == 0 {
					checkOpenings(t, c, day, at, to, either(means))
				}
				for _, cause := range s.Causes {
					i := slices.IndexFunc(settings.Windows, func(w calendar.Window) bool { return w.Name == cause.Window })
					checkCause(t, cause, means[i], from, to, string(shown))
				}
			}
		}
	}
}

// once asks for each instant once.
func once(in slow) slow {
	known := map[int64]bool{}
	return func(t time.Time) bool {
		answer, ok := known[t.Unix()]
		if !ok {
			answer = in(t)
			known[t.Unix()] = answer
		}
		return answer
	}
}

func ever(in slow, from, to time.Time) bool {
	for at := from; at.Before(to); at = at.Add(5 * time.Minute) {
		if in(at) {
			return true
		}
	}
	return false
}

// checkCause looks at both ends of a cause: it is in force from its start, and was not
// before; it is until its end, and not after.
func checkCause(t *testing.T, c calendar.Cause, in slow, from, to time.Time, shown string) {
	t.Helper()
	within := func(t time.Time) bool { return t.After(from) && t.Before(to) }
	const tick = 5 * time.Minute
	if within(c.Start) && (!in(c.Start) || in(c.Start.Add(-tick))) || within(c.End) && (in(c.End) || !in(c.End.Add(-tick))) {
		t.Fatalf("%+v does not begin or end there\n%s", c, shown)
	}
}

// checkState compares what is said of an instant with the spans from there on.
func checkState(t *testing.T, s calendar.State, at time.Time, all []calendar.Span, to time.Time) {
	t.Helper()
	if s.Word != all[0].Word || len(s.Causes) != len(all[0].Causes) {
		t.Fatalf("at %v: %+v, and the span is %+v", at, s, all[0])
	}
	next := time.Time{}
	for _, span := range all {
		if span.Word != s.Word {
			next = span.Start
			break
		}
	}
	if !next.IsZero() && !s.Next.Equal(next) || next.IsZero() && !s.Next.IsZero() && s.Next.Before(to) {
		t.Fatalf("at %v: the next change is %v, and the spans change at %v", at, s.Next, next)
	}
}
