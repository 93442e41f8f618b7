package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/sqlite"
	"github.com/spf13/cobra"
)

const unholdHelp = `Enables the transitions that andon holds, of the gates that are named or of all,
without a daemon. What a person or another andon holds is left alone. Your
order is written to the journal first, so that a daemon that runs on the same
journal honours it for the gate's person_enable instead of closing again.

A hold of a gate that is no longer configured, or not there, is in the journal:
it is given back under that gate's name.

AWS credentials, region and endpoints come from where the AWS CLI takes them.

Exit status: 0 all that andon held was given back, or it held nothing; 1
something failed; 2 AWS could not be asked.`

// An unholding is what the command line of unhold says.
type unholding struct {
	reason string
	dryRun bool
	out    output
}

func (p *program) unholdCommand() *cobra.Command {
	var u unholding
	var file string
	cmd := &cobra.Command{
		Use:               "unhold [GATE ...]",
		Short:             "Give back what andon holds, without a daemon",
		Long:              unholdHelp,
		Example:           "  andon unhold --config andon.yaml --dry-run --reason 'looking'\n  andon unhold production --config andon.yaml --data /var/lib/andon --reason 'the fix has to go out'",
		ValidArgsFunction: p.completeConfiguredGates,
		RunE: func(cmd *cobra.Command, names []string) error {
			if strings.TrimSpace(u.reason) == "" {
				return errors.New("say why with --reason TEXT: it is kept in the journal and shown to everybody")
			}
			cfg, err := config.LoadGates(file, config.Overrides{Environ: p.Environ, Flags: cmd.Flags()})
			if err != nil {
				return failed(exitBad, err)
			}
			return p.unhold(cmd.Context(), cfg, names, u)
		},
	}
	configFlag(cmd, &file)
	dataFlag(cmd)
	cmd.Flags().StringVar(&u.reason, "reason", "", "`TEXT` that says why (required)")
	cmd.Flags().BoolVar(&u.dryRun, "dry-run", false, "tell what would be done, and change nothing")
	u.out.flag(cmd)
	return cmd
}

func (p *program) unhold(ctx context.Context, cfg *config.Config, names []string, u unholding) error {
	store, err := p.unholdJournal(ctx, cfg.Data, u.dryRun)
	if err != nil {
		return failed(exitBad, err)
	}
	defer store.Close()
	list, err := p.holdings(ctx, cfg, store, names)
	if err != nil {
		return err
	}
	points := daemon.NewPoints(p.world(), new(codepipeline.Calls))
	var me string
	results := make([]unheld, 0, len(list))
	exit := exitGood
	for i, h := range list {
		post, err := points.Post(ctx, h.gate)
		if err != nil {
			return failed(exitUnknown, err)
		}
		h.gate = post.Gate
		if i == 0 {
			// One set of credentials: who we are is the same in every region.
			// Without an answer the order bears the name this machine knows.
			me, _ = codepipeline.WhoAmI(ctx, points.Config(h.gate.Region), nil)
		}
		if me != "" {
			h.gate.Principals = append(slices.Clone(h.gate.Principals), me)
		}
		watched := &watchedPoint{Point: post.Point, rehearse: u.dryRun, me: me}
		err = h.giveBack(ctx, watched, store, gates.Order{Actor: actor(me), Reason: u.reason})
		r := watched.tell(h.gate, err, time.Now())
		if h.orphan != nil {
			r.Until = time.Time{} // no gate is there that could close again
		}
		if exit != exitBad && r.exit != exitGood {
			exit = r.exit
		}
		results = append(results, r)
	}
	return ended(exit, p.printUnheld(results, u.out))
}

// A closingStore is a journal that is closed after use.
type closingStore interface {
	journal.Store
	io.Closer
}

// unholdJournal is where the order is written: for a rehearsal, a copy that is
// thrown away.
func (p *program) unholdJournal(ctx context.Context, dir string, rehearse bool) (closingStore, error) {
	path := filepath.Join(dir, daemon.JournalFile)
	_, err := os.Stat(path)
	missing := errors.Is(err, os.ErrNotExist)
	if missing {
		fmt.Fprintf(p.Stderr, "andon: there is no journal at %s yet; if the daemon keeps its journal elsewhere, name that directory with --data\n", path)
	}
	if !rehearse {
		return p.world().Journal(dir), nil
	}
	draft := struct {
		journal.Memory
		io.Closer
	}{Closer: io.NopCloser(nil)}
	if missing {
		return &draft, nil
	}
	s, err := sqlite.OpenReadOnly(ctx, path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return &draft, copyJournal(ctx, &draft, s)
}

func copyJournal(ctx context.Context, to, from journal.Store) error {
	streams, err := from.Streams(ctx)
	if err != nil {
		return err
	}
	for _, stream := range streams {
		records, err := from.Read(ctx, stream, 0, 0)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := to.Append(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// actor names who gives the order.
func actor(arn string) string {
	if arn != "" {
		return arn
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return fmt.Sprintf("user %d of this machine", os.Getuid())
}

// A watchedPoint remembers what the first read showed. In a rehearsal it sends
// no write, and shows what would be.
type watchedPoint struct {
	gates.Point
	rehearse bool
	me       string

	before  gates.Seen
	enabled bool // as far as a rehearsal goes
}

// Read is gates.Point's.
func (w *watchedPoint) Read(ctx context.Context, notBefore time.Time) (gates.Seen, error) {
	seen, err := w.Point.Read(ctx, notBefore)
	if err != nil {
		return seen, err
	}
	if w.before.Begun.IsZero() {
		w.before = seen
	}
	if w.enabled {
		seen.Enabled, seen.Reason, seen.ChangedBy = true, "", w.me
	}
	return seen, nil
}

// Do is gates.Point's.
func (w *watchedPoint) Do(ctx context.Context, a gates.Action) error {
	if w.rehearse {
		w.enabled = a.Verb == gates.Open
		return nil
	}
	return w.Point.Do(ctx, a)
}
