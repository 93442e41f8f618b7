package main

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A pipelineView is a pipeline as the demo's page draws it.
type pipelineView struct {
	Name   string
	Stages []stageView
}

type stageView struct {
	Name       string
	Transition *transitionView // into the stage; nil before the first
	Waiting    []releaseView   // before the stage, the newest first
	Overtaken  []releaseView   // superseded by the newest that waits, the youngest first
	Inside     []releaseView
	Last       *releaseView // the last that was inside and no longer is
}

type transitionView struct {
	Enabled   bool
	Reason    string
	ChangedBy string // ARN
	ChangedAt time.Time
}

// A releaseView is one execution of the pipeline.
type releaseView struct {
	ID       string
	Revision string
	Summary  string
	Status   string // in the stage, as AWS calls it
}

// A pipelineReader is what a view is made from.
type pipelineReader interface {
	GetPipelineState(context.Context, *codepipeline.GetPipelineStateInput, ...func(*codepipeline.Options)) (*codepipeline.GetPipelineStateOutput, error)
	ListPipelineExecutions(context.Context, *codepipeline.ListPipelineExecutionsInput, ...func(*codepipeline.Options)) (*codepipeline.ListPipelineExecutionsOutput, error)
}

// pipelineViewOf looks at a pipeline as anybody can. The state is read before
// the executions, so that those it names are among them.
func pipelineViewOf(ctx context.Context, r pipelineReader, pipeline string) (pipelineView, error) {
	state, err := r.GetPipelineState(ctx, &codepipeline.GetPipelineStateInput{Name: &pipeline})
	if err != nil {
		return pipelineView{}, err
	}
	list, err := r.ListPipelineExecutions(ctx, &codepipeline.ListPipelineExecutionsInput{PipelineName: &pipeline})
	if err != nil {
		return pipelineView{}, err
	}
	v := pipelineView{Name: pipeline}
	for _, s := range state.StageStates {
		v.Stages = append(v.Stages, stageViewOf(s, list.PipelineExecutionSummaries))
	}
	return v, nil
}

// stageViewOf draws on history, the newest first, for what the state does not
// tell of its executions.
func stageViewOf(s types.StageState, history []types.PipelineExecutionSummary) stageView {
	v := stageView{Name: aws.ToString(s.StageName)}
	if t := s.InboundTransitionState; t != nil {
		v.Transition = &transitionView{t.Enabled, aws.ToString(t.DisabledReason), aws.ToString(t.LastChangedBy), aws.ToTime(t.LastChangedAt)}
	}
	for _, e := range s.InboundExecutions {
		v.Waiting = append([]releaseView{releaseViewOf(e, history)}, v.Waiting...)
	}
	if len(v.Waiting) > 0 {
		v.Overtaken = overtakenBy(v.Waiting[0].ID, history)
	}
	switch e := s.LatestExecution; {
	case e == nil:
	case e.Status == types.StageExecutionStatusInProgress || e.Status == types.StageExecutionStatusStopping:
		v.Inside = []releaseView{releaseViewOf(*e, history)}
	default:
		last := releaseViewOf(*e, history)
		v.Last = &last
	}
	return v
}

func releaseViewOf(e types.StageExecution, history []types.PipelineExecutionSummary) releaseView {
	v := releaseView{ID: aws.ToString(e.PipelineExecutionId), Status: string(e.Status)}
	for _, h := range history {
		if aws.ToString(h.PipelineExecutionId) == v.ID {
			v.Revision, v.Summary = revisionOf(h)
		}
	}
	return v
}

func revisionOf(h types.PipelineExecutionSummary) (id, summary string) {
	if len(h.SourceRevisions) == 0 {
		return "", "" // its source has not been read yet
	}
	return aws.ToString(h.SourceRevisions[0].RevisionId), aws.ToString(h.SourceRevisions[0].RevisionSummary)
}

// overtakenBy finds the executions that ended as Superseded right before the
// one with this id.
func overtakenBy(id string, history []types.PipelineExecutionSummary) []releaseView {
	var found bool
	var all []releaseView
	for _, h := range history {
		switch {
		case aws.ToString(h.PipelineExecutionId) == id:
			found = true
		case !found:
		case h.Status != types.PipelineExecutionStatusSuperseded:
			return all
		default:
			v := releaseView{ID: aws.ToString(h.PipelineExecutionId), Status: string(h.Status)}
			v.Revision, v.Summary = revisionOf(h)
			all = append(all, v)
		}
	}
	return all
}

// shortID is enough of an id or of a revision to tell it from its neighbours.
func shortID(id string) string {
	return id[:min(len(id), 8)]
}

// nameIn finds the name that people know in an ARN: alice in
// arn:aws:iam::123456789012:user/alice.
func nameIn(arn string) string {
	return arn[strings.LastIndexAny(arn, "/:")+1:]
}
