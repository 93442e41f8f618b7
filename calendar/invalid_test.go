package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// What is refused, with the key and what to write instead.
func TestInvalid(t *testing.T) {
	t.Parallel()
	dates := calendar.Selector{From: "2026-11-20", To: "2026-11-21"}
	hour := calendar.Length{Exact: time.Hour}
	for _, c := range []struct {
		name string
		w    calendar.Window
		want string
	}{
		{"nothing", calendar.Window{}, "windows[0]: it does not say when it is: write one of from and to, days and hours"},
		{"two families", calendar.Window{Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-21", Cron: "0 0 * * *"}}, "windows[0]: it says in 2 ways when it is, by from and by cron: make it one window for each"},
		{"no to", calendar.Window{Selector: calendar.Selector{From: "2026-11-20"}}, "windows[0].to: it is missing: write when the window ends; for one day, `to: 2026-11-20`"},
		{"no from", calendar.Window{Selector: calendar.Selector{To: "2026-11-20"}}, "windows[0].from: it is missing"},
		{"February 30", calendar.Window{Selector: calendar.Selector{From: "2026-02-30", To: "2026-03-01"}}, "windows[0].from: there is no 2026-02-30"},
		{"February 29 in a year without", calendar.Window{Selector: calendar.Selector{From: "2027-02-29", To: "2027-03-01"}}, "windows[0].from: there is no 2027-02-29"},
		{"February 30 every year", calendar.Window{Selector: calendar.Selector{From: "02-01", To: "02-30"}}, "windows[0].to: there is no 02-30"},
		{"backwards", calendar.Window{Selector: calendar.Selector{From: "2026-11-21", To: "2026-11-20"}}, "windows[0].to: it is before from"},
		{"no time at all", calendar.Window{Selector: calendar.Selector{From: "2026-11-21T10:00", To: "2026-11-21T10:00"}}, "windows[0].to: it is before from, or the same: write a later time"},
		{"a year and none", calendar.Window{Selector: calendar.Selector{From: "2026-11-21", To: "11-25"}}, "windows[0].to: one of from and to has a year"},
		{"no date", calendar.Window{Selector: calendar.Selector{From: "20.11.2026", To: "2026-11-25"}}, `windows[0].from: "20.11.2026" is no date or time: write it as 2026-11-20`},
		{"no such time", calendar.Window{Selector: calendar.Selector{From: "2026-11-20T25:00", To: "2026-11-25"}}, "windows[0].from: \"2026-11-20T25:00\" is no date or time"},
		{"hours without minutes", calendar.Window{Selector: calendar.Selector{Hours: list("9-17")}}, `windows[0].hours: "9-17" is no range of hours: write it as 09:00-17:00`},
		{"24:01", calendar.Window{Selector: calendar.Selector{Hours: list("09:00-24:01")}}, `windows[0].hours: "09:00-24:01" is no range of hours`},
		{"from 24:00", calendar.Window{Selector: calendar.Selector{Hours: list("24:00-06:00")}}, "windows[0].hours: \"24:00-06:00\" is no range"},
		{"equal ends", calendar.Window{Selector: calendar.Selector{Hours: list("09:00-09:00")}}, `windows[0].hours: "09:00-09:00" ends when it begins: write 00:00-24:00 for the whole day`},
		{"an hour alone", calendar.Window{Selector: calendar.Selector{Hours: list("09:00")}}, "windows[0].hours: \"09:00\" is no range"},
		{"no day", calendar.Window{Selector: calendar.Selector{Days: list("mon-fry")}}, `windows[0].days: "mon-fry" is no day of the week: write mon-fri`},
		{"no month", calendar.Window{Selector: calendar.Selector{Months: list("13")}}, `windows[0].months: "13" is no month`},
		{"outside of nothing", calendar.Window{Selector: calendar.Selector{Outside: &calendar.Outside{}}}, "windows[0].outside: it does not say outside of what"},
		{"outside of everything", calendar.Window{Selector: calendar.Selector{Outside: &calendar.Outside{Hours: list("00:00-24:00")}}}, "windows[0].outside: it can never happen"},
		{"outside of business hours on no day", calendar.Window{Selector: calendar.Selector{Outside: &calendar.Outside{Hours: list("9-5")}}}, "windows[0].outside.hours: \"9-5\" is no range"},
		{"a country", calendar.Window{Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "XX"}}}, `windows[0].holidays: the holidays of "XX" are not known: use one of AT`},
		{"an added day", calendar.Window{Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Add: list("2026-11-31")}}}, "windows[0].holidays.add[0]: \"2026-11-31\" is no date"},
		{"before for years", calendar.Window{Selector: calendar.Selector{Holidays: &calendar.HolidayDays{Country: "JP", Before: calendar.Length{Days: 400}}}}, "windows[0].holidays.before: 400d is too long"},
		{"a rule", calendar.Window{Selector: calendar.Selector{RRule: "FREQ=FORTNIGHTLY", Start: "2026-01-01"}}, "windows[0].rrule: "},
		{"a rule without a start", calendar.Window{Selector: calendar.Selector{RRule: "FREQ=DAILY"}}, "windows[0].start: it is missing"},
		{"a rule without a length", calendar.Window{Selector: calendar.Selector{RRule: "FREQ=DAILY", Start: "2026-01-01T10:00"}}, "windows[0].for: it is missing: write how long each start lasts"},
		{"a rule that never happens", calendar.Window{Selector: calendar.Selector{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", Start: "2026-01-01"}}, "windows[0].rrule: it never happens"},
		{"start without a rule", calendar.Window{Selector: calendar.Selector{Cron: "0 0 * * *", For: hour, Start: "2026-01-01"}}, "windows[0].start: it belongs to rrule"},
		{"for without a rule", calendar.Window{Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-21", For: hour}}, "windows[0].for: it belongs to rrule or cron"},
		{"for with hours", calendar.Window{Selector: calendar.Selector{Hours: list("09:00-10:00"), For: hour}}, "windows[0].for: it belongs to rrule or cron"},
		{"cron of six", calendar.Window{Selector: calendar.Selector{Cron: "0 0 0 * * *", For: hour}}, "windows[0].cron: \"0 0 0 * * *\" has 6 fields"},
		{"cron's hour", calendar.Window{Selector: calendar.Selector{Cron: "0 24 * * *", For: hour}}, "windows[0].cron: the hour \"24\" is none: write numbers from 0 to 23"},
		{"cron never", calendar.Window{Selector: calendar.Selector{Cron: "0 0 30 feb *", For: hour}}, "windows[0].cron: \"0 0 30 feb *\" never starts"},
		{"cron without a length", calendar.Window{Selector: calendar.Selector{Cron: "0 0 * * *"}}, "windows[0].for: it is missing"},
		{"a source of nothing", calendar.Window{Selector: calendar.Selector{ICS: &calendar.ICS{}}}, "windows[0].ics: it names 0 places"},
		{"a source of two", calendar.Window{Selector: calendar.Selector{ICS: &calendar.ICS{File: "a", S3: "s3://b/c"}}}, "windows[0].ics: it names 2 places"},
		{"a document without a name", calendar.Window{Selector: calendar.Selector{SSM: &calendar.SSM{}}}, "windows[0].ssm.name: it is missing"},
		{"an effect", calendar.Window{Effect: "allow", Selector: dates}, `windows[0].effect: "allow" is no effect: write block, the default, or warn`},
		{"a zone", calendar.Window{Timezone: "Asia/Tokio", Selector: dates}, `windows[0].timezone: the time zone "Asia/Tokio" is not known`},
		{"an exception that is none", calendar.Window{Selector: dates, Except: []calendar.Selector{{}}}, "windows[0].except[0]: it does not say when it is"},
		{"an exception with a mistake", calendar.Window{Selector: dates, Except: []calendar.Selector{{Hours: list("9-10")}}}, "windows[0].except[0].hours: "},
		{"an exception of events", calendar.Window{Selector: dates, Except: []calendar.Selector{{ICS: &calendar.ICS{File: "a.ics"}}}}, "windows[0].except[0]: an exception cannot be events"},
		{"exceptions leave nothing", calendar.Window{Selector: dates, Except: []calendar.Selector{{From: "2026-11-01", To: "2026-11-30"}}}, "windows[0]: it can never happen"},
		{"hours leave nothing", calendar.Window{Selector: calendar.Selector{From: "2026-11-20", To: "2026-11-21", Days: list("mon")}}, "windows[0]: it can never happen"},
		{"nothing but a month that it is not in", calendar.Window{Selector: calendar.Selector{From: "11-20", To: "11-30", Months: list("dec")}}, "windows[0]: it can never happen"},
		{"nights less nights", calendar.Window{Selector: calendar.Selector{Hours: list("22:00-06:00")}, Except: []calendar.Selector{{Hours: list("20:00-08:00")}}}, "windows[0]: it can never happen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.w.Name = "w"
			_, err := calendar.New(calendar.Settings{Name: "blackdays", Timezone: "America/New_York", Windows: []calendar.Window{c.w}})
			var all calendar.Errors
			if !errors.As(err, &all) || !strings.Contains(err.Error(), c.want) || len(all) != 1 {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// All mistakes of a calendar are told at once, each with its key.
func TestInvalidCalendar(t *testing.T) {
	t.Parallel()
	bad := calendar.Window{Name: "same", Selector: calendar.Selector{Days: list("someday"), Hours: list("9-17")}}
	_, err := calendar.New(calendar.Settings{Timezone: "nowhere", Windows: []calendar.Window{bad, bad}})
	var paths []string
	var all calendar.Errors
	errors.As(err, &all)
	for _, e := range all {
		paths = append(paths, e.Path)
	}
	if got, want := strings.Join(paths, " "), "timezone windows[0].days windows[0].hours windows[1].name windows[1].days windows[1].hours"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := calendar.New(calendar.Settings{}); err == nil || err.Error() != "timezone: it is missing: write the zone whose clock counts, like Asia/Tokyo\nwindows: a calendar without windows says nothing: write at least one" {
		t.Error(err)
	}
	var one *calendar.Error
	if !errors.As(err, &one) || one.Field() != "timezone" {
		t.Errorf("the first is %+v", one)
	}
}

// Spellings that everybody understands are as good as the one that is documented.
func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, s := range []calendar.Selector{
		{Days: list("mon-fri")}, {Days: list("Mon-Fri")}, {Days: list("MONDAY-friday")}, {Days: list("mon", "tue", "wed", "thu", "fri")},
		{Days: list("Mo-Fr")}, {Days: list("mon – fri")}, {Days: list("mon, tues, wed., thurs, fri")}, {Days: list("mon..fri")}, {Days: list("mon-wed,wed-fri")},
	} {
		c := made(t, "UTC", calendar.Window{Name: "w", Selector: s})
		if got := spans(t, c, "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"); got != "Mon 11-16T00:00 Sat 11-21T00:00 w\n" {
			t.Errorf("%q: %s", s.Days, got)
		}
	}
	for text, want := range map[string]calendar.Length{"45m": {Exact: 45 * time.Minute}, "2d": {Days: 2}, "1w2d3h": {Days: 9, Exact: 3 * time.Hour}, " 12H ": {Exact: 12 * time.Hour}} {
		var l calendar.Length
		if err := l.UnmarshalText([]byte(text)); err != nil || l != want {
			t.Errorf("%q is %v, %v", text, l, err)
		}
	}
	for _, text := range list("", "12", "d", "-1d", "1d-2h", "2h1d", "a day", "1.5d", "d12h") {
		if err := new(calendar.Length).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a length", text)
		}
	}
	if got := (calendar.Length{Days: 1, Exact: 12 * time.Hour}).String(); got != "1d12h" {
		t.Error(got)
	}
}
