package calendar

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A Mark is what a day amounts to. Its zero value says that this is not known.
type Mark uint8

// What a day may be. DayUnknown is one of which a part at least is unreadable, and
// DayAbsent one that the clocks of the zone left out.
const (
	DayUnknown Mark = iota
	DayClear
	DayWarned
	DayPartly
	DayBlack
	DayAbsent
)

func (m Mark) String() string {
	return [...]string{"unreadable", "clear", "warned", "partly", "black", "absent"}[m]
}

// MarshalText writes the mark.
func (m Mark) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// A Day is what a calendar says of one day of a zone.
type Day struct {
	Date       Date
	Start, End time.Time // 23, 24 or 25 hours apart, mostly
	Mark       Mark
	Spans      []Span // of this day, cut to it
}

// A Month is a month as a person looks at it: days on the clocks of a zone.
type Month struct {
	Year  int
	Month time.Month
	Zone  ical.Zone
	Days  []Day
}

// ParseMonth reads 2026-12, in years from 1900 to 2999.
func ParseMonth(s string) (year int, month time.Month, err error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < 1900 || t.Year() > 2999 {
		return 0, 0, fmt.Errorf("%.40q is no month: write it as 2026-12", s)
	}
	return t.Year(), t.Month(), nil
}

// Midnight is when a day begins in a zone; where its midnight was left out, the
// first instant after that.
func (d Date) Midnight(z ical.Zone) time.Time {
	t, _ := ical.Resolve(ical.Civil{Year: d.Year, Month: d.Month, Day: d.Day}, z)
	return t
}

// DateOf is the day that the clocks of a zone show at t.
func DateOf(t time.Time, z ical.Zone) Date {
	c := ical.CivilOf(t, z)
	return Date{c.Year, c.Month, c.Day}
}

// MonthBounds are the beginning of a month and of the next one, in a zone.
func MonthBounds(year int, month time.Month, z ical.Zone) (from, to time.Time) {
	first := Date{year, month, 1}
	return first.Midnight(z), dateOf(first.utc().AddDate(0, 1, 0)).Midnight(z)
}

// NewMonth makes a month of the spans within its bounds. What no span tells of is
// unknown.
func NewMonth(year int, month time.Month, z ical.Zone, spans []Span) Month {
	m := Month{Year: year, Month: month, Zone: z}
	for d := (Date{year, month, 1}); d.Month == month; d = d.Add(1) {
		day := Day{Date: d, Start: d.Midnight(z), End: d.Add(1).Midnight(z)}
		for len(spans) > 0 && !spans[0].End.After(day.Start) {
			spans = spans[1:]
		}
		for _, s := range spans {
			if !s.Start.Before(day.End) {
				break
			}
			s.Start, s.End = later(s.Start, day.Start), earlier(s.End, day.End)
			day.Spans = append(day.Spans, s)
		}
		day.Mark = markOf(day)
		m.Days = append(m.Days, day)
	}
	return m
}

func markOf(d Day) Mark {
	if !d.Start.Before(d.End) {
		return DayAbsent
	}
	var clear, black, warned bool
	told := d.Start
	for _, s := range d.Spans {
		if s.Word == Unreadable || !s.Start.Equal(told) {
			return DayUnknown
		}
		told = s.End
		clear, black = clear || s.Word == Clear, black || s.Word == Black
		warned = warned || len(s.Warns) > 0
	}
	switch {
	case !told.Equal(d.End):
		return DayUnknown
	case black && clear:
		return DayPartly
	case black:
		return DayBlack
	case warned:
		return DayWarned
	}
	return DayClear
}

// Weeks are the days in rows from Monday to Sunday. Places before the first and
// after the last day are nil.
func (m Month) Weeks() [][7]*Day {
	var weeks [][7]*Day
	for i := range m.Days {
		d := &m.Days[i]
		column := (int(d.Date.Weekday()) + 6) % 7
		if column == 0 || i == 0 {
			weeks = append(weeks, [7]*Day{})
		}
		weeks[len(weeks)-1][column] = d
	}
	return weeks
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
