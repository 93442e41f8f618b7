package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

const checkHelp = `Reads the configuration as the daemon does, with the variables and flags that
replace values in it, and says what will happen: what each check asks and when,
how fast it can turn, what each calendar says now and next, and what each gate does.
It asks nobody: no target, no feed, no AWS.
Secrets are not shown.

Warnings tell what works and may surprise. They keep nothing from running; with
--strict they make the command fail.

Exit status: 0 valid, 1 not valid, or with --strict one or more warnings.`

func (p *program) checkCommand() *cobra.Command {
	var file string
	var strict bool
	var out output
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Validate the configuration, and say what it will do",
		Long:    checkHelp,
		Example: "  andon check --config andon.yaml\n  andon check --strict --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, config.Overrides{Environ: p.Environ, Flags: cmd.Flags()})
			if err == nil {
				err = p.runnable(file, cfg)
			}
			var calendars calendar.Snapshot
			if err == nil {
				calendars = daemon.CalendarFiles(cmd.Context(), cfg)
			}
			return p.check(file, cfg, calendars, err, time.Now(), strict, out)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&strict, "strict", false, "fail on warnings too")
	listenFlag(cmd)
	dataFlag(cmd)
	out.flag(cmd)
	return cmd
}

// runnable tells what keeps a configuration from running although it is valid in
// itself: files that it names and that are not what they should be.
func (p *program) runnable(file string, cfg *config.Config) error {
	var all config.Errors
	if _, err := newDoor(cfg.WebConfig, p.logger()); err != nil {
		all = append(all, config.Error{File: file, Path: "web_config", Msg: err.Error()})
	}
	env := p.world().Env(cfg)
	try := func(list string, i int, c config.Check) {
		if _, err := c.Settings.Probe(env); err != nil {
			all = append(all, config.Error{File: c.Pos.File, Line: c.Pos.Line, Col: c.Pos.Col, Path: fmt.Sprintf("%s[%d]", list, i), Msg: err.Error()})
		}
	}
	for i, c := range cfg.Checks {
		try("checks", i, c)
	}
	for i, w := range cfg.Witnesses {
		try("witnesses", i, w.Check)
	}
	if len(all) > 0 {
		return all
	}
	return nil
}

// check prints what became of loading file. Calendars are those of cfg, as far as
// they could be read.
func (p *program) check(file string, cfg *config.Config, calendars calendar.Snapshot, err error, now time.Time, strict bool, out output) error {
	exit := exitGood
	if err != nil || strict && len(cfg.WarningsAt(now)) > 0 {
		exit = exitBad
	}
	if out == outputJSON {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false) // conditions are to be read
		e.SetIndent("", "  ")
		if err := e.Encode(outlookOf(file, cfg, calendars, err, now)); err != nil {
			return failed(exitBad, err)
		}
		return ended(exit, p.printJSON(text.Bytes()))
	}
	if err != nil {
		var mistakes config.Errors
		if !errors.As(err, &mistakes) {
			return failed(exitBad, err)
		}
		for _, m := range mistakes { // one a line, as editors read them
			fmt.Fprintln(p.Stderr, m.Error())
		}
		fmt.Fprintf(p.Stderr, "andon: %s is not valid: %s\n", file, count(len(mistakes), "mistake"))
		return ended(exit, nil)
	}
	return ended(exit, printOutlook(p.Stdout, outlookOf(file, cfg, calendars, nil, now)))
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
