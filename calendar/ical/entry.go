package ical

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An entry is a VEVENT whose times have been understood.
type entry struct {
	*vevent
	floating  Zone // of times without a zone in its VCALENDAR
	cancelled bool
	begin     moment // meaningless if cancelled, which may leave it out
	lasting   lasting
	replaces  *moment // RECURRENCE-ID
	onwards   bool    // and all that follow (RANGE=THISANDFUTURE)
	revision  int     // SEQUENCE
}

// entry understands an event; nil is one that does not count.
func (b *builder) entry(v *vevent, floating Zone) (*entry, error) {
	e := &entry{vevent: v, floating: floating}
	e.cancelled = strings.EqualFold(v.status, "CANCELLED") || v.in.method == "CANCEL"
	e.revision, _ = strconv.Atoi(v.sequence) // without one it is the first
	if b.options.SkipTransparent && strings.EqualFold(v.transp, "TRANSPARENT") {
		return nil, nil
	}
	zone := floating
	switch {
	case v.start.name != "":
		var err error
		if e.begin, err = b.moment(v.start, v.start.value, v.in, floating); err != nil {
			return nil, err
		}
		zone = e.begin.zone
		if e.cancelled {
			break
		}
		if ok, err := b.measure(e); err != nil || !ok {
			return nil, err
		}
	case !e.cancelled:
		b.refuseEvent(v, v.line, "it has no DTSTART and therefore no time: the event does not count")
		return nil, nil
	}
	if v.rid.name != "" {
		m, err := b.moment(v.rid, v.rid.value, v.in, zone)
		if err != nil {
			return nil, err
		}
		e.replaces, e.onwards = &m, strings.EqualFold(v.rid.param("RANGE"), "THISANDFUTURE")
	}
	return e, nil
}

// measure finds out how long an event lasts (RFC 5545 section 3.6.1), and tells
// whether that makes sense.
func (b *builder) measure(e *entry) (bool, error) {
	v := e.vevent
	switch {
	case v.end.name != "":
		return b.measureEnd(e)
	case v.length.name != "":
		l, ok := parseDuration(v.length.value)
		if !ok {
			return false, refuse(v.length.line, "DURATION is %.40q, which is none: write it as P1D, PT4H or P1DT30M", v.length.value)
		}
		if l.days < 0 || l.seconds < 0 {
			b.refuseEvent(v, v.length.line, "its DURATION is negative: the event does not count")
			return false, nil
		}
		e.lasting = l
	case e.begin.date:
		e.lasting.days = 1
	}
	if e.begin.date && e.lasting == (lasting{}) {
		b.warnEvent(v, v.length.line, "its DURATION is nothing: it is taken to last one day")
		e.lasting.days = 1
	}
	b.warnEmpty(e)
	return true, nil
}

// measureEnd takes the length from DTEND. That of dates is in days; that of times is
// exact, and the same for all occurrences (RFC 5545 section 3.8.5.3).
func (b *builder) measureEnd(e *entry) (bool, error) {
	v := e.vevent
	if v.length.name != "" {
		b.warnEvent(v, v.length.line, "it has DTEND and DURATION: DTEND counts")
	}
	end, err := b.moment(v.end, v.end.value, v.in, e.begin.zone)
	if err != nil {
		return false, err
	}
	wall := end.in(e.begin.zone).Sub(e.begin.wall)
	switch {
	case e.begin.date && end.date:
		e.lasting.days = int(wall / daySeconds)
		if wall == 0 {
			b.warnEvent(v, v.end.line, "it ends on the date on which it begins, which is no time at all: it is taken to last that day")
			e.lasting.days = 1
		}
	case e.begin.date != end.date:
		b.warnEvent(v, v.end.line, "one of DTSTART and DTEND is a date and the other a time: the date is taken to mean its midnight")
		fallthrough
	default:
		e.lasting.seconds = end.at - e.begin.at
		if e.lasting.seconds <= 0 && wall > 0 { // it begins in a gap
			e.lasting.seconds = wall
		}
	}
	if e.lasting.days < 0 || e.lasting.seconds < 0 {
		b.refuseEvent(v, v.end.line, "its DTEND is before its DTSTART: the event does not count, correct it in the calendar")
		return false, nil
	}
	b.warnEmpty(e)
	return true, nil
}

func (b *builder) warnEmpty(e *entry) {
	switch {
	case e.lasting != (lasting{}):
	case e.end.name == "" && e.length.name == "":
		b.warnEvent(e.vevent, e.start.line, "it has neither DTEND nor DURATION: it takes no time, and blocks nothing")
	default:
		b.warnEvent(e.vevent, e.start.line, "it ends when it begins: it takes no time, and blocks nothing")
	}
}

// compare orders versions of the same event (RFC 5546 section 2.1.5).
func (e *entry) compare(f *entry) int {
	return cmp.Or(cmp.Compare(e.revision, f.revision), cmp.Compare(e.stamp, f.stamp))
}

// ends is the end of the event itself.
func (e *entry) ends() int64 { return e.lasting.end(e.begin.at, e.begin.wall, e.begin.zone) }

func (b *builder) warnEvent(v *vevent, line int, text string) {
	b.warn(Warning{Line: line, Event: brief(v.summary), Text: text})
}

func (b *builder) refuseEvent(v *vevent, line int, text string) {
	b.warn(Warning{Line: line, Event: brief(v.summary), Text: text, Refused: true})
}

// brief is the head of a summary.
func brief(summary string) string {
	const most = 60
	s := strings.Join(strings.Fields(strings.ToValidUTF8(unescape(summary[:min(len(summary), 4*most)]), "\ufffd")), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most-1]) + "…"
	}
	return strings.Clone(s) // and not the whole file
}
