package emulator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A release as AWS's own client sees it, through every operation there is.
func TestAReleaseThroughTheSDK(t *testing.T) {
	inTheater(t, func(th theater) {
		ctx, c, shop := th.Context(), th.alice, aws.String("shop")

		got := must(c.GetPipeline(ctx, &codepipeline.GetPipelineInput{Name: shop}))
		got.Pipeline.Name = aws.String("copy")
		created := must(c.CreatePipeline(ctx, &codepipeline.CreatePipelineInput{Pipeline: got.Pipeline}))
		if *created.Pipeline.Version != 1 || created.Pipeline.ExecutionMode != types.ExecutionModeSuperseded {
			th.Errorf("created %+v", created.Pipeline)
		}
		got.Pipeline.ExecutionMode = types.ExecutionModeQueued
		updated := must(c.UpdatePipeline(ctx, &codepipeline.UpdatePipelineInput{Pipeline: got.Pipeline}))
		if *updated.Pipeline.Version != 2 || updated.Pipeline.ExecutionMode != types.ExecutionModeQueued {
			th.Errorf("updated %+v", updated.Pipeline)
		}
		if list := must(c.ListPipelines(ctx, &codepipeline.ListPipelinesInput{})); len(list.Pipelines) != 2 {
			th.Errorf("listed %+v", list.Pipelines)
		}
		must(c.DeletePipeline(ctx, &codepipeline.DeletePipelineInput{Name: aws.String("copy")}))

		must(c.DisableStageTransition(ctx, &codepipeline.DisableStageTransitionInput{PipelineName: shop,
			StageName: aws.String("Production"), TransitionType: types.StageTransitionTypeInbound, Reason: aws.String("(andon a b c) sick")}))
		time.Sleep(10 * time.Second)
		approve(th)
		time.Sleep(10 * time.Second)
		production := look(th, "Production")
		into := production.InboundTransitionState
		if into.Enabled || *into.DisabledReason != "(andon a b c) sick" || *into.LastChangedBy != "arn:aws:iam::123456789012:user/alice" || into.LastChangedAt == nil {
			th.Errorf("the transition is %+v", into)
		}
		if production.InboundExecution == nil || production.LatestExecution != nil {
			th.Errorf("nothing waits before %+v", production)
		}
		must(c.EnableStageTransition(ctx, &codepipeline.EnableStageTransitionInput{PipelineName: shop,
			StageName: aws.String("Production"), TransitionType: types.StageTransitionTypeInbound}))
		time.Sleep(10 * time.Second)
		if s := look(th, "Production"); s.LatestExecution == nil || s.LatestExecution.Status != types.StageExecutionStatusSucceeded {
			th.Errorf("not released: %+v", s)
		}

		started := must(c.StartPipelineExecution(ctx, &codepipeline.StartPipelineExecutionInput{Name: shop, ClientRequestToken: aws.String("once")}))
		must(c.StopPipelineExecution(ctx, &codepipeline.StopPipelineExecutionInput{PipelineName: shop,
			PipelineExecutionId: started.PipelineExecutionId, Abandon: true, Reason: aws.String("never mind")}))
		time.Sleep(10 * time.Second)
		execution := must(c.GetPipelineExecution(ctx, &codepipeline.GetPipelineExecutionInput{PipelineName: shop, PipelineExecutionId: started.PipelineExecutionId}))
		if s := execution.PipelineExecution.Status; s != types.PipelineExecutionStatusStopped {
			th.Errorf("the execution is %s", s)
		}
		again := must(c.RetryStageExecution(ctx, &codepipeline.RetryStageExecutionInput{PipelineName: shop, StageName: aws.String("Source"),
			PipelineExecutionId: started.PipelineExecutionId, RetryMode: types.StageRetryModeFailedActions}))
		if *again.PipelineExecutionId != *started.PipelineExecutionId {
			th.Errorf("the retry is execution %s", *again.PipelineExecutionId)
		}
		back := must(c.RollbackStage(ctx, &codepipeline.RollbackStageInput{PipelineName: shop, StageName: aws.String("Production"),
			TargetPipelineExecutionId: look(th, "Production").LatestExecution.PipelineExecutionId}))
		if l := look(th, "Production").LatestExecution; l.Type != types.ExecutionTypeRollback || *l.PipelineExecutionId != *back.PipelineExecutionId {
			th.Errorf("the rollback is not in: %+v", l)
		}
		lists(th)
		th.everyOperationWasSeen()
	})
}

// lists reads the histories page by page.
func lists(th theater) {
	shop, one := aws.String("shop"), aws.Int32(1)
	var executions, actions int
	for p := codepipeline.NewListPipelineExecutionsPaginator(th.alice, &codepipeline.ListPipelineExecutionsInput{PipelineName: shop, MaxResults: one}); p.HasMorePages(); {
		executions += len(must(p.NextPage(th.Context())).PipelineExecutionSummaries)
	}
	for p := codepipeline.NewListActionExecutionsPaginator(th.alice, &codepipeline.ListActionExecutionsInput{PipelineName: shop, MaxResults: one}); p.HasMorePages(); {
		actions += len(must(p.NextPage(th.Context())).ActionExecutionDetails)
	}
	if executions != 3 || actions != 7 {
		th.Errorf("%d executions and %d actions, want 3 and 7", executions, actions)
	}
}

func approve(th theater) {
	action := look(th, "Release").ActionStates[0]
	must(th.alice.PutApprovalResult(th.Context(), &codepipeline.PutApprovalResultInput{PipelineName: aws.String("shop"),
		StageName: aws.String("Release"), ActionName: action.ActionName, Token: action.LatestExecution.Token,
		Result: &types.ApprovalResult{Status: types.ApprovalStatusApproved, Summary: aws.String("no BlackDay: go, \"shop\"!")}}))
}

func look(th theater, name string) types.StageState {
	state := must(th.alice.GetPipelineState(th.Context(), &codepipeline.GetPipelineStateInput{Name: aws.String("shop")}))
	i := slices.IndexFunc(state.StageStates, func(s types.StageState) bool { return *s.StageName == name })
	return state.StageStates[i]
}

func (th theater) everyOperationWasSeen() {
	missing := operations()
	for _, c := range th.Calls() {
		if c.Applied {
			delete(missing, c.Operation)
		}
	}
	if len(missing) > 0 {
		th.Errorf("the story leaves out %v", slices.Collect(maps.Keys(missing)))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Errors come back as the types that the SDK has for them.
func TestModelledErrorsThroughTheSDK(t *testing.T) {
	inTheater(t, func(th theater) {
		ctx, c, shop, none := th.Context(), th.alice, aws.String("shop"), aws.String("none")
		id := aws.String("01234567-89ab-cdef-0123-456789abcdef")
		inbound, yes := types.StageTransitionTypeInbound, &types.ApprovalResult{Status: types.ApprovalStatusApproved, Summary: aws.String("")}
		put := func(stage, action string) error {
			_, err := c.PutApprovalResult(ctx, &codepipeline.PutApprovalResultInput{PipelineName: shop, StageName: &stage, ActionName: &action, Token: id, Result: yes})
			return err
		}
		declared := must(c.GetPipeline(ctx, &codepipeline.GetPipelineInput{Name: shop})).Pipeline
		for i, test := range []struct {
			err  error
			want error
		}{
			{second(c.GetPipelineState(ctx, &codepipeline.GetPipelineStateInput{Name: none})), new(types.PipelineNotFoundException)},
			{second(c.GetPipeline(ctx, &codepipeline.GetPipelineInput{Name: shop, Version: aws.Int32(7)})), new(types.PipelineVersionNotFoundException)},
			{second(c.CreatePipeline(ctx, &codepipeline.CreatePipelineInput{Pipeline: declared})), new(types.PipelineNameInUseException)},
			{second(c.GetPipelineExecution(ctx, &codepipeline.GetPipelineExecutionInput{PipelineName: shop, PipelineExecutionId: id})), new(types.PipelineExecutionNotFoundException)},
			{second(c.EnableStageTransition(ctx, &codepipeline.EnableStageTransitionInput{PipelineName: shop, StageName: none, TransitionType: inbound})), new(types.StageNotFoundException)},
			{second(c.DisableStageTransition(ctx, &codepipeline.DisableStageTransitionInput{PipelineName: shop, StageName: aws.String("Build"), TransitionType: inbound, Reason: aws.String("a/b")})), new(types.ValidationException)},
			{second(c.ListPipelines(ctx, &codepipeline.ListPipelinesInput{NextToken: none})), new(types.InvalidNextTokenException)},
			{second(c.StopPipelineExecution(ctx, &codepipeline.StopPipelineExecutionInput{PipelineName: none, PipelineExecutionId: id})), new(types.PipelineNotFoundException)},
			{put("none", "Ask"), new(types.StageNotFoundException)},
			{put("Release", "none"), new(types.ActionNotFoundException)},
			{put("Release", "Ask"), new(types.InvalidApprovalTokenException)},
		} {
			var got interface{ ErrorCode() string }
			if !errors.As(test.err, &got) || fmt.Sprintf("%T", got) != fmt.Sprintf("%T", test.want) {
				th.Errorf("%d: got %T %v, want %T", i, got, test.err, test.want)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }
