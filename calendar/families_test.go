package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

func list(s ...string) []string { return s }

// Every family, and what it says of a few days.
func TestFamilies(t *testing.T) {
	t.Parallel()
	hour := calendar.Length{Exact: time.Hour}
	for _, c := range []struct {
		name, zone string
		s          calendar.Selector
		except     []calendar.Selector
		from, to   string // with the zone's offset
		want       string // one a line; the year is left out
	}{
		{"dates are inclusive", "Asia/Tokyo", calendar.Selector{From: "2026-11-20", To: "2026-11-21"}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "Fri 11-20T00:00 Sun 11-22T00:00"},
		{"times are not", "Asia/Tokyo", calendar.Selector{From: "2026-11-20T18:00", To: "2026-11-21 09:00"}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "Fri 11-20T18:00 Sat 11-21T09:00"},
		{"24:00 ends a day", "Asia/Tokyo", calendar.Selector{From: "2026-11-20T18:00", To: "2026-11-20T24:00"}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "Fri 11-20T18:00 Sat 11-21T00:00"},
		{"an offset counts", "Asia/Tokyo", calendar.Selector{From: "2026-11-20T18:00Z", To: "2026-11-21T03:00-05:00"}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "Sat 11-21T03:00 Sat 11-21T17:00"},
		{"every year, over its end", "Asia/Tokyo", calendar.Selector{From: "12-28", To: "01-03"}, nil,
			"2026-12-01T00:00:00+09:00", "2027-02-01T00:00:00+09:00", "Mon 12-28T00:00 Mon 01-04T00:00"},
		{"every year, with a time", "Asia/Tokyo", calendar.Selector{From: "12-24T12:00", To: "12-26"}, nil,
			"2026-12-01T00:00:00+09:00", "2027-02-01T00:00:00+09:00", "Thu 12-24T12:00 Sun 12-27T00:00"},
		{"to February 29 in a year without", "Asia/Tokyo", calendar.Selector{From: "02-28", To: "02-29"}, nil,
			"2027-02-01T00:00:00+09:00", "2027-03-10T00:00:00+09:00", "Sun 02-28T00:00 Mon 03-01T00:00"},
		{"February 29 alone", "Asia/Tokyo", calendar.Selector{From: "02-29", To: "02-29"}, nil,
			"2027-02-01T00:00:00+09:00", "2028-03-10T00:00:00+09:00", "Tue 02-29T00:00 Wed 03-01T00:00"},
		{"days", "Europe/Berlin", calendar.Selector{Days: list("Saturday", "SUN")}, nil,
			"2026-11-18T00:00:00+01:00", "2026-11-25T00:00:00+01:00", "Sat 11-21T00:00 Mon 11-23T00:00"},
		{"days that wrap", "Europe/Berlin", calendar.Selector{Days: list("fri-mon")}, nil,
			"2026-11-18T00:00:00+01:00", "2026-11-25T00:00:00+01:00", "Fri 11-20T00:00 Tue 11-24T00:00"},
		{"lists with commas", "Europe/Berlin", calendar.Selector{Days: list("wed, fri"), Hours: list("09:00-12:00, 13:00-17:00")}, nil,
			"2026-11-18T00:00:00+01:00", "2026-11-21T00:00:00+01:00",
			"Wed 11-18T09:00 Wed 11-18T12:00\nWed 11-18T13:00 Wed 11-18T17:00\nFri 11-20T09:00 Fri 11-20T12:00\nFri 11-20T13:00 Fri 11-20T17:00"},
		{"a night belongs to the day it starts", "Europe/Berlin", calendar.Selector{Days: list("fri"), Hours: list("22:00-06:00")}, nil,
			"2026-11-18T00:00:00+01:00", "2026-11-25T00:00:00+01:00", "Fri 11-20T22:00 Sat 11-21T06:00"},
		{"and to its month", "Europe/Berlin", calendar.Selector{Months: list("nov"), Hours: list("22:00-06:00"), Days: list("mon")}, nil,
			"2026-11-28T00:00:00+01:00", "2026-12-10T00:00:00+01:00", "Mon 11-30T22:00 Tue 12-01T06:00"},
		{"months alone", "Europe/Berlin", calendar.Selector{Months: list("12-1")}, nil,
			"2026-11-18T00:00:00+01:00", "2027-03-25T00:00:00+01:00", "Tue 12-01T00:00 Mon 02-01T00:00"},
		{"until midnight", "Europe/Berlin", calendar.Selector{Days: list("wed"), Hours: list("18:00-24:00")}, nil,
			"2026-11-18T00:00:00+01:00", "2026-11-25T00:00:00+01:00", "Wed 11-18T18:00 Thu 11-19T00:00"},
		{"outside of business hours", "Europe/Berlin", calendar.Selector{Outside: &calendar.Outside{Days: list("mon-fri"), Hours: list("09:00-17:00")}}, nil,
			"2026-11-20T10:00:00+01:00", "2026-11-23T10:00:00+01:00", "Fri 11-20T17:00 Mon 11-23T09:00"},
		{"outside of days", "Europe/Berlin", calendar.Selector{Outside: &calendar.Outside{Days: list("tue-thu")}}, nil,
			"2026-11-19T10:00:00+01:00", "2026-11-25T10:00:00+01:00", "Fri 11-20T00:00 Tue 11-24T00:00"},
		{"holidays with what is added", "Asia/Tokyo", calendar.Selector{Holidays: &calendar.HolidayDays{Country: "jp", Add: list("2026-11-25 ours"), Except: list("2026-11-03"), Before: hour, After: hour}}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-01T00:00:00+09:00", "Sun 11-22T23:00 Tue 11-24T01:00\nTue 11-24T23:00 Thu 11-26T01:00"},
		{"the day before a holiday, by the clock", "America/New_York", calendar.Selector{Holidays: &calendar.HolidayDays{Add: list("2026-11-02"), Before: calendar.Length{Days: 1}}}, nil,
			"2026-10-20T00:00:00-04:00", "2026-12-01T00:00:00-05:00", "Sun 11-01T00:00 Tue 11-03T01:00"},
		{"a midnight that does not exist", "America/Santiago", calendar.Selector{From: "2026-09-06", To: "2026-09-06"}, nil,
			"2026-09-05T00:00:00-04:00", "2026-09-08T00:00:00-03:00", "Sun 09-06T00:00 Sun 09-06T23:00"},
		{"a holiday that a zone skips", "Pacific/Apia", calendar.Selector{Holidays: &calendar.HolidayDays{Add: list("2011-12-30")}}, nil,
			"2011-12-31T12:00:00+14:00", "2012-01-03T00:00:00+14:00", "Sat 12-31T12:00 Sun 01-01T00:00"},
		{"from and to in a gap", "America/New_York", calendar.Selector{From: "2026-03-08T02:30", To: "2026-03-08T03:15"}, nil,
			"2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "Sun 03-08T02:30 Sun 03-08T03:15"},
		{"rrule by days", "Asia/Tokyo", calendar.Selector{RRule: "FREQ=MONTHLY;BYDAY=-1FR", Start: "2026-01-30"}, nil,
			"2026-11-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00", "Fri 11-27T00:00 Sat 11-28T00:00\nFri 12-25T00:00 Sat 12-26T00:00"},
		{"rrule from a gap, by days", "America/New_York", calendar.Selector{RRule: "FREQ=DAILY;BYHOUR=2;BYMINUTE=30;COUNT=2", Start: "2026-03-07T02:30", For: calendar.Length{Days: 1}}, nil,
			"2026-03-08T03:30:00-04:00", "2026-03-11T00:00:00-04:00", "Sun 03-08T03:30 Mon 03-09T02:30"},
		{"rrule by times", "Asia/Tokyo", calendar.Selector{RRule: "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261127T120000", Start: "2026-01-30T18:00", For: calendar.Length{Exact: 15 * time.Hour}}, nil,
			"2026-11-18T00:00:00+09:00", "2026-12-10T00:00:00+09:00", "Fri 11-20T18:00 Sat 11-21T09:00"},
		{"cron", "Asia/Tokyo", calendar.Selector{Cron: "0 18 * * FRI", For: calendar.Length{Days: 2, Exact: 15 * time.Hour}}, nil,
			"2026-11-18T00:00:00+09:00", "2026-11-25T00:00:00+09:00", "Fri 11-20T18:00 Mon 11-23T09:00"},
		{"cron on a day or a weekday", "Asia/Tokyo", calendar.Selector{Cron: "0 0 19 * sat", For: hour}, nil,
			"2026-11-18T00:00:00+09:00", "2026-11-25T00:00:00+09:00", "Thu 11-19T00:00 Thu 11-19T01:00\nSat 11-21T00:00 Sat 11-21T01:00"},
		{"cron on every tenth day or a weekday", "Asia/Tokyo", calendar.Selector{Cron: "0 0 */10 * sun", For: hour}, nil,
			"2026-11-18T00:00:00+09:00", "2026-11-25T00:00:00+09:00", "Sat 11-21T00:00 Sat 11-21T01:00\nSun 11-22T00:00 Sun 11-22T01:00"},
		{"cron on any day that is a weekday", "Asia/Tokyo", calendar.Selector{Cron: "0 0 ? * 6-7", For: hour}, nil,
			"2026-11-18T00:00:00+09:00", "2026-11-25T00:00:00+09:00", "Sat 11-21T00:00 Sat 11-21T01:00\nSun 11-22T00:00 Sun 11-22T01:00"},
		{"cron in a gap", "America/New_York", calendar.Selector{Cron: "30 2 * * *", For: hour}, nil,
			"2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", "Sun 03-08T02:30 Sun 03-08T03:30"},
		{"cron in a fold starts once", "America/New_York", calendar.Selector{Cron: "30 1 * * *", For: calendar.Length{Exact: 10 * time.Minute}}, nil,
			"2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "Sun 11-01T01:30 Sun 11-01T01:40"},
		{"cron without a pause", "America/New_York", calendar.Selector{Cron: "*/15 * * * *", For: calendar.Length{Exact: 15 * time.Minute}, Days: list("sun")}, nil,
			"2026-03-07T00:00:00-05:00", "2026-03-10T00:00:00-04:00", "Sun 03-08T00:00 Sun 03-08T23:00"},
		{"narrowed", "Asia/Tokyo", calendar.Selector{From: "2026-11-20", To: "2026-11-30", Days: list("mon"), Hours: list("09:00-10:00")}, nil,
			"2026-11-01T00:00:00+09:00", "2026-12-10T00:00:00+09:00", "Mon 11-23T09:00 Mon 11-23T10:00\nMon 11-30T09:00 Mon 11-30T10:00"},
		{"holes", "Asia/Tokyo", calendar.Selector{From: "2026-11-20", To: "2026-11-30"}, []calendar.Selector{{From: "2026-11-23", To: "2026-11-23"}, {From: "2026-11-25", To: "2026-11-29", Hours: list("00:00-24:00")}},
			"2026-11-01T00:00:00+09:00", "2026-12-10T00:00:00+09:00", "Fri 11-20T00:00 Mon 11-23T00:00\nTue 11-24T00:00 Wed 11-25T00:00\nMon 11-30T00:00 Tue 12-01T00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := made(t, c.zone, calendar.Window{Name: "w", Selector: c.s, Except: c.except})
			for name, made := range map[string]*calendar.Calendar{"on demand": made, "worked out": made.With(nil, instant(t, c.from))} {
				got := strings.ReplaceAll(spans(t, made, c.from, c.to), " w\n", "\n")
				if got != c.want+"\n" {
					t.Errorf("%s: got\n%swant\n%s", name, got, c.want)
				}
			}
		})
	}
}

// P10: a list of dates must not switch the check of hours off.
func TestP10DatesDoNotReplaceHours(t *testing.T) {
	t.Parallel()
	hours := calendar.Window{Name: "out-of-hours", Selector: calendar.Selector{Outside: &calendar.Outside{Days: list("mon-fri"), Hours: list("09:00-17:00")}}}
	windows := []calendar.Window{hours}
	for _, date := range list("2026-11-20", "2026-12-24", "2026-12-25") {
		windows = append(windows, calendar.Window{Name: "on-" + date, Selector: calendar.Selector{From: date, To: date}})
	}
	c := made(t, "Asia/Tokyo", windows...)
	for when, want := range map[string]calendar.Word{
		"2026-11-19T12:00:00+09:00": calendar.Clear, // no date, in business hours
		"2026-11-19T20:00:00+09:00": calendar.Black, // no date, and out of hours
		"2026-11-20T12:00:00+09:00": calendar.Black, // a date
		"2026-11-21T12:00:00+09:00": calendar.Black, // a Saturday
	} {
		if got := c.At(instant(t, when), instant(t, when)); got.Word != want {
			t.Errorf("at %s: %v, want %v", when, got.Word, want)
		}
	}
}

// P16: a freeze of last year is no reason not to start; nights that leave Saturday open
// are told.
func TestP16NightsAndLastYear(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-18T12:00:00+09:00")
	c := made(t, "Asia/Tokyo",
		calendar.Window{Name: "nights", Selector: calendar.Selector{Days: list("mon-fri"), Hours: list("17:00-09:00")}},
		calendar.Window{Name: "last-year", Selector: calendar.Selector{From: "2025-11-20", To: "2025-11-30"}})
	if s := c.With(nil, now).At(now, instant(t, "2026-11-21T12:00:00+09:00")); s.Word != calendar.Clear {
		t.Errorf("Saturday noon is %v", s)
	}
	var codes []string
	for _, p := range c.Lint(now) {
		codes = append(codes, p.Window+" "+p.Code+": "+p.Text)
	}
	told := strings.Join(codes, "\n")
	for _, want := range list("last-year past: it ended 2025-11-30 15:00 UTC", "nights weekend: it closes nights, and 2026-11-21, a Saturday, is open") {
		if !strings.Contains(told, want) {
			t.Errorf("lint does not tell %q:\n%s", want, told)
		}
	}
	saved := made(t, "Asia/Tokyo",
		calendar.Window{Name: "nights", Selector: calendar.Selector{Days: list("mon-fri"), Hours: list("17:00-09:00")}},
		calendar.Window{Name: "weekends", Selector: calendar.Selector{Days: list("sat-sun")}})
	if told := saved.Lint(now); len(told) != 0 {
		t.Errorf("nights and weekends: %v", told)
	}
}

// Each window has the clock that it names, and the calendar's if it names none.
func TestZones(t *testing.T) {
	t.Parallel()
	c := made(t, "Asia/Tokyo",
		calendar.Window{Name: "here", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-20"}},
		calendar.Window{Name: "there", Timezone: "America/New_York", Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-20"}},
		calendar.Window{Name: "in Windows", Timezone: "W. Europe Standard Time", Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Add: list("2026-11-24")}}})
	want := "Thu 11-19T15:00 Fri 11-20T05:00 here\nFri 11-20T05:00 Fri 11-20T15:00 here there\nFri 11-20T15:00 Sat 11-21T05:00 there\n" +
		"Mon 11-23T23:00 Tue 11-24T23:00 in Windows\n"
	if got := spans(t, c, "2026-11-19T00:00:00Z", "2026-11-26T00:00:00Z"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if z := c.Zone().String(); z != "Asia/Tokyo" {
		t.Error(z)
	}
}
