package main

import (
	"context"
	"fmt"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/spf13/cobra"
)

func (p *program) gateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Ask a running andon about its gates",
		Long: `Asks a running andon about its gates, over its status API.

` + askHelp,
		Example: "  andon gate list\n  andon gate wait production && ./deploy",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	askFlags(cmd)
	cmd.AddCommand(p.gateListCommand(), p.gateStatusCommand(), p.gateExplainCommand(), p.gateWaitCommand())
	return cmd
}

func (p *program) gateListCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all gates, and why they are as they are",
		Long: `Lists all gates with their state, who holds them and why.

Exit status: 0 all are open, 1 one or more are closed or held, 2 it cannot be
told. With --output json it prints the answer of /api/v1/gates unchanged.`,
		Example: "  andon gate list\n  andon gate list --addr http://andon.example.com:9797 --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			return p.gateList(cmd.Context(), r, out)
		},
	}
	out.flag(cmd)
	return cmd
}

func (p *program) gateList(ctx context.Context, r remote, out output) error {
	said, body, notYet, err := r.gates(ctx)
	if err != nil {
		return failed(exitUnknown, err)
	}
	exit := exitGood
	if notYet != "" {
		exit = exitUnknown
		fmt.Fprintln(p.Stderr, "andon: not all is known yet:", plain(notYet))
	}
	for _, v := range said.Gates {
		if e := exitOf(v); e == exitBad || exit == exitGood {
			exit = e
		}
	}
	if out == outputJSON {
		err = p.printJSON(body)
	} else {
		err = printGates(p.Stdout, said)
	}
	return ended(exit, err)
}

// ended is a command that has said what it had to say.
func ended(exit int, err error) error {
	switch {
	case err != nil:
		return failed(exitUnknown, fmt.Errorf("cannot print: %w", err))
	case exit != exitGood:
		return &exitError{code: exit}
	}
	return nil
}

func (p *program) gateStatusCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "status NAME",
		Short: "Tell everything about one gate",
		Long: `Tells what a gate decided and why, what a person can do about it, who holds the
transition in AWS, and which releases are inside and waiting.

Exit status: 0 a release may go on, 1 it may not, 2 it cannot be told or there
is no such gate. With --output json it prints the answer of
/api/v1/gates/NAME/go unchanged.`,
		Example:           "  andon gate status production",
		Args:              gateName,
		ValidArgsFunction: p.completeGates,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			return p.gateStatus(cmd.Context(), r, args[0], out)
		},
	}
	out.flag(cmd)
	return cmd
}

func (p *program) gateStatus(ctx context.Context, r remote, name string, out output) error {
	a, err := r.gate(ctx, name, "", 0)
	if err != nil {
		return failed(exitUnknown, err)
	}
	switch {
	case out == outputJSON:
		err = p.printJSON(a.body)
	case a.view.Name != "":
		err = printGate(p.Stdout, a, time.Now())
	}
	if err == nil && a.view.Name == "" {
		return failed(a.exit, fmt.Errorf("%s", plain(a.why)))
	}
	return ended(a.exit, err)
}

// gateName demands one argument that can be the name of a gate: an empty
// variable in a script is no gate.
func gateName(cmd *cobra.Command, args []string) error {
	if err := cobra.ExactArgs(1)(cmd, args); err != nil {
		return fmt.Errorf("want the name of one gate, got %d; 'andon gate list' shows them", len(args))
	}
	if !gates.ValidName(args[0]) {
		return fmt.Errorf("%.60q cannot be the name of a gate: names are lower case letters, digits, dots and hyphens; 'andon gate list' shows them", args[0])
	}
	return nil
}
