package ical

import "strings"

// take keeps what matters of a calendar's own lines.
func (c *vcalendar) take(name, rest string, line int) {
	switch name {
	case "X-WR-TIMEZONE":
		if c.zone.name == "" {
			c.zone, _ = parted(name, rest, line)
		}
	case "CALSCALE":
		c.scale, _ = parted(name, rest, line)
	case "X-CALENDAR-TYPE":
		p, _ := parted(name, rest, line)
		c.kind = strings.ToUpper(strings.TrimSpace(p.value))
	case "METHOD":
		p, _ := parted(name, rest, line)
		c.method = strings.ToUpper(strings.TrimSpace(p.value))
	}
}

// take keeps what matters of an event's lines. A line that says when the event is,
// and cannot be taken apart, makes the file one that cannot be trusted.
func (e *vevent) take(name, rest string, line int) error {
	switch name {
	case "DTSTART":
		return once(&e.start, name, rest, line)
	case "DTEND":
		return once(&e.end, name, rest, line)
	case "DURATION":
		return once(&e.length, name, rest, line)
	case "RECURRENCE-ID":
		return once(&e.rid, name, rest, line)
	case "RRULE":
		return more(&e.rules, name, rest, line)
	case "EXRULE":
		return more(&e.exrules, name, rest, line)
	case "RDATE":
		return more(&e.rdates, name, rest, line)
	case "EXDATE":
		return more(&e.exdates, name, rest, line)
	case "UID":
		first(&e.uid, name, rest)
	case "SUMMARY":
		first(&e.summary, name, rest)
	case "STATUS":
		first(&e.status, name, rest)
	case "TRANSP":
		first(&e.transp, name, rest)
	case "SEQUENCE":
		first(&e.sequence, name, rest)
	case "DTSTAMP":
		first(&e.stamp, name, rest)
	}
	return nil
}

// take keeps what matters of the lines of STANDARD and DAYLIGHT. What is wrong with
// them matters only if an event is in that zone, and is said then.
func (o *observance) take(name, rest string, line int) {
	p, _ := partedTime(name, rest, line)
	switch name {
	case "DTSTART":
		o.start = p
	case "TZOFFSETFROM":
		o.from = p
	case "TZOFFSETTO":
		o.to = p
	case "RRULE":
		o.rules = append(o.rules, p)
	case "RDATE":
		o.rdates = append(o.rdates, p)
	}
}

func once(to *property, name, rest string, line int) error {
	p, ok := partedTime(name, rest, line)
	if !ok {
		return noColon(name, line)
	}
	if to.name != "" && (to.params != p.params || to.value != p.value) {
		return refuse(line, "the event has had another %s at line %d: leave one of them", name, to.line)
	}
	*to = p
	return nil
}

func more(to *[]property, name, rest string, line int) error {
	p, ok := partedTime(name, rest, line)
	if !ok {
		return noColon(name, line)
	}
	*to = append(*to, p)
	return nil
}

func noColon(name string, line int) error {
	return refuse(line, "%s has no colon and no value: the file is damaged, export or fetch it again", name)
}

func first(to *string, name, rest string) {
	if *to == "" {
		p, _ := parted(name, rest, 0)
		*to = strings.TrimSpace(p.value)
	}
}
