package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// An Entry of a legend is one window with one reason, and when in a month that is.
type Entry struct {
	Key
	Times []Times
}

// A Key is what makes causes one entry.
type Key struct {
	Window, Reason, Owner string
	Warn, Predicted       bool
}

// Times are days with the same hours, on the clocks of the month's zone.
type Times struct {
	Days  string // days of the month on which it starts: 1-4, 7-11, 2 Jan
	Hours string // all day; 09:00-17:00; 17:00-09:00 next day; 17:00 to Mon 09:00
}

// An extent is a cause's time; a zero end is beyond what is known.
type extent struct{ start, end time.Time }

// Legend says what makes days of the month black, and what only warns, each in the
// order in which it first appears.
func (m Month) Legend() []Entry {
	var order [2][]Key // what makes days black, and what warns
	found := map[Key][]extent{}
	note := func(causes []Cause, kind int) {
		for _, c := range causes {
			k := Key{c.Window, c.Reason, c.Owner, kind == 1, c.Predicted}
			if found[k] == nil {
				order[kind] = append(order[kind], k)
			}
			if s := (extent{c.Start, c.End}); !slices.Contains(tail(found[k], 8), s) {
				found[k] = append(found[k], s)
			}
		}
	}
	for _, d := range m.Days {
		for _, s := range d.Spans {
			note(s.Causes, 0)
			note(s.Warns, 1)
		}
	}
	entries := []Entry{}
	for _, k := range slices.Concat(order[0], order[1]) {
		entries = append(entries, Entry{k, m.times(found[k])})
	}
	return entries
}

// tail is the last n: causes come back in the spans that follow shortly.
func tail[T any](all []T, n int) []T { return all[max(0, len(all)-n):] }

// Openings are the times of the month in which no window is in force.
func (m Month) Openings() []Times {
	var clear []extent
	for _, d := range m.Days {
		for _, s := range d.Spans {
			if s.Word != Clear {
				continue
			}
			if n := len(clear); n > 0 && clear[n-1].end.Equal(s.Start) {
				clear[n-1].end = s.End
				continue
			}
			clear = append(clear, extent{s.Start, s.End})
		}
	}
	return m.times(clear)
}

// times puts extents with the same hours together.
func (m Month) times(all []extent) []Times {
	var order []string
	days := map[string][]run{}
	for _, s := range all {
		r, hours := m.hours(s)
		if days[hours] == nil {
			order = append(order, hours)
		}
		days[hours] = append(days[hours], r)
	}
	times := make([]Times, len(order))
	for i, hours := range order {
		times[i] = Times{m.days(days[hours]), hours}
	}
	return times
}

// A run is days that follow each other, the last included.
type run struct{ first, last Date }

// hours says when an extent is, and the days on which it starts: all its days, if it
// is whole days.
func (m Month) hours(s extent) (run, string) {
	first := Date{m.Year, m.Month, 1}
	from, day, startsWhole := m.clock(s.start)
	to, end, endsWhole := m.clock(s.end)
	switch {
	case s.start.IsZero() && s.end.IsZero():
		return run{first, first}, "all the time, as far as is known"
	case s.start.IsZero():
		return run{first, first}, "from before until " + m.name(end) + " " + to
	case s.end.IsZero():
		return run{day, day}, from + " and on, as far as is known"
	case startsWhole && endsWhole:
		return run{day, end.Add(-1)}, "all day"
	case endsWhole: // the midnight after the last day
		end, to = end.Add(-1), "24:00"
	}
	switch nights := nightsBetween(day, end); {
	case nights == 0:
		return run{day, day}, from + "-" + to
	case nights == 1 && to <= from:
		return run{day, day}, from + "-" + to + " next day"
	case nights < 7:
		return run{day, day}, from + " to " + end.Weekday().String()[:3] + " " + to
	}
	return run{day, day}, from + " to " + m.name(end) + " " + to
}

// clock is an instant on the clocks of the month's zone, and whether a day begins
// there.
func (m Month) clock(t time.Time) (hours string, d Date, begins bool) {
	c := ical.CivilOf(t, m.Zone)
	d = Date{c.Year, c.Month, c.Day}
	hours = fmt.Sprintf("%02d:%02d", c.Hour, c.Minute)
	if c.Second != 0 {
		hours += fmt.Sprintf(":%02d", c.Second)
	}
	return hours, d, d.Midnight(m.Zone).Equal(t)
}

// Hour is what the clocks of the month's zone show at t.
func (m Month) Hour(t time.Time) string {
	hours, _, _ := m.clock(t)
	return hours
}

func nightsBetween(a, b Date) int { return int(b.utc().Sub(a.utc()) / (24 * time.Hour)) }

// name is a day with its weekday: Mon 30, or Sun 3 Jan if it is in another month.
func (m Month) name(d Date) string { return d.Weekday().String()[:3] + " " + m.number(d) }

func (m Month) number(d Date) string {
	switch {
	case d.Year != m.Year:
		return fmt.Sprintf("%d %s %d", d.Day, d.Month.String()[:3], d.Year)
	case d.Month != m.Month:
		return fmt.Sprintf("%d %s", d.Day, d.Month.String()[:3])
	}
	return fmt.Sprint(d.Day)
}

// days writes runs as people do: 1-4, 7, 29-3 Jan.
func (m Month) days(runs []run) string {
	slices.SortFunc(runs, func(a, b run) int { return a.first.Compare(b.first) })
	var joined []run
	for _, r := range runs {
		if n := len(joined); n > 0 && r.first.Compare(joined[n-1].last.Add(1)) <= 0 {
			if r.last.Compare(joined[n-1].last) > 0 {
				joined[n-1].last = r.last
			}
			continue
		}
		joined = append(joined, r)
	}
	words := make([]string, len(joined))
	for i, r := range joined {
		words[i] = m.number(r.first)
		if r.first != r.last {
			words[i] += "-" + m.number(r.last)
		}
	}
	return strings.Join(words, ", ")
}
