package ical_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/andon-project/andon/calendar/ical"
)

// What events amount to, in a calendar whose times without a zone are in New York:
// clocks go forward at 2026-03-08T02:00 (07:00 UTC) and back at 2026-11-01T02:00.
func TestEvents(t *testing.T) {
	t.Parallel()
	const ny = "DTSTART;TZID=America/New_York:"
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"an all-day event ends before DTEND": {
			[]string{event("a", "DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260312")}, "20260310T0400 20260312T0400 a\n"},
		"its last day is 23 h long": {
			[]string{event("a", "DTSTART;VALUE=DATE:20260307", "DTEND;VALUE=DATE:20260309")}, "20260307T0500 20260309T0400 a\n"},
		"days are nominal": {
			[]string{event("a", ny+"20260307T120000", "DURATION:P1D")}, "20260307T1700 20260308T1600 a\n"},
		"days are nominal from a start in a gap": {
			[]string{event("a", ny+"20260307T013000", "DURATION:P1D", "RRULE:FREQ=DAILY;BYHOUR=2;UNTIL=20260308T235959")},
			"20260307T0630 20260308T0630 a\n20260307T0730 20260308T0730 a\n20260308T0730 20260309T0630 a\n"},
		"hours are exact": {
			[]string{event("a", ny+"20260307T120000", "DURATION:PT24H")}, "20260307T1700 20260308T1700 a\n"},
		"days and hours": {
			[]string{event("a", ny+"20260307T120000", "DURATION:P1DT1H")}, "20260307T1700 20260308T1700 a\n"},
		"weeks": {
			[]string{event("a", "DTSTART:20260303", "DURATION:P1W")}, "20260303T0500 20260310T0400 a\n"},
		"DTEND in another zone": {
			[]string{event("a", ny+"20260301T120000", "DTEND;TZID=Asia/Tokyo:20260302T030000")}, "20260301T1700 20260301T1800 a\n"},
		"no DTEND and a time": {
			[]string{event("a", ny+"20260301T120000")}, "20260301T1700 20260301T1700 a\n! line 6: event \"a\": it has neither DTEND nor DURATION: it takes no time, and blocks nothing\n"},
		"DTEND at DTSTART": {
			[]string{event("a", "DTSTART:20260302T100000Z", "DTEND:20260302T100000Z")}, "20260302T1000 20260302T1000 a\n! line 6: event \"a\": it ends when it begins: it takes no time, and blocks nothing\n"},
		"DTEND before DTSTART": {
			[]string{event("a", "DTSTART:20260302", "DTEND:20260301"), event("b", "DTSTART:20260302")},
			"20260302T0500 20260303T0500 b\n! line 7: event \"a\": its DTEND is before its DTSTART: the event does not count, correct it in the calendar\n"},
		"a time before": {
			[]string{event("a", "DTSTART:20260302T100000Z", "DTEND:20260302T095959Z")}, "! line 7: event \"a\": its DTEND is before its DTSTART: the event does not count, correct it in the calendar\n"},
		"a negative duration": {
			[]string{event("a", "DTSTART:20260302T100000Z", "DURATION:-PT1H")}, "! line 7: event \"a\": its DURATION is negative: the event does not count\n"},
		"no DTSTART": {
			[]string{event("a", "DTEND:20260301")}, "! line 4: event \"a\": it has no DTSTART and therefore no time: the event does not count\n"},
		"ends on its first day": {
			[]string{event("a", "DTSTART:20260302", "DTEND:20260302")}, "20260302T0500 20260303T0500 a\n! line 7: event \"a\": it ends on the date on which it begins, which is no time at all: it is taken to last that day\n"},
		"a start in the gap takes time": {
			[]string{event("a", ny+"20260308T023000", "DTEND;TZID=America/New_York:20260308T030000")}, "20260308T0730 20260308T0800 a\n"},
		"a start in the fold is the first": {
			[]string{event("a", ny+"20261101T013000", "DTEND;TZID=America/New_York:20261101T030000")}, "20261101T0530 20261101T0800 a\n"},
		"DTEND is exact for all": {
			[]string{event("a", ny+"20260306T220000", "DTEND;TZID=America/New_York:20260307T060000", "RRULE:FREQ=DAILY;COUNT=2")},
			"20260307T0300 20260307T1100 a\n20260308T0300 20260308T1100 a\n"},
		"a leap second": {
			[]string{event("a", "DTSTART:20260630T235960Z", "DTEND:20260701T000059Z")}, "20260630T2359 20260701T0000 a\n"},
		"two rules and a date": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=DAILY;INTERVAL=7;COUNT=3", "RDATE:20260112T000000Z,20260107T000000Z")},
			"20260105T0000 20260105T0100 a\n20260107T0000 20260107T0100 a\n20260112T0000 20260112T0100 a\n20260119T0000 20260119T0100 a\n"},
		"RDATE with periods": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DTEND:20260105T010000Z", "RDATE;VALUE=PERIOD:20260106T000000Z/PT2H,20260107T000000Z/20260107T030000Z")},
			"20260105T0000 20260105T0100 a\n20260106T0000 20260106T0200 a\n20260107T0000 20260107T0300 a\n"},
		"a period where the rule has a start": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "RDATE;VALUE=PERIOD:20260106T000000Z/PT3H")},
			"20260105T0000 20260105T0100 a\n20260106T0000 20260106T0300 a\n"},
		"RDATE in another zone": {
			[]string{event("a", ny+"20260105T090000", "DURATION:PT1H", "RDATE;TZID=Asia/Tokyo:20260106T090000")},
			"20260105T1400 20260105T1500 a\n20260106T0000 20260106T0100 a\n"},
		"EXDATE lists": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE:20260106T000000Z,20260107T000000Z", "EXDATE:20260109T000000Z", "EXDATE:")},
			"20260105T0000 20260105T0100 a\n20260108T0000 20260108T0100 a\n"},
		"EXDATE without a zone": {
			[]string{event("a", "DTSTART;TZID=Asia/Tokyo:20260105T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260106T090000")}, "20260105T0000 20260105T0100 a\n"},
		"EXDATE as another instant's text": {
			[]string{event("a", "DTSTART;TZID=Asia/Tokyo:20260105T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260106T000000Z")}, "20260105T0000 20260105T0100 a\n"},
		"EXDATE as a date against times": {
			[]string{event("a", ny+"20260105T220000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE;VALUE=DATE:20260106")}, "20260106T0300 20260106T0400 a\n"},
		"EXDATE as a time against dates": {
			[]string{event("a", "DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20260106T000000Z")}, "20260105T0500 20260106T0500 a\n"},
		"EXDATE of DTSTART": {
			[]string{event("a", "DTSTART;VALUE=DATE:20260105", "EXDATE;VALUE=DATE:20260105")}, ""},
		"EXRULE": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=WEEKLY;BYDAY=TU,WE")},
			"20260105T0000 20260105T0100 a\n20260108T0000 20260108T0100 a\n"},
		"EXRULE of DTSTART": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXRULE:FREQ=WEEKLY")}, "20260106T0000 20260106T0100 a\n"},
		"DTSTART beside the rule": {
			[]string{event("a", "DTSTART:20260105T000000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260113T000000Z")},
			"20260105T0000 20260105T0100 a\n20260106T0000 20260106T0100 a\n20260113T0000 20260113T0100 a\n"},
		"UNTIL as a date": {
			[]string{event("a", ny+"20260105T220000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260106")}, "20260106T0300 20260106T0400 a\n20260107T0300 20260107T0400 a\n"},
		"DTEND and DURATION": {
			[]string{event("a", "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", "DURATION:PT5H")}, "20260302T1000 20260302T1100 a\n! line 8: event \"a\": it has DTEND and DURATION: DTEND counts\n"},
		"a date that lasts nothing": {
			[]string{event("a", "DTSTART:20260302", "DURATION:PT0S")}, "20260302T0500 20260303T0500 a\n! line 7: event \"a\": its DURATION is nothing: it is taken to last one day\n"},
		"a date to a time": {
			[]string{event("a", "DTSTART:20260302", "DTEND:20260302T120000")}, "20260302T0500 20260302T1700 a\n! line 7: event \"a\": one of DTSTART and DTEND is a date and the other a time: the date is taken to mean its midnight\n"},
		"a time that says it is a date": {
			[]string{event("a", "DTSTART;VALUE=DATE:20260302T120000")}, "20260302T0500 20260303T0500 a\n! line 6: DTSTART says that it is a date and is a time: it is read as a date\n"},
		"a quote that never ends": {
			[]string{"BEGIN:VEVENT", "SUMMARY;X-A=\"b:a", "DTSTART:20260302", "END:VEVENT"}, "20260302T0500 20260303T0500 a\n"},
		"RDATE as a time against dates": {
			[]string{event("a", "DTSTART:20260302", "RDATE:20260304T235959Z")}, "20260302T0500 20260303T0500 a\n20260304T0500 20260305T0500 a\n"},
		"RDATE as a date against times": {
			[]string{event("a", "DTSTART:20260302T100000Z", "DURATION:PT1H", "RDATE;VALUE=DATE:20260304")}, "20260302T1000 20260302T1100 a\n20260304T1000 20260304T1100 a\n"},
		"no UID": {
			[]string{event("a", "DTSTART:20260105"), event("b", "DTSTART:20260106")}, "20260105T0500 20260106T0500 a\n20260106T0500 20260107T0500 b\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, file(c.lines...), "America/New_York"); got != c.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", strings.Join(c.lines, "\n"), got, c.want)
			}
		})
	}
}

// Exceptions from a recurrence, and versions of an event.
func TestExceptions(t *testing.T) {
	t.Parallel()
	// a is Mondays at 9 in Berlin, 08:00 UTC until March 29.
	a := event("a", "UID:a", "SEQUENCE:1", "DTSTAMP:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260309T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
	one, two, three, four := "20260309T0800 20260309T0900 a\n", "20260316T0800 20260316T0900 a\n", "20260323T0800 20260323T0900 a\n", "20260330T0700 20260330T0800 a\n"
	const missing = ": it replaces an occurrence that there is not: it stands beside the others\n"
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"moved": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000", "DTSTART;TZID=Europe/Berlin:20260317T100000", "DURATION:PT2H")},
			one + "20260317T0900 20260317T1100 b\n" + three + four},
		"before its master, in UTC": {[]string{event("b", "UID:a", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "DURATION:PT2H"), a},
			one + "20260317T1000 20260317T1200 b\n" + three + four},
		"as a date": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;VALUE=DATE:20260316", "DTSTART:20260317T100000Z", "DURATION:PT2H")},
			one + "20260317T1000 20260317T1200 b\n" + three + four},
		"cancelled":                {[]string{a, event("b", "UID:a", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260316T080000Z", "STATUS:CANCELLED")}, one + three + four},
		"cancelled without a time": {[]string{a, event("b", "UID:a", "RECURRENCE-ID:20260316T080000Z", "STATUS:CANCELLED")}, one + three + four},
		"the first":                {[]string{a, event("b", "UID:a", "RECURRENCE-ID:20260309T080000Z", "DTSTART:20260309T080000Z", "DURATION:PT2H")}, "20260309T0800 20260309T1000 b\n" + two + three + four},
		"of a single event": {[]string{event("s", "UID:s", "DTSTART:20260316T080000Z", "DURATION:PT1H"), event("b", "UID:s", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T080000Z", "DURATION:PT1H")},
			"20260317T0800 20260317T0900 b\n"},
		"an orphan":          {[]string{event("b", "UID:x", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "DURATION:PT2H")}, "20260317T1000 20260317T1200 b\n"},
		"a cancelled orphan": {[]string{event("b", "UID:x", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "STATUS:CANCELLED")}, ""},
		"of a cancelled series": {[]string{strings.Replace(a, "SEQUENCE", "STATUS:CANCELLED\r\nSEQUENCE", 1), event("b", "UID:a", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "DURATION:PT2H")},
			"20260317T1000 20260317T1200 b\n"},
		"twice, by SEQUENCE": {[]string{a,
			event("new", "UID:a", "SEQUENCE:2", "DTSTAMP:20260101T000000Z", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260318T100000Z", "DURATION:PT2H"),
			event("old", "UID:a", "SEQUENCE:1", "DTSTAMP:20260102T000000Z", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "DURATION:PT2H")},
			one + "20260318T1000 20260318T1200 new\n" + three + four + "! line 22: event \"old\": it is replaced by the newer version at line 13, which has the same UID\n"},
		"twice, by DTSTAMP": {[]string{a,
			event("old", "UID:a", "DTSTAMP:20260102T000000Z", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260317T100000Z", "DURATION:PT2H"),
			event("new", "UID:a", "DTSTAMP:20260103T000000Z", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260318T100000Z", "DURATION:PT2H")},
			one + "20260318T1000 20260318T1200 new\n" + three + four + "! line 13: event \"old\": it is replaced by the newer version at line 21, which has the same UID\n"},
		"a newer version": {[]string{a, event("n", "UID:a", "SEQUENCE:2", "DTSTART:20260401", "DURATION:P1D")},
			"20260331T1500 20260401T1500 n\n! line 4: event \"a\": it is replaced by the newer version at line 13, which has the same UID\n"},
		"a version that cancels": {[]string{a, event("n", "UID:a", "SEQUENCE:2", "STATUS:CANCELLED")}, "! line 4: event \"a\": it is replaced by the newer version at line 13, which has the same UID\n"},
		"the same twice":         {[]string{a, a}, one + two + three + four},
		"a UID used twice":       {[]string{event("a", "UID:a", "DTSTART:20260316T080000Z", "DURATION:PT1H"), event("b", "UID:a", "DTSTART:20260317T080000Z", "DURATION:PT1H")}, "20260316T0800 20260316T0900 a\n20260317T0800 20260317T0900 b\n"},

		"onwards": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T090000", "DTSTART;TZID=Europe/Berlin:20260323T100000", "DURATION:PT2H")},
			one + two + "20260323T0900 20260323T1100 b\n20260330T0800 20260330T1000 b\n"},
		"onwards, then one": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T080000Z", "DTSTART;TZID=Europe/Berlin:20260316T100000", "DURATION:PT2H"),
			event("c", "UID:a", "RECURRENCE-ID:20260323T080000Z", "DTSTART:20260323T080000Z", "DURATION:PT3H")},
			one + "20260316T0900 20260316T1100 b\n20260323T0800 20260323T1100 c\n20260330T0800 20260330T1000 b\n"},
		"onwards, twice": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T080000Z", "DTSTART;TZID=Europe/Berlin:20260317T090000", "DURATION:PT2H"),
			event("c", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260330", "DTSTART;TZID=Europe/Berlin:20260330T080000", "DURATION:PT3H")},
			one + "20260317T0800 20260317T1000 b\n20260324T0800 20260324T1000 b\n20260330T0600 20260330T0900 c\n"},
		"onwards, in the wrong order": {[]string{a, event("c", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260330T070000Z", "DTSTART;TZID=Europe/Berlin:20260330T080000", "DURATION:PT3H"),
			event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T080000Z", "DTSTART;TZID=Europe/Berlin:20260317T090000", "DURATION:PT2H")},
			one + "20260317T0800 20260317T1000 b\n20260324T0800 20260324T1000 b\n20260330T0600 20260330T0900 c\n"},
		"onwards, and the first of them": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T080000Z", "DTSTART:20260323T090000Z", "DURATION:PT2H"),
			event("c", "UID:a", "SEQUENCE:2", "RECURRENCE-ID:20260323T080000Z", "DTSTART:20260323T080000Z", "DURATION:PT3H")},
			one + two + "20260323T0800 20260323T1100 c\n20260330T0800 20260330T1000 b\n"},
		"onwards from an RDATE": {[]string{strings.Replace(a, "SEQUENCE", "RDATE:20260325T080000Z\r\nSEQUENCE", 1), event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260325T080000Z", "DTSTART:20260325T090000Z", "DURATION:PT2H")},
			one + two + three + "20260325T0900 20260325T1100 b\n20260330T0800 20260330T1000 b\n"},
		"onwards by a time, of dates": {[]string{event("d", "UID:d", "DTSTART:20260316", "RRULE:FREQ=WEEKLY;COUNT=3"), event("e", "UID:d", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T120000Z", "DTSTART;VALUE=DATE:20260324")},
			"20260315T1500 20260316T1500 d\n20260323T1500 20260324T1500 e\n20260330T1500 20260331T1500 e\n"},
		"onwards cancelled, with an RDATE": {[]string{strings.Replace(a, "SEQUENCE", "RDATE:20260325T080000Z\r\nSEQUENCE", 1), event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T080000Z", "STATUS:CANCELLED")}, one + two},
		"of a UID used twice": {[]string{event("a", "UID:a", "DTSTART:20260316T080000Z", "DURATION:PT1H"), event("b", "UID:a", "DTSTART:20260317T080000Z", "DURATION:PT1H"),
			event("c", "UID:a", "RECURRENCE-ID:20260316T080000Z", "DTSTART:20260318T080000Z", "DURATION:PT1H")}, "20260317T0800 20260317T0900 b\n20260318T0800 20260318T0900 c\n"},
		"onwards cancelled": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T080000Z", "DTSTART:20260323T080000Z", "STATUS:CANCELLED")}, one + two},
		"onwards by a rule": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260323T080000Z", "DTSTART:20260324T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")},
			one + two + "20260324T0800 20260324T0900 b\n20260325T0800 20260325T0900 b\n"},
		"onwards from nowhere": {[]string{a, event("b", "UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260324T080000Z", "DTSTART:20260324T080000Z", "DURATION:PT2H")},
			one + two + three + "20260324T0800 20260324T1000 b\n20260330T0700 20260330T0900 b\n! line 16: event \"b\"" + missing},
		"onwards with dates": {[]string{event("d", "UID:d", "DTSTART:20260316", "RRULE:FREQ=WEEKLY;COUNT=3", "RDATE;VALUE=DATE:20260401"),
			event("e", "UID:d", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260323", "DTSTART;VALUE=DATE:20260324", "DTEND;VALUE=DATE:20260326")},
			"20260315T1500 20260316T1500 d\n20260323T1500 20260325T1500 e\n20260330T1500 20260401T1500 e\n20260401T1500 20260403T1500 e\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, file(c.lines...), "Asia/Tokyo"); got != c.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", strings.Join(c.lines, "\n"), got, c.want)
			}
		})
	}
}

func TestTransparentEventsByChoice(t *testing.T) {
	t.Parallel()
	text := file(event("free", "DTSTART:20260302", "transp:transparent"), event("busy", "DTSTART:20260302", "TRANSP:OPAQUE"), event("none", "DTSTART:20260302"))
	for skip, want := range map[bool]int{false: 3, true: 2} {
		c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: zone(t, "UTC"), SkipTransparent: skip})
		if err != nil || c.Len() != want {
			t.Errorf("skip %v: %d events, %v", skip, c.Len(), err)
		}
	}
}

// All warnings are counted, and a hundred kept: those of events that do not count
// before others.
func TestWarningsAreCounted(t *testing.T) {
	t.Parallel()
	none, turned := event("none", "DTSTART:20260302T000000Z"), event("turned", "DTSTART:20260302", "DTEND:20260301")
	c, err := ical.Parse(strings.NewReader(file(strings.Repeat(none+"\r\n", 130)+strings.Repeat(turned+"\r\n", 50))), ical.Options{Zone: zone(t, "UTC")})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, w := range c.Warnings {
		if w.Refused {
			refused++
		}
	}
	if c.Warned != 180 || c.Refused != 50 || refused != 50 || len(c.Warnings) != 100 || c.Len() != 130 {
		t.Errorf("%d warnings, %d kept, %d refused, %d of them kept, %d events", c.Warned, len(c.Warnings), c.Refused, refused, c.Len())
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for duration, want := range map[string]string{
		"P1D": "20260303T0000", "P1W": "20260309T0000", "PT36H": "20260303T1200", "P1DT2H3M60S": "20260303T0204", "+PT5M": "20260302T0005", "pt5m": "20260302T0005",
		"P": "refused", "PT": "takes no time", "1D": "refused", "P1": "refused", "PD": "refused", "P1H": "refused", "PT1D": "refused", "P1M": "refused",
		"P1DT": "20260303T0000", "P1TDT1H": "refused", "P99999999999999999999D": "refused", "PT9999999999S": "refused", "P9999W9999W": "refused", "P1.5D": "refused", "P-1D": "refused",
	} {
		if got := told(t, file(event("a", "DTSTART:20260302T000000Z", "DURATION:"+duration)), "UTC"); !strings.Contains(got, want) {
			t.Errorf("%s gives %s, want %s", duration, got, want)
		}
	}
}

// What else is no time, and refuses the file wherever it stands.
func TestTimesThatAreNone(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"RDATE;VALUE=PERIOD:20260302T000000Z/20260301T000000Z": "has a period that ends before it begins",
		"RDATE;VALUE=PERIOD:20260302T000000Z/soon":             `RDATE is "soon"`,
		"RDATE;TZID=Mars:20260302T000000":                      `the time zone "Mars" is not known`,
		"EXRULE:FREQ=NEVER":                                    `EXRULE of event "a": rule`,
		"EXDATE;TZID=Mars:20260302T000000":                     `the time zone "Mars" is not known`,
		"RECURRENCE-ID:soon":                                   `RECURRENCE-ID is "soon"`,
		"RDATE":                                                "RDATE has no colon and no value",
		"RRULE;FREQ=DAILY":                                     "RRULE has no colon and no value",
	} {
		if got := told(t, file(event("a", "DTSTART:20260302T000000Z", "DURATION:PT1H", line)), "UTC"); !strings.HasPrefix(got, "refused: line 8: ") || !strings.Contains(got, want) {
			t.Errorf("%s gives %s, want %s", line, got, want)
		}
	}
}

func TestLongSummariesAreShortened(t *testing.T) {
	t.Parallel()
	got := told(t, file(event(strings.Repeat("長い ", 50), "DTEND:20260302")), "UTC")
	if want := "! line 4: event \"" + strings.Repeat("長い ", 19) + "長い…\": it has no DTSTART"; !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestErrorsOfTheReader(t *testing.T) {
	t.Parallel()
	if _, err := ical.Parse(brokenReader{}, ical.Options{Zone: zone(t, "UTC")}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
