package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

const showHelp = `Says whether a release may start by a calendar, why not, with all causes, and when
that changes; and draws the month. A time of another day is asked with --at, another
month with --month.

In the month, # is a day that is black all day, ~ one of which a part is, ! one that a
window only warns of, ? one of which nothing certain is known. Colours are for
terminals, and for nobody who sets NO_COLOR.

--at may be a time with an offset (2026-11-20T09:00:00+09:00, 2026-11-20T00:00:00Z), or
one on the calendar's clocks: 2026-11-20T09:00, or 2026-11-20, its midnight.

--output json prints an object. Its keys state (clear, black or unreadable), causes
(each with window, reason, start and end) and next_change are always there; times are
in UTC, and null where they are not known. With --month it has month, the stretches in
which the calendar says the same. --output tsv prints one line: state, next change,
windows, reasons; with --month a line for each stretch: start, end, state, windows,
reasons. --output svg draws the month as a picture.

` + calendarAskHelp + `

Exit status: 0 clear, 1 black, 2 unreadable, or it could not be told.`

// A showing is what the command line of calendar show says.
type showing struct {
	calendarAsk
	at, month string
	out       output
}

func (p *program) calendarShowCommand() *cobra.Command {
	var o showing
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Say whether a release may start, why not, and draw the month",
		Long:  showHelp,
		Example: `  andon calendar show --config andon.yaml
  andon calendar show --calendar blackdays --at 2026-11-20T09:00 --output json
  andon calendar show --calendar blackdays --month 2026-12`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := p.oracle(cmd, o.calendarAsk)
			if err != nil {
				return err
			}
			return p.show(cmd.Context(), from, o)
		},
	}
	p.calendarAskFlags(cmd, &o.calendarAsk)
	cmd.Flags().StringVar(&o.at, "at", "", "`TIME` to ask about (default: now)")
	cmd.Flags().StringVar(&o.month, "month", "", "`MONTH` to draw, such as 2026-12 (default: that of --at)")
	o.out.flag(cmd, outputTSV, outputSVG)
	return cmd
}

// outputSVG is a picture of a month.
const outputSVG output = "svg"

// shownView is what --output json prints.
type shownView struct {
	exporters.CalendarStateView
	Month *exporters.CalendarSpansView `json:"month,omitempty"`
}

func (p *program) show(ctx context.Context, from oracle, o showing) error {
	state, err := from.state(ctx, o.at)
	if err != nil {
		return err
	}
	exit := exitOfCalendar(state.State)
	switch {
	case o.month != "":
	case o.out == outputJSON:
		return ended(exit, p.printIndented(shownView{CalendarStateView: state}))
	case o.out == outputTSV:
		return ended(exit, printStateTSV(p.Stdout, state))
	}
	zone, ok := ical.LookupZone(state.Timezone)
	if !ok {
		return failed(exitUnknown, fmt.Errorf("the time zone %.60q of the calendar is not known to this andon: use one of the same version", state.Timezone))
	}
	day := calendar.DateOf(state.At, zone)
	year, month := day.Year, day.Month
	if o.month != "" {
		if year, month, err = calendar.ParseMonth(o.month); err != nil {
			return fmt.Errorf("--month: %w", err)
		}
	}
	first, end := calendar.MonthBounds(year, month, zone)
	spans, err := from.spans(ctx, first, end)
	if err != nil {
		return err
	}
	drawn := calendar.NewMonth(year, month, zone, spans.Plain())
	switch o.out {
	case outputJSON:
		return ended(exit, p.printIndented(shownView{state, &spans}))
	case outputTSV:
		return ended(exit, printSpansTSV(p.Stdout, spans))
	case outputSVG:
		_, err = p.Stdout.Write(exporters.MonthSVG(drawn, state.Calendar, day))
		return ended(exit, err)
	}
	asked := chosenDay{day, "today"}
	if o.at != "" {
		asked.as = "asked about"
	}
	sheet := p.paper()
	_, err = io.WriteString(p.Stdout, sheet.stateText(state, zone)+"\n"+sheet.drawMonth(drawn, state.Calendar, asked))
	return ended(exit, err)
}

func exitOfCalendar(w calendar.Word) int {
	switch w {
	case calendar.Clear:
		return exitGood
	case calendar.Black:
		return exitBad
	}
	return exitUnknown
}

// printIndented prints JSON with what texts of events say as it is, for people to read.
func (p *program) printIndented(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	return p.printJSON(b.Bytes())
}

func printStateTSV(w io.Writer, v exporters.CalendarStateView) error {
	windows, reasons := wordsTSV(v.Causes)
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.State, timeTSV(v.Next), windows, reasons)
	return err
}

func printSpansTSV(w io.Writer, v exporters.CalendarSpansView) error {
	var b bytes.Buffer
	for _, s := range v.Spans {
		windows, reasons := wordsTSV(s.Causes)
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", timeTSV(&s.Start), timeTSV(&s.End), s.State, windows, reasons)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// timeTSV is a time in UTC; empty if it is not known.
func timeTSV(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// wordsTSV are the windows and the reasons of causes, in the same order.
func wordsTSV(causes []exporters.CalendarCauseView) (windows, reasons string) {
	var w, r []string
	for _, c := range causes {
		w, r = append(w, fieldTSV(c.Window)), append(r, fieldTSV(c.Reason))
	}
	return strings.Join(w, ","), strings.Join(r, "; ")
}
