package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/exporters"
)

// stateText says what a calendar says, in lines for people.
func (s paper) stateText(v exporters.CalendarStateView, zone ical.Zone) string {
	var b strings.Builder
	colours := map[calendar.Word]string{calendar.Clear: "1;32", calendar.Black: "1;31", calendar.Unreadable: "1;33"}[v.State]
	head := plain(v.Calendar) + " is "
	fmt.Fprintf(&b, "%s%s %s\n", head, s.paint(colours, v.State.String()), s.wrap("at "+glued(exporters.ZoneStamp(v.At, zone)), columnsOf(head)+len(v.State.String())+1, 2))
	for _, c := range v.Causes {
		s.item(&b, exporters.CauseText(c)+untilText(c, zone))
	}
	for _, c := range v.Warns {
		s.item(&b, "warning: "+exporters.CauseText(c)+untilText(c, zone))
	}
	for _, p := range v.Problems {
		text := p.Text
		if p.Window != "" {
			text = p.Window + ": " + text
		}
		s.item(&b, text)
		if p.Do != "" {
			s.item(&b, "  what to do: "+p.Do)
		}
	}
	becomes := map[calendar.Word]string{calendar.Clear: "clear until", calendar.Black: "black until", calendar.Unreadable: "nothing is known to change until"}[v.State]
	if v.Next == nil && v.State == calendar.Unreadable {
		return b.String()
	}
	if v.Next == nil {
		fmt.Fprintf(&b, "%s\n", s.wrap(becomes+" further than is known", 0, 2))
	} else {
		fmt.Fprintf(&b, "%s\n", s.wrap(fmt.Sprintf("%s %s, %s", becomes, glued(exporters.ZoneStamp(*v.Next, zone)), glued(exporters.Away(*v.Next, v.At))), 0, 2))
	}
	return b.String()
}

// item writes a line that is a part of what stands above.
func (s paper) item(b *strings.Builder, text string) {
	fmt.Fprintf(b, "  %s\n", s.wrap(plain(text), 2, 4))
}

func untilText(c exporters.CalendarCauseView, zone ical.Zone) string {
	if c.End == nil {
		return ""
	}
	return ", until " + glued(exporters.ZoneStamp(*c.End, zone))
}

// gateCalendarText says what a gate's calendar said of the time that a release takes.
func gateCalendarText(v exporters.GateCalendarView, now time.Time) string {
	text := fmt.Sprintf("%s is %s", v.Name, v.State)
	if fits, err := time.ParseDuration(v.Fits); err == nil {
		text += fmt.Sprintf(" for a release of %s", span(fits))
	}
	if v.Next != nil {
		text += fmt.Sprintf(", until %s (%s)", stamp(*v.Next), exporters.Away(*v.Next, now))
	}
	return text
}
