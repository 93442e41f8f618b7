package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
	"github.com/spf13/cobra"
)

// A wayFlags says which execution of which pipeline.
type wayFlags struct{ pipeline, execution, region string }

func (f *wayFlags) on(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.pipeline, "pipeline", "", "`NAME` of the pipeline")
	cmd.Flags().StringVar(&f.execution, "execution", "", "`ID` of the execution")
	cmd.Flags().StringVar(&f.region, "region", "", "`REGION` of the pipeline, where gates stand at several of that name")
}

func (f *wayFlags) complete() error {
	if f.pipeline == "" || f.execution == "" {
		return errors.New("say which execution of which pipeline with --pipeline and --execution; 'aws codepipeline list-pipeline-executions' lists them")
	}
	return nil
}

func (p *program) overrideAllowCommand() *cobra.Command {
	var out output
	var reason string
	var lasts time.Duration
	var way wayFlags
	var blocker, dry bool
	cmd := &cobra.Command{
		Use:   "allow",
		Short: "Let one execution through a pipeline, a fix for example",
		Long: `Lets one execution through, at every gate of its pipeline that may act, whatever
the calendar and the checks say; all others stay where they are. A person's hold
and an order that a gate is closed are not passed.

It first tells which other revisions ride along, because CodePipeline builds from
a source that holds them too, and what is in the way. At an approval it is exact.
A transition is enabled only while the execution is the one that waits, and
disabled again as soon as anything has entered; what did is told.

A pending approval of an older execution locks its stage, and newer ones wait
behind it: --reject-blocker lets andon reject it.

Exit status: 0 it is in force, 1 it was refused, 2 andon could not be asked.`,
		Example: "  andon override allow --pipeline shop --execution 3f1c9f0e-7a51-4d5e-9a5e-2b6f6f0c8a11 --reason 'the fix for #4711'\n  andon override allow --pipeline shop --execution 3f1c9f0e-7a51-4d5e-9a5e-2b6f6f0c8a11 --dry-run",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := way.complete(); err != nil {
				return err
			}
			if !dry {
				if err := wantReason(reason); err != nil {
					return err
				}
			}
			if lasts < gates.MinOrderFor || lasts > gates.MaxOrderFor {
				return fmt.Errorf("--for %v: an execution is let through for 1m to 168h (7 days)", lasts)
			}
			r, err := p.asked(cmd)
			if err != nil {
				return err
			}
			if dry || out != outputJSON {
				if err := p.way(cmd.Context(), r, http.MethodGet, way, nil, blocker, out); dry || err != nil {
					return err
				}
			}
			return p.way(cmd.Context(), r, http.MethodPut, way, exporters.AllowRequest{Reason: reason, For: lasts.String(), RejectBlocker: blocker}, false, out)
		},
	}
	way.on(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "`TEXT` that says why (required)")
	cmd.Flags().DurationVar(&lasts, "for", gates.AllowFor, "how long it may take, 1m to 168h")
	cmd.Flags().BoolVar(&blocker, "reject-blocker", false, "reject a pending approval of another execution that locks its way")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "tell what would come of it, and order nothing")
	out.flag(cmd)
	return cmd
}

// way asks or orders, and prints what comes of it.
func (p *program) way(ctx context.Context, r remote, method string, f wayFlags, tell any, blocker bool, out output) error {
	path := "/api/v1/pipelines/" + url.PathEscape(f.pipeline) + "/executions/" + url.PathEscape(f.execution) + "/allow"
	query := url.Values{}
	if f.region != "" {
		query.Set("region", f.region)
	}
	if blocker {
		query.Set("reject_blocker", "true")
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	status, body, err := r.send(ctx, method, path, tell, orderPatience)
	if err != nil {
		return failed(exitUnknown, err)
	}
	var said struct {
		exporters.WayView
		exporters.ErrorView
	}
	if json.Unmarshal(body, &said) != nil || said.Error == "" && said.Execution != f.execution {
		return failed(exitUnknown, r.stranger(status))
	}
	switch {
	case said.Error != "":
		return failed(exitBad, errors.New(plain(said.Error)))
	case out == outputJSON:
		return ended(exitGood, p.printJSON(body))
	case method == http.MethodGet:
		return ended(exitGood, printWay(p.Stdout, said.WayView, time.Now()))
	}
	return ended(exitGood, printAllowed(p.Stdout, said.WayView, time.Now()))
}
