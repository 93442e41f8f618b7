package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

const diffHelp = `Tells what changes between two versions of a configuration, or of a calendar file
(.ics): the times at which one says something else than the other, or for other
reasons. Two configurations are compared calendar by calendar, or in the one that
--calendar names. Files and feeds that they read are read once.

--timezone is where times and dates of an .ics file are that name no zone. --from takes
the forms of --at in 'andon calendar show'.

--output json prints an object with calendars, each with its changes; --output tsv a
line for each change: calendar, start, end, what was said, what is said, and the
windows that are gone and that are added. Times are in UTC.

Exit status: 0 nothing changes, 1 something does, 2 it could not be told.`

// A diffing is what the command line of calendar diff says.
type diffing struct {
	name, zone, from string
	days             int
	out              output
}

func (p *program) calendarDiffCommand() *cobra.Command {
	var o diffing
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what changes between two versions of calendars",
		Long:  diffHelp,
		Example: `  andon calendar diff andon.yaml andon.new.yaml --days 400
  andon calendar diff before.ics after.ics --timezone Asia/Tokyo --from 2027-01-01 --days 31`,
		Args: cobra.ExactArgs(2),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml", "ics"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.diff(cmd.Context(), args[0], args[1], o) },
	}
	cmd.Flags().StringVar(&o.name, "calendar", "", "`NAME` of the calendar (default: all)")
	cmd.Flags().StringVar(&o.zone, "timezone", "UTC", "`ZONE` of an .ics file, such as Europe/Berlin")
	cmd.Flags().StringVar(&o.from, "from", "", "`TIME` from which on to compare (default: now)")
	cmd.Flags().IntVar(&o.days, "days", 400, "how many days to compare")
	o.out.flag(cmd, outputTSV)
	return cmd
}

func (p *program) diff(ctx context.Context, before, after string, o diffing) error {
	const most = 3650
	if o.days < 1 || o.days > most {
		return fmt.Errorf("--days %d: want 1 to %d", o.days, most)
	}
	if _, ok := ical.LookupZone(o.zone); !ok {
		return fmt.Errorf("--timezone %.60q is not known: use a name such as Europe/Berlin", o.zone)
	}
	now := time.Now()
	was, err := p.version(ctx, before, o, now)
	if err != nil {
		return err
	}
	is, err := p.version(ctx, after, o, now)
	if err != nil {
		return err
	}
	v, err := compare(was, is, o, now)
	if err != nil {
		return err
	}
	exit := exitGood
	for _, c := range v.Calendars {
		if len(c.Changes) > 0 || c.Only != "" {
			exit = max(exit, exitBad)
		}
		if c.Unreadable != "" {
			return ended(exitUnknown, p.printDiff(v, o.out))
		}
	}
	return ended(exit, p.printDiff(v, o.out))
}

// version reads one of the two files.
func (p *program) version(ctx context.Context, file string, o diffing, now time.Time) ([]*calendar.Calendar, error) {
	if strings.EqualFold(filepath.Ext(file), ".ics") {
		c, err := fileCalendar(file, o.zone, now)
		return []*calendar.Calendar{c}, failed(exitUnknown, err)
	}
	cfg, err := config.Load(file, config.Overrides{Environ: p.Environ})
	if err != nil {
		return nil, failed(exitUnknown, err)
	}
	if o.name != "" {
		c, err := p.evaluate(ctx, cfg, o.name)
		return []*calendar.Calendar{c}, err
	}
	w := p.world()
	w.Log = slog.New(slog.DiscardHandler)
	snapshot, _ := daemon.Calendars(ctx, cfg, w)
	var all []*calendar.Calendar
	for _, c := range cfg.Calendars {
		all = append(all, snapshot[c.Name])
	}
	return all, nil
}

// fileCalendar is the events of a file, as a calendar.
func fileCalendar(file, zone string, now time.Time) (*calendar.Calendar, error) {
	c, err := calendar.New(calendar.Settings{Name: "file", Timezone: zone,
		Windows: []calendar.Window{{Name: "events", Selector: calendar.Selector{ICS: &calendar.ICS{File: file}}}}})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err // which names the file
	}
	defer f.Close()
	events, err := ical.Parse(f, ical.Options{Zone: c.Zone()})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c.With(map[calendar.Ref]calendar.Copy{c.Sources()[0].Ref: {Events: events, Read: now}}, now), nil
}

// compare pairs calendars by their names, or one with one.
func compare(was, is []*calendar.Calendar, o diffing, now time.Time) (diffView, error) {
	if len(was) == 1 && len(is) == 1 {
		c, err := compareOne(is[0].Name(), was[0], is[0], o, now)
		return diffView{[]calendarDiffView{c}}, err
	}
	named := func(all []*calendar.Calendar, name string) *calendar.Calendar {
		if i := slices.IndexFunc(all, func(c *calendar.Calendar) bool { return c.Name() == name }); i >= 0 {
			return all[i]
		}
		return nil
	}
	var names []string
	for _, c := range slices.Concat(was, is) {
		if !slices.Contains(names, c.Name()) {
			names = append(names, c.Name())
		}
	}
	slices.Sort(names)
	v := diffView{[]calendarDiffView{}}
	for _, name := range names {
		c, err := compareOne(name, named(was, name), named(is, name), o, now)
		if err != nil {
			return v, err
		}
		v.Calendars = append(v.Calendars, c)
	}
	return v, nil
}

func compareOne(name string, was, is *calendar.Calendar, o diffing, now time.Time) (calendarDiffView, error) {
	v := calendarDiffView{Calendar: name, Changes: []changeView{}}
	switch {
	case was == nil:
		v.Only, v.Timezone = "new", is.Zone().String()
		return v, nil
	case is == nil:
		v.Only, v.Timezone = "old", was.Zone().String()
		return v, nil
	}
	v.Timezone = is.Zone().String()
	from := now
	if o.from != "" {
		var err error
		if from, err = calendar.ParseTime(o.from, is.Zone()); err != nil {
			return v, fmt.Errorf("--from %w", err)
		}
	}
	from = from.Truncate(time.Second)
	to := calendar.DateOf(from, is.Zone()).Add(o.days).Midnight(is.Zone())
	changes, err := calendar.Diff(was, is, now, from, to)
	if errors.Is(err, calendar.ErrRange) {
		return v, fmt.Errorf("--days %d: %w", o.days, err)
	}
	v.From, v.To = from.UTC(), to.UTC()
	for file, c := range map[string]*calendar.Calendar{"old": was, "new": is} {
		if s := c.At(now, from); s.Word == calendar.Unreadable {
			v.Unreadable = unreadableText(file, s)
		}
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, viewChange(c))
	}
	return v, failed(exitUnknown, err)
}

// unreadableText says which version of a calendar is not known, and why.
func unreadableText(file string, s calendar.State) string {
	text := "in the " + file + " file it is unreadable"
	for _, p := range s.Problems {
		text += "; " + p.Window + ": " + p.Text
	}
	return text
}
