package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// commands are what a writer may order of a daemon: exporters.Commands.
type commands struct{ *daemon }

// Order puts a person's order in force at a gate.
func (c commands) Order(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	return c.at(gate, func(l *gates.Line) (gates.Outlook, error) { return l.Order(ctx, gate, o, time.Now) })
}

// Withdraw ends the order in force at a gate.
func (c commands) Withdraw(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error) {
	return c.at(gate, func(l *gates.Line) (gates.Outlook, error) { return l.Withdraw(ctx, gate, o, time.Now) })
}

// Reload reads the configuration again.
func (c commands) Reload(context.Context, string) error {
	return errors.New("this andon cannot read its configuration again: restart it")
}

// at tries the lines until one has the gate, and first those that have told of
// it: the others may be busy.
func (c commands) at(gate string, do func(*gates.Line) (gates.Outlook, error)) (gates.Outlook, error) {
	tells := func(l *gates.Line) bool {
		return slices.ContainsFunc(l.Reports(), func(r gates.Report) bool { return r.Gate.Name == gate })
	}
	var first, rest []*gates.Line
	for _, l := range c.lines {
		if tells(l) {
			first = append(first, l)
		} else {
			rest = append(rest, l)
		}
	}
	for _, l := range append(first, rest...) {
		out, err := do(l)
		if refused, ok := errors.AsType[*gates.OrderError](err); ok && refused.Code == "no-gate" {
			continue
		}
		return out, err
	}
	return gates.Outlook{}, &gates.OrderError{Code: "no-gate", Text: fmt.Sprintf("there is no gate %.60q", gate)}
}

// writer tells who sends r, if that is one who may write.
func (d *daemon) writer(r *http.Request) (string, error) {
	return writer(r, d.cfg.WebConfig, d.cfg.Writers)
}
