package demo

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A View is a pipeline as the demo's page draws it.
type View struct {
	Name   string
	Stages []Stage
}

type Stage struct {
	Name       string
	Transition *Transition // into the stage; nil before the first
	Waiting    []Release   // before the stage, the newest first
	Overtaken  []Release   // superseded by the newest that waits, the youngest first
	Inside     []Release
	Last       *Release // the last that was inside and no longer is
	Asks       bool     // what is inside waits for approval
}

type Transition struct {
	Enabled   bool
	Reason    string
	ChangedBy string // ARN
	ChangedAt time.Time
}

// A Release is one execution of the pipeline.
type Release struct {
	ID       string
	Revision string
	Summary  string
	Status   string // in the stage, as AWS calls it
}

// A Reader is what a view is made from.
type Reader interface {
	GetPipelineState(context.Context, *codepipeline.GetPipelineStateInput, ...func(*codepipeline.Options)) (*codepipeline.GetPipelineStateOutput, error)
	ListPipelineExecutions(context.Context, *codepipeline.ListPipelineExecutionsInput, ...func(*codepipeline.Options)) (*codepipeline.ListPipelineExecutionsOutput, error)
}

// ViewOf looks at a pipeline as anybody can. The state is read before
// the executions, so that those it names are among them.
func ViewOf(ctx context.Context, r Reader, pipeline string) (View, error) {
	state, err := r.GetPipelineState(ctx, &codepipeline.GetPipelineStateInput{Name: &pipeline})
	if err != nil {
		return View{}, err
	}
	list, err := r.ListPipelineExecutions(ctx, &codepipeline.ListPipelineExecutionsInput{PipelineName: &pipeline})
	if err != nil {
		return View{}, err
	}
	v := View{Name: pipeline}
	for _, s := range state.StageStates {
		v.Stages = append(v.Stages, stageOf(s, list.PipelineExecutionSummaries))
	}
	return v, nil
}

// stageOf draws on history, the newest first, for what the state does not
// tell of its executions.
func stageOf(s types.StageState, history []types.PipelineExecutionSummary) Stage {
	v := Stage{Name: aws.ToString(s.StageName)}
	if t := s.InboundTransitionState; t != nil {
		v.Transition = &Transition{t.Enabled, aws.ToString(t.DisabledReason), aws.ToString(t.LastChangedBy), aws.ToTime(t.LastChangedAt)}
	}
	for _, e := range s.InboundExecutions {
		v.Waiting = append([]Release{releaseOf(e, history)}, v.Waiting...)
	}
	if len(v.Waiting) > 0 {
		v.Overtaken = overtakenBy(v.Waiting[0].ID, history)
	}
	for _, a := range s.ActionStates {
		if l := a.LatestExecution; l != nil {
			v.Asks = v.Asks || l.Status == types.ActionExecutionStatusInProgress && l.Token != nil
		}
	}
	switch e := s.LatestExecution; {
	case e == nil:
	case e.Status == types.StageExecutionStatusInProgress || e.Status == types.StageExecutionStatusStopping:
		v.Inside = []Release{releaseOf(*e, history)}
	default:
		last := releaseOf(*e, history)
		v.Last = &last
	}
	return v
}

// Approves tells whether releases ask for approval there.
func (s Stage) Approves() bool { return s.Name == Approval }

// Newest is the release that has come furthest of those that wait, the newest first
// in a place: what a person would let through. "" is none.
func (v View) Newest() string {
	for _, s := range v.Stages {
		if len(s.Waiting) > 0 {
			return s.Waiting[0].ID
		}
	}
	for _, s := range v.Stages {
		if s.Asks && len(s.Inside) > 0 {
			return s.Inside[0].ID
		}
	}
	return ""
}

func releaseOf(e types.StageExecution, history []types.PipelineExecutionSummary) Release {
	v := Release{ID: aws.ToString(e.PipelineExecutionId), Status: string(e.Status)}
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
func overtakenBy(id string, history []types.PipelineExecutionSummary) []Release {
	var found bool
	var all []Release
	for _, h := range history {
		switch {
		case aws.ToString(h.PipelineExecutionId) == id:
			found = true
		case !found:
		case h.Status != types.PipelineExecutionStatusSuperseded:
			return all
		default:
			v := Release{ID: aws.ToString(h.PipelineExecutionId), Status: string(h.Status)}
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
