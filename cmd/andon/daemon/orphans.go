package daemon

import (
	"context"
	"time"

	"github.com/andon-project/andon/gates"
)

// keepOrphans looks for holds that no gate answers for, and tells of them when
// they are found and when they are gone.
func (d *Daemon) keepOrphans(ctx context.Context) {
	const every = 10 * time.Second
	look, told := gates.NewOrphans(d.store), map[string]bool{}
	for {
		found, err := look.Look(ctx, d.setup.Load().gates)
		if err != nil && ctx.Err() == nil && !told["error"] {
			d.log.Error("the journal cannot be read to the end: there may be holds that no gate answers for", "error", err)
		}
		now := map[string]bool{"error": err != nil}
		for _, o := range found {
			key := o.Gate + " " + o.Place.String()
			now[key] = true
			if !told[key] {
				d.log.Warn("a hold is left that no gate answers for", "gate", o.Gate, "pipeline", o.Pipeline, "stage", o.Stage, "region", o.Region,
					"since", o.Since, "why", o.Why, "do", o.Do)
			}
		}
		for key := range told {
			if told[key] && !now[key] && err == nil && key != "error" {
				d.log.Info("a hold that no gate answered for is settled: gate " + key)
			}
		}
		told = now
		d.orphans.Store(&found)
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		case <-d.relook:
		}
	}
}

// left are the orphans found last.
func (d *Daemon) left() []gates.Orphan {
	if found := d.orphans.Load(); found != nil {
		return *found
	}
	return nil
}
