package codepipeline

import (
	"context"
	"sync"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
)

// A Pipeline is read once for all gates on it. It is safe for concurrent use.
type Pipeline struct {
	name    string
	account *Account

	mu        sync.Mutex
	begun     time.Time // when the last read was sent
	state     *codepipeline.GetPipelineStateOutput
	err       error // what it failed with, where there is no state
	newest    newest
	skew      time.Duration
	revisions map[string]string // by execution
	noRevs    time.Time         // do not ask for revisions before this

	declared declared // what it is, for approvals
	runs     runs     // of its actions, where the state does not tell of all approvals
}

// Pipeline of the account with that name.
func (a *Account) Pipeline(name string) *Pipeline {
	return &Pipeline{name: name, account: a, revisions: map[string]string{}}
}

// read sees to it that the last read was sent at or after notBefore. A failure
// is shared too: a read that hangs must not hang again for every gate.
func (p *Pipeline) read(ctx context.Context, notBefore time.Time) error {
	if (p.state != nil || p.err != nil) && !p.begun.Before(notBefore) {
		return p.err
	}
	p.begun = time.Now() // for one that is never sent
	p.state, p.err = call(ctx, p.account, "GetPipelineState", false, &codepipeline.GetPipelineStateInput{Name: &p.name},
		func(ctx context.Context, in *codepipeline.GetPipelineStateInput, o ...func(*codepipeline.Options)) (*codepipeline.GetPipelineStateOutput, error) {
			p.begun = time.Now() // the limiter may have let us wait
			return p.account.api.GetPipelineState(ctx, in, o...)
		})
	p.skew = p.account.skew.now()
	if p.err == nil && aws.ToString(p.state.PipelineName) != p.name {
		p.account.calls.Count("GetPipelineState", "not-understood")
		p.state, p.err = nil, &gates.CallError{Code: "other", Operation: "GetPipelineState", Untouched: true,
			Text: "GetPipelineState: the answer is not one of CodePipeline; look at AWS_ENDPOINT_URL and proxies"}
	}
	if p.err == nil && p.newest.outdates(p.state, p.begun) {
		p.account.calls.Count("GetPipelineState", "stale")
		p.state, p.err = nil, &gates.CallError{Code: "stale", Operation: "GetPipelineState", Untouched: true,
			Text: "GetPipelineState: AWS answered from before what it had told already; andon asks again"}
	}
	return p.err
}

// Bounds of looking up revisions: how many are remembered, how long one
// question may take, and the pause after one that failed.
const (
	maxRevisions     = 256
	revisionDeadline = time.Second
	revisionPause    = time.Minute
)

// revision finds what an execution carries. It is for people's eyes only: a
// failure leaves it out, and must not keep a close waiting again and again.
func (p *Pipeline) revision(ctx context.Context, execution string) string {
	if r, ok := p.revisions[execution]; ok || execution == "" || time.Now().Before(p.noRevs) {
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, revisionDeadline)
	defer cancel()
	out, err := call(ctx, p.account, "GetPipelineExecution", false,
		&codepipeline.GetPipelineExecutionInput{PipelineName: &p.name, PipelineExecutionId: &execution}, p.account.api.GetPipelineExecution)
	if err != nil || out.PipelineExecution == nil {
		p.noRevs = time.Now().Add(revisionPause)
		return ""
	}
	if len(p.revisions) >= maxRevisions {
		clear(p.revisions)
	}
	r := ""
	if a := out.PipelineExecution.ArtifactRevisions; len(a) > 0 {
		r = aws.ToString(a[0].RevisionId)
	}
	if r != "" { // a young execution may not have one yet
		p.revisions[execution] = r
	}
	return r
}

// Transition is the point into a stage of the pipeline.
func (p *Pipeline) Transition(stage string) gates.Point { return &transition{p, stage} }

type transition struct {
	pipeline *Pipeline
	stage    string
}

// Read shows the transition, from a read that all gates of the pipeline share.
func (t *transition) Read(ctx context.Context, notBefore time.Time) (gates.Seen, error) {
	p := t.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.read(ctx, notBefore); err != nil {
		return gates.Seen{}, err
	}
	seen, err := seenOf(p.state, t.stage)
	if err != nil {
		p.account.calls.Count("GetPipelineState", "not-understood")
		return gates.Seen{}, err
	}
	seen.Begun, seen.Skew = p.begun, p.skew
	for i := range seen.Inside {
		seen.Inside[i].Revision = p.revision(ctx, seen.Inside[i].ID)
	}
	for i := range seen.Waiting {
		seen.Waiting[i].Revision = p.revision(ctx, seen.Waiting[i].ID)
	}
	return seen, nil
}

// Do disables or enables the transition, in one attempt.
func (t *transition) Do(ctx context.Context, a gates.Action) error {
	p := t.pipeline
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.err = nil, nil // whatever comes of it, what was read before is old
	var err error
	switch a.Verb {
	case gates.Close:
		_, err = call(ctx, p.account, "DisableStageTransition", true, &codepipeline.DisableStageTransitionInput{
			PipelineName: &p.name, StageName: &t.stage, TransitionType: inbound, Reason: &a.Reason}, p.account.api.DisableStageTransition, once)
	case gates.Open:
		_, err = call(ctx, p.account, "EnableStageTransition", false, &codepipeline.EnableStageTransitionInput{
			PipelineName: &p.name, StageName: &t.stage, TransitionType: inbound}, p.account.api.EnableStageTransition, once, notAfter(a.Before))
	default:
		err = &gates.CallError{Code: "invalid", Operation: string(a.Verb), Untouched: true,
			Text: "a transition cannot " + string(a.Verb)}
	}
	return err
}
