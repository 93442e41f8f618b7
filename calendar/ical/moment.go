package ical

import (
	"strings"
	"time"
)

// A moment is a DATE or DATE-TIME of a file, in the zone that it means.
type moment struct {
	wall Civil
	date bool
	zone Zone
	at   int64 // the instant, in seconds since 1970
}

func momentOf(wall Civil, date bool, zone Zone) moment {
	t, _ := Resolve(wall, zone)
	return moment{wall, date, zone, t.Unix()}
}

// in is the moment as it is shown in a zone. A date is the same date everywhere.
func (m moment) in(zone Zone) Civil {
	if m.date || m.zone == zone {
		return m.wall
	}
	return CivilOf(time.Unix(m.at, 0), zone)
}

// like is x as a start of an event that begins at m: dates are compared with dates as
// they are written, and a date stands for the event's time on that date.
func (m moment) like(x moment) moment {
	switch {
	case m.date && !x.date:
		return momentOf(x.wall.Midnight(), true, m.zone)
	case x.date && !m.date:
		return momentOf(m.wall.on(x.wall), false, m.zone)
	}
	return moment{x.in(m.zone), m.date, m.zone, x.at}
}

// on is the same time of day on another date.
func (c Civil) on(date Civil) Civil {
	c.Year, c.Month, c.Day = date.Year, date.Month, date.Day
	return c
}

// moment reads one value of a property. A time without a zone is in the zone given,
// and so is a date: a TZID does not apply to dates (RFC 5545 section 3.2.19).
func (b *builder) moment(p property, value string, in *vcalendar, zone Zone) (moment, error) {
	c, form, err := parseStamp(strings.TrimSpace(value))
	if err != nil {
		return moment{}, refuse(p.line, "%s is %.40q: %v", p.name, value, err)
	}
	if form != dateStamp && strings.EqualFold(p.param("VALUE"), "DATE") {
		c, form = c.Midnight(), dateStamp
		b.warn(Warning{Line: p.line, Text: p.name + " says that it is a date and is a time: it is read as a date"})
	}
	switch {
	case form == utcStamp:
		return momentOf(c, false, Location(time.UTC)), nil
	case form == localStamp && p.has("TZID"):
		if zone, err = b.zones.named(p.param("TZID"), in, p.line); err != nil {
			return moment{}, err
		}
	}
	return momentOf(c, form == dateStamp, zone), nil
}

// moments reads the values of RDATE or EXDATE, and PERIODs (RFC 5545 section 3.3.9)
// with how long they last.
func (b *builder) moments(p property, in *vcalendar, zone Zone, f func(moment, *lasting)) error {
	for value := range strings.SplitSeq(p.value, ",") {
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		start, end, period := strings.Cut(value, "/")
		m, err := b.moment(p, start, in, zone)
		if err != nil {
			return err
		}
		if !period {
			f(m, nil)
			continue
		}
		var l lasting
		if d, ok := parseDuration(strings.TrimSpace(end)); ok {
			l = lasting{days: d.days, seconds: d.seconds}
		} else if e, err := b.moment(p, end, in, m.zone); err != nil {
			return err
		} else {
			l = lasting{seconds: e.at - m.at}
		}
		if l.days < 0 || l.seconds < 0 {
			return refuse(p.line, "%s has a period that ends before it begins, %.60q: correct it in the calendar", p.name, value)
		}
		f(m, &l)
	}
	return nil
}

// A lasting is how long an occurrence lasts: days on the wall clock and then seconds
// on a stopwatch, so P1D is nominal and PT24H is exact.
type lasting struct {
	days    int
	seconds int64
}

// end is when an occurrence ends that begins at an instant, where wall is what the
// clock was to show then. A start that was moved out of a gap does not make it empty.
func (l lasting) end(at int64, wall Civil, zone Zone) int64 {
	if l.days == 0 {
		return at + l.seconds
	}
	t, _ := Resolve(wall.Add(l.days, 0), zone)
	if t.Unix() <= at {
		return at + int64(l.days)*daySeconds + l.seconds
	}
	return t.Unix() + l.seconds
}

// most is as long as it can be, wherever clocks change meanwhile.
func (l lasting) most() int64 {
	if l.days == 0 {
		return l.seconds
	}
	return int64(l.days)*daySeconds + l.seconds + far
}
