package codepipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// How long what a pipeline declares is believed. A new version is asked for at
// once; the mode of execution belongs to it.
const (
	declaredFor  = 5 * time.Minute
	declaredMost = time.Hour // while CodePipeline does not answer
)

// approvalTimeout is how long an approval waits where its action says nothing.
// docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
const approvalTimeout = 7 * 24 * time.Hour

// declared is what a pipeline is, for its approvals.
type declared struct {
	read     time.Time
	version  int32
	parallel bool
	timeouts map[string]map[string]time.Duration // of approvals, by stage and action
}

// declare sees to it that p.declared is of the version that p.state shows.
func (p *Pipeline) declare(ctx context.Context) error {
	age, same := time.Since(p.declared.read), p.declared.version == aws.ToInt32(p.state.PipelineVersion)
	if same && age < declaredFor {
		return nil
	}
	out, err := call(ctx, p.account, "GetPipeline", false, &codepipeline.GetPipelineInput{Name: &p.name}, p.account.api.GetPipeline)
	switch {
	case err != nil && same && age < declaredMost:
		return nil
	case err != nil:
		return err
	case out.Pipeline == nil || aws.ToString(out.Pipeline.Name) != p.name:
		p.account.calls.Count("GetPipeline", "not-understood")
		return &gates.CallError{Code: "other", Operation: "GetPipeline", Untouched: true,
			Text: "GetPipeline: the answer is not one of CodePipeline; look at AWS_ENDPOINT_URL and proxies"}
	}
	p.declared = declaredOf(out.Pipeline)
	p.declared.read = time.Now()
	return nil
}

// declaredOf picks what approvals ask of a declaration.
// GetPipeline: docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipeline.html
func declaredOf(d *types.PipelineDeclaration) declared {
	now := declared{version: aws.ToInt32(d.Version), parallel: d.ExecutionMode == types.ExecutionModeParallel,
		timeouts: map[string]map[string]time.Duration{}}
	for _, s := range d.Stages {
		for _, a := range s.Actions {
			if a.ActionTypeId == nil || a.ActionTypeId.Category != types.ActionCategoryApproval {
				continue
			}
			stage := aws.ToString(s.Name)
			if now.timeouts[stage] == nil {
				now.timeouts[stage] = map[string]time.Duration{}
			}
			timeout := approvalTimeout
			if m := aws.ToInt32(a.TimeoutInMinutes); m > 0 {
				timeout = time.Duration(m) * time.Minute
			}
			now.timeouts[stage][aws.ToString(a.Name)] = timeout
		}
	}
	return now
}

// timeout is how long an approval of that name waits.
func (d declared) timeout(pipeline, stage, action string) (time.Duration, error) {
	t, ok := d.timeouts[stage][action]
	if !ok {
		return 0, &gates.CallError{Code: "not-found", Operation: "GetPipeline", Untouched: true,
			Text: fmt.Sprintf("pipeline %s has no manual approval %s/%s; correct approval in the configuration", pipeline, stage, action)}
	}
	return t, nil
}
