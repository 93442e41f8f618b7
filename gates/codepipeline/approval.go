package codepipeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// Approval is the point at a manual approval of the pipeline.
func (p *Pipeline) Approval(stage, action string) gates.Point {
	return &approval{p, stage, action}
}

type approval struct {
	pipeline      *Pipeline
	stage, action string
}

// Read shows what waits for an answer and what was answered of late, from reads
// that all gates of the pipeline share.
func (a *approval) Read(ctx context.Context, notBefore time.Time) (gates.Seen, error) {
	p := a.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.read(ctx, notBefore); err != nil {
		return gates.Seen{}, err
	}
	begun := p.begun
	if err := p.declare(ctx); err != nil {
		return gates.Seen{}, err
	}
	timeout, err := p.declared.timeout(p.name, a.stage, a.action)
	if err != nil {
		return gates.Seen{}, err
	}
	seen, err := deskOf(p.state, a.stage)
	if err != nil {
		return gates.Seen{}, err
	}
	pending, answered, silent := pendingIn(stageOf(p.state, a.stage), a.action)
	join(&seen, pending, answered, timeout)
	if p.declared.parallel || silent {
		if err := p.list(ctx, notBefore); err != nil {
			return gates.Seen{}, err
		}
		pending, answered = pendingAmong(p.runs.all, a.stage, a.action)
		join(&seen, pending, answered, timeout)
		begun = earlier(begun, p.runs.begun)
	}
	seen.Begun, seen.Skew, seen.Timeout = begun, p.skew, timeout
	for i := range seen.Pending {
		x := &seen.Pending[i].Execution
		x.Revision = p.revision(ctx, x.ID)
	}
	for i := range seen.Waiting {
		seen.Waiting[i].Revision = p.revision(ctx, seen.Waiting[i].ID)
	}
	return seen, nil
}

// Do answers an approval, in one attempt.
func (a *approval) Do(ctx context.Context, act gates.Action) error {
	p := a.pipeline
	status, known := map[gates.Verb]types.ApprovalStatus{gates.Approve: types.ApprovalStatusApproved, gates.Reject: types.ApprovalStatusRejected}[act.Verb]
	if !known || act.Token == "" {
		return &gates.CallError{Code: "invalid", Operation: string(act.Verb), Untouched: true,
			Text: fmt.Sprintf("an approval cannot %s, or it is not said which", act.Verb)}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.err, p.runs.old = nil, nil, true // whatever comes of it, what was read before is old
	p.runs.doubt(act.Run)
	_, err := call(ctx, p.account, "PutApprovalResult", false, &codepipeline.PutApprovalResultInput{
		PipelineName: &p.name, StageName: &a.stage, ActionName: &a.action, Token: &act.Token,
		Result: &types.ApprovalResult{Status: status, Summary: &act.Reason}}, p.account.api.PutApprovalResult, once, notAfter(act.Before))
	return err
}

// Doubt lets the next Read ask for that run, however long ago it began.
func (a *approval) Doubt(run string) {
	a.pipeline.mu.Lock()
	defer a.pipeline.mu.Unlock()
	a.pipeline.runs.doubt(run)
}

// Trace tells what became of one run of the approval.
func (a *approval) Trace(ctx context.Context, execution, run string) (gates.Answered, error) {
	p := a.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	runs, err := p.listOf(ctx, &execution)
	if err != nil {
		return gates.Answered{}, err
	}
	_, answered := pendingAmong(runs, a.stage, a.action)
	for _, was := range answered {
		if was.Run == run {
			return was, nil
		}
	}
	return gates.Answered{}, nil
}

// deskOf is what a stage shows around its approvals: whether the next may come in,
// and who waits to.
func deskOf(out *codepipeline.GetPipelineStateOutput, stage string) (gates.Seen, error) {
	seen, err := seenOf(out, stage)
	if err == nil || stageOf(out, stage).StageName == nil {
		return seen, err
	}
	s := stageOf(out, stage) // the first one: nothing leads into it
	seen = gates.Seen{Enabled: true, Waiting: waiting(s)}
	inside(&seen, s)
	return seen, nil
}

// stageOf finds a stage, or the zero one.
func stageOf(out *codepipeline.GetPipelineStateOutput, name string) types.StageState {
	i := slices.IndexFunc(out.StageStates, func(s types.StageState) bool { return aws.ToString(s.StageName) == name })
	if i < 0 {
		return types.StageState{}
	}
	return out.StageStates[i]
}
