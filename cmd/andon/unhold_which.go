package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
)

// A holding is what may be held in the name of a gate: of one that is
// configured, or of one that left a hold behind.
type holding struct {
	gate   gates.Gate
	orphan *gates.Orphan
}

// holdings are those with these names, all if there are none. What the journal
// cannot tell is told to whoever watches, and left out.
func (p *program) holdings(ctx context.Context, cfg *config.Config, s journal.Store, names []string) ([]holding, error) {
	var all []holding
	var configured []gates.Gate
	for _, g := range cfg.Gates {
		gate := daemon.GateOf(cfg, g)
		configured = append(configured, gate)
		all = append(all, holding{gate: gate})
	}
	orphans, err := gates.NewOrphans(s).Look(ctx, configured)
	if err != nil {
		fmt.Fprintf(p.Stderr, "andon: holds of gates that are not configured any more are not found, because the journal cannot be read: %v\n", err)
	}
	for _, o := range orphans {
		answered := func(g gates.Gate) bool { return g.Name == o.Gate && g.Place().Is(o.Place) }
		if slices.ContainsFunc(configured, answered) {
			continue
		}
		left := gates.Gate{Name: o.Gate, Instance: cfg.Instance, Pipeline: o.Pipeline, Stage: o.Stage, Region: o.Region,
			PersonEnable: gates.OrderFor, Principals: cfg.Principals, Machines: cfg.Machines}
		if o.Instance != "" {
			left.Instance = o.Instance
		}
		all = append(all, holding{left, &o})
	}
	return named(all, names)
}

func named(all []holding, names []string) ([]holding, error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, h := range all {
		known = append(known, h.gate.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no gate %.60q, neither in the configuration nor with a hold in the journal; there are: %s", name, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(all, func(h holding) bool { return !slices.Contains(names, h.gate.Name) }), nil
}

// giveBack lets h go.
func (h holding) giveBack(ctx context.Context, point gates.Point, s journal.Store, order gates.Order) error {
	var err error
	if h.orphan != nil {
		_, err = gates.GiveBack(ctx, *h.orphan, h.gate, point, s, order, time.Now)
	} else {
		_, err = gates.Unhold(ctx, h.gate, point, s, order, time.Now)
	}
	return err
}
