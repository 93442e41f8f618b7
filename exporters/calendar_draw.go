package exporters

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// A dayCell is one place of a month.
type dayCell struct {
	Day   int // 0: the place is empty
	Mark  string
	Words string // what the day says, for who listens, and for who points at it
	Today bool
	Parts []dayPart
}

// A dayPart is a part of a day, in units of the drawing.
type dayPart struct {
	Kind     string // black, warned, unreadable
	X, Width float64
}

const (
	dayWidth = 96  // four for an hour of a usual day
	seam     = 0.5 // what is closer together is drawn as one: nobody could tell
)

func drawWeeks(m calendar.Month, today calendar.Date) [][]dayCell {
	var rows [][]dayCell
	for _, week := range m.Weeks() {
		row := make([]dayCell, len(week))
		for i, d := range week {
			if d != nil {
				row[i] = drawDay(*d, m, d.Date == today)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func drawDay(d calendar.Day, m calendar.Month, today bool) dayCell {
	cell := dayCell{Day: d.Date.Day, Mark: d.Mark.String(), Words: dayWords(d, m), Today: today}
	whole := float64(d.End.Sub(d.Start))
	told, end := d.Start, 0.0
	add := func(kind string, from, to time.Time) {
		if from.Before(to) {
			x, width := dayWidth*float64(from.Sub(d.Start))/whole, dayWidth*float64(to.Sub(from))/whole
			if n := len(cell.Parts); n > 0 && cell.Parts[n-1].Kind == kind && x-end < seam {
				cell.Parts[n-1].Width = x + width - cell.Parts[n-1].X
			} else {
				cell.Parts = append(cell.Parts, dayPart{kind, x, width})
			}
			end = x + width
		}
	}
	for _, s := range d.Spans {
		add("unreadable", told, s.Start)
		switch {
		case s.Word == calendar.Unreadable:
			add("unreadable", s.Start, s.End)
		case s.Word == calendar.Black:
			add("black", s.Start, s.End)
		case len(s.Warns) > 0:
			add("warned", s.Start, s.End)
		}
		told = s.End
	}
	add("unreadable", told, d.End)
	return cell
}

// dayWords says when the day is black, and why: black 00:00-09:00, 17:00-24:00.
func dayWords(d calendar.Day, m calendar.Month) string {
	date := fmt.Sprintf("%s %d %s: ", d.Date.Weekday(), d.Date.Day, d.Date.Month)
	switch d.Mark {
	case calendar.DayClear:
		return date + "clear"
	case calendar.DayWarned:
		return date + "clear, with a warning"
	case calendar.DayAbsent:
		return date + "no such day in this zone"
	case calendar.DayUnknown:
		return date + "unreadable"
	case calendar.DayBlack:
		return date + "black all day"
	}
	var hours []string
	var from, to time.Time
	flush := func() {
		if !from.IsZero() {
			hours = append(hours, m.Hour(from)+"-"+endHour(m, d, to))
		}
	}
	for _, s := range d.Spans {
		if s.Word != calendar.Black {
			continue
		}
		if !s.Start.Equal(to) {
			flush()
			from = s.Start
		}
		to = s.End
	}
	flush()
	if more := len(hours) - mostTimes; more > 0 {
		hours = append(hours[:mostTimes], fmt.Sprintf("and %d times more", more))
	}
	return date + "black " + strings.Join(hours, ", ")
}

func endHour(m calendar.Month, d calendar.Day, t time.Time) string {
	if t.Equal(d.End) {
		return "24:00"
	}
	return m.Hour(t)
}
