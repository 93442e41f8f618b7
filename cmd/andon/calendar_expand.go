package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/spf13/cobra"
)

const expandHelp = `Prints when the events of an iCalendar file are: what calendar applications
export, and what their secret addresses ending in .ics give.

Each occurrence that overlaps the time from --from to before --to is printed, sorted
by start, end and summary. One that takes no time is printed if it is in there.
Recurring events, their exceptions and their cancellations are followed as RFC 5545
says; events marked as free count like others.

--timezone is where times and dates without a zone are, unless the file names a zone
that is known (X-WR-TIMEZONE). --from and --to may be dates (2026-03-07, its midnight
there), times there (2026-03-07T16:30, also with seconds), or times with an offset
(2026-03-07T16:30:00+09:00, 2026-03-07T07:30:00Z); 20260307, 20260307T163000 and
20260307T073000Z are understood, too.

--output tsv prints start and end in UTC (20260307T073000Z) and the summary, with a
tab between. In the summary a backslash is \\, a tab \t, a line feed \n, a carriage
return \r, and another control character \u and four hexadecimal digits. An end after
the year 9999 is empty, and null in JSON.
--output json prints an object: occurrences, each with start, end, summary, uid and
the line where its event begins; and warnings, each with line, event, text, and
refused if the event does not count. In other forms warnings go to standard error.

Exit status: 0 printed, 2 the file cannot be trusted (it cannot be read, is no
calendar, was cut off, names a time zone that is not known, exceeds a limit): one
line on standard error says why, and nothing is printed.`

// An expanding is what the command line of calendar expand says.
type expanding struct {
	file, zone, from, to string
	out                  output
}

func (p *program) calendarExpandCommand() *cobra.Command {
	var o expanding
	cmd := &cobra.Command{
		Use:   "expand",
		Short: "Print when the events of an iCalendar file are",
		Long:  expandHelp,
		Example: `  andon calendar expand --ics freeze.ics --timezone Asia/Tokyo --from 2026-11-01 --to 2027-02-01
  andon calendar expand --ics freeze.ics --timezone UTC --from 20261101T000000Z --to 20261201T000000Z --output tsv`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.expand(o) },
	}
	cmd.Flags().StringVar(&o.file, "ics", "", "`FILE` to read")
	cmd.Flags().StringVar(&o.zone, "timezone", "", "`ZONE` of times that name none, such as Europe/Berlin")
	cmd.Flags().StringVar(&o.from, "from", "", "`TIME` from which on")
	cmd.Flags().StringVar(&o.to, "to", "", "`TIME` before which")
	for _, name := range []string{"ics", "timezone", "from", "to"} {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
	_ = cmd.MarkFlagFilename("ics", "ics")
	o.out.flag(cmd, outputTSV)
	return cmd
}

func (p *program) expand(o expanding) error {
	zone, ok := ical.LookupZone(o.zone)
	if !ok {
		return fmt.Errorf("--timezone %.60q is not known: use a name such as Europe/Berlin", o.zone)
	}
	from, err := calendar.ParseTime(o.from, zone)
	if err != nil {
		return fmt.Errorf("--from %w", err)
	}
	to, err := calendar.ParseTime(o.to, zone)
	if err != nil {
		return fmt.Errorf("--to %w", err)
	}
	if !from.Before(to) {
		return fmt.Errorf("--from %s is not before --to %s", o.from, o.to)
	}
	c, all, err := expandFile(o.file, zone, from, to)
	if err != nil {
		return failed(exitUnknown, err)
	}
	if o.out == outputJSON {
		return failed(exitBad, p.printExpandedJSON(c, all))
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(p.Stderr, "andon: warning: %s\n", plain(w.String()))
	}
	if more := c.Warned - len(c.Warnings); more > 0 {
		fmt.Fprintf(p.Stderr, "andon: warning: and %d more\n", more)
	}
	if o.out == outputTSV {
		return failed(exitBad, p.printExpandedTSV(all))
	}
	return failed(exitBad, p.printExpanded(all, zone))
}

// expandSteps are enough for two million occurrences, and for no more.
const expandSteps = 20_000_000

func expandFile(name string, zone ical.Zone, from, to time.Time) (*ical.Calendar, []ical.Occurrence, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err // which names the file
	}
	defer f.Close()
	c, err := ical.Parse(f, ical.Options{Zone: zone})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	budget := ical.Budget(expandSteps)
	all, err := c.Over(from, to, &budget)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, all, nil
}

func (p *program) printExpandedTSV(all []ical.Occurrence) error {
	const utc = "20060102T150405Z"
	w := bufio.NewWriter(p.Stdout)
	for _, o := range all {
		start, end := "", ""
		if t := told(o.Start); t != nil {
			start = t.Format(utc)
		}
		if t := told(o.End); t != nil {
			end = t.Format(utc)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", start, end, fieldTSV(o.Event.Summary))
	}
	return w.Flush()
}

// told is a time as four digits of the year can tell it, or nil.
func told(t time.Time) *time.Time {
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return nil
	}
	return &t
}

type expandedView struct {
	Occurrences  []occurrenceView  `json:"occurrences"`
	Warnings     []fileWarningView `json:"warnings"`
	MoreWarnings int               `json:"more_warnings,omitempty"` // than are listed
}

type occurrenceView struct {
	Start   *time.Time `json:"start"` // null: before year 1
	End     *time.Time `json:"end"`   // null: after year 9999
	Summary string     `json:"summary"`
	UID     string     `json:"uid"`
	Line    int        `json:"line"`
}

type fileWarningView struct {
	Line    int    `json:"line"`
	Event   string `json:"event,omitempty"`
	Text    string `json:"text"`
	Refused bool   `json:"refused,omitempty"`
}

func (p *program) printExpandedJSON(c *ical.Calendar, all []ical.Occurrence) error {
	v := expandedView{Occurrences: []occurrenceView{}, Warnings: []fileWarningView{}, MoreWarnings: c.Warned - len(c.Warnings)}
	for _, o := range all {
		v.Occurrences = append(v.Occurrences, occurrenceView{told(o.Start), told(o.End), o.Event.Summary, o.Event.UID, o.Event.Line})
	}
	for _, w := range c.Warnings {
		v.Warnings = append(v.Warnings, fileWarningView(w))
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return p.printJSON(append(text, '\n'))
}

// printExpanded prints for people, who read the clocks of the zone.
func (p *program) printExpanded(all []ical.Occurrence, zone ical.Zone) error {
	t := newTable("START", "END", "LASTS", "SUMMARY")
	for _, o := range all {
		t.row(zoneClock(o.Start, zone), zoneClock(o.End, zone), o.End.Sub(o.Start).String(), o.Event.Summary)
	}
	return t.print(p.Stdout)
}

// zoneClock is an instant on the clocks of a zone.
func zoneClock(t time.Time, zone ical.Zone) string {
	seconds, _, _ := zone.Offset(t)
	return t.In(time.FixedZone("", seconds)).Format("Mon 2006-01-02 15:04:05 -07:00")
}
