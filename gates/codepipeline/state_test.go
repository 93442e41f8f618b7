package codepipeline

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// Who is inside a stage, and when who was last left it, for each status that
// AWS knows.
func TestInsideAndLeft(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC)
	action := func(name string, status types.ActionExecutionStatus, after time.Duration) types.ActionState {
		return types.ActionState{ActionName: &name, LatestExecution: &types.ActionExecution{Status: status, LastStatusChange: aws.Time(noon.Add(after))}}
	}
	for _, status := range types.StageExecutionStatus("").Values() {
		out := &codepipeline.GetPipelineStateOutput{StageStates: []types.StageState{{
			StageName: aws.String("Production"), InboundTransitionState: &types.TransitionState{Enabled: true},
			LatestExecution: &types.StageExecution{PipelineExecutionId: aws.String("1"), Status: status},
			ActionStates: []types.ActionState{
				action("Migrate", types.ActionExecutionStatusSucceeded, 2*time.Minute),
				action("Deploy", types.ActionExecutionStatusInProgress, time.Minute), // begun before the other ended
				{ActionName: aws.String("Verify")},
			},
		}}}
		seen, err := seenOf(out, "Production")
		if err != nil {
			t.Fatal(err)
		}
		inside := status == types.StageExecutionStatusInProgress || status == types.StageExecutionStatusStopping
		if (len(seen.Inside) == 1) != inside || seen.Latest != "1" {
			t.Errorf("%s: inside %+v, latest %q", status, seen.Inside, seen.Latest)
		}
		if inside && (seen.Inside[0].Action != "Deploy" || !seen.Inside[0].Since.Equal(noon.Add(time.Minute))) {
			t.Errorf("%s: inside %+v, want it in Deploy", status, seen.Inside[0])
		}
		left := !inside && status != types.StageExecutionStatusSkipped
		if seen.Left.Equal(noon.Add(2*time.Minute)) != left || seen.Left.IsZero() == left {
			t.Errorf("%s: left %v", status, seen.Left)
		}
	}
}

// Both forms of telling who waits, in one and in a list, are one.
func TestWaiting(t *testing.T) {
	t.Parallel()
	x := func(id string, v types.ExecutionType) types.StageExecution {
		return types.StageExecution{PipelineExecutionId: &id, Type: v}
	}
	last := x("2", types.ExecutionTypeRollback)
	got := waiting(types.StageState{InboundExecution: &last, InboundExecutions: []types.StageExecution{x("1", types.ExecutionTypeStandard), last, {}}})
	if len(got) != 2 || got[0].ID != "1" || got[0].Rollback || got[1].ID != "2" || !got[1].Rollback {
		t.Errorf("%+v", got)
	}
}
