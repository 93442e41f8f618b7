package emulator

import (
	"testing"
	"time"
)

// release is a stage that asks before it deploys.
func release() stageDeclaration {
	d := stageDeclaration{Name: "Release", Actions: []actionDeclaration{ask("Ask"), act("Roll", "Deploy", "CodeDeploy")}}
	d.Actions[1].RunOrder = 2
	return d
}

// token returns what the first action of a stage shows.
func (s *story) token(stage string) string {
	s.Helper()
	a := s.stage(stage).ActionStates[0].LatestExecution
	if a == nil {
		s.Fatalf("%s has not run", stage)
	}
	return a.Token
}

func answer(status, token string) putApprovalResultInput {
	return putApprovalResultInput{"shop", "Release", "Ask", approvalResult{"because", status}, token}
}

func TestApprovalLocksItsStage(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	s.pass(3 * step)
	s.push("r2")
	s.push("r3")
	s.pass(24 * time.Hour)
	s.sees("Release", "1 InProgress <3")
	if states := s.stage("Release").ActionStates; states[0].LatestExecution.Status != inProgress || states[1].LatestExecution != nil {
		t.Errorf("Ask is %s, Roll is %+v", states[0].LatestExecution.Status, states[1].LatestExecution)
	}
	var out putApprovalResultOutput
	if code := s.try(bob, "PutApprovalResult", answer("Approved", s.token("Release")), &out); code != "" {
		t.Fatal(code)
	}
	if !out.ApprovedAt.Equal(s.now) {
		t.Errorf("approved at %v, want %v", out.ApprovedAt, s.now)
	}
	asked := s.stage("Release").ActionStates[0].LatestExecution
	if asked.Status != succeeded || asked.Summary != "because" || asked.LastUpdatedBy != bob || !asked.LastStatusChange.Equal(s.now) {
		t.Errorf("the approval is %+v", asked)
	}
	s.pass(step)
	s.sees("Release", "3 InProgress")
	s.statuses("Succeeded", "Superseded", "InProgress")
}

func TestRejection(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	s.pass(3 * step)
	s.do("PutApprovalResult", answer("Rejected", s.token("Release")), nil)
	s.sees("Release", "1 Failed")
	s.statuses("Failed")
	asked := s.stage("Release").ActionStates[0].LatestExecution
	if asked.Status != failed || asked.Summary != "because" || asked.LastUpdatedBy != alice {
		t.Errorf("the approval is %+v", asked)
	}
}

// TestTokensAreGoodForOneAnswer: of the run that asked, in its action.
func TestTokensAreGoodForOneAnswer(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release(), stageDeclaration{Name: "Other", Actions: []actionDeclaration{ask("Ask")}}))
	s.pass(3 * step)
	first := s.token("Release")
	other := answer("Approved", first)
	other.StageName = "Other"
	s.fails("InvalidApprovalTokenException", "PutApprovalResult", other)
	s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", "00000000-0000-4000-8000-000000000000"))

	s.do("PutApprovalResult", answer("Approved", first), nil)
	s.fails("ApprovalAlreadyCompletedException", "PutApprovalResult", answer("Rejected", first))
	if s.token("Release") != first {
		t.Error("the token is gone with the answer")
	}
	s.push("r2")
	s.pass(10 * step)
	s.sees("Release", "2 InProgress")
	second := s.token("Release")
	if second == first {
		t.Error("the second execution asks with the token of the first")
	}
	s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", first))
	s.do("PutApprovalResult", answer("Approved", second), nil)
}

func TestApprovalOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	s.pass(3 * step)
	good := answer("Approved", s.token("Release"))
	for code, change := range map[string]func(*putApprovalResultInput){
		"PipelineNotFoundException":     func(in *putApprovalResultInput) { in.PipelineName = "shap" },
		"StageNotFoundException":        func(in *putApprovalResultInput) { in.StageName = "Releases" },
		"ActionNotFoundException":       func(in *putApprovalResultInput) { in.ActionName = "Deploy" },
		"InvalidApprovalTokenException": func(in *putApprovalResultInput) { in.ActionName = "Roll" },
	} {
		bad := good
		change(&bad)
		s.fails(code, "PutApprovalResult", bad)
	}
	s.sees("Release", "1 InProgress")
}

func TestApprovalTimesOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		minutes int
		after   time.Duration
	}{
		"by default after 7 days": {0, 7 * 24 * time.Hour},
		"as configured":           {5, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := release()
			r.Actions[0].TimeoutInMinutes = test.minutes
			s := begin(t, storefront("", r))
			s.pass(3*step + test.after - time.Second)
			s.sees("Release", "1 InProgress")
			token := s.token("Release")
			s.pass(time.Second)
			s.sees("Release", "1 Failed")
			s.statuses("Failed")
			s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", token))
		})
	}
}

// TestParallelApprovals: GetPipelineState shows no token; each run tells its
// own in ListActionExecutions.
func TestParallelApprovals(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("PARALLEL", release()))
	second := s.push("r2")
	s.pass(3 * step)
	if token := s.token("Release"); token != "" {
		t.Errorf("GetPipelineState shows token %s", token)
	}
	for _, a := range s.actions(second) {
		if a.ActionName == "Ask" {
			s.do("PutApprovalResult", answer("Approved", a.Output.ExecutionResult.ExternalExecutionID), nil)
		}
	}
	s.pass(step)
	s.statuses("InProgress", "Succeeded")
}
