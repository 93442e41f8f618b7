package ical

import (
	"strings"
	"testing"
	"time"
)

// What happens to starts where clocks are changed, as people would write it down. Starts
// are in UTC.
func TestStartsWhereClocksChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, start, rule, want string }{
		"a gap moves a start": {"America/New_York", "20260307T023000", "FREQ=DAILY;COUNT=3",
			"20260307T073000 20260308T073000 20260309T063000"},
		"a fold has one start": {"America/New_York", "20261031T013000", "FREQ=DAILY;COUNT=3",
			"20261031T053000 20261101T053000 20261102T063000"},
		"a start in a gap counts, and is the start beside it": {"America/New_York", "20260308T003000", "FREQ=HOURLY;COUNT=5",
			"20260308T053000 20260308T063000 20260308T073000 20260308T083000"},
		"a repeated hour has no starts of its own": {"America/New_York", "20261101T003000", "FREQ=HOURLY;COUNT=3",
			"20261101T043000 20261101T053000 20261101T073000"},
		"starts in a gap are in order of time": {"America/New_York", "20260308T015000", "FREQ=MINUTELY;INTERVAL=40;COUNT=4",
			"20260308T065000 20260308T071000 20260308T073000 20260308T075000"},
		"half an hour is left out": {"Australia/Lord_Howe", "20261003T021500", "FREQ=DAILY;COUNT=3",
			"20261002T154500 20261003T154500 20261004T151500"},
		"half an hour is repeated": {"Australia/Lord_Howe", "20260404T014500", "FREQ=DAILY;COUNT=3",
			"20260403T144500 20260404T144500 20260405T151500"},
		"midnight is left out in Santiago": {"America/Santiago", "20260905", "FREQ=DAILY;COUNT=3",
			"20260905T040000 20260906T040000 20260907T030000"},
		"midnight is left out in Havana": {"America/Havana", "20260307", "FREQ=DAILY;COUNT=3",
			"20260307T050000 20260308T050000 20260309T040000"},
		"midnight is left out in São Paulo": {"America/Sao_Paulo", "20181103T003000", "FREQ=DAILY;COUNT=3",
			"20181103T033000 20181104T033000 20181105T023000"},
		"a day is left out in Apia": {"Pacific/Apia", "20111229", "FREQ=DAILY;COUNT=4",
			"20111229T100000 20111230T100000 20111231T100000"},
		"February 30 is no start": {"Europe/London", "20260130T120000", "FREQ=MONTHLY;COUNT=3",
			"20260130T120000 20260330T110000 20260430T110000"},
		"DTSTART is a start, and takes nothing from COUNT": {"UTC", "20261125T090000", "FREQ=WEEKLY;BYDAY=MO;COUNT=2",
			"20261125T090000 20261130T090000 20261207T090000"},
		"UNTIL before DTSTART": {"UTC", "20261125T090000", "FREQ=DAILY;UNTIL=20260101", "20261125T090000"},
		"UNTIL in UTC is an instant": {"America/New_York", "20261029T210000", "FREQ=DAILY;UNTIL=20261101T010000Z",
			"20261030T010000 20261031T010000 20261101T010000"},
		"UNTIL in UTC, a second less": {"America/New_York", "20261029T210000", "FREQ=DAILY;UNTIL=20261101T005959Z",
			"20261030T010000 20261031T010000"},
		"UNTIL in UTC, east of it": {"Asia/Tokyo", "20261120T090000", "FREQ=DAILY;UNTIL=20261121T000000Z",
			"20261120T000000 20261121T000000"},
		"UNTIL without a zone is local": {"America/New_York", "20261029T210000", "FREQ=DAILY;UNTIL=20261030T210000",
			"20261030T010000 20261031T010000"},
		"UNTIL as a date is the local day": {"America/New_York", "20261029T210000", "FREQ=DAILY;UNTIL=20261031",
			"20261030T010000 20261031T010000 20261101T010000"},
		"UNTIL of days is inclusive": {"Asia/Tokyo", "20261230", "FREQ=DAILY;UNTIL=20261231",
			"20261229T150000 20261230T150000"},
		"UNTIL of days at midnight UTC is a date": {"America/New_York", "20261230", "FREQ=DAILY;UNTIL=20261231T000000Z",
			"20261230T050000 20261231T050000"},
		"UNTIL of days as the end of a local day": {"Asia/Tokyo", "20261230", "FREQ=DAILY;UNTIL=20261231T145959Z",
			"20261229T150000 20261230T150000"},
		"days know no time of day": {"UTC", "20261230", "FREQ=DAILY;COUNT=2;BYHOUR=9,10;BYMINUTE=5", "20261230T000000 20261231T000000"},
		"BYSETPOS is clipped by DTSTART after it has chosen": {"UTC", "20241023T090000", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3;COUNT=3",
			"20241023T090000 20241028T090000 20241030T090000"},
		"no start is after 9999": {"UTC", "99981231T235959", "FREQ=YEARLY", "99981231T235959 99991231T235959"},
	} {
		start, form, err := parseStamp(c.start)
		if err != nil {
			t.Fatal(err)
		}
		s := Series{Start: start, Date: form == dateStamp, Zone: Location(zone(t, c.zone)), Rule: rule(t, c.rule)}
		var got []string
		for at, err := range s.All(time.Unix(-1<<40, 0), time.Unix(1<<40, 0), nil) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, stampOf(at))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, g, c.want)
		}
		last, ok, err := s.Before(time.Unix(1<<62, 0), true, nil)
		if err != nil || !ok || stampOf(last) != got[len(got)-1] {
			t.Errorf("%s: the last is %s %v, not %s", name, last, err, got[len(got)-1])
		}
		if at, ok, err := s.After(last, false, nil); err != nil || ok {
			t.Errorf("%s: %s %v comes after the last", name, at, err)
		}
		if at, ok, err := s.Before(time.Unix(-1<<62, 0), true, nil); err != nil || ok {
			t.Errorf("%s: %s %v comes before the first", name, at, err)
		}
	}
}

func TestSeriesThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	start := Civil{Year: 2026, Month: 11, Day: 20}
	for want, s := range map[string]Series{
		"no such date":     {Start: Civil{Year: 2026, Month: 2, Day: 30}, Zone: Location(time.UTC)},
		"no zone":          {Start: start},
		"write FREQ=DAILY": {Start: start, Date: true, Zone: Location(time.UTC), Rule: rule(t, "FREQ=HOURLY")},
	} {
		if _, ok, err := s.After(time.Time{}, true, nil); ok || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("after: %v %v, want %s", ok, err, want)
		}
		if _, ok, err := s.Before(time.Time{}, true, nil); ok || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("before: %v %v, want %s", ok, err, want)
		}
		for _, err := range s.All(time.Time{}, time.Time{}, nil) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("all: %v, want %s", err, want)
			}
		}
	}
}

// Fractions of seconds decide on which side of a start an instant is.
func TestBetweenSeconds(t *testing.T) {
	t.Parallel()
	s := Series{Start: Civil{Year: 2026, Month: 11, Day: 20}, Zone: Location(time.UTC), Rule: rule(t, "FREQ=SECONDLY")}
	second := time.Date(2026, 11, 20, 0, 0, 5, 0, time.UTC)
	for _, c := range []struct {
		at            time.Duration
		inclusive     bool
		before, after time.Duration
	}{
		{0, true, 0, 0}, {0, false, -time.Second, time.Second}, {1, true, 0, time.Second}, {1, false, 0, time.Second},
	} {
		before, _, _ := s.Before(second.Add(c.at), c.inclusive, nil)
		after, _, _ := s.After(second.Add(c.at), c.inclusive, nil)
		if before.Sub(second) != c.before || after.Sub(second) != c.after {
			t.Errorf("at %v (%v): %v and %v", c.at, c.inclusive, before, after)
		}
	}
}
