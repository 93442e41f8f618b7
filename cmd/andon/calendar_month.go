package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// A look is how a day of a month is shown. The sign stands with every colour.
type look struct {
	sign    string
	colours string
	text    string
}

func lookOf(m calendar.Mark) look {
	return map[calendar.Mark]look{
		calendar.DayClear:   {" ", "", ""},
		calendar.DayWarned:  {"!", "33", "warned of"},
		calendar.DayPartly:  {"~", "31", "black part of the day"},
		calendar.DayBlack:   {"#", "97;41", "black all day"},
		calendar.DayUnknown: {"?", "30;43", "unreadable"},
		calendar.DayAbsent:  {"-", "2", "no such day in this zone"},
	}[m]
}

// A chosenDay is one that stands out, and why.
type chosenDay struct {
	day calendar.Date
	as  string
}

// drawMonth draws a month and tells what makes its days black.
func (s paper) drawMonth(m calendar.Month, name string, today chosenDay) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", s.wrap(fmt.Sprintf("%s %d · %s · %s", m.Month, m.Year, plain(name), zoneWords(m)), 0, 0))
	width := 5
	if s.columns < 7*width {
		width = leastColumns / 7
	}
	heads := ""
	for _, d := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		heads += fmt.Sprintf("%*s ", width-1, d[:width-2])
	}
	b.WriteString(strings.TrimRight(heads, " ") + "\n")
	for _, week := range m.Weeks() {
		var line strings.Builder
		for _, d := range week {
			line.WriteString(s.drawDay(d, today, width))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	b.WriteByte('\n')
	b.WriteString(s.signs(m, today))
	b.WriteString(s.drawLegend(m))
	return b.String()
}

// drawDay is a number of two digits and its sign; the marked one is bracketed, where there is
// room, or pointed at.
func (s paper) drawDay(d *calendar.Day, today chosenDay, width int) string {
	if d == nil {
		return strings.Repeat(" ", width)
	}
	l := lookOf(d.Mark)
	before, after, colours := " ", " ", l.colours
	if d.Date == today.day {
		before, after, colours = "[", "]", strings.TrimPrefix(colours+";1", ";")
	}
	if width < 5 {
		before, after = strings.Replace(before, "[", ">", 1), ""
	}
	return before + s.paint(colours, fmt.Sprintf("%2d%s", d.Date.Day, l.sign)) + after
}

// signs explains those that occur.
func (s paper) signs(m calendar.Month, today chosenDay) string {
	there := map[calendar.Mark]bool{}
	isThere := false
	for _, d := range m.Days {
		there[d.Mark] = true
		isThere = isThere || d.Date == today.day
	}
	var words []string
	for _, mark := range []calendar.Mark{calendar.DayBlack, calendar.DayPartly, calendar.DayWarned, calendar.DayUnknown, calendar.DayAbsent} {
		if l := lookOf(mark); there[mark] {
			words = append(words, s.paint(l.colours, l.sign)+glue+glued(l.text))
		}
	}
	if isThere {
		words = append(words, map[bool]string{true: glued("[ ] "), false: glued("> ")}[s.columns >= 35]+glued(today.as))
	}
	if len(words) == 0 {
		return ""
	}
	return strings.ReplaceAll(s.wrapWords(words, "  "), glue, " ") + "\n\n"
}

// wrapWords puts words into lines.
func (s paper) wrapWords(words []string, between string) string {
	var b strings.Builder
	column := 0
	for _, w := range words {
		width := columnsOf(uncoloured(w))
		switch {
		case column > 0 && column+len(between)+width > s.columns:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteString(between)
			column += len(between)
		}
		b.WriteString(w)
		column += width
	}
	return b.String()
}

func uncoloured(text string) string {
	for {
		before, rest, ok := strings.Cut(text, "\x1b[")
		if !ok {
			return text
		}
		_, after, _ := strings.Cut(rest, "m")
		text = before + after
	}
}

// drawLegend tells each cause with its days and hours, and when the month is clear.
func (s paper) drawLegend(m calendar.Month) string {
	var b strings.Builder
	for _, e := range m.Legend() {
		title := plain(e.Window)
		if e.Reason != "" && e.Reason != e.Window {
			title += ": " + plain(e.Reason)
		}
		if e.Owner != "" {
			title += " (ask " + plain(e.Owner) + ")"
		}
		if e.Predicted {
			title += " (predicted)"
		}
		sign, colours := lookOf(calendar.DayBlack).sign, "31"
		if e.Warn {
			sign, colours = lookOf(calendar.DayWarned).sign, lookOf(calendar.DayWarned).colours
		}
		fmt.Fprintf(&b, "%s %s\n", s.paint(colours, sign), s.wrap(title, 2, 2))
		s.drawTimes(&b, e.Times)
	}
	if clear := m.Openings(); len(clear) > 0 {
		fmt.Fprintf(&b, "%s clear\n", s.paint("32", "."))
		s.drawTimes(&b, clear)
	}
	return b.String()
}

// mostTimes is how many different hours are told of one window.
const mostTimes = 12

func (s paper) drawTimes(b *strings.Builder, all []calendar.Times) {
	const indent, most = 4, 32
	few := all[:min(len(all), mostTimes)]
	room := 0 // of the column with the days, unless they are too many
	for _, t := range few {
		if len(t.Days) <= most {
			room = max(room, len(t.Days))
		}
	}
	blank := strings.Repeat(" ", indent)
	for _, t := range few {
		if len(t.Days) <= room && indent+room+2+len(t.Hours) <= s.columns {
			fmt.Fprintf(b, "%s%-*s  %s\n", blank, room, t.Days, t.Hours)
			continue
		}
		fmt.Fprintf(b, "%s%s\n%s  %s\n", blank, s.wrap(t.Days, indent, indent), blank, s.wrap(t.Hours, indent+2, indent+2))
	}
	if more := len(all) - len(few); more > 0 {
		fmt.Fprintf(b, "%sand %d more\n", blank, more)
	}
}

// zoneWords names the zone of a month, and how far it is from UTC.
func zoneWords(m calendar.Month) string {
	words := plain(m.Zone.String())
	first, last := offsetAt(m, m.Days[0].Start), offsetAt(m, m.Days[len(m.Days)-1].End.Add(-time.Second))
	if words == "UTC" {
		return words
	}
	if first != last {
		return words + " (UTC" + first + ", later " + last + ")"
	}
	return words + " (UTC" + first + ")"
}

func offsetAt(m calendar.Month, t time.Time) string {
	seconds, _, _ := m.Zone.Offset(t)
	return t.In(time.FixedZone("", seconds)).Format("-07:00")
}
