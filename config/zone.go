package config

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a zone means the same on every machine, with or without files of its own
)

// zoneNames are the names of the IANA time zone database, one a line. They
// serve for suggestions only: names that came later load as well.
//
//go:embed zones.txt
var zoneNames string

// zone reads the time zone of a check, by default UTC: what the machine's own
// is, differs between a laptop and a container.
func (d *decoder) zone(p path, c *Check) *time.Location {
	if !d.given(p) {
		c.Timezone = "UTC"
	}
	if z := d.zones[c.Timezone]; z != nil { // thousands of checks share a few
		return z
	}
	if z, err := time.LoadLocation(c.Timezone); err == nil && isZone(c.Timezone) {
		d.zones[c.Timezone] = z
		return z
	}
	d.report(p, "want the IANA name of a time zone like Asia/Tokyo, %s%s", got(p, c.Timezone), meantZone(c.Timezone))
	return nil
}

// isZone refuses what time.LoadLocation takes beside IANA names: nothing at
// all, the machine's own zone, and what only some machines have in a folder.
func isZone(name string) bool {
	switch first, _, _ := strings.Cut(name, "/"); first {
	case "", "Local", "localtime", "Factory", "posix", "posixrules", "right":
		return false
	}
	return true
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
