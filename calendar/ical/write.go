package ical

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Publication is a calendar for calendar applications to subscribe to.
type Publication struct {
	Name    string        // shown as the calendar's title
	Product string        // who wrote it, for PRODID (section 3.7.3): owner//product
	Zone    Zone          // in which midnights make a day
	Stamp   time.Time     // when it was written: the same for the same text
	Refresh time.Duration // how often it is worth while to look again, in whole minutes
	Notices []Notice
}

// A Notice is one event of a Publication. Applications keep it apart from others by
// its UID, and some never look at a UID again: what is changed needs a new one.
type Notice struct {
	UID         string
	Summary     string
	Description string
	Start, End  time.Time // End is exclusive, and after Start
}

// Bytes are the publication as a file of RFC 5545 (and 7986, section 5, for how it is
// called and refreshed, beside the older X- words that Google, Apple and Outlook
// know). Times are in UTC, so that it needs no VTIMEZONE; whole days are dates, which
// applications show at their heads. Events are shown as free: that no release may
// start keeps nobody from a meeting.
func (p Publication) Bytes() []byte {
	var w lineWriter
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.text("PRODID", "-//"+p.Product+"//EN")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:PUBLISH")
	w.text("NAME", p.Name)
	w.text("X-WR-CALNAME", p.Name)
	w.text("X-WR-TIMEZONE", p.Zone.String())
	if minutes := int(p.Refresh / time.Minute); minutes > 0 {
		w.line(fmt.Sprintf("REFRESH-INTERVAL;VALUE=DURATION:PT%dM", minutes))
		w.line(fmt.Sprintf("X-PUBLISHED-TTL:PT%dM", minutes))
	}
	for _, n := range p.Notices {
		w.line("BEGIN:VEVENT")
		w.text("UID", n.UID)
		w.line("DTSTAMP:" + utcText(p.Stamp))
		w.time("DTSTART", n.Start, p.days(n))
		w.time("DTEND", n.End, p.days(n))
		w.text("SUMMARY", n.Summary)
		if n.Description != "" {
			w.text("DESCRIPTION", n.Description)
		}
		w.line("TRANSP:TRANSPARENT")
		w.line("X-MICROSOFT-CDO-BUSYSTATUS:FREE")
		w.line("END:VEVENT")
	}
	if len(p.Notices) == 0 {
		w.anything()
	}
	w.line("END:VCALENDAR")
	return w.b.Bytes()
}

// days is the zone of a notice that is whole days there; nil: it is not.
func (p Publication) days(n Notice) Zone {
	for _, t := range []time.Time{n.Start, n.End} {
		if midnight, _ := Resolve(CivilOf(t, p.Zone).Midnight(), p.Zone); !midnight.Equal(t) {
			return nil
		}
	}
	return p.Zone
}

func utcText(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// A lineWriter writes content lines (section 3.1).
type lineWriter struct{ b bytes.Buffer }

// anything is a component that says nothing: a calendar has to have one.
func (w *lineWriter) anything() {
	for _, s := range []string{"BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000",
		"TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"} {
		w.line(s)
	}
}

// time writes a DATE where days has a zone, else a time in UTC.
func (w *lineWriter) time(name string, t time.Time, days Zone) {
	if days == nil {
		w.line(name + ":" + utcText(t))
		return
	}
	c := CivilOf(t, days)
	w.line(fmt.Sprintf("%s;VALUE=DATE:%04d%02d%02d", name, c.Year, c.Month, c.Day))
}

// text writes a TEXT (section 3.3.11): without the control characters that it must not
// have, and without those that turn the direction of what follows.
func (w *lineWriter) text(name, value string) {
	value = strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(value, "\uFFFD"))
	w.line(name + ":" + strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(value))
}

// line folds what is longer than 75 octets, between characters.
func (w *lineWriter) line(s string) {
	const most = 75
	for room := most; len(s) > room; room = most - 1 { // a folded line begins with a blank
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	w.b.WriteString(s + "\r\n")
}
