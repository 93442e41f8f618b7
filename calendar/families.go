package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// longest is how long a start of rrule or cron may last, and what is before or after
// a holiday.
const longest = 366 * daySeconds

// dates compiles from and to.
func (s Selector) dates(p place, r reading, c *chosen) {
	if s.From == "" || s.To == "" {
		missing, other, is := "to", "ends", s.From
		if s.From == "" {
			missing, other, is = "from", "begins", s.To
		}
		p.key(missing).report("it is missing: write when the window %s; for one day, `%s: %s`", other, missing, is)
		return
	}
	from, err := parseEdge(s.From)
	if err != nil {
		p.key("from").report("%v", err)
	}
	to, err2 := parseEdge(s.To)
	if err2 != nil {
		p.key("to").report("%v", err2)
	}
	switch {
	case err != nil || err2 != nil:
		return
	case from.yearly != to.yearly:
		p.key("to").report("one of from and to has a year and the other none: write both like 2026-12-28, or both like 12-28 for every year")
		return
	case from.yearly:
		y := yearly{reading: r, from: from.wall, to: to.until()}
		if order := y.from.Compare(y.to); order == 0 && !to.date {
			p.key("to").report("it ends when it begins: write a later time")
		} else {
			y.wraps = order >= 0
		}
		c.family, c.calculable = y, true
		return
	}
	if c.one = once(from, to, reading{Zone: r.Zone}); c.one.lo >= c.one.hi {
		p.key("to").report("it is before from, or the same: write a later %s", map[bool]string{true: "date", false: "time"}[to.date])
	}
	c.family, c.calculable = fixed(once(from, to, r)), true
}

// compile makes the times outside of business hours.
func (o Outside) compile(p place, r reading) set {
	inner, given := Selector{Days: o.Days, Hours: o.Hours}.pattern(p, r.inverse())
	switch {
	case !given:
		p.report("it does not say outside of what: write business hours, like {days: mon-fri, hours: 09:00-17:00}")
	case inner.always():
		p.report("it can never happen: nothing lies outside of every hour of every day")
	}
	return without{nil, []set{inner}}
}

// compile makes holidays.
func (h HolidayDays) compile(p place, r reading) *festive {
	days := Holidays{Country: strings.ToUpper(strings.TrimSpace(h.Country))}
	before := p.count()
	for i, text := range h.Add {
		date, name, _ := strings.Cut(strings.TrimSpace(text), " ")
		d, err := ParseDate(date)
		if err != nil {
			p.key("add").item(i).report("%v, with its name behind it", err)
		}
		if name = strings.TrimSpace(name); name == "" {
			name = "added holiday"
		}
		days.Add = append(days.Add, Holiday{Date: d, Name: name})
	}
	for i, text := range h.Except {
		d, err := ParseDate(strings.TrimSpace(text))
		if err != nil {
			p.key("except").item(i).report("%v", err)
		}
		days.Except = append(days.Except, d)
	}
	if p.count() == before {
		if err := days.Validate(); err != nil {
			p.report("%v", err)
		}
	}
	checkLength(p.key("before"), h.Before, false)
	checkLength(p.key("after"), h.After, false)
	return &festive{r, days, h.Before, h.After}
}

// checkLength refuses lengths that are none.
func checkLength(p place, l Length, needed bool) {
	switch {
	case needed && l.none:
		p.report("a start that lasts %s closes nothing: write how long it lasts, like 45m, 12h or 2d", l)
	case needed && l == (Length{}):
		p.report("it is missing: write how long each start lasts, like 45m, 12h or 2d")
	case l.Exact%time.Second != 0:
		p.report("%s is no number of whole seconds: write it like 45m or 90s", l)
	case l.Exact < 0 || l.Days < 0 || l.most() > longest+daySeconds:
		p.report("%s is too long: write at most 366d", l)
	}
}

// parseStart reads what start says; also as DTSTART writes it, 20260130T180000.
func parseStart(s string) (edge, error) {
	date, clock, timed := strings.Cut(strings.ToUpper(strings.TrimSpace(s)), "T")
	if len(date) != 8 || strings.Contains(date, "-") || timed && len(strings.TrimSuffix(clock, "Z")) != 6 {
		return parseEdge(s)
	}
	spelled := date[:4] + "-" + date[4:6] + "-" + date[6:]
	if timed {
		spelled += "T" + clock[:2] + ":" + clock[2:4] + ":" + clock[4:]
	}
	e, err := parseEdge(spelled)
	if err != nil {
		return parseEdge(s) // which tells of what was written
	}
	return e, nil
}

// rrule compiles rrule, start and for.
func (s Selector) rrule(p place, r reading) set {
	text := strings.TrimSpace(s.RRule)
	if strings.HasPrefix(strings.ToUpper(text), "RRULE:") {
		text = text[len("RRULE:"):]
	}
	rule, err := ical.ParseRule(text)
	if err != nil {
		p.key("rrule").report("%v", err)
	}
	if s.Start == "" {
		p.key("start").report("it is missing: write the first date or time of the rule, like 2026-01-30 or 2026-01-30T18:00")
		return nil
	}
	start, err2 := parseStart(s.Start)
	if err2 == nil && start.yearly {
		err2 = fmt.Errorf("%.40q has no year: write it as 2026-01-30 or 2026-01-30T18:00", s.Start)
	}
	if err2 != nil {
		p.key("start").report("%v", err2)
	}
	length := s.For
	if length == (Length{}) && start.date {
		length = Length{Days: 1}
	}
	checkLength(p.key("for"), length, true)
	if err != nil || err2 != nil {
		return nil
	}
	series := ical.Series{Start: start.in(r.Zone), Date: start.date, Zone: r.Zone, Rule: rule}
	if err := series.Check(); err != nil {
		p.key("rrule").report("%v", err)
		return nil
	}
	if !strings.Contains(rule.String(), "UNTIL=") && !strings.Contains(rule.String(), "COUNT=") {
		first := time.Unix(instant(series.Start, r.Zone), 0)
		if _, ok, err := series.After(first, false, nil); err == nil && !ok {
			p.key("rrule").report("it never happens: no day that exists matches all of its parts")
		}
	}
	return recurring{r, series, length}
}

// cron compiles cron and for.
func (s Selector) cron(p place, r reading) set {
	c, err := parseCron(s.Cron)
	if err != nil {
		p.key("cron").report("%v", err)
	}
	checkLength(p.key("for"), s.For, true)
	c.prepare(s.For, r)
	return c
}
