package config

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/andon-project/andon/probes"
)

// checkSchedule fills in what every, or cron with timezone, amounts to.
func (d *decoder) checkSchedule(p path, c *Check) {
	every, spec, timezone := p.key("every"), p.key("cron"), p.key("timezone")
	if !d.given(spec) {
		if d.given(timezone) {
			d.reportAt(d.pos(timezone).key, timezone, "a timezone belongs to cron, and this one has none: remove it")
		}
		d.checkRange(every, c.Every, minEvery, maxEvery)
		c.Schedule = probes.Every(c.Every)
		return
	}
	if d.given(every) {
		d.reportAt(d.pos(spec).key, spec, "this one has every already, and both say when to start: keep one of them")
		return
	}
	zone := time.UTC // by default: the machine's own would surprise
	if d.given(timezone) {
		zone = d.zone(timezone, c.Timezone)
	}
	c.Timezone = zone.String()
	c.Schedule = d.timetable(spec, c.Cron, zone)
	if c.Schedule != nil {
		c.Every = shortest(d.timetable(spec, c.Cron, time.UTC))
	}
}

// timetable reads when to start. Wall clocks skip an hour in spring: what would
// start in it does not on that day. They repeat one in autumn: what starts in it
// starts twice.
func (d *decoder) timetable(p path, spec string, zone *time.Location) cron.Schedule {
	switch {
	case strings.Contains(spec, "TZ="):
		d.report(p, "the time zone has a key of its own: write it as `timezone: Asia/Tokyo` beside cron")
		return nil
	case strings.HasPrefix(spec, "@every"):
		d.report(p, "@every has a key of its own: write it as `every: 1h` instead of cron")
		return nil
	}
	if zone == nil { // told already
		zone = time.UTC
	}
	s, err := probes.Timetable(spec, zone)
	if err != nil {
		d.report(p, "want minute, hour, day, month and weekday like */5 9-18 * * mon-fri, or a word like @hourly: %v", err)
		return nil
	}
	return s
}

// shortest is the least time between two starts of a timetable, from which
// follows how long its results count as evidence; at most what every may be, so
// that the result of a yearly check does not count for three years. It looks at
// a fixed year, and at the first starts in it: those of two whole days at least.
func shortest(s cron.Schedule) time.Duration {
	const enough = 3000
	year := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	last, least := s.Next(year), maxEvery
	for range enough {
		next := s.Next(last)
		if next.Year() != year.Year() || least == time.Minute {
			break
		}
		last, least = next, min(least, next.Sub(last))
	}
	return least
}
