package ical

import (
	"fmt"
	"io"
	"strings"
)

// A vcalendar is one VCALENDAR of a file, with what matters of its lines.
type vcalendar struct {
	zone   property // X-WR-TIMEZONE
	method string
	kind   string   // X-CALENDAR-TYPE
	scale  property // CALSCALE
	events []*vevent
	zones  map[string]*vtimezone // by TZID; the first of a name
}

// A vevent is a VEVENT. Of what may stand once, the first counts.
type vevent struct {
	in                      *vcalendar
	line                    int
	uid, summary            string
	status, transp          string
	sequence, stamp         string
	start, end, length, rid property
	rules, exrules          []property
	rdates, exdates         []property
}

// A vtimezone is a VTIMEZONE (RFC 5545 section 3.6.5).
type vtimezone struct {
	id       string
	line     int
	observed []observance
}

// An observance is a STANDARD or DAYLIGHT: from when on which offset is in force.
type observance struct {
	line            int
	start, from, to property
	rules, rdates   []property
}

// A component that has begun.
type component struct {
	name string
	line int
}

// A scan reads the components of a file. It keeps a stack of at most maxDepth, so
// nothing in a file makes it recurse.
type scan struct {
	open      []component
	calendars []*vcalendar
	event     *vevent
	zone      *vtimezone
	warn      func(Warning)
}

// scanFile reads a file into its components, and refuses what is no whole calendar.
func scanFile(r io.Reader, warn func(Warning)) ([]*vcalendar, error) {
	text, err := readAll(r)
	if err != nil {
		return nil, err
	}
	s := scan{warn: warn}
	l := lines{rest: text}
	for {
		line, number, ok, err := l.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if err := s.line(line, number); err != nil {
			return nil, err
		}
	}
	if n := len(s.open); n > 0 {
		c := s.open[n-1]
		return nil, refuse(l.count, "the file ends before END:%s, which began at line %d: it was cut off, export or fetch it again", shown(c.name), c.line)
	}
	if len(s.calendars) == 0 {
		return nil, refuse(0, "there is no BEGIN:VCALENDAR: this is not an iCalendar file, use the address or export that ends in .ics")
	}
	return s.calendars, nil
}

func (s *scan) line(line string, number int) error {
	name, rest := nameOf(line)
	switch {
	case name == "" && rest == "":
		return nil
	case name == "BEGIN":
		return s.begin(component{strings.ToUpper(structural(rest)), number})
	case name == "END":
		return s.end(strings.ToUpper(structural(rest)), number)
	case len(s.open) == 0:
		s.warn(Warning{Line: number, Text: "text outside of VCALENDAR is passed over"})
		return nil
	case s.inside("VEVENT"):
		return s.event.take(name, rest, number)
	case s.inside("STANDARD", "DAYLIGHT") && s.zone != nil && len(s.open) == 3: // in VTIMEZONE itself
		s.zone.observed[len(s.zone.observed)-1].take(name, rest, number)
	case s.inside("VTIMEZONE") && s.zone != nil && name == "TZID" && s.zone.id == "":
		p, _ := parted(name, rest, number)
		s.zone.id = zoneKey(p.value)
	case s.inside("VCALENDAR"):
		s.calendars[len(s.calendars)-1].take(name, rest, number)
	}
	return nil
}

// structural is the value of BEGIN or END.
func structural(rest string) string {
	return strings.Trim(rest[strings.IndexByte(rest, ':')+1:], " \t;")
}

// inside tells whether the innermost component has one of these names.
func (s *scan) inside(names ...string) bool {
	for _, name := range names {
		if len(s.open) > 0 && s.open[len(s.open)-1].name == name {
			return true
		}
	}
	return false
}

func (s *scan) begin(c component) error {
	if len(s.open) == maxDepth {
		return refuse(c.line, "more than %d components within each other: this is no calendar that an application wrote", maxDepth)
	}
	switch c.name {
	case "VCALENDAR", "VEVENT", "VTIMEZONE":
		// One that is not where it belongs follows one whose end is missing.
		if belongs := c.name == "VCALENDAR" && len(s.open) == 0 || c.name != "VCALENDAR" && s.inside("VCALENDAR"); !belongs {
			return s.misplaced(c)
		}
	}
	switch c.name {
	case "VCALENDAR":
		s.calendars = append(s.calendars, &vcalendar{})
	case "VEVENT":
		in := s.calendars[len(s.calendars)-1]
		s.event = &vevent{in: in, line: c.line}
		in.events = append(in.events, s.event)
	case "VTIMEZONE":
		s.zone = &vtimezone{line: c.line}
	case "STANDARD", "DAYLIGHT":
		if s.inside("VTIMEZONE") {
			s.zone.observed = append(s.zone.observed, observance{line: c.line})
		}
	}
	s.open = append(s.open, c)
	return nil
}

func (s *scan) misplaced(c component) error {
	if len(s.open) == 0 {
		return refuse(c.line, "BEGIN:%s stands outside of VCALENDAR: the file is damaged, export or fetch it again", c.name)
	}
	in := s.open[len(s.open)-1]
	return refuse(c.line, "BEGIN:%s stands in the %s that began at line %d: the file is damaged, export or fetch it again", c.name, shown(in.name), in.line)
}

func (s *scan) end(name string, line int) error {
	if len(s.open) == 0 {
		return refuse(line, "END:%s ends nothing: the file is damaged, export or fetch it again", shown(name))
	}
	last := s.open[len(s.open)-1]
	if last.name != name {
		return refuse(line, "END:%s stands where END:%s is due, which began at line %d: the file is damaged, export or fetch it again", shown(name), shown(last.name), last.line)
	}
	s.open = s.open[:len(s.open)-1]
	if name == "VTIMEZONE" && s.zone != nil {
		in := s.calendars[len(s.calendars)-1]
		if in.zones == nil {
			in.zones = map[string]*vtimezone{}
		}
		if _, known := in.zones[s.zone.id]; !known && s.zone.id != "" {
			in.zones[s.zone.id] = s.zone
		}
		s.zone = nil
	}
	return nil
}

// shown is the name of a component as a message may show it.
func shown(name string) string {
	if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == "" && len(name) <= 40 {
		return name
	}
	return fmt.Sprintf("%.40q", name)
}
