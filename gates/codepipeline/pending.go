package codepipeline

import (
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// pendingIn finds what an approval's action shows in the state of its stage: what
// waits, and what was answered last. The token is on the action and may belong to
// an earlier execution, so it counts only while both the action and the stage's
// execution are in progress. silent: something waits, and its token is not told,
// as it is for executions in PARALLEL mode.
func pendingIn(s types.StageState, action string) (pending []gates.Approval, answered []gates.Answered, silent bool) {
	i := slices.IndexFunc(s.ActionStates, func(a types.ActionState) bool { return aws.ToString(a.ActionName) == action })
	if i < 0 || s.ActionStates[i].LatestExecution == nil {
		return nil, nil, false
	}
	run := s.ActionStates[i].LatestExecution
	if run.Status != types.ActionExecutionStatusInProgress {
		return nil, []gates.Answered{{Run: aws.ToString(run.ActionExecutionId), Status: outcome(run.Status),
			By: aws.ToString(run.LastUpdatedBy), At: aws.ToTime(run.LastStatusChange).UTC(), Summary: aws.ToString(run.Summary)}}, false
	}
	e := s.LatestExecution
	if aws.ToString(run.Token) == "" || e == nil {
		return nil, nil, true
	}
	a := gates.Approval{Run: aws.ToString(run.ActionExecutionId), Token: aws.ToString(run.Token), Since: aws.ToTime(run.LastStatusChange).UTC(),
		Execution: gates.Execution{ID: aws.ToString(e.PipelineExecutionId), Rollback: e.Type == types.ExecutionTypeRollback}}
	switch e.Status {
	case types.StageExecutionStatusInProgress:
	case types.StageExecutionStatusStopping:
		a.Stopping = true
	default: // it is not this execution's
		return nil, nil, true
	}
	return []gates.Approval{a}, nil, false
}

// pendingAmong finds the same in a list of action runs. There the token is the
// external execution id.
// ListActionExecutions: docs.aws.amazon.com/codepipeline/latest/APIReference/API_ListActionExecutions.html
func pendingAmong(runs []types.ActionExecutionDetail, stage, action string) (pending []gates.Approval, answered []gates.Answered) {
	for _, r := range runs {
		if aws.ToString(r.StageName) != stage || aws.ToString(r.ActionName) != action {
			continue
		}
		var token, summary string
		if r.Output != nil && r.Output.ExecutionResult != nil {
			token, summary = aws.ToString(r.Output.ExecutionResult.ExternalExecutionId), aws.ToString(r.Output.ExecutionResult.ExternalExecutionSummary)
		}
		if r.Status == types.ActionExecutionStatusInProgress {
			pending = append(pending, gates.Approval{Run: aws.ToString(r.ActionExecutionId), Token: token, Since: aws.ToTime(r.StartTime).UTC(),
				Execution: gates.Execution{ID: aws.ToString(r.PipelineExecutionId)}})
			continue
		}
		answered = append(answered, gates.Answered{Run: aws.ToString(r.ActionExecutionId), Status: outcome(r.Status),
			By: aws.ToString(r.UpdatedBy), At: aws.ToTime(r.LastUpdateTime).UTC(), Summary: summary})
	}
	return pending, answered
}

func outcome(s types.ActionExecutionStatus) string {
	switch s {
	case types.ActionExecutionStatusSucceeded:
		return gates.Approved
	case types.ActionExecutionStatusFailed:
		return gates.Rejected
	}
	return gates.Abandoned
}

// join puts together what two answers of AWS tell of one action, the oldest
// first, and says when each will expire.
func join(seen *gates.Seen, pending []gates.Approval, answered []gates.Answered, timeout time.Duration) {
	for _, a := range pending {
		if !slices.ContainsFunc(seen.Pending, func(b gates.Approval) bool { return b.Run == a.Run }) {
			seen.Pending = append(seen.Pending, a)
		}
	}
	for _, a := range answered {
		if !slices.ContainsFunc(seen.Answered, func(b gates.Answered) bool { return b.Run == a.Run }) {
			seen.Answered = append(seen.Answered, a)
		}
	}
	slices.SortStableFunc(seen.Pending, func(a, b gates.Approval) int { return a.Since.Compare(b.Since) })
	for i := range seen.Pending {
		if a := &seen.Pending[i]; !a.Since.IsZero() {
			a.Expires = a.Since.Add(timeout)
		}
	}
}
