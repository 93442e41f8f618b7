package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/spf13/cobra"
)

const gateWaitHelp = `Waits until a release may pass the gate. It tells what it waits for, and tells
again when that changes. A daemon that cannot be reached, or restarts, is asked
again until the time is over. With --timeout 0 it asks once.

A gate that only observes lets everything pass. With --execution it waits for one
release: at an approval that has been let through, or is approved.

Exit status: 0 a release may go on, 3 the time is over, 2 interrupted or there
is no such gate. With --output json the last answer of /api/v1/gates/NAME/go is
printed at the end.`

func (p *program) gateWaitCommand() *cobra.Command {
	var out output
	var timeout time.Duration
	var execution string
	cmd := &cobra.Command{
		Use:               "wait NAME",
		Short:             "Wait until a release may pass a gate",
		Long:              gateWaitHelp,
		Example:           "  andon gate wait production --timeout 30m && ./deploy",
		Args:              gateName,
		ValidArgsFunction: p.completeGates,
		RunE: func(cmd *cobra.Command, args []string) error {
			if timeout < 0 {
				return fmt.Errorf("--timeout %v: want how long to wait, like 10m, or 0 to ask once", timeout)
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			return p.gateWait(cmd.Context(), waiting{remote: r, gate: args[0], execution: execution, timeout: timeout}, out)
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 10*time.Minute, "how long to wait at most; 0: ask once")
	cmd.Flags().StringVar(&execution, "execution", "", "the execution of the pipeline that wants to pass; otherwise any release")
	out.flag(cmd)
	return cmd
}

func (p *program) gateWait(ctx context.Context, w waiting, out output) error {
	w.news = p.Stdout
	if out == outputJSON {
		w.news = p.Stderr
	}
	err := w.untilGo(ctx)
	if out == outputJSON && w.last.body != nil {
		err = errors.Join(p.printJSON(w.last.body), err)
	}
	return err
}

// A waiting asks for one gate until it lets through.
type waiting struct {
	remote  remote
	gate    string
	timeout time.Duration
	news    io.Writer

	execution string // of the pipeline; "" is any release

	last answer
	said string
}

// untilGo returns nil when a release may go on. Andon itself waits most of the
// time; the pause in between is for one that answers at once, or is away.
func (w *waiting) untilGo(ctx context.Context) error {
	const pause = time.Second
	end := time.Now().Add(w.timeout)
	patience := time.Duration(0) // at first an answer is wanted at once, to tell what is waited for
	for {
		a, err := w.remote.gate(ctx, w.gate, w.execution, patience)
		if ctx.Err() != nil {
			return failed(exitUnknown, fmt.Errorf("interrupted while waiting for gate %s", w.gate))
		}
		why := a.why
		if err != nil {
			why = err.Error()
		} else {
			w.last = a
		}
		why = plain(why)
		left := time.Until(end)
		switch {
		case err == nil && a.exit == exitGood:
			_, err := fmt.Fprintf(w.news, "gate %s lets through: %s\n", w.gate, why)
			return ended(exitGood, err)
		case err == nil && a.final:
			return failed(exitUnknown, errors.New(why))
		case err != nil && (w.timeout == 0 || isTurnedAway(err)):
			return failed(exitUnknown, errors.New(why))
		case left <= 0 && w.timeout == 0:
			return failed(exitTimeout, fmt.Errorf("gate %s does not let through: %s", w.gate, why))
		case left <= 0:
			return failed(exitTimeout, fmt.Errorf("gate %s did not let through within %v: %s", w.gate, w.timeout, why))
		}
		w.tell(why)
		select {
		case <-ctx.Done():
		case <-time.After(min(pause, left)):
		}
		patience = max(0, min(exporters.MaxWait, time.Until(end)))
	}
}

// tell says what is waited for, if that is new.
func (w *waiting) tell(why string) {
	if why == w.said {
		return
	}
	w.said = why
	fmt.Fprintf(w.news, "waiting for gate %s: %s\n", w.gate, why)
}
