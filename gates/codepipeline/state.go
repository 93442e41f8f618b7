package codepipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

const inbound = types.StageTransitionTypeInbound

// seenOf finds the stage in a pipeline's state. A stage that is missing, or
// whose transition AWS does not tell, is an error: nil is not "disabled".
// GetPipelineState: docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipelineState.html
func seenOf(out *codepipeline.GetPipelineStateOutput, stage string) (gates.Seen, error) {
	i := slices.IndexFunc(out.StageStates, func(s types.StageState) bool { return aws.ToString(s.StageName) == stage })
	if i < 0 {
		return gates.Seen{}, &gates.CallError{Code: "not-found", Operation: "GetPipelineState", Untouched: true,
			Text: fmt.Sprintf("pipeline %s has no stage %q, it has: %s; correct transition in the configuration",
				aws.ToString(out.PipelineName), stage, stageNames(out))}
	}
	s := out.StageStates[i]
	t := s.InboundTransitionState
	if t == nil {
		return gates.Seen{}, &gates.CallError{Code: "not-found", Operation: "GetPipelineState", Untouched: true,
			Text: fmt.Sprintf("AWS tells of no transition into stage %q of pipeline %s; the first stage has none: name a later one",
				stage, aws.ToString(out.PipelineName))}
	}
	seen := gates.Seen{Enabled: t.Enabled, ChangedBy: aws.ToString(t.LastChangedBy),
		ChangedAt: aws.ToTime(t.LastChangedAt).UTC(), Reason: aws.ToString(t.DisabledReason)}
	seen.Waiting = waiting(s)
	inside(&seen, s)
	return seen, nil
}

func stageNames(out *codepipeline.GetPipelineStateOutput) string {
	names := make([]string, 0, len(out.StageStates))
	for _, s := range out.StageStates {
		names = append(names, aws.ToString(s.StageName))
	}
	return strings.Join(names, ", ")
}

// waiting merges the two forms in which AWS tells of inbound executions.
func waiting(s types.StageState) []gates.Execution {
	var xs []gates.Execution
	all := s.InboundExecutions
	if s.InboundExecution != nil {
		all = append(slices.Clone(all), *s.InboundExecution)
	}
	for _, e := range all {
		id := aws.ToString(e.PipelineExecutionId)
		if id != "" && !slices.ContainsFunc(xs, func(x gates.Execution) bool { return x.ID == id }) {
			xs = append(xs, gates.Execution{ID: id, Rollback: e.Type == types.ExecutionTypeRollback})
		}
	}
	return xs
}

// inside fills in the execution that entered last: still there, or since when
// not. AWS tells no time of leaving; the last change of one of its actions is it.
func inside(seen *gates.Seen, s types.StageState) {
	e := s.LatestExecution
	if e == nil {
		return
	}
	seen.Latest = aws.ToString(e.PipelineExecutionId)
	x := gates.Execution{ID: seen.Latest, Rollback: e.Type == types.ExecutionTypeRollback}
	var left time.Time
	for _, a := range s.ActionStates {
		l := a.LatestExecution
		if l == nil || l.LastStatusChange == nil {
			continue
		}
		if l.Status == types.ActionExecutionStatusInProgress && x.Action == "" {
			x.Action, x.Since = aws.ToString(a.ActionName), l.LastStatusChange.UTC()
		}
		if l.LastStatusChange.After(left) {
			left = l.LastStatusChange.UTC()
		}
	}
	switch e.Status {
	case types.StageExecutionStatusInProgress, types.StageExecutionStatusStopping:
		seen.Inside = []gates.Execution{x}
	case types.StageExecutionStatusSkipped:
		// it changed nothing in production; one that was cancelled may have done half of it
	default:
		seen.Left = left
	}
}
