package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

const lintHelp = `Tells what may surprise in the calendars of a configuration: windows that lie in the
past, that never come, that are longer or shorter where clocks are changed, that
another window says already, or that rest on holidays which no government has told
yet; a calendar that is never open for three months; nights that are closed while the
weekend between them is open. Files and feeds are read once, and what is wrong with
them is told.

Exit status: 0 nothing to tell, 1 there is something, 2 the configuration is not
valid.`

func (p *program) calendarLintCommand() *cobra.Command {
	var file, name string
	var out output
	cmd := &cobra.Command{
		Use:     "lint",
		Short:   "Tell what may surprise in calendars",
		Long:    lintHelp,
		Example: "  andon calendar lint --config andon.yaml\n  andon calendar lint --config andon.yaml --calendar blackdays --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, config.Overrides{Environ: p.Environ})
			if err != nil {
				return failed(exitUnknown, err)
			}
			return p.lint(cmd.Context(), cfg, name, out)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&name, "calendar", "", "`NAME` of the calendar (default: all)")
	_ = cmd.RegisterFlagCompletionFunc("calendar", p.completeCalendars) // the flag exists
	out.flag(cmd, outputTSV)
	return cmd
}

// remarkView is something to know of a calendar.
type remarkView struct {
	Calendar string `json:"calendar"`
	exporters.CalendarProblemView
}

func (p *program) lint(ctx context.Context, cfg *config.Config, name string, out output) error {
	if name != "" {
		var names []string
		for _, c := range cfg.Calendars {
			names = append(names, c.Name)
		}
		if _, err := chooseCalendar(name, names); err != nil {
			return err
		}
	}
	w := p.world()
	w.Log = slog.New(slog.DiscardHandler)
	snapshot, _ := daemon.Calendars(ctx, cfg, w)
	now := time.Now()
	remarks := []remarkView{}
	for _, c := range cfg.Calendars {
		if name != "" && c.Name != name {
			continue
		}
		at := snapshot[c.Name]
		for _, problem := range append(at.Lint(now), at.At(now, now).Problems...) {
			remarks = append(remarks, remarkView{c.Name, exporters.ViewProblem(problem)})
		}
	}
	exit := exitGood
	if len(remarks) > 0 {
		exit = exitBad
	}
	return ended(exit, p.printRemarks(remarks, out))
}

func (p *program) printRemarks(remarks []remarkView, out output) error {
	var b bytes.Buffer
	switch out {
	case outputJSON:
		return p.printIndented(map[string]any{"remarks": remarks})
	case outputTSV:
		for _, r := range remarks {
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", r.Calendar, r.Window, r.Code, fieldTSV(r.Text), fieldTSV(r.Do))
		}
	default:
		sheet := p.paper()
		for _, r := range remarks {
			place := r.Calendar
			if r.Window != "" {
				place += "/" + r.Window
			}
			fmt.Fprintf(&b, "%s\n", sheet.wrap(plain(place+": "+r.Text), 0, 2))
			if r.Do != "" {
				fmt.Fprintf(&b, "  %s\n", sheet.wrap(plain(r.Do), 2, 4))
			}
		}
		if len(remarks) == 0 {
			b.WriteString("nothing to tell\n")
		}
	}
	_, err := p.Stdout.Write(b.Bytes())
	return err
}
