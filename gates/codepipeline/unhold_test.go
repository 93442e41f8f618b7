package codepipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
)

// A crowded store is one in which somebody else is first with one record.
type crowded struct {
	journal.Store
	left int // appends until then
}

func (c *crowded) Append(ctx context.Context, r journal.Record) error {
	err := c.Store.Append(ctx, r)
	if c.left--; c.left == 0 && err == nil {
		return journal.ErrConflict
	}
	return err
}

// A daemon that writes while a hold is given back is no reason to keep it.
func TestUnholdBesideADaemon(t *testing.T) {
	t.Parallel()
	for _, first := range []int{1, 3} { // the order, and the outcome
		t.Run(fmt.Sprint("record ", first), func(t *testing.T) {
			evening(t, func(t *testing.T, w *world) {
				w.start()
				time.Sleep(time.Minute)
				w.fallSick()
				w.stop()
				point := codepipeline.NewAccount(w.config("ANDON"), &w.calls).Pipeline(pipelineName).Transition(stageName)
				_, err := gates.Unhold(t.Context(), w.gate, point, &crowded{w.store, first}, gates.Order{Actor: "alice", Reason: "I know"}, time.Now)
				if err != nil || !w.enabled() {
					t.Errorf("enabled %t, %v", w.enabled(), err)
				}
			})
		})
	}
}
