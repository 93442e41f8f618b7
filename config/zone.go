package config

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a zone means the same on every machine, with or without files of its own

	"github.com/andon-project/andon/calendar/ical"
)

// zoneNames are the names of the IANA time zone database, one a line. They
// serve for suggestions only: names that came later load as well.
//
//go:embed zones.txt
var zoneNames string

// zone finds the time zone of that name, of the IANA database or of Windows, as
// calendar files write it too. What the machine's own is, differs between a
// laptop and a container, so that has no name. Nil is an error that is told.
func (d *decoder) zone(p path, name string) *time.Location {
	if z := d.zones[name]; z != nil { // thousands of checks share a few
		return z
	}
	if found, ok := ical.LookupZone(name); ok {
		if z, err := time.LoadLocation(found.String()); err == nil {
			d.zones[name] = z
			return z
		}
	}
	d.report(p, "want the name of a time zone like Asia/Tokyo, %s%s", got(p, name), meantZone(name))
	return nil
}

// meantZone finds the zone of a name in other letters, of a city alone, or of
// a name that is mistyped.
func meantZone(name string) string {
	names := strings.Fields(zoneNames)
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	for _, like := range []func(zone string) bool{
		func(zone string) bool { return strings.EqualFold(zone, name) },
		func(zone string) bool { return strings.EqualFold(zone[strings.LastIndexByte(zone, '/')+1:], name) },
	} {
		if i := slices.IndexFunc(names, like); i >= 0 {
			return `, did you mean "` + names[i] + `"?`
		}
	}
	if len(name) < 5 { // of abbreviations all are near to each other
		return ""
	}
	return meant(name, names...)
}
