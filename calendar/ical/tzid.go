package ical

import (
	"strings"
	"time"
)

// LookupZone finds the zone that a name means without the help of a file: an IANA
// name, one behind a prefix (/freeassociation.sourceforge.net/Europe/Berlin), a name
// of Windows, or the text by which Outlook shows one. The machine's own zone has no
// name here, and no name at all is not UTC.
func LookupZone(name string) (Zone, bool) {
	if z, ok := wellKnownZone(name); ok {
		return z, true
	}
	return displayedZone(name)
}

// wellKnownZone is LookupZone for the names that count more than what a file says.
func wellKnownZone(name string) (Zone, bool) {
	if z, ok := ianaZone(name); ok {
		return z, true
	}
	if rest, ok := strings.CutPrefix(name, "/"); ok {
		for ; rest != ""; _, rest, _ = strings.Cut(rest, "/") {
			if z, ok := ianaZone(rest); ok {
				return z, true
			}
		}
	}
	return windowsZone(func(fields []string) bool { return strings.EqualFold(fields[0], name) })
}

// ianaZone loads a zone of the IANA database, also where the name is written in other
// cases than there.
func ianaZone(name string) (Zone, bool) {
	for _, spelling := range []string{name, capitals(name), strings.ToUpper(name)} {
		if z, ok := loadZone(spelling); ok {
			return z, true
		}
	}
	return nil, false
}

// loadZone knows zones alone. The database's other files (right/… with leap seconds,
// localtime, posixrules) begin with a small letter.
func loadZone(name string) (Zone, bool) {
	if name == "" || name[0] < 'A' || name[0] > 'Z' || name == "Local" || name == "Factory" {
		return nil, false
	}
	l, err := time.LoadLocation(strings.Clone(name)) // which keeps it, and not the whole file
	if err != nil {
		return nil, false
	}
	return Location(l), true
}

// capitals writes america/port_of_spain as the database does: America/Port_of_Spain.
func capitals(name string) string {
	b := []byte(strings.ToLower(name))
	for i, begin := 0, 0; i <= len(b); i++ {
		if i < len(b) && b[i] != '/' && b[i] != '_' && b[i] != '-' {
			continue
		}
		word := string(b[begin:i])
		switch {
		case begin == 0 && len(word) == 2: // US, NZ
			copy(b, strings.ToUpper(word))
		case word != "" && word != "of" && word != "au" && word != "es":
			b[begin] = strings.ToUpper(word[:1])[0]
		}
		begin = i + 1
	}
	return string(b)
}

// displayedZone knows "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna".
func displayedZone(name string) (Zone, bool) {
	if rest, ok := strings.CutPrefix(name, "("); ok {
		if _, text, ok := strings.Cut(rest, ")"); ok {
			name = strings.TrimSpace(text)
		}
	}
	return windowsZone(func(fields []string) bool {
		for _, text := range fields[2:] {
			if strings.EqualFold(text, name) {
				return true
			}
		}
		return false
	})
}

// windowsZone is the zone of the first line of Windows' table that is meant.
func windowsZone(meant func(fields []string) bool) (Zone, bool) {
	for line := range strings.Lines(strings.TrimPrefix(windowsZones, "\n")) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), "|"); meant(fields) {
			return ianaZone(fields[1])
		}
	}
	return nil, false
}

// zoneKey is a TZID as it is compared: with parameters nothing is escaped, with
// properties it is, and exporters mix that up.
func zoneKey(tzid string) string {
	return strings.TrimSpace(unescape(strings.Trim(strings.TrimSpace(tzid), `"`)))
}

// A zoner finds zones by their TZID and remembers them.
type zoner struct {
	known map[string]Zone     // that need no file
	own   map[*vtimezone]Zone // VTIMEZONEs in use
}

// named is the zone that a TZID in a calendar means (RFC 5545 section 3.2.19): a
// well-known one, the file's own VTIMEZONE, or one that Outlook shows.
func (z *zoner) named(tzid string, in *vcalendar, line int) (Zone, error) {
	key := zoneKey(tzid)
	if zone, ok := z.known[key]; ok {
		return zone, nil
	}
	own := in.zones[key]
	if zone, ok := z.own[own]; ok {
		return zone, nil
	}
	zone, ok := wellKnownZone(key)
	if !ok && own != nil {
		return z.define(own)
	}
	if !ok {
		zone, ok = displayedZone(key)
	}
	if !ok {
		return nil, refuse(line, "the time zone %.60q is not known: use a name such as Europe/Berlin, or export the calendar with its VTIMEZONE", key)
	}
	z.known[key] = zone
	return zone, nil
}

func (z *zoner) define(own *vtimezone) (Zone, error) {
	if len(z.own) == maxZones {
		return nil, refuse(own.line, "more than %d time zones of the file's own are in use: use names such as Europe/Berlin", maxZones)
	}
	zone, err := own.zone()
	if err != nil {
		return nil, err
	}
	z.own[own] = zone
	return zone, nil
}
