package emulator

import (
	"testing"
	"time"
)

func (s *story) retry(execution, mode string) retryStageExecutionInput {
	return retryStageExecutionInput{"shop", "Release", execution, mode}
}

// TestRetryAsksAgain with a new token; the old one is worth nothing.
func TestRetryAsksAgain(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"", "PARALLEL"} {
		s := begin(t, storefront(mode, release()))
		first := s.executions()[0].PipelineExecutionID
		s.pass(3 * step)
		before := tokenOf(s.asking()[0])
		s.fails("StageNotRetryableException", "RetryStageExecution", s.retry(first, "FAILED_ACTIONS"))
		s.do("PutApprovalResult", answer("Rejected", before), nil)
		s.statuses("Failed")
		s.do("RetryStageExecution", s.retry(first, "FAILED_ACTIONS"), nil)
		s.statuses("InProgress")
		s.sees("Release", "1 InProgress")
		again := tokenOf(s.asking()[0])
		if again == before {
			t.Error("it asks with the token that was answered")
		}
		s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", before))
		s.do("PutApprovalResult", answer("Approved", again), nil)
		s.behave("Release", "Roll", Behaviour{Outcome: Fail})
		s.pass(step)
		s.statuses("Failed")
		s.behave("Release", "Roll", Behaviour{})
		s.do("RetryStageExecution", s.retry(first, "ALL_ACTIONS"), nil)
		s.do("PutApprovalResult", answer("Approved", tokenOf(s.asking()[0])), nil)
		s.pass(step)
		s.statuses("Succeeded")
		s.fails("StageNotRetryableException", "RetryStageExecution", s.retry(first, "ALL_ACTIONS"))
		for scope, want := range map[string]int{"All": 8, "Latest": 5} {
			var out listActionExecutionsOutput
			s.do("ListActionExecutions", map[string]any{"pipelineName": "shop", "filter": map[string]any{
				"latestInPipelineExecution": map[string]string{"pipelineExecutionId": first, "startTimeRange": scope}}}, &out)
			if n := len(out.ActionExecutionDetails); n != want {
				t.Errorf("%s lists %d runs, want %d", scope, n, want)
			}
		}
	}
}

// TestRetryOfTheOvertaken: only the latest in a stage may be retried, and only in
// the structure that it failed in.
func TestRetryOfTheOvertaken(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	first := s.executions()[0].PipelineExecutionID
	s.pass(3 * step)
	s.do("PutApprovalResult", answer("Rejected", s.token("Release")), nil)
	second := s.pushTo("Release", "r2")
	s.fails("NotLatestPipelineExecutionException", "RetryStageExecution", s.retry(first, "FAILED_ACTIONS"))
	s.pass(7 * 24 * time.Hour)
	s.sees("Release", "2 Failed")
	s.do("UpdatePipeline", updatePipelineInput{storefront("", release())}, nil)
	s.fails("StageNotRetryableException", "RetryStageExecution", s.retry(second, "FAILED_ACTIONS"))
	none := s.retry(second, "FAILED_ACTIONS")
	none.StageName = "Releases"
	s.fails("StageNotFoundException", "RetryStageExecution", none)
	none.PipelineName = "shap"
	s.fails("PipelineNotFoundException", "RetryStageExecution", none)
	s.fails("NotLatestPipelineExecutionException", "RetryStageExecution", s.retry("00000000-0000-4000-8000-000000000000", "FAILED_ACTIONS"))
}

// TestRetryWhileOthersGoOn: failed actions alone may be run again then, and nothing
// of an execution that is stopping.
func TestRetryWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	r := release()
	r.Actions = []actionDeclaration{ask("Ask"), ask("Business")}
	s := begin(t, storefront("", r))
	first := s.executions()[0].PipelineExecutionID
	s.pass(3 * step)
	business := s.stage("Release").ActionStates[1].LatestExecution.Token
	s.do("PutApprovalResult", answer("Rejected", s.token("Release")), nil)
	s.fails("StageNotRetryableException", "RetryStageExecution", s.retry(first, "ALL_ACTIONS"))
	s.do("RetryStageExecution", s.retry(first, "FAILED_ACTIONS"), nil)
	if again := s.stage("Release").ActionStates[1].LatestExecution; again.Token != business || again.Status != inProgress {
		t.Errorf("the other approval is %+v", again)
	}
	s.do("PutApprovalResult", answer("Rejected", s.token("Release")), nil)
	s.do("StopPipelineExecution", stopPipelineExecutionInput{"shop", first, false, ""}, nil)
	s.fails("StageNotRetryableException", "RetryStageExecution", s.retry(first, "FAILED_ACTIONS"))
}

// TestRollbackAsks: a rollback is an execution of its own, which enters the stage
// with the revision of its target, and asks like any other.
func TestRollbackAsks(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release(), stageDeclaration{Name: "Later", Actions: []actionDeclaration{act("Sweep", "Build", "CodeBuild")}}))
	good := s.executions()[0].PipelineExecutionID
	revision := s.m.pipelines["shop"].heads["Commit"].id
	s.pass(3 * step)
	s.do("PutApprovalResult", answer("Approved", s.token("Release")), nil)
	s.pass(time.Minute)
	back := rollbackStageInput{"shop", "Release", good}
	s.pushTo("Release", "r2")
	s.fails("UnableToRollbackStageException", "RollbackStage", back) // the approval locks the stage
	s.do("PutApprovalResult", answer("Approved", s.token("Release")), nil)
	s.behave("Release", "Roll", Behaviour{Outcome: Fail})
	s.pass(step)
	s.sees("Release", "2 Failed")
	s.disable("Release", "closed")
	var out executionID
	s.do("RollbackStage", back, &out)
	s.behave("Release", "Roll", Behaviour{})
	if st := s.stage("Release"); st.LatestExecution.Type != "ROLLBACK" || st.LatestExecution.PipelineExecutionID != out.PipelineExecutionID {
		t.Errorf("the stage shows %+v", st.LatestExecution)
	}
	e := s.execution(out.PipelineExecutionID)
	if e.ExecutionType != "ROLLBACK" || e.RollbackMetadata.RollbackTargetPipelineExecutionID != good ||
		e.Trigger != (executionTrigger{"ManualRollback", alice}) || e.ArtifactRevisions[0].RevisionID != revision {
		t.Errorf("the rollback is %+v", e)
	}
	s.do("PutApprovalResult", answer("Approved", s.token("Release")), nil)
	s.pass(step)
	s.statuses("Succeeded", "Failed", "Succeeded")
	s.sees("Later", "1 Succeeded")
	back.TargetPipelineExecutionID = out.PipelineExecutionID
	s.fails("UnableToRollbackStageException", "RollbackStage", back)
}

func TestRollbacksThatCannotBe(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	first := s.executions()[0].PipelineExecutionID
	s.pass(time.Minute)
	for _, test := range []struct{ pipeline, stage, target, code string }{
		{"shap", "Production", first, "PipelineNotFoundException"},
		{"shop", "Productions", first, "StageNotFoundException"},
		{"shop", "Production", "00000000-0000-4000-8000-000000000000", "PipelineExecutionNotFoundException"},
		{"shop", "Source", first, "UnableToRollbackStageException"},
		{"shop", "Release", first, "UnableToRollbackStageException"}, // it waits there
	} {
		s.fails(test.code, "RollbackStage", rollbackStageInput{test.pipeline, test.stage, test.target})
	}
	s.do("UpdatePipeline", updatePipelineInput{storefront("PARALLEL", release())}, nil)
	s.fails("PipelineExecutionOutdatedException", "RollbackStage", rollbackStageInput{"shop", "Production", first})
	second := s.pushTo("Release", "r2")
	s.fails("UnableToRollbackStageException", "RollbackStage", rollbackStageInput{"shop", "Production", second})
}

func TestRollbackNeedsV2(t *testing.T) {
	t.Parallel()
	d := storefront("")
	d.PipelineType = "V1"
	s := begin(t, d)
	s.pass(time.Minute)
	s.fails("UnableToRollbackStageException", "RollbackStage", rollbackStageInput{"shop", "Production", s.executions()[0].PipelineExecutionID})
}
