package ical

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// bomb is a rule whose parts multiply.
var bomb = "FREQ=YEARLY;BYMONTHDAY=" + upTo(31) + ";BYHOUR=0," + upTo(23) + ";BYMINUTE=0," + upTo(59) + ";BYSECOND=0," + upTo(59)

func upTo(n int) string {
	var s []string
	for i := range n {
		s = append(s, time.Duration(i+1).String())
	}
	return strings.ReplaceAll(strings.Join(s, ","), "ns", "")
}

// Rules that bring others to a standstill: each is asked for the last start until now and
// the first one after, and may take no more steps than it is given by default.
func TestNoRuleTakesLong(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	const first, none = "20000103T030000", "" // a Monday
	for _, c := range []struct{ rule, last, next string }{
		{"FREQ=HOURLY;INTERVAL=24;BYHOUR=5", first, none},
		{"FREQ=SECONDLY;BYSETPOS=366", first, none},
		{"FREQ=SECONDLY;BYSETPOS=-1", "20261123T120000", "20261123T120001"},
		{"FREQ=MINUTELY", "20261123T120000", "20261123T120100"},
		{"FREQ=SECONDLY", "20261123T120000", "20261123T120001"},
		{"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", first, none},
		{"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29", "20240229T235959", "20280229T000000"},
		{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", first, none},
		{"FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", first, none},
		{"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", first, none},
		{"FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", first, none},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=TU", first, none},
		{"FREQ=DAILY;INTERVAL=7;BYDAY=TU,MO", "20261123T030000", "20261130T030000"},
		{"FREQ=MINUTELY;INTERVAL=1440;BYMINUTE=1", first, none},
		{"FREQ=SECONDLY;INTERVAL=5400;BYHOUR=1;BYMINUTE=0", first, none},
		{"FREQ=YEARLY;INTERVAL=2147483647", first, none},
		{"FREQ=SECONDLY;INTERVAL=2147483647", first, "20680121T061407"},
		{"FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6", first, none},
		{"FREQ=SECONDLY;COUNT=1000000000", "20261123T120000", "20261123T120001"},
		{"FREQ=SECONDLY;COUNT=800000000", "20250510T091319", none},
		{"FREQ=SECONDLY;BYDAY=MO;COUNT=86401", "20000110T030000", none},
		{"FREQ=MINUTELY;INTERVAL=7;BYMONTH=2;COUNT=1000000000", "20260228T235600", "20270201T000500"},
		{"FREQ=MONTHLY;BYDAY=MO;COUNT=1000000000", "20261123T030000", "20261130T030000"},
		{"FREQ=MONTHLY;BYDAY=MO;COUNT=1000", "20190225T030000", none},
		{"FREQ=WEEKLY;INTERVAL=2;COUNT=100000", "20261116T030000", "20261130T030000"},
		{bomb, "20261123T120000", "20261123T120001"},
		{bomb + ";COUNT=2000000000", "20261123T120000", "20261123T120001"},
		{bomb + ";INTERVAL=3;BYSETPOS=" + upTo(366), "20240101T000605", "20270101T000000"},
		{bomb + ";BYSETPOS=-366,366", "20260101T000605", "20261231T235354"},
		{bomb + ";BYSETPOS=-1;COUNT=5", "20041231T235959", none},
	} {
		start, _, _ := parseStamp(first)
		s := Series{Start: start, Zone: Location(time.UTC), Rule: rule(t, c.rule)}
		enough := Budget(1500)
		if strings.HasPrefix(c.rule, "FREQ=MONTHLY") && strings.Contains(c.rule, "BYSETPOS") {
			enough = DefaultSteps // it has to look at all months of 400 years
		}
		budget := enough
		last, _, err := s.Before(now, true, &budget)
		if err != nil || stampOf(last) != c.last {
			t.Errorf("%.60s: the last is %s %v, want %s", c.rule, stampOf(last), err, c.last)
		}
		budget = enough
		next, ok, err := s.After(now, false, &budget)
		if err != nil || ok != (c.next != none) || ok && stampOf(next) != c.next {
			t.Errorf("%.60s: the next is %s %v, want %s", c.rule, stampOf(next), err, c.next)
		}
	}
}

func stampOf(t time.Time) string { return stamp(CivilOf(t, Location(time.UTC)), localStamp) }

// What cannot be answered in time is an error, and never an answer.
func TestWhatTakesLongIsAnError(t *testing.T) {
	t.Parallel()
	start := Civil{Year: 2000, Month: 1, Day: 3, Hour: 3}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"FREQ=SECONDLY;INTERVAL=90061;BYHOUR=3;BYMINUTE=7;BYSECOND=9;COUNT=3",
		"FREQ=MINUTELY;INTERVAL=7;BYMONTH=2;COUNT=20000",
	} {
		s := Series{Start: start, Zone: Location(time.UTC), Rule: rule(t, text)}
		if at, ok, err := s.After(now, true, nil); ok || !errors.Is(err, ErrBudget) {
			t.Errorf("%s: after: %v %v %v", text, at, ok, err)
		}
		if at, ok, err := s.Before(now, true, nil); ok || !errors.Is(err, ErrBudget) {
			t.Errorf("%s: before: %v %v %v", text, at, ok, err)
		}
	}
	s := Series{Start: start, Zone: Location(time.UTC), Rule: rule(t, "FREQ=SECONDLY")}
	budget, n := Budget(100), 0
	for _, err := range s.All(now, now.AddDate(1, 0, 0), &budget) {
		if n++; err != nil && (!errors.Is(err, ErrBudget) || n != 101) {
			t.Fatalf("after %d starts: %v", n, err)
		}
	}
	if n != 101 || budget != 0 {
		t.Errorf("%d starts and errors for 100 steps, and %d are left", n, budget)
	}
}
