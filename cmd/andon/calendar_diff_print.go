package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/exporters"
)

// diffView is what --output json prints.
type diffView struct {
	Calendars []calendarDiffView `json:"calendars"`
}

type calendarDiffView struct {
	Calendar   string       `json:"calendar"`
	Timezone   string       `json:"timezone"`
	Only       string       `json:"only_in,omitempty"` // old or new: the other has no such calendar
	From       time.Time    `json:"from,omitzero"`
	Unreadable string       `json:"unreadable,omitempty"` // why nothing certain is known; changes are what is known
	To         time.Time    `json:"to,omitzero"`
	Changes    []changeView `json:"changes"`
}

// changeView is a time of which the versions say something else.
type changeView struct {
	Start time.Time                     `json:"start"`
	End   time.Time                     `json:"end"`
	Was   calendar.Word                 `json:"was"`
	Is    calendar.Word                 `json:"is"`
	Gone  []exporters.CalendarCauseView `json:"gone"`
	Added []exporters.CalendarCauseView `json:"added"`
}

func viewChange(c calendar.Change) changeView {
	return changeView{c.Start.UTC(), c.End.UTC(), c.Was, c.Is, exporters.ViewCauses(c.Gone), exporters.ViewCauses(c.Added)}
}

func (p *program) printDiff(v diffView, out output) error {
	var b bytes.Buffer
	switch out {
	case outputJSON:
		return p.printIndented(v)
	case outputTSV:
		for _, c := range v.Calendars {
			for _, x := range c.Changes {
				gone, _ := wordsTSV(x.Gone)
				added, _ := wordsTSV(x.Added)
				fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Calendar, timeTSV(&x.Start), timeTSV(&x.End), x.Was, x.Is, gone, added)
			}
		}
	default:
		sheet := p.paper()
		for _, c := range v.Calendars {
			b.WriteString(sheet.diffText(c))
		}
	}
	_, err := p.Stdout.Write(b.Bytes())
	return err
}

func (s paper) diffText(v calendarDiffView) string {
	var b strings.Builder
	if v.Only != "" {
		return fmt.Sprintf("%s is in the %s file only\n", plain(v.Calendar), v.Only)
	}
	zone, ok := ical.LookupZone(v.Timezone)
	if !ok {
		zone = ical.Location(nil)
	}
	fmt.Fprintf(&b, "%s\n", s.wrap(fmt.Sprintf("%s: %s from %s on", plain(v.Calendar), count(len(v.Changes), "change"), glued(exporters.ZoneStamp(v.From, zone))), 0, 2))
	if v.Unreadable != "" {
		s.item(&b, v.Unreadable)
	}
	for _, c := range v.Changes {
		words := c.Is.String()
		if c.Was != c.Is {
			words = c.Was.String() + ", now " + words
		}
		fmt.Fprintf(&b, "  %s\n", s.wrap(fmt.Sprintf("%s to %s: %s", glued(exporters.ZoneStamp(c.Start, zone)), glued(exporters.ZoneStamp(c.End, zone)), words), 2, 4))
		for _, x := range c.Gone {
			fmt.Fprintf(&b, "    %s %s\n", s.paint("31", "-"), s.wrap(plain(exporters.CauseText(x)), 6, 6))
		}
		for _, x := range c.Added {
			fmt.Fprintf(&b, "    %s %s\n", s.paint("32", "+"), s.wrap(plain(exporters.CauseText(x)), 6, 6))
		}
	}
	return b.String()
}
