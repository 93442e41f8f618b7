package codepipeline

import (
	"context"
	"errors"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// maxTracked is how many executions are looked through for what rides along: one
// page of ListPipelineExecutions.
// docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListPipelineExecutions.html
const maxTracked = 100

// Track looks for an execution, for what it carries beside its own changes, and for
// what stands in its way. It asks for itself: a close must not wait until it is done.
func (p *Pipeline) Track(ctx context.Context, execution string) (gates.Track, error) {
	t := gates.Track{Execution: gates.Execution{ID: execution}}
	out, err := call(ctx, p.account, "GetPipelineExecution", false,
		&codepipeline.GetPipelineExecutionInput{PipelineName: &p.name, PipelineExecutionId: &execution}, p.account.api.GetPipelineExecution)
	var unknown *types.PipelineExecutionNotFoundException
	var invalid *gates.CallError
	switch {
	case errors.As(err, &unknown), errors.As(err, &invalid) && invalid.Code == "invalid":
		return t, nil
	case err != nil:
		return t, err
	case out.PipelineExecution == nil:
		return t, nil
	}
	x := out.PipelineExecution
	t.Status = string(x.Status)
	t.Execution.Rollback = x.ExecutionType == types.ExecutionTypeRollback
	if a := x.ArtifactRevisions; len(a) > 0 {
		t.Execution.Revision = aws.ToString(a[0].RevisionId)
	}
	if err := p.riders(ctx, &t); err != nil {
		return t, err
	}
	state, err := call(ctx, p.account, "GetPipelineState", false, &codepipeline.GetPipelineStateInput{Name: &p.name}, p.account.api.GetPipelineState)
	if err != nil {
		return t, err
	}
	t.Stops = barriers(state)
	return t, nil
}

// riders are the executions that were started before t's and after the last one
// that went all the way: a newer source holds what the older ones brought.
func (p *Pipeline) riders(ctx context.Context, t *gates.Track) error {
	out, err := call(ctx, p.account, "ListPipelineExecutions", false,
		&codepipeline.ListPipelineExecutionsInput{PipelineName: &p.name, MaxResults: aws.Int32(maxTracked)}, p.account.api.ListPipelineExecutions)
	if err != nil {
		return err
	}
	t.Partial = true
	seen := false
	for _, x := range out.PipelineExecutionSummaries {
		id := aws.ToString(x.PipelineExecutionId)
		switch {
		case id == t.Execution.ID:
			seen = true
			continue
		case !seen:
			continue // newer: it is another's matter
		case x.Status == types.PipelineExecutionStatusSucceeded:
			t.Partial = false
			return nil
		}
		r := gates.Rider{Execution: gates.Execution{ID: id, Since: aws.ToTime(x.StartTime).UTC(), Rollback: x.ExecutionType == types.ExecutionTypeRollback}, Status: string(x.Status)}
		if s := x.SourceRevisions; len(s) > 0 {
			r.Revision, r.Summary = aws.ToString(s[0].RevisionId), aws.ToString(s[0].RevisionSummary)
		}
		t.Riders = append(t.Riders, r)
	}
	if out.NextToken == nil && seen {
		t.Partial = false // there is nothing older
	}
	return nil
}

// barriers are the disabled transitions and pending approvals of a pipeline.
func barriers(out *codepipeline.GetPipelineStateOutput) []gates.Barrier {
	var all []gates.Barrier
	for _, s := range out.StageStates {
		stage := aws.ToString(s.StageName)
		if in := s.InboundTransitionState; in != nil && !in.Enabled {
			all = append(all, gates.Barrier{Stage: stage, By: aws.ToString(in.LastChangedBy), Reason: aws.ToString(in.DisabledReason), Since: aws.ToTime(in.LastChangedAt).UTC()})
		}
		for _, a := range s.ActionStates {
			l := a.LatestExecution
			if l == nil || l.Token == nil || l.Status != types.ActionExecutionStatusInProgress || s.LatestExecution == nil {
				continue
			}
			all = append(all, gates.Barrier{Stage: stage, Action: aws.ToString(a.ActionName), Execution: aws.ToString(s.LatestExecution.PipelineExecutionId), Since: aws.ToTime(l.LastStatusChange).UTC()})
		}
	}
	return all
}
