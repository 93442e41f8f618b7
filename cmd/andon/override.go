package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/spf13/cobra"
)

const overrideHelp = `An override is a person's order. For one gate: to keep it open, or closed,
whatever the checks say, until its time is over or it is ended. It lifts what
andon holds, never what a person holds, and it is kept in the journal with who
gave it and why. A later order replaces an earlier one. Who enables in the AWS
console what is ordered closed ends that order.

For one execution: to let it through all gates of its pipeline (allow), and it
alone. That passes the calendar and the checks, but no order that a gate is
closed.

Orders are for the writers of an andon (web_config and writers in its
configuration).

` + askHelp

func (p *program) overrideCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "override",
		Short:   "Order a gate open or closed, whatever the checks say",
		Long:    overrideHelp,
		Example: "  andon override set production open --reason 'the fix for #4711' --for 30m\n  andon override list\n  andon override clear production --reason 'it is out'",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	askFlags(cmd)
	cmd.AddCommand(p.overrideSetCommand(), p.overrideAllowCommand(), p.overrideListCommand(), p.overrideClearCommand())
	return cmd
}

func (p *program) overrideSetCommand() *cobra.Command {
	var out output
	var reason string
	var lasts time.Duration
	cmd := &cobra.Command{
		Use:   "set GATE open|closed",
		Short: "Order a gate open or closed",
		Long: `Orders a gate open or closed, in place of an order that is in force. It tells
what andon does now, and what stands in the way.

Exit status: 0 it is in force, 1 it was refused, 2 andon could not be asked.`,
		Example: "  andon override set production open --reason 'the fix for #4711' --for 30m\n  andon override set production closed --reason 'stocktaking' --for 12h",
		Args:    gateAndState,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return []string{gates.Opened.String(), gates.Closed.String()}, cobra.ShellCompDirectiveNoFileComp
			}
			return p.completeGates(cmd, args, word)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := wantReason(reason); err != nil {
				return err
			}
			if lasts < gates.MinOrderFor || lasts > gates.MaxOrderFor {
				return fmt.Errorf("--for %v: an order stands from 1m to 168h (7 days)", lasts)
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			return p.order(cmd.Context(), r, http.MethodPut, args[0], exporters.OrderRequest{State: args[1], Reason: reason, For: lasts.String()}, out)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why (required)")
	cmd.Flags().DurationVar(&lasts, "for", gates.OrderFor, "how long it stands, 1m to 168h")
	out.flag(cmd)
	return cmd
}

func (p *program) overrideClearCommand() *cobra.Command {
	var out output
	var reason string
	var way wayFlags
	cmd := &cobra.Command{
		Use:   "clear [GATE]",
		Short: "End the order that is in force at a gate, or for an execution",
		Long: `Ends the order that is in force at a gate, before its time is over. The gate
decides by itself again, and it is told what that is. With --pipeline and
--execution, and without a gate, that execution is no longer let through.

Exit status: 0 it has ended, 1 it was refused, 2 andon could not be asked.`,
		Example: "  andon override clear production --reason 'the fix is out'",
		Args: func(cmd *cobra.Command, args []string) error {
			if way != (wayFlags{}) && len(args) == 0 {
				return way.complete()
			}
			return gateName(cmd, args)
		},
		ValidArgsFunction: p.completeGates,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := wantReason(reason); err != nil {
				return err
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return p.way(cmd.Context(), r, http.MethodDelete, way, struct {
					Reason string `json:"reason"`
				}{reason}, false, out)
			}
			return p.order(cmd.Context(), r, http.MethodDelete, args[0], struct {
				Reason string `json:"reason"`
			}{reason}, out)
		},
	}
	way.on(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why (required)")
	out.flag(cmd)
	return cmd
}

func wantReason(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errors.New("say why with --reason TEXT: it is kept in the journal and shown to everybody")
	}
	return nil
}

// gateAndState demands the name of a gate, and open or closed.
func gateAndState(cmd *cobra.Command, args []string) error {
	if len(args) != 2 || args[1] != gates.Opened.String() && args[1] != gates.Closed.String() {
		return fmt.Errorf("want the name of one gate, and open or closed, like 'production open'; 'andon gate list' shows the gates")
	}
	return gateName(cmd, args[:1])
}

// orderPatience is how long andon may take to write an order down, beside
// answering: it waits for what it is doing at the pipeline.
const orderPatience = 50 * time.Second

// order tells andon, and prints what it says will come of it.
func (p *program) order(ctx context.Context, r remote, method, gate string, tell any, out output) error {
	status, body, err := r.send(ctx, method, "/api/v1/gates/"+url.PathEscape(gate)+"/override", tell, orderPatience)
	if err != nil {
		return failed(exitUnknown, err)
	}
	var said struct {
		exporters.OutlookView
		exporters.ErrorView
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" && said.Gate != gate {
		return failed(exitUnknown, r.stranger(status))
	}
	switch {
	case said.Error != "":
		return failed(exitBad, errors.New(plain(said.Error)))
	case out == outputJSON:
		return ended(exitGood, p.printJSON(body))
	}
	return ended(exitGood, printOrdered(p.Stdout, said.OutlookView, time.Now()))
}

func (p *program) overrideListCommand() *cobra.Command {
	var out output
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the orders that are in force",
		Long: `Lists the orders that are in force: which gate or execution, who gave them, why,
until when.

Exit status: 0 listed, also if there are none; 2 andon could not be asked.`,
		Example: "  andon override list --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			status, body, err := r.get(cmd.Context(), "/api/v1/overrides", 0)
			if err != nil {
				return failed(exitUnknown, err)
			}
			var said exporters.OverridesView
			if status != http.StatusOK || json.Unmarshal(body, &said) != nil || said.Overrides == nil {
				return failed(exitUnknown, r.stranger(status))
			}
			if out == outputJSON {
				return ended(exitGood, p.printJSON(body))
			}
			return ended(exitGood, printOverrides(p.Stdout, said))
		},
	}
	out.flag(cmd)
	return cmd
}
