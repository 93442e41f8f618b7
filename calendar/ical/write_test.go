package ical_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

func publication(t *testing.T, zone string, notices ...ical.Notice) ical.Publication {
	t.Helper()
	z, ok := ical.LookupZone(zone)
	if !ok {
		t.Fatalf("no zone %s", zone)
	}
	return ical.Publication{Name: "blackdays", Product: "andon//andon v1", Zone: z, Refresh: time.Hour,
		Stamp: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Notices: notices}
}

func notice(uid, summary, start, end string) ical.Notice {
	n := ical.Notice{UID: uid, Summary: summary}
	n.Start, _ = time.Parse(time.RFC3339, start)
	n.End, _ = time.Parse(time.RFC3339, end)
	return n
}

func TestPublication(t *testing.T) {
	t.Parallel()
	n := notice("1@andon", "freeze; a, b\\c\nd\x1b\u202e", "2026-11-20T00:00:00+09:00", "2026-11-23T00:00:00+09:00")
	n.Description = strings.Repeat("é", 100)
	got := string(publication(t, "Asia/Tokyo", n, notice("2@andon", "night", "2026-11-20T17:00:00+09:00", "2026-11-21T09:00:00+09:00")).Bytes())
	for _, want := range []string{
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//andon//andon v1//EN\r\n", "\r\nMETHOD:PUBLISH\r\n", "\r\nX-WR-CALNAME:blackdays\r\n",
		"\r\nX-WR-TIMEZONE:Asia/Tokyo\r\nREFRESH-INTERVAL;VALUE=DURATION:PT60M\r\nX-PUBLISHED-TTL:PT60M\r\n",
		"\r\nUID:1@andon\r\nDTSTAMP:20261120T000000Z\r\nDTSTART;VALUE=DATE:20261120\r\nDTEND;VALUE=DATE:20261123\r\nSUMMARY:freeze\\; a\\, b\\\\c\\nd\r\n",
		"\r\nUID:2@andon\r\nDTSTAMP:20261120T000000Z\r\nDTSTART:20261120T080000Z\r\nDTEND:20261121T000000Z\r\n", "\r\nEND:VCALENDAR\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for line := range strings.SplitSeq(got, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\n\r\x1b") || !strings.Contains(line, "é") && strings.ContainsRune(line, '\uFFFD') {
			t.Errorf("the line %q is not one of RFC 5545", line)
		}
	}
}

// What is written is read again as the same times, in every kind of zone: also where
// midnights are left out.
func TestPublicationReadsBack(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Asia/Tokyo", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"} {
		p := publication(t, zone)
		for day := range 400 {
			start, _ := ical.Resolve(ical.Civil{Year: 2026, Month: 1, Day: 1}.Add(day, 0), p.Zone)
			whole, _ := ical.Resolve(ical.Civil{Year: 2026, Month: 1, Day: 2}.Add(day, 0), p.Zone)
			for i, end := range []time.Time{whole, whole.Add(-time.Second), start.Add(90 * time.Minute)} {
				p.Notices = append(p.Notices, ical.Notice{UID: fmt.Sprint(day, i), Summary: fmt.Sprintf("%d, of;\\ \"%d\"\n: ü", day, i), Start: start, End: end})
			}
		}
		c, err := ical.Parse(bytes.NewReader(p.Bytes()), ical.Options{Zone: ical.Location(time.UTC)})
		if err != nil || c.Warned > 0 {
			t.Fatalf("%s: %v %v", zone, err, c.Warnings)
		}
		all, err := c.Over(p.Notices[0].Start, p.Notices[len(p.Notices)-1].End.Add(48*time.Hour), nil)
		if err != nil || len(all) != len(p.Notices) {
			t.Fatalf("%s: %d of %d, %v", zone, len(all), len(p.Notices), err)
		}
		by := map[string]ical.Occurrence{}
		for _, o := range all {
			by[o.Event.UID] = o
		}
		for _, n := range p.Notices {
			if o := by[n.UID]; !o.Start.Equal(n.Start) || !o.End.Equal(n.End) || o.Event.Summary != n.Summary {
				t.Fatalf("%s: %v %v %q became %v %v %q", zone, n.Start, n.End, n.Summary, o.Start, o.End, o.Event.Summary)
			}
		}
	}
}

// A calendar without events is a calendar, and no broken file.
func TestEmptyPublication(t *testing.T) {
	t.Parallel()
	c, err := ical.Parse(bytes.NewReader(publication(t, "Asia/Tokyo").Bytes()), ical.Options{Zone: ical.Location(time.UTC)})
	if err != nil || c.Len() != 0 || c.Warned > 0 {
		t.Fatalf("%v, %d events, %v", err, c.Len(), c.Warnings)
	}
}

// Another program reads it as we meant it: icalendar for Python, which is strict.
func TestPublicationForOthers(t *testing.T) {
	t.Parallel()
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the system's has what the system's packages bring
		if python == "" && exec.Command(name, "-c", "import icalendar").Run() == nil {
			python = name
		}
	}
	if python == "" && os.Getenv("ANDON_REQUIRE_REAL") == "1" {
		t.Fatal("there is no python3 with icalendar (Debian: python3-icalendar)")
	} else if python == "" {
		t.Skip("there is no python3 with icalendar (Debian: python3-icalendar)")
	}
	long := notice("3@andon", strings.Repeat("campaign, ", 30), "2026-11-20T00:00:00+09:00", "2026-12-01T00:00:00+09:00")
	for _, p := range []ical.Publication{publication(t, "Asia/Tokyo"), publication(t, "Asia/Tokyo", long, notice("4@andon", "night", "2026-11-20T17:00:00+09:00", "2026-11-21T09:00:00+09:00"))} {
		c := exec.CommandContext(t.Context(), python, "-c", `
import icalendar, json, sys
c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not c.errors, c.errors
events = list(c.walk("VEVENT"))
assert not any(e.errors for e in events)
print(json.dumps([[e["UID"], str(e["SUMMARY"]), str(e.decoded("DTSTART")), str(e.decoded("DTEND"))] for e in events]))`)
		c.Stdin = bytes.NewReader(p.Bytes())
		out, err := c.CombinedOutput()
		var got [][]string
		if err != nil || json.Unmarshal(out, &got) != nil || len(got) != len(p.Notices) {
			t.Fatalf("%v\n%s", err, out)
		}
		if len(got) > 0 && (got[0][1] != long.Summary || got[0][2] != "2026-11-20" || got[0][3] != "2026-12-01" || got[1][2] != "2026-11-20 08:00:00+00:00") {
			t.Errorf("it reads %v", got)
		}
	}
}
