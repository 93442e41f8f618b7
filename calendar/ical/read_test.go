package ical_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// file is a calendar with some lines in it.
func file(lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// event is a VEVENT with a summary and more lines.
func event(summary string, lines ...string) string {
	return "BEGIN:VEVENT\r\nSUMMARY:" + summary + "\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

func zone(t testing.TB, name string) ical.Zone {
	t.Helper()
	z, ok := ical.LookupZone(name)
	if !ok {
		t.Fatalf("no zone %s", name)
	}
	return z
}

// told is what a file amounts to: its occurrences from 2026 to 2028, its warnings, or
// why it is refused.
func told(t testing.TB, text, in string) string {
	t.Helper()
	c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: zone(t, in)})
	if err != nil {
		var refused *ical.RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("the error is a %T: %v", err, err)
		}
		return "refused: " + err.Error()
	}
	var b strings.Builder
	all, err := c.Over(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), nil)
	if err != nil {
		t.Error(err)
	}
	for _, o := range all {
		fmt.Fprintf(&b, "%s %s %s\n", o.Start.Format("20060102T1504"), o.End.Format("20060102T1504"), o.Event.Summary)
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	return b.String()
}

const wholeDayInTokyo = "20260309T1500 20260310T1500 freeze\n"

// What a file says of one freeze, in the ways of exporters, sloppy ones too.
func TestWhatFilesSay(t *testing.T) {
	t.Parallel()
	freeze := event("freeze", "DTSTART;VALUE=DATE:20260310")
	for name, c := range map[string]struct{ text, want string }{
		"plain":                {file(freeze), wholeDayInTokyo},
		"byte order mark":      {"\ufeff" + file(freeze), wholeDayInTokyo},
		"bare line feeds":      {strings.ReplaceAll(file(freeze), "\r\n", "\n"), wholeDayInTokyo},
		"lower case":           {strings.ToLower(file(freeze)), wholeDayInTokyo},
		"no end of last line":  {strings.TrimSpace(file(freeze)), wholeDayInTokyo},
		"blank lines":          {"\r\n\r\n" + strings.ReplaceAll(file(freeze), "\r\n", "\r\n\r\n"), wholeDayInTokyo},
		"trailing semicolons":  {file("BEGIN:VEVENT;", "SUMMARY;:freeze", "DTSTART;VALUE=DATE;:20260310;", "RRULE:FREQ=YEARLY;COUNT=1;", "END:VEVENT"), wholeDayInTokyo},
		"date without VALUE":   {file(event("freeze", "DTSTART:20260310")), wholeDayInTokyo},
		"folded":               {file("BEGIN:VEVENT", "SUMM", " ARY:fre", "\teze", "DTSTART;VALUE=DA", " TE:2026", " 0310", "END:VEVENT"), wholeDayInTokyo},
		"folded within UTF-8":  {file("BEGIN:VEVENT", "SUMMARY:fr\xc3", " \xa9eze", "DTSTART:20260310", "END:VEVENT"), "20260309T1500 20260310T1500 fréeze\n"},
		"escapes":              {file(event(`a\, b\; c\\n\nd \"e`, "DTSTART:20260310")), "20260309T1500 20260310T1500 a, b; c\\n\nd \"e\n"},
		"quoted parameters":    {file("BEGIN:VEVENT", `SUMMARY;ALTREP="http://a;b:c";LANGUAGE=en:freeze`, `DTSTART;X-A="b;VALUE=c";VALUE="DATE":20260310`, "END:VEVENT"), wholeDayInTokyo},
		"parameters in quotes": {file(event("freeze", `DTSTART;X-A="b;TZID=Nowhere";TZID="Asia/Tokyo":20260310T000000`, "DURATION:PT24H")), wholeDayInTokyo},
		"unknown parts":        {file("X-A:b", "BEGIN:X-PART", "DTSTART:nonsense", "BEGIN:VEVENTS", "END:VEVENTS", "END:X-PART", freeze), wholeDayInTokyo},
		"other components":     {file("BEGIN:VTODO", "DTSTART;TZID=Nowhere:20260310T000000", "RRULE:FREQ=NEVER", "END:VTODO", freeze), wholeDayInTokyo},
		"an alarm":             {file("BEGIN:VEVENT", "BEGIN:VALARM", "SUMMARY:alarm", "DURATION:-PT15M", "UID:alarm", "DTSTART:20200101", "RRULE:FREQ=DAILY", "END:VALARM", "SUMMARY:freeze", "DTSTART:20260310", "END:VEVENT"), wholeDayInTokyo},
		"several calendars":    {file(freeze) + file(event("later", "DTSTART:20270310")), wholeDayInTokyo + "20270309T1500 20270310T1500 later\n"},
		"shown as free":        {file(event("freeze", "DTSTART:20260310", "TRANSP:TRANSPARENT")), wholeDayInTokyo},
		"cancelled":            {file(event("freeze", "DTSTART:20260310", "STATUS:CANCELLED")), ""},
		"a cancelling file":    {file("METHOD:CANCEL", event("freeze", "DTSTART:20260310")), ""},
		"tentative":            {file(event("freeze", "DTSTART:20260310", "STATUS:TENTATIVE")), wholeDayInTokyo},
		"no events":            {file(), ""},
		"text around":          {"hello\r\n" + file(freeze) + "bye", wholeDayInTokyo + "! line 1: text outside of VCALENDAR is passed over\n! line 10: text outside of VCALENDAR is passed over\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := told(t, c.text, "Asia/Tokyo"); got != c.want && got != strings.ReplaceAll(c.want, "freeze", "FREEZE") {
				t.Errorf("%s\ngives\n%s\nwant\n%s", c.text, got, c.want)
			}
		})
	}
}

// A file that cannot be trusted is refused in one sentence that says where and what
// to do.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	freeze := event("freeze", "DTSTART:20260310")
	for name, c := range map[string]struct{ text, want string }{
		"nothing":            {"", "the file is empty: export"},
		"blank":              {" \r\n\r\n", "the file is empty: export"},
		"a login page":       {"\ufeff\n<!DOCTYPE html><html>BEGIN:VCALENDAR\nEND:VCALENDAR", "line 1: this is a web page and no calendar: use"},
		"UTF-16":             {"\xff\xfeB\x00E\x00", "line 1: the file is UTF-16: save"},
		"some text":          {"not today", "there is no BEGIN:VCALENDAR: this is"},
		"JSON":               {`{"error": "not found"}`, "there is no BEGIN:VCALENDAR: this is"},
		"only an event":      {freeze, "line 1: BEGIN:VEVENT stands outside of VCALENDAR: the file is damaged"},
		"cut off":            {strings.TrimSuffix(file(freeze), "END:VCALENDAR\r\n"), "the file ends before END:VCALENDAR, which began at line 1: it was cut off"},
		"cut off in a line":  {file(freeze)[:90], "the file ends before END:VEVENT, which began at line 4: it was cut off"},
		"cut off in END":     {strings.TrimSuffix(file(freeze), "ENDAR\r\n"), "line 8: END:VCAL stands where END:VCALENDAR is due"},
		"no END:VEVENT":      {file("BEGIN:VEVENT", "DTSTART:20260101", freeze), "line 6: BEGIN:VEVENT stands in the VEVENT that began at line 4: the file is damaged"},
		"END too many":       {file("END:VEVENT"), "line 4: END:VEVENT stands where END:VCALENDAR is due, which began at line 1"},
		"END twice":          {file(freeze) + "END:VCALENDAR", "ends nothing"},
		"a strange name":     {file("BEGIN:X\x1b[31m"), `END:VCALENDAR stands where END:"X\x1b[31M" is due`},
		"nested calendars":   {file(file()), "BEGIN:VCALENDAR stands in the VCALENDAR"},
		"deep":               {strings.Repeat("BEGIN:X\n", 9), "line 9: more than 8 components within each other"},
		"unknown zone":       {file(event("freeze", "DTSTART;TZID=Mars/Olympus:20260310T090000")), `line 6: the time zone "Mars/Olympus" is not known: use a name such as Europe/Berlin`},
		"empty zone":         {file(event("freeze", "DTSTART;TZID=:20260310T090000")), `the time zone "" is not known`},
		"the machine's zone": {file(event("freeze", "DTSTART;TZID=Local:20260310T090000")), `the time zone "Local" is not known`},
		"in small letters":   {file(event("freeze", "DTSTART;TZID=local:20260310T090000")), `the time zone "local" is not known`},
		"its link":           {file(event("freeze", "DTSTART;TZID=localtime:20260310T090000")), `the time zone "localtime" is not known`},
		"leap seconds":       {file(event("freeze", "DTSTART;TZID=right/UTC:20260310T090000")), `is not known`},
		"a path":             {file(event("freeze", "DTSTART;TZID=../../etc/passwd:20260310T090000")), `is not known`},
		"zone of an end":     {file(event("freeze", "DTSTART:20260310T090000Z", "DTEND;TZID=Nowhere:20260310T090000")), `line 7: the time zone "Nowhere" is not known`},
		"no such date":       {file(event("freeze", "DTSTART:20260230")), `line 6: DTSTART is "20260230": no such date or time`},
		"no date":            {file(event("freeze", "DTSTART:tomorrow")), `line 6: DTSTART is "tomorrow"`},
		"no such end":        {file(event("freeze", "DTSTART:20260310", "DTEND:2026-03-11")), `line 7: DTEND is "2026-03-11"`},
		"no duration":        {file(event("freeze", "DTSTART:20260310", "DURATION:1D")), `line 7: DURATION is "1D", which is none: write it as P1D`},
		"two starts":         {file(event("freeze", "DTSTART:20260310", "DTSTART:20260311")), "line 7: the event has had another DTSTART at line 6"},
		"no colon":           {file(event("freeze", "DTSTART;VALUE=DATE 20260310")), "line 6: DTSTART has no colon"},
		"a rule":             {file(event("freeze", "DTSTART:20260310", "RRULE:FREQ=FORTNIGHTLY")), `line 7: RRULE of event "freeze": rule: "FREQ=FORTNIGHTLY"`},
		"EXDATE":             {file(event("freeze", "DTSTART:20260310", "RRULE:FREQ=DAILY", "EXDATE:soon")), `line 8: EXDATE is "soon"`},
		"another scale":      {file("CALSCALE:HEBREW", freeze), `line 4: the calendar scale "HEBREW" is not known`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := told(t, c.text, "Asia/Tokyo")
			if !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("%s\ngives\n%s\nwant\n%s", c.text, got, c.want)
			}
		})
	}
}
