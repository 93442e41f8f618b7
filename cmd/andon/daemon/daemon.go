// Package daemon is a configuration at work: its checks run, its gates are kept,
// its faces served, and it is replaced as a whole when it changes.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/probes"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// A Daemon is a configuration at work.
type Daemon struct {
	world     World
	log       *slog.Logger
	store     *Journal
	monitor   *probes.Monitor
	verdicts  *gates.Verdicts
	velocity  *gates.Velocity // of all opens
	calendars *sources.Keeper
	outlet    *outlet // of calendars
	calls     codepipeline.Calls
	setup     atomic.Pointer[setup]
	renewed   chan struct{}                                // there is a setup whose lines do not run yet
	relook    chan struct{}                                // … and whose orphans are not known
	untidy    chan struct{}                                // … and what reading it took is not given back
	me        atomic.Pointer[string]                       // our ARN, once AWS told it
	read      func() (*config.Config, config.Files, error) // nil: the configuration stays as it is
	reloads   reloads
	orphans   atomic.Pointer[[]gates.Orphan]

	changing sync.Mutex // guards points, and that one setup follows the other
	points   *Points
}

// New builds everything and starts nothing. Close it in the end.
func New(ctx context.Context, w World, cfg *config.Config, from Origin) (*Daemon, error) {
	d := &Daemon{world: w, log: w.Log, read: from.Read, renewed: make(chan struct{}, 1), relook: make(chan struct{}, 1), untidy: make(chan struct{}, 1)}
	d.points = NewPoints(w, &d.calls)
	d.store = w.Journal(cfg.Data)
	d.verdicts = gates.NewVerdicts(d.store, cfg.Instance)
	if err := d.verdicts.Load(ctx); err != nil {
		d.log.Error("the journal cannot be read: andon closes, but opens nothing until it can", "error", err)
	}
	d.velocity = gates.NewVelocity(cfg.MaxOpens.N, cfg.MaxOpens.Per, time.Now())
	d.outlet = newOutlet(w, cfg.Egress, &d.calls)
	d.calendars = newKeeper(w, d.outlet, cfg.Data, d.store)
	s, err := d.newSetup(ctx, cfg, nil)
	if err != nil {
		return nil, err
	}
	d.monitor = probes.NewMonitor(s.questions.list, d.verdicts.Prior)
	d.work(ctx, s)
	d.setup.Store(s)
	d.reloads.began(time.Now(), from.Files)
	return d, nil
}

// Watch runs the checks and the lines until ctx is done.
func (d *Daemon) Watch(ctx context.Context) {
	var parts sync.WaitGroup
	changed, stop := d.monitor.Changed()
	defer stop()
	parts.Go(func() { d.keepVerdicts(ctx, changed) })
	parts.Go(func() { d.keepLines(ctx) })
	parts.Go(func() { d.keepOrphans(ctx) })
	parts.Go(func() { d.giveBack(ctx, d.untidy) })
	parts.Go(func() { d.calendars.Run(ctx) })
	parts.Go(func() { d.monitor.Run(ctx) })
	parts.Wait()
}

// keepLines runs the lines of the setup, and asks in each of its regions who
// we are.
func (d *Daemon) keepLines(ctx context.Context) {
	var parts sync.WaitGroup
	defer parts.Wait()
	running, asked := map[*gates.Line]context.CancelFunc{}, map[string]bool{}
	for {
		s := d.setup.Load()
		wanted := map[*gates.Line]bool{}
		for _, l := range s.lines {
			wanted[l] = true
			if running[l] == nil {
				ctx, stop := context.WithCancel(ctx)
				running[l] = stop
				parts.Go(func() { d.keepLine(ctx, l) })
			}
		}
		for l, stop := range running {
			if !wanted[l] { // it has no gates any more
				stop()
				delete(running, l)
			}
		}
		for region, cfg := range s.regions {
			if !asked[region] {
				asked[region] = true
				parts.Go(func() { d.findOurselves(ctx, cfg) })
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-d.renewed:
		}
	}
}

// keepLine runs a line. It is woken by verdicts and by calendars.
func (d *Daemon) keepLine(ctx context.Context, l *gates.Line) {
	verdicts, deaf := d.monitor.Changed()
	defer deaf()
	calendars, deafer := d.calendars.Changed()
	defer deafer()
	wake := make(chan struct{}, 1)
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { either(ctx, verdicts, calendars, wake) })
	l.Run(ctx, wake, newTeller(d.log).tell)
}

// keepVerdicts writes verdicts down when they change, and again when that failed.
func (d *Daemon) keepVerdicts(ctx context.Context, changed <-chan struct{}) {
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
func (d *Daemon) findOurselves(ctx context.Context, cfg aws.Config) {
	const again = 30 * time.Second
	for {
		arn, err := codepipeline.WhoAmI(ctx, cfg, &d.calls)
		if err == nil {
			d.weAre(arn)
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

// weAre tells every line, and those to come.
func (d *Daemon) weAre(arn string) {
	d.changing.Lock()
	defer d.changing.Unlock()
	d.me.Store(&arn)
	for _, l := range d.setup.Load().lines {
		l.IAm(arn)
	}
}

// Reports are the last ticks of all lines, in the order of the configuration.
func (d *Daemon) Reports() []gates.Report {
	s := d.setup.Load()
	byGate := map[string]gates.Report{}
	for _, l := range s.lines {
		for _, r := range l.Reports() {
			byGate[r.Gate.Name] = r
		}
	}
	all := make([]gates.Report, 0, len(byGate))
	for _, g := range s.gates {
		if r, ok := byGate[g.Name]; ok {
			all = append(all, r)
		}
	}
	return all
}

// Holds is at how many gates andon holds the transition.
func (d *Daemon) Holds() int {
	n := 0
	for _, r := range d.Reports() {
		if r.Holder == gates.Ours {
			n++
		}
	}
	return n
}

// Handler serves the status API, the page and the metrics.
func (d *Daemon) Handler() http.Handler {
	return exporters.Handler(exporters.Sources{Clock: time.Now, Checks: d.monitor.Snapshot, Gates: d.Reports,
		Delays: d.monitor.Delays, JournalErrors: d.store.failures.Load, Ready: d.ready, Calls: d.callCounts,
		Journal: d.store, Commands: commands{d}, Ways: commands{d}, Writer: d.writer, Version: d.world.Build, Hosts: d.hosts,
		Config: d.reloads.last, Orphans: d.left, Calendars: d.calendars.Snapshot,
		Feeds: d.calendars.States, Acknowledge: d.calendars.Ack})
}

// hosts are the names that the server answers for.
func (d *Daemon) hosts() []string { return append([]string{d.cfg().Listen}, d.cfg().Hosts...) }

func (d *Daemon) cfg() *config.Config { return d.setup.Load().cfg }

// ready: every gate has been looked at once.
func (d *Daemon) ready() error {
	if n := len(d.Reports()); n < len(d.cfg().Gates) {
		return fmt.Errorf("%d of %d gates have been looked at since start; wait", n, len(d.cfg().Gates))
	}
	return nil
}

func (d *Daemon) callCounts() map[exporters.Call]uint64 {
	counts := map[exporters.Call]uint64{}
	for c, n := range d.calls.Counts() {
		counts[exporters.Call(c)] = n
	}
	return counts
}

// Close ends the use of the journal.
func (d *Daemon) Close() {
	if err := d.store.Close(); err != nil {
		d.log.Error("the journal did not close cleanly", "error", err)
	}
}
