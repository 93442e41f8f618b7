package ical_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// own is a VTIMEZONE as Outlook writes it, with the rules of Berlin.
func own(tzid string) string {
	return strings.Join([]string{"BEGIN:VTIMEZONE", "TZID:" + tzid,
		"BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
		"BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT",
		"END:VTIMEZONE"}, "\r\n")
}

// In which zone an event of 2026-07-01T09:00 is, by its TZID.
func TestTZID(t *testing.T) {
	t.Parallel()
	const berlin, tokyo, newYork, london = "0700", "0000", "1300", "0800"
	for tzid, want := range map[string]string{
		"Europe/Berlin":         berlin,
		"europe/berlin":         berlin,
		"AMERICA/NEW_YORK":      newYork,
		"us/eastern":            newYork,
		"america/port_of_spain": "1300",
		"utc":                   "0900",
		"US/Eastern":            newYork,
		"UTC":                   "0900",
		"Etc/GMT-9":             tokyo,
		"/Europe/Berlin":        berlin,
		"Tokyo Standard Time":   tokyo,
		"eastern standard time": newYork,
		"/freeassociation.sourceforge.net/Tzfile/America/New_York":            newYork,
		"/mozilla.org/20050126_1/Europe/London":                               london,
		"/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires": "1200",
		`"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"`:      berlin,
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna":        berlin,
		`"(GMT-05:00) Eastern Time (US & Canada)"`:                            newYork,
		"Osaka, Sapporo, Tokyo":                                               tokyo,
		"tzone://Microsoft/Utc":                                               "0900",
		"Mitteleuropa":                                                        berlin,
		"Eastern Standard Time 1":                                             berlin, // the file defines it so
		`"(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"`:         berlin,
		`"Customized, or not"`:                                                berlin,
		"America/New_York":                                                    newYork, // whatever the file defines
		"Eastern Standard Time":                                               newYork,
		`"(UTC-05:00) Eastern Time (US & Canada)"`:                            berlin, // the file's own counts more than a text
	} {
		t.Run(tzid, func(t *testing.T) {
			t.Parallel()
			text := file(own("Mitteleuropa"), own("Eastern Standard Time 1"), own(`(UTC+01:00) Amsterdam\, Berlin\, Bern\, Rom\, Stockholm\, Wien`),
				own(`Customized\, or not`), own("America/New_York"), own("Eastern Standard Time"), own("(UTC-05:00) Eastern Time (US & Canada)"),
				event("a", "DTSTART;TZID="+tzid+":20260701T090000", "DURATION:PT1H"))
			if got := told(t, text, "Asia/Tokyo"); !strings.HasPrefix(got, "20260701T"+want) {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

func TestTimesWithoutAZone(t *testing.T) {
	t.Parallel()
	a := event("a", "DTSTART:20260701T090000", "DURATION:PT1H")
	for name, c := range map[string]struct{ text, want string }{
		"the calendar's":      {file(a), "20260701T0000 20260701T0100 a\n"},
		"the file's":          {file("X-WR-TIMEZONE:Europe/Berlin", a), "20260701T0700 20260701T0800 a\n"},
		"behind the events":   {file(a, "X-WR-TIMEZONE:W. Europe Standard Time"), "20260701T0700 20260701T0800 a\n"},
		"the file's own":      {file("X-WR-TIMEZONE:here", own("here"), a), "20260701T0700 20260701T0800 a\n"},
		"one unknown":         {file("X-WR-TIMEZONE:Mars", a), "20260701T0000 20260701T0100 a\n! line 4: X-WR-TIMEZONE names no time zone that is known: times without one are taken to be in Asia/Tokyo\n"},
		"each file's":         {file("X-WR-TIMEZONE:Europe/Berlin", a) + file(a), "20260701T0000 20260701T0100 a\n20260701T0700 20260701T0800 a\n"},
		"a date":              {file("X-WR-TIMEZONE:Europe/Berlin", event("a", "DTSTART;TZID=Nowhere;VALUE=DATE:20260701")), "20260630T2200 20260701T2200 a\n"},
		"no midnight":         {file("X-WR-TIMEZONE:America/Santiago", event("a", "DTSTART:20260906")), "20260906T0400 20260907T0300 a\n"},
		"no such day":         {file("X-WR-TIMEZONE:Pacific/Apia", event("a", "DTSTART:20111230", "RDATE;VALUE=DATE:20260102")), "20260101T1100 20260102T1100 a\n"},
		"shifts of 30 min":    {file("X-WR-TIMEZONE:Australia/Lord_Howe", event("a", "DTSTART:20260405")), "20260404T1300 20260405T1330 a\n"},
		"recurring over them": {file("X-WR-TIMEZONE:America/Santiago", event("a", "DTSTART:20260905", "RRULE:FREQ=DAILY;COUNT=3")), "20260905T0400 20260906T0400 a\n20260906T0400 20260907T0300 a\n20260907T0300 20260908T0300 a\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, c.text, "Asia/Tokyo"); got != c.want {
				t.Errorf("%s\ngives\n%s\nwant\n%s", c.text, got, c.want)
			}
		})
	}
}

// A VTIMEZONE with the rules of a known zone is that zone, at every hour of a year
// and in gaps and folds.
func TestOwnZoneIsTheZoneItDescribes(t *testing.T) {
	t.Parallel()
	ask := func(tzid string) []ical.Occurrence {
		text := file(own("own"), event("a", "DTSTART;TZID="+tzid+":20260101T003000", "DURATION:PT1H", "RRULE:FREQ=HOURLY;UNTIL=20261231T230000Z"))
		c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: zone(t, "Asia/Tokyo")})
		if err != nil {
			t.Fatal(err)
		}
		budget := ical.Budget(1_000_000)
		all, err := c.Over(time.Unix(0, 0), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), &budget)
		if err != nil {
			t.Fatal(err)
		}
		for i := range all {
			all[i].Event = nil
		}
		return all
	}
	if want, got := ask("Europe/Berlin"), ask("own"); !slices.Equal(got, want) || len(want) != 8759 {
		t.Errorf("they differ: %d and %d", len(got), len(want))
	}
}

func TestOwnZonesThatAreNone(t *testing.T) {
	t.Parallel()
	a := event("a", "DTSTART;TZID=own:20260701T090000", "DURATION:PT1H")
	zone := func(lines ...string) string {
		return "BEGIN:VTIMEZONE\r\nTZID:own\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VTIMEZONE"
	}
	standard := func(lines ...string) string {
		return zone(append(append([]string{"BEGIN:STANDARD"}, lines...), "END:STANDARD")...)
	}
	for name, c := range map[string]struct{ zone, want string }{
		"empty":            {zone(), `line 4: the time zone "own" has neither STANDARD nor DAYLIGHT`},
		"no offset":        {standard("DTSTART:19700101T000000"), `line 6: TZOFFSETTO of the time zone "own" is "": write it as +0100`},
		"bad offset":       {standard("DTSTART:19700101T000000", "TZOFFSETTO:+1"), `TZOFFSETTO of the time zone "own" is "+1"`},
		"a day off":        {standard("DTSTART:19700101T000000", "TZOFFSETTO:+2400"), `TZOFFSETTO of the time zone "own" is "+2400"`},
		"bad from":         {standard("DTSTART:19700101T000000", "TZOFFSETTO:+0100", "TZOFFSETFROM:+01"), `TZOFFSETFROM of`},
		"no start":         {standard("TZOFFSETTO:+0100"), `DTSTART of the time zone "own" is ""`},
		"bad rule":         {standard("DTSTART:19700101T000000", "TZOFFSETTO:+0100", "RRULE:FREQ=OFTEN"), `RRULE of the time zone "own": rule`},
		"each second":      {standard("DTSTART:19700101T000000", "TZOFFSETTO:+0100", "RRULE:FREQ=SECONDLY"), `RRULE of the time zone "own" changes clocks more often`},
		"a fixed one":      {standard("DTSTART:19700101T000000", "TZOFFSETTO:+0545"), "20260701T0315 20260701T0415 a\n"},
		"no FROM":          {standard("DTSTART:20260601T000000", "TZOFFSETTO:-023000"), "20260701T1130 20260701T1230 a\n"},
		"before its first": {standard("DTSTART:20260901T000000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"), "20260701T0700 20260701T0800 a\n"},
		"twice in a day": {standard("DTSTART:20260701T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0500",
			"END:STANDARD", "BEGIN:STANDARD", "DTSTART:20260701T110000", "TZOFFSETFROM:+0500", "TZOFFSETTO:+0200"), "20260701T0700 20260701T0800 a\n"},
		"defined twice": {standard("DTSTART:19700101T000000", "TZOFFSETTO:+0100") + "\r\n" + standard("DTSTART:19700101T000000", "TZOFFSETTO:+0300"), "20260701T0800 20260701T0900 a\n"},
		"only by date":  {standard("DTSTART:20200101T000000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0300", "RDATE:20250101T000000,20260101T000000"), "20260701T0600 20260701T0700 a\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := strings.TrimPrefix(told(t, file(c.zone, a), "Asia/Tokyo"), "refused: "); !strings.HasPrefix(got, c.want) && !strings.Contains(got, c.want) {
				t.Errorf("%s\ngives\n%s\nwant\n%s", c.zone, got, c.want)
			}
			// One that no event is in does not matter.
			if got := told(t, file(c.zone, event("b", "DTSTART:20260701")), "Asia/Tokyo"); got != "20260630T1500 20260701T1500 b\n" {
				t.Error(got)
			}
		})
	}
}

// Windows' names all mean a zone that this program has.
func TestEveryWindowsName(t *testing.T) {
	t.Parallel()
	names, texts := ical.WindowsNames()
	if len(names) != 139 || len(texts) < 150 {
		t.Errorf("%d names, %d texts", len(names), len(texts))
	}
	for _, name := range append(names, texts...) {
		if _, ok := ical.LookupZone(name); !ok {
			t.Errorf("%s is not known", name)
		}
	}
}

// On a date that a zone left out, an event is not empty: it begins when the date would
// have, and lasts as long.
func TestADateThatWasLeftOut(t *testing.T) {
	t.Parallel()
	c := parse(t, file("X-WR-TIMEZONE:Pacific/Apia", event("a", "DTSTART:20111230")))
	all, err := c.Over(time.Date(2011, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2012, 2, 1, 0, 0, 0, 0, time.UTC), nil)
	if err != nil || len(all) != 1 || all[0].Start.Format(time.DateTime) != "2011-12-30 10:00:00" || all[0].End.Sub(all[0].Start) != 24*time.Hour {
		t.Errorf("%v, %v", all, err)
	}
}
