package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

const nextHelp = `Finds the next time from which on a calendar is clear, for at least as long as --for
says, and tells until when. With --fits, how long a release takes to its last bake, it
also tells the latest start of such a release that ends before the next closing.

--at is from when to look, in the forms of 'andon calendar show'. --output json prints
an object: opening, until and latest_start, in UTC, and null where there is none;
--output tsv the same three in one line.

` + calendarAskHelp + `

Exit status: 0 there is one, 1 there is none within ten years, 2 the calendar is
unreadable, or could not be asked.`

func (p *program) calendarNextCommand() *cobra.Command {
	var ask calendarAsk
	var at string
	var length, fits time.Duration
	var out output
	cmd := &cobra.Command{
		Use:   "next",
		Short: "Find the next time at which a release may start",
		Long:  nextHelp,
		Example: `  andon calendar next --config andon.yaml --for 3h
  andon calendar next --calendar blackdays --fits 45m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length < 0 || fits < 0 {
				return fmt.Errorf("--for %v and --fits %v: write how long, like 3h or 45m", length, fits)
			}
			from, err := p.oracle(cmd, ask)
			if err != nil {
				return err
			}
			v, err := from.next(cmd.Context(), at, length, fits)
			if err != nil {
				return err
			}
			return p.printNext(v, fits, out)
		},
	}
	p.calendarAskFlags(cmd, &ask)
	cmd.Flags().StringVar(&at, "at", "", "`TIME` from which on to look (default: now)")
	cmd.Flags().DurationVar(&length, "for", 0, "how long it has to stay clear, such as 3h (default: however short)")
	cmd.Flags().DurationVar(&fits, "fits", 0, "how long a release takes, such as 45m")
	out.flag(cmd, outputTSV)
	return cmd
}

func (p *program) printNext(v exporters.CalendarNextView, fits time.Duration, out output) error {
	exit := exitGood
	switch {
	case v.Opening == nil && v.State == calendar.Unreadable:
		exit = exitUnknown
	case v.Opening == nil:
		exit = exitBad
	}
	switch out {
	case outputJSON:
		return ended(exit, p.printIndented(v))
	case outputTSV:
		_, err := fmt.Fprintf(p.Stdout, "%s\t%s\t%s\n", timeTSV(v.Opening), timeTSV(v.Until), timeTSV(v.Latest))
		return ended(exit, err)
	}
	zone, ok := ical.LookupZone(v.Timezone)
	if !ok {
		zone = ical.Location(nil)
	}
	_, err := io.WriteString(p.Stdout, p.paper().nextText(v, fits, zone))
	return ended(exit, err)
}

func (s paper) nextText(v exporters.CalendarNextView, fits time.Duration, zone ical.Zone) string {
	var b strings.Builder
	when := func(t time.Time) string {
		return glued(exporters.ZoneStamp(t, zone)) + ", " + glued(exporters.Away(t, v.At))
	}
	name := plain(v.Calendar)
	switch {
	case v.Opening == nil && v.State == calendar.Unreadable:
		fmt.Fprintf(&b, "%s\n", s.wrap(name+" is unreadable: when a release may start cannot be told", 0, 2))
		for _, p := range v.Problems {
			s.item(&b, p.Window+": "+p.Text)
		}
		return b.String()
	case v.Opening == nil:
		return s.wrap(fmt.Sprintf("no time was found, within ten years, in which %s is clear for %s", name, v.For), 0, 2) + "\n"
	case v.Opening.Equal(v.At):
		fmt.Fprintf(&b, "%s\n", s.wrap(fmt.Sprintf("%s is clear at %s", name, glued(exporters.ZoneStamp(v.At, zone))), 0, 2))
	default:
		fmt.Fprintf(&b, "%s\n", s.wrap(fmt.Sprintf("%s is clear from %s", name, when(*v.Opening)), 0, 2))
	}
	if v.Until == nil {
		s.item(&b, "until further than is known")
	} else {
		s.item(&b, "until "+when(*v.Until))
	}
	switch {
	case fits > 0 && v.Latest != nil:
		s.item(&b, fmt.Sprintf("a release of %s has to start by %s", span(fits), when(*v.Latest)))
	case fits > 0:
		s.item(&b, fmt.Sprintf("a release of %s may start at any time then", span(fits)))
	}
	return b.String()
}
