package ical_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	i, err := time.Parse("20060102T150405", s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// Whether an instant is in an event, in which, and until when that holds.
func TestAt(t *testing.T) {
	t.Parallel()
	const hour = "DURATION:PT1H"
	for name, c := range map[string]struct {
		events      []string
		at          string
		causes      string // summaries
		until       string // "" if never
		onlyAtLeast bool
	}{
		"nothing":                 {nil, "20260101T000000", "", "", false},
		"before":                  {[]string{event("a", "DTSTART:20260310T000000Z", hour)}, "20260309T235959", "", "20260310T000000", false},
		"at the start":            {[]string{event("a", "DTSTART:20260310T000000Z", hour)}, "20260310T000000", "a", "20260310T010000", false},
		"at the last second":      {[]string{event("a", "DTSTART:20260310T000000Z", hour)}, "20260310T005959", "a", "20260310T010000", false},
		"at the end":              {[]string{event("a", "DTSTART:20260310T000000Z", hour)}, "20260310T010000", "", "", false},
		"no time":                 {[]string{event("a", "DTSTART:20260310T000000Z", "DURATION:PT0S")}, "20260310T000000", "", "", false},
		"one after the other":     {[]string{event("a", "DTSTART:20260310T000000Z", hour), event("b", "DTSTART:20260310T010000Z", hour)}, "20260310T003000", "a", "20260310T020000", false},
		"one in the other":        {[]string{event("a", "DTSTART:20260310T000000Z", "DURATION:PT9H"), event("b", "DTSTART:20260310T010000Z", hour)}, "20260310T013000", "a b", "20260310T090000", false},
		"a second between":        {[]string{event("a", "DTSTART:20260310T000000Z", hour), event("b", "DTSTART:20260310T010001Z", hour)}, "20260310T003000", "a", "20260310T010000", false},
		"the next is recurring":   {[]string{event("a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY"), event("b", "DTSTART:20261201T000000Z", hour)}, "20260310T000000", "", "20260312T000000", false},
		"the next is not":         {[]string{event("a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY"), event("b", "DTSTART:20260311T000000Z", hour)}, "20260310T000000", "", "20260311T000000", false},
		"the next is excluded":    {[]string{event("a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY", "EXDATE:20260312T000000Z")}, "20260310T000000", "", "20260319T000000", false},
		"the next is moved":       {[]string{event("a", "UID:a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY"), event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260312T000000Z", "DTSTART:20260313T000000Z", hour)}, "20260310T000000", "", "20260313T000000", false},
		"in a moved one":          {[]string{event("a", "UID:a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY"), event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260312T000000Z", "DTSTART:20260313T000000Z", hour)}, "20260320T000000", "b", "20260320T010000", false},
		"the rule is over":        {[]string{event("a", "DTSTART:20260101T000000Z", hour, "RRULE:FREQ=WEEKLY;COUNT=3")}, "20260310T000000", "", "", false},
		"beyond the horizon":      {[]string{event("a", "DTSTART:20500101T000000Z", hour)}, "20260310T000000", "", "", false},
		"a long one before":       {[]string{event("a", "DTSTART:20200101T000000Z", "DURATION:P3650D"), event("b", "DTSTART:20260201T000000Z", hour), event("c", "DTSTART:20260202T000000Z", hour)}, "20260310T000000", "a", "20291229T000000", false},
		"overlaps itself":         {[]string{event("a", "DTSTART:20260301T000000Z", "DURATION:P3D", "RRULE:FREQ=DAILY;COUNT=5")}, "20260303T120000", "a", "20260308T000000", false},
		"every day of the year":   {[]string{event("a", "DTSTART:20260101", "RRULE:FREQ=DAILY;UNTIL=20270101")}, "20260303T120000", "a", "20270101T150000", false},
		"every day for ever":      {[]string{event("a", "DTSTART:20260101", "RRULE:FREQ=DAILY")}, "20260303T120000", "a", "", true},
		"every minute for ever":   {[]string{event("a", "DTSTART:19700101T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY")}, "20260303T120000", "a", "", true},
		"before the first of all": {[]string{event("a", "DTSTART:20300101T000000Z", hour, "RRULE:FREQ=YEARLY")}, "20260303T120000", "", "20300101T000000", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cal := parse(t, file(c.events...))
			now := at(t, c.at).Add(time.Millisecond)
			s, err := cal.At(now, nil)
			if err != nil {
				t.Fatal(err)
			}
			if h, err := cal.Horizon(now.AddDate(0, 0, -7), now.AddDate(5, 0, 0), nil); err != nil {
				t.Log(err)
			} else if seen, err := h.At(now); err != nil || !s.AtLeast && !reflect.DeepEqual(seen, s) {
				t.Errorf("the horizon says %v, %v, the calendar %v", seen, err, s)
			}
			var causes []string
			for _, o := range s.Causes {
				causes = append(causes, o.Event.Summary)
			}
			if got := strings.Join(causes, " "); got != c.causes {
				t.Errorf("causes are %q, want %q", got, c.causes)
			}
			if s.AtLeast != c.onlyAtLeast {
				t.Errorf("at least: %v", s.AtLeast)
			}
			want := time.Time{}
			if c.until != "" {
				want = at(t, c.until)
			}
			if !s.Until.Equal(want) && !s.AtLeast {
				t.Errorf("until %s, want %s", s.Until, want)
			}
		})
	}
}

func TestTooExpensiveIsSaid(t *testing.T) {
	t.Parallel()
	cal := parse(t, file(event("dear", "DTSTART:19700101T000000Z", "DURATION:P1D", "RRULE:FREQ=SECONDLY")))
	_, err := cal.At(at(t, "20260101T000000"), nil)
	if !errors.Is(err, ical.ErrBudget) || !strings.Contains(err.Error(), `line 4: event "dear": `) {
		t.Error(err)
	}
	enough := ical.Budget(3_000_000)
	if s, err := cal.At(at(t, "20260101T000000"), &enough); err != nil || len(s.Causes) != 1 || !s.AtLeast || enough > 2_000_000 {
		t.Error(s, err, enough)
	}
}

// Over finds the same whether it is asked for all at once or day by day, and At what
// Over finds.
func TestQuestionsAgree(t *testing.T) {
	t.Parallel()
	cal := parse(t, feed(300))
	from, to := at(t, "20260101T000000"), at(t, "20260201T000000")
	all, err := cal.Over(from, to, nil)
	if err != nil || len(all) < 60 {
		t.Fatal(len(all), err)
	}
	if !slices.IsSortedFunc(all, func(o, p ical.Occurrence) int { return o.Start.Compare(p.Start) }) {
		t.Error("not sorted")
	}
	seen := map[ical.Occurrence]bool{}
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		part, err := cal.Over(day, day.AddDate(0, 0, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range part {
			if !slices.Contains(all, o) || !o.Start.Before(day.AddDate(0, 0, 1)) || !o.End.After(day) {
				t.Errorf("%s gives %v", day, o)
			}
			seen[o] = true
		}
	}
	if len(seen) != len(all) {
		t.Errorf("%d day by day, %d at once", len(seen), len(all))
	}
	for i := from; i.Before(to); i = i.Add(97 * time.Minute) {
		s, err := cal.At(i, nil)
		if err != nil {
			t.Fatal(err)
		}
		n, next := 0, time.Time{}
		for _, o := range all {
			if !o.Start.After(i) && o.End.After(i) {
				n++
			}
			if next.IsZero() && o.Start.After(i) {
				next = o.Start
			}
		}
		if n != len(s.Causes) || n == 0 && !next.IsZero() && !s.Until.Equal(next) {
			t.Errorf("%s: %v, want %d, next %s", i, s, n, next)
		}
	}
}

// From and to of a question are half-open, also for what takes no time.
func TestEdges(t *testing.T) {
	t.Parallel()
	cal := parse(t, file(event("hour", "DTSTART:20260310T000000Z", "DURATION:PT1H"), event("point", "DTSTART:20260310T030000Z", "DURATION:PT0S")))
	for span, want := range map[string]int{
		"20260309T230000 20260310T000000": 0,
		"20260309T230000 20260310T000001": 1,
		"20260310T005959 20260310T020000": 1,
		"20260310T010000 20260310T020000": 0,
		"20260310T003000 20260310T003100": 1,
		"20260310T020000 20260310T030000": 0,
		"20260310T020000 20260310T030001": 1,
		"20260310T030000 20260310T030001": 1,
		"20260310T030001 20260310T040000": 0,
		"20260310T030000 20260310T030000": 0,
	} {
		from, to, _ := strings.Cut(span, " ")
		if all, err := cal.Over(at(t, from), at(t, to), nil); err != nil || len(all) != want {
			t.Errorf("%s: %v, %v", span, all, err)
		}
	}
}

func TestHorizon(t *testing.T) {
	t.Parallel()
	cal := parse(t, feed(300))
	from, to := at(t, "20260101T000000"), at(t, "20260201T000000")
	h, err := cal.Horizon(from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	for span, want := range map[string]error{
		"20260101T000000 20260201T000000": nil,
		"20260110T000000 20260111T000000": nil,
		"20251231T235959 20260111T000000": ical.ErrHorizon,
		"20260110T000000 20260201T000001": ical.ErrHorizon,
	} {
		begin, end, _ := strings.Cut(span, " ")
		got, err := h.Over(at(t, begin), at(t, end))
		if all, _ := cal.Over(at(t, begin), at(t, end), nil); !errors.Is(err, want) || err == nil && (!slices.Equal(got, all) || len(all) == 0) {
			t.Errorf("%s: %d and %d, %v", span, len(got), len(all), err)
		}
	}
	for _, outside := range []time.Time{from.Add(-1), to} {
		if _, err := h.At(outside); !errors.Is(err, ical.ErrHorizon) {
			t.Errorf("%s: %v", outside, err)
		}
	}
	for i := from; i.Before(to); i = i.Add(97 * time.Minute) {
		seen, err := h.At(i)
		s, _ := cal.At(i, nil)
		if err != nil || !reflect.DeepEqual(seen.Causes, s.Causes) || !seen.Until.Equal(s.Until) && s.Until.Before(to) {
			t.Errorf("%s: %v, %v, and %v", i, seen, err, s)
		}
	}
	// What reaches beyond is not said to end.
	long := parse(t, file(event("long", "DTSTART:20260115", "DURATION:P90D")))
	if h, err = long.Horizon(from, to, nil); err != nil {
		t.Fatal(err)
	}
	if s, err := h.At(at(t, "20260120T000000")); err != nil || !s.AtLeast || s.Until.Before(to) {
		t.Error(s, err)
	}
}
