package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A cron is starts that last: days, and times on each of them. It is never stepped
// from firing to firing, as cron itself does, which makes starts vanish or double
// where clocks are changed: a start is a time on the clock, read as [ical.Resolve]
// reads it.
type cron struct {
	reading
	months    uint64
	monthDays uint64
	weekdays  uint64
	either    bool    // a day of the month or a weekday is enough
	times     []int64 // of the day, in seconds
	length    Length
	ordinary  []stretch // what a day without any change of clocks gives, since its midnight
}

var cronWords = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
	"@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// parseCron reads five fields: minute, hour, day, month, weekday.
func parseCron(text string) (cron, error) {
	if long, ok := cronWords[strings.ToLower(strings.TrimSpace(text))]; ok {
		text = long
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return cron{}, fmt.Errorf("%.60q has %d fields: write minute, hour, day, month and weekday, like `0 22 * * fri`", text, len(fields))
	}
	var c cron
	var minutes, hours uint64
	for i, f := range []struct {
		name        string
		first, last int
		names       func(int) string
		into        *uint64
	}{
		{"minute", 0, 59, nil, &minutes},
		{"hour", 0, 23, nil, &hours},
		{"day", 1, 31, nil, &c.monthDays},
		{"month", 1, 12, monthName, &c.months},
		{"weekday", 0, 7, weekdayName, &c.weekdays},
	} {
		for word := range strings.SplitSeq(fields[i], ",") {
			bits, ok := cronRange(word, f.first, f.last, f.names)
			if !ok {
				return cron{}, fmt.Errorf("the %s %.40q is none: write numbers from %d to %d, ranges like %d-%d, steps like */2, or *", f.name, word, f.first, f.last, f.first, f.first+1)
			}
			*f.into |= bits
		}
	}
	c.weekdays |= c.weekdays >> 7 & 1 // 7 is Sunday, too
	c.either = !anyDay(fields[2]) && !anyDay(fields[4])
	for h := range int64(24) {
		for m := range int64(60) {
			if hours>>h&1 != 0 && minutes>>m&1 != 0 {
				c.times = append(c.times, h*3600+m*60)
			}
		}
	}
	return c, c.possible(text)
}

// anyDay tells whether a field leaves the day to the other one, as it does in checks.
func anyDay(field string) bool {
	return slices.ContainsFunc(strings.Split(field, ","), func(word string) bool {
		return slices.Contains([]string{"*", "?", "*/1"}, word)
	})
}

// possible refuses what never starts.
func (c cron) possible(text string) error {
	if c.either {
		return nil
	}
	longest := [...]int{1: 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	for month := 1; month <= 12; month++ {
		if c.months>>month&1 != 0 && c.monthDays&(1<<(longest[month]+1)-1) != 0 {
			return nil
		}
	}
	return fmt.Errorf("%.60q never starts: none of its months has such a day", text)
}

// cronRange reads *, 5, 1-5, */15, 10-20/2 and names.
func cronRange(word string, first, last int, names func(int) string) (bits uint64, ok bool) {
	span, by, stepped := strings.Cut(word, "/")
	step := uint64(1)
	if stepped {
		var err error
		if step, err = strconv.ParseUint(by, 10, 8); err != nil || step == 0 {
			return 0, false
		}
	}
	from, to := first, last
	if span != "*" && span != "?" {
		a, b, ranged := strings.Cut(span, "-")
		if from, ok = cronNumber(a, names); !ok {
			return 0, false
		}
		switch {
		case ranged:
			if to, ok = cronNumber(b, names); !ok {
				return 0, false
			}
		case !stepped:
			to = from
		}
	}
	if last == 7 && names != nil && to < from && to == 0 {
		to = 7 // fri-sun
	}
	if from < first || to > last || to < from {
		return 0, false
	}
	for n := from; n <= to; n += int(step) {
		bits |= 1 << n
	}
	return bits, true
}

func cronNumber(word string, names func(int) string) (int, bool) {
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		return int(n), true
	}
	if names == nil || len(word) != 3 {
		return 0, false
	}
	n, ok := nameOf(word, 3, 0, 7, names)
	if names(1) == monthName(1) {
		n, ok = nameOf(word, 3, 1, 13, names)
	}
	return n, ok
}

// prepare works out an ordinary day.
func (c *cron) prepare(length Length, r reading) {
	c.length, c.reading = length, r
	for _, t := range c.times {
		c.ordinary = append(c.ordinary, stretch{t, t + length.seconds()})
	}
	c.ordinary = joined(c.ordinary)
}

func (c cron) within(lo, hi int64, b *ical.Budget) (all []stretch, err error) {
	first, last := dayOf(lo-c.length.most())-1, dayOf(hi)+1
	if err := spend(b, int(last-first+1)); err != nil {
		return nil, err
	}
	for day := first; day <= last; day++ {
		if !c.has(day) {
			continue
		}
		n := len(all)
		all = c.start(all, day)
		given := len(all) - n
		all = clipped(all, n, lo, hi)
		if err := spend(b, given/10+stretchSteps*(len(all)-n)); err != nil {
			return nil, err
		}
	}
	return joined(all), nil
}

func (c cron) has(day int64) bool {
	t := time.Unix(day*daySeconds, 0).UTC()
	if c.months>>t.Month()&1 == 0 {
		return false
	}
	inMonth, inWeek := c.monthDays>>t.Day()&1 != 0, c.weekdays>>t.Weekday()&1 != 0
	if c.either {
		return inMonth || inWeek
	}
	return inMonth && inWeek
}

// start adds what begins on a day.
func (c cron) start(all []stretch, day int64) []stretch {
	date := dateOf(time.Unix(day*daySeconds, 0).UTC())
	midnight := instant(date.midnight(), c.Zone)
	offset, from, until := c.Zone.Offset(time.Unix(midnight, 0))
	if c.length.Days == 0 && midnight == day*daySeconds-int64(offset) &&
		(from.IsZero() || from.Unix() <= midnight-daySeconds) && (until.IsZero() || until.Unix() >= midnight+daySeconds) {
		for _, s := range c.ordinary {
			all = append(all, stretch{midnight + s.lo, midnight + s.hi})
		}
		return all
	}
	for _, t := range c.times {
		wall := date.midnight().Add(0, int(t))
		at := instant(wall, c.Zone)
		all = append(all, stretch{at, c.later(c.length, at, wall)})
	}
	return all
}
