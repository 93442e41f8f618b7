package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// journalFile is the embedded journal's name in the data directory.
const journalFile = "journal.db"

// A daemon is a configuration at work.
type daemon struct {
	cfg      *config.Config
	log      *slog.Logger
	store    *patientStore
	monitor  *probes.Monitor
	verdicts *gates.Verdicts
	velocity *gates.Velocity // of all opens
	lines    []*gates.Line   // one per pipeline
	order    []string        // gates as configured
	calls    codepipeline.Calls
	aws      []aws.Config // one per region
}

// newDaemon builds everything and starts nothing.
func (p *program) newDaemon(ctx context.Context, cfg *config.Config) (*daemon, error) {
	d := &daemon{cfg: cfg, log: p.logger()}
	d.store = p.journal(filepath.Join(cfg.Data, journalFile))
	d.verdicts = gates.NewVerdicts(d.store, cfg.Instance)
	if err := d.verdicts.Load(ctx); err != nil {
		d.log.Error("the journal cannot be read: andon closes, but opens nothing until it can", "error", err)
	}
	checks, err := checks(cfg, p.probeEnv(cfg))
	if err != nil {
		return nil, err
	}
	d.monitor = probes.NewMonitor(checks, d.verdicts.Prior)
	return d, d.addGates(ctx, p.points(&d.calls))
}

func checks(cfg *config.Config, env kinds.Env) ([]probes.Check, error) {
	list := make([]probes.Check, 0, len(cfg.Checks)+len(cfg.Witnesses))
	for _, c := range cfg.Checks {
		check, err := newCheck(c, env)
		if err != nil {
			return nil, err
		}
		list = append(list, check)
	}
	for _, w := range cfg.Witnesses {
		check, err := newCheck(w.Check, env)
		if err != nil {
			return nil, err
		}
		check.Witness, check.Network = true, w.Network
		list = append(list, check)
	}
	return list, nil
}

func newCheck(c config.Check, env kinds.Env) (probes.Check, error) {
	probe, err := c.Settings.Probe(env)
	if err != nil {
		return probes.Check{}, fmt.Errorf("check %s: %w", c.Name, err)
	}
	policy := probes.DefaultPolicy(c.Every, c.Timeout)
	policy.Down, policy.Of, policy.Up = c.Down.N, c.Down.Of, c.Up
	return probes.Check{Name: c.Name, Kind: c.Kind, Schedule: c.Schedule, Every: c.Every,
		Timeout: c.Timeout, Policy: policy, Targets: c.Settings.Targets(), Probe: probe}, nil
}

// addGates puts each gate on the line of its pipeline.
func (d *daemon) addGates(ctx context.Context, points *points) error {
	lines := map[place]*gates.Line{}
	d.velocity = gates.NewVelocity(d.cfg.MaxOpens.N, d.cfg.MaxOpens.Per, time.Now())
	for _, g := range d.cfg.Gates {
		point, err := points.of(ctx, g)
		if err != nil {
			return err
		}
		at := placeOf(g)
		if lines[at] == nil {
			lines[at] = gates.NewLine(d.monitor.Snapshot)
			lines[at].Limit(d.velocity)
			d.lines = append(d.lines, lines[at])
		}
		lines[at].Add(gateOf(d.cfg, g), point, d.store)
		d.order = append(d.order, g.Name)
	}
	d.aws = points.configs
	return nil
}

func gateOf(cfg *config.Config, g config.Gate) gates.Gate {
	return gates.Gate{Name: g.Name, Instance: cfg.Instance, Pipeline: g.CodePipeline.Pipeline, Stage: g.CodePipeline.Stage,
		Region: g.CodePipeline.Region, Checks: g.Checks, May: g.May, MinHold: g.MinHold, Reopen: g.Reopen,
		PersonEnable: g.PersonEnable, OnBlind: g.OnBlind, Principals: cfg.Principals, Machines: cfg.Machines}
}

// watch runs the checks and the lines until ctx is done.
func (d *daemon) watch(ctx context.Context) {
	var parts sync.WaitGroup
	changed := d.monitor.Changed()
	parts.Go(func() { d.keepVerdicts(ctx, changed) })
	for _, l := range d.lines {
		wake := d.monitor.Changed()
		parts.Go(func() { l.Run(ctx, wake, newTeller(d.log).tell) })
	}
	for _, cfg := range d.aws {
		parts.Go(func() { d.findOurselves(ctx, cfg) })
	}
	parts.Go(func() { d.monitor.Run(ctx) })
	parts.Wait()
}

// keepVerdicts writes verdicts down when they change, and again when that failed.
func (d *daemon) keepVerdicts(ctx context.Context, changed <-chan struct{}) {
	const again = 10 * time.Second
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(again):
		}
		if err := d.verdicts.Record(ctx, time.Now(), d.monitor.Snapshot()); err != nil && !errors.Is(err, context.Canceled) {
			d.log.Error("a change of verdict could not be written to the journal; andon tries again", "error", err)
		}
	}
}

// findOurselves asks AWS who we are until it answers.
func (d *daemon) findOurselves(ctx context.Context, cfg aws.Config) {
	const again = 30 * time.Second
	for {
		arn, err := codepipeline.WhoAmI(ctx, cfg, &d.calls)
		if err == nil {
			for _, l := range d.lines {
				l.IAm(arn)
			}
			return
		}
		d.log.Debug("AWS did not say who we are", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(again):
		}
	}
}

// reports are the last ticks of all lines, in the order of the configuration.
func (d *daemon) reports() []gates.Report {
	var all []gates.Report
	for _, l := range d.lines {
		all = append(all, l.Reports()...)
	}
	slices.SortStableFunc(all, func(a, b gates.Report) int {
		return slices.Index(d.order, a.Gate.Name) - slices.Index(d.order, b.Gate.Name)
	})
	return all
}

func (d *daemon) holds() int {
	n := 0
	for _, r := range d.reports() {
		if r.Holder == gates.Ours {
			n++
		}
	}
	return n
}

func (d *daemon) handler() http.Handler {
	return exporters.Handler(exporters.Sources{Clock: time.Now, Checks: d.monitor.Snapshot, Gates: d.reports,
		Delays: d.monitor.Delays, JournalErrors: d.store.failures.Load, Ready: d.ready, Calls: d.callCounts,
		Journal: d.store, Commands: commands{d}, Writer: d.writer, Version: buildInfo(), Hosts: d.hosts})
}

// hosts are the names that the server answers for.
func (d *daemon) hosts() []string { return append([]string{d.cfg.Listen}, d.cfg.Hosts...) }

// ready: every gate has been looked at once.
func (d *daemon) ready() error {
	if n := len(d.reports()); n < len(d.cfg.Gates) {
		return fmt.Errorf("%d of %d gates have been looked at since start; wait", n, len(d.cfg.Gates))
	}
	return nil
}

func (d *daemon) callCounts() map[exporters.Call]uint64 {
	counts := map[exporters.Call]uint64{}
	for c, n := range d.calls.Counts() {
		counts[exporters.Call(c)] = n
	}
	return counts
}

func (d *daemon) close() {
	if err := d.store.Close(); err != nil {
		d.log.Error("the journal did not close cleanly", "error", err)
	}
}

var _ journal.Store = (*patientStore)(nil)
