package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/andon-project/andon/gates"
)

// commands are what a writer may order of a daemon: exporters.Commands.
type commands struct{ *Daemon }

// Order puts a person's order in force at a gate.
func (c commands) Order(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	return c.at(gate, func(l *gates.Line) (gates.Outlook, error) { return l.Order(ctx, gate, o, time.Now) })
}

// Withdraw ends the order in force at a gate.
func (c commands) Withdraw(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	return c.at(gate, func(l *gates.Line) (gates.Outlook, error) { return l.Withdraw(ctx, gate, o, time.Now) })
}

// Reload reads the configuration again.
func (c commands) Reload(ctx context.Context, actor string) error {
	if c.read == nil {
		return errors.New("this andon has no file that it could read again")
	}
	c.log.Info("a reload was ordered", "by", actor)
	ctx = context.WithoutCancel(ctx) // who asked may leave, and what was read is not read again
	before := c.cfg()
	err := c.reload(ctx)
	r := ReloadRecord{Actor: actor}
	if err == nil {
		r.Changed = changes(before, c.cfg())
	} else {
		r.Refused = oneSentence(err)
	}
	if failed := c.record(ctx, r); failed != nil {
		c.log.Error("who ordered a reload could not be written to the journal", "by", actor, "error", failed)
	}
	return err
}

// at does something at the line of a gate.
func (c commands) at(gate string, do func(*gates.Line) (gates.Outlook, error)) (gates.Outlook, error) {
	s := c.setup.Load()
	for _, g := range s.gates {
		if g.Name == gate {
			return do(s.lines[placeOf(g)])
		}
	}
	return gates.Outlook{}, &gates.OrderError{Code: "no-gate", Text: fmt.Sprintf("there is no gate %.60q", gate)}
}

// writer tells who sends r, if that is one who may write.
func (d *Daemon) writer(r *http.Request) (string, error) {
	if d.world.Writer == nil {
		return "", errors.New("this andon takes no orders over HTTP")
	}
	return d.world.Writer(r, d.cfg().WebConfig, d.cfg().Writers)
}
