package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/probes"
	"github.com/spf13/cobra"
)

const probeHelp = `Asks what the named checks and witnesses of the configuration ask, once and now,
in the way the daemon does: the same settings, deadlines and refused addresses.
It needs no daemon, no journal and no AWS.

With --until-healthy it asks again on each check's own beat, until every target
has passed as many times in a row as its check's ` + "`up`" + ` says, or --passes: this is
for a deployment's hook. A check on a cron schedule is asked at the shortest
period of that schedule.

--output json prints an object: outcome (pass, fail, inconclusive or timeout) and
checks, a list of name, kind, outcome and targets; each target has name, outcome,
passes (in a row), wanted, runs and last, which is a run as in the status API.
--output junit prints JUnit's XML, a test case per target.

Exit status: 0 all pass, 1 one or more fail, 2 it cannot be told (inconclusive,
interrupted, or the configuration is wrong), 3 not healthy within --timeout.`

// A probing is what the command line of probe says.
type probing struct {
	file         string
	names        []string
	all          bool
	untilHealthy bool
	timeout      time.Duration
	passes       int
	out          output
}

func (p *program) probeCommand() *cobra.Command {
	var o probing
	cmd := &cobra.Command{
		Use:   "probe NAME... | --all",
		Short: "Ask checks once, or until they are healthy",
		Long:  probeHelp,
		Example: `  andon probe storefront
  andon probe --all --config andon.yaml --output junit
  andon probe storefront --until-healthy --timeout 5m --passes 5`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: p.completeChecks,
		RunE: func(cmd *cobra.Command, names []string) error {
			o.names = names
			return p.probe(cmd.Context(), o, cmd)
		},
	}
	configFlag(cmd, &o.file)
	cmd.Flags().BoolVar(&o.all, "all", false, "ask all checks and witnesses")
	cmd.Flags().BoolVar(&o.untilHealthy, "until-healthy", false, "ask again until all are healthy")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 5*time.Minute, "how long to ask at most, with --until-healthy")
	cmd.Flags().IntVar(&o.passes, "passes", 0, "`N` passes in a row are healthy, with --until-healthy (default the check's up)")
	o.out.flag(cmd, outputJUnit)
	return cmd
}

// misused tells what of the command line cannot be meant.
func (o probing) misused(cmd *cobra.Command) error {
	switch {
	case o.all == (len(o.names) > 0):
		return errors.New("name the checks to ask, or say --all for every one")
	case !o.untilHealthy && (cmd.Flags().Changed("timeout") || cmd.Flags().Changed("passes")):
		return errors.New("--timeout and --passes are for --until-healthy; a check that is asked once has its own timeout")
	case o.timeout <= 0:
		return fmt.Errorf("--timeout %v: want how long to ask, like 5m", o.timeout)
	case o.passes < 0 || cmd.Flags().Changed("passes") && o.passes == 0:
		return fmt.Errorf("--passes %d: want how many passes in a row are healthy, like 5", o.passes)
	}
	return nil
}

func (p *program) probe(ctx context.Context, o probing, cmd *cobra.Command) error {
	if err := o.misused(cmd); err != nil {
		return err
	}
	cfg, err := config.Load(o.file, config.Overrides{Environ: p.Environ})
	if err != nil {
		return failed(exitUnknown, err)
	}
	all, err := daemon.Checks(cfg, p.world())
	if err != nil {
		return failed(exitUnknown, err)
	}
	chosen, err := o.choose(all)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return failed(exitUnknown, fmt.Errorf("%s has no checks: there is nothing to ask", o.file))
	}
	pr := newProber(chosen, o.passes)
	outcome := pr.run(ctx, o, p)
	if err := p.printProbed(pr.view(outcome), o.out); err != nil {
		return ended(exitUnknown, err)
	}
	if ctx.Err() != nil {
		return failed(exitUnknown, errors.New("interrupted before all was asked"))
	}
	return ended(exitOfProbe(outcome), nil)
}

// choose finds the checks with the names given, in the order of the
// configuration, and refuses what could never be healthy in time.
func (o probing) choose(all []probes.Check) ([]probes.Check, error) {
	known := make([]string, len(all))
	for i, c := range all {
		known[i] = c.Name
	}
	for _, name := range o.names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the configuration has no check %.60q, it has: %s", name, strings.Join(known, ", "))
		}
	}
	chosen := slices.Clone(all)
	if !o.all {
		chosen = slices.DeleteFunc(chosen, func(c probes.Check) bool { return !slices.Contains(o.names, c.Name) })
	}
	for _, c := range chosen {
		wanted := wantedPasses(c, o.passes)
		if least := time.Duration(wanted-1) * c.Every; o.untilHealthy && least >= o.timeout {
			return nil, fmt.Errorf("check %s cannot become healthy within %v: it has to pass %d times, one run each %v, which takes %v at least; give it more with --timeout, or ask for fewer with --passes",
				c.Name, o.timeout, wanted, c.Every, least)
		}
	}
	return chosen, nil
}

func wantedPasses(c probes.Check, passes int) int {
	if passes > 0 {
		return passes
	}
	return max(c.Policy.Up, 1)
}

// exitOfProbe is the exit code of an outcome of all checks.
func exitOfProbe(outcome string) int {
	switch outcome {
	case probes.Pass.String():
		return exitGood
	case probes.Fail.String():
		return exitBad
	case outcomeTimeout:
		return exitTimeout
	}
	return exitUnknown
}
