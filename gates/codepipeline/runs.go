package codepipeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// runs are what was listed of a pipeline's actions. Its zero value has listed
// nothing.
type runs struct {
	begun time.Time // when it was asked for
	old   bool      // something was answered since
	all   []types.ActionExecutionDetail
	upTo  time.Time // all that began before has been listed once; on AWS's clock

	looked map[string]time.Time // when runs further back than the list were asked for, by id
	doubts map[string]bool      // runs that are asked for the next time, by id
}

// Bounds of listing: pages of a hundred runs, how much later than a younger one a
// run may turn up in the list, and, of runs further back, how many are asked for at
// a time, and how long what was told of one is believed. Each is a call of its own:
// all together they would take longer than what they tell may be old.
const (
	maxPages  = 20
	listLate  = 10 * time.Minute
	farAtOnce = 5
	farFor    = 30 * time.Second
)

// list sees to it that p.runs were asked for at or after notBefore: those that
// began since the last time, and those that were in progress then. The first time
// it goes back as far as an approval may wait.
// ListActionExecutions: docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
func (p *Pipeline) list(ctx context.Context, notBefore time.Time) error {
	before := p.runs
	if !before.begun.IsZero() && !before.old && !before.begun.Before(notBefore) {
		return nil
	}
	now := runs{begun: time.Now(), upTo: before.upTo}
	back := before.upTo.Add(-listLate)
	if before.upTo.IsZero() {
		back = now.begun.Add(p.skew - p.declared.longest() - time.Hour)
	}
	in := &codepipeline.ListActionExecutionsInput{PipelineName: &p.name, MaxResults: aws.Int32(100)}
	for range maxPages {
		out, err := call(ctx, p.account, "ListActionExecutions", false, in, p.account.api.ListActionExecutions)
		if err != nil {
			return err
		}
		now.all = append(now.all, out.ActionExecutionDetails...)
		if in.NextToken = out.NextToken; in.NextToken == nil || now.oldest().Before(back) {
			break
		}
	}
	if err := p.listFar(ctx, before, &now); err != nil {
		return err
	}
	for _, r := range now.all {
		if t := aws.ToTime(r.StartTime); t.After(now.upTo) {
			now.upTo = t
		}
	}
	p.runs = now
	return nil
}

// listFar adds to now the approvals that waited before and are further back than it
// reaches: those that are doubted, and of the others those that were not asked for
// since longest. The rest stands as it was told.
func (p *Pipeline) listFar(ctx context.Context, before runs, now *runs) error {
	now.looked = map[string]time.Time{}
	id := func(r types.ActionExecutionDetail) string { return aws.ToString(r.ActionExecutionId) }
	var far []types.ActionExecutionDetail
	for _, r := range before.all {
		_, asks := p.declared.timeouts[aws.ToString(r.StageName)][aws.ToString(r.ActionName)]
		if asks && r.Status == types.ActionExecutionStatusInProgress && !now.has(r) {
			far = append(far, r)
		}
	}
	slices.SortStableFunc(far, func(a, b types.ActionExecutionDetail) int { return before.looked[id(a)].Compare(before.looked[id(b)]) })
	for i, r := range far {
		last := before.looked[id(r)]
		if !before.doubts[id(r)] && (i >= farAtOnce || now.begun.Sub(last) < farFor) {
			now.all = append(now.all, r)
			now.looked[id(r)] = last
			continue
		}
		some, err := p.listOf(ctx, r.PipelineExecutionId)
		if err != nil {
			return err
		}
		now.all = append(now.all, some...)
		now.looked[id(r)] = now.begun
	}
	return nil
}

// doubt lets a run be asked for at the next list, by itself if need be.
func (r *runs) doubt(run string) {
	if r.doubts == nil {
		r.doubts = map[string]bool{}
	}
	r.doubts[run] = true
}

// listOf is one execution's runs, the last hundred. One that CodePipeline does not
// know, as after the pipeline was made anew, has none.
func (p *Pipeline) listOf(ctx context.Context, execution *string) ([]types.ActionExecutionDetail, error) {
	out, err := call(ctx, p.account, "ListActionExecutions", false, &codepipeline.ListActionExecutionsInput{PipelineName: &p.name,
		Filter: &types.ActionExecutionFilter{PipelineExecutionId: execution}}, p.account.api.ListActionExecutions)
	var unknown *types.PipelineExecutionNotFoundException
	switch {
	case errors.As(err, &unknown):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return out.ActionExecutionDetails, nil
}

// oldest is when the last of the list began.
func (r runs) oldest() time.Time {
	if len(r.all) == 0 {
		return time.Time{}
	}
	return aws.ToTime(r.all[len(r.all)-1].StartTime)
}

func (r runs) has(d types.ActionExecutionDetail) bool {
	return slices.ContainsFunc(r.all, func(x types.ActionExecutionDetail) bool {
		return aws.ToString(x.ActionExecutionId) == aws.ToString(d.ActionExecutionId)
	})
}

// longest is how long any approval of the pipeline waits.
func (d declared) longest() (most time.Duration) {
	for _, actions := range d.timeouts {
		for _, t := range actions {
			most = max(most, t)
		}
	}
	return most
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
