package emulator

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// pushTo brings a new execution straight to a stage.
func (s *story) pushTo(stage, revision string) string {
	s.Helper()
	id, err := s.m.PushTo("shop", stage, revision, "change "+revision)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// asking are the runs of Ask that wait for an answer, newest first, as
// ListActionExecutions tells them, page by page.
func (s *story) asking() []actionExecutionDetail {
	s.Helper()
	var all []actionExecutionDetail
	for token := ""; ; {
		in := map[string]any{"pipelineName": "shop", "maxResults": 3}
		if token != "" {
			in["nextToken"] = token
		}
		var out listActionExecutionsOutput
		s.do("ListActionExecutions", in, &out)
		all = append(all, slices.DeleteFunc(out.ActionExecutionDetails, func(a actionExecutionDetail) bool {
			return a.ActionName != "Ask" || a.Status != inProgress
		})...)
		if token = out.NextToken; token == "" {
			return all
		}
	}
}

func tokenOf(a actionExecutionDetail) string { return a.Output.ExecutionResult.ExternalExecutionID }

// TestManyParallelApprovals wait at once, each with a token of its own, and are
// answered in any order; the state shows none of them.
func TestManyParallelApprovals(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("PARALLEL", release()))
	s.pass(3 * step)
	for i := range 4 {
		s.pushTo("Release", fmt.Sprint("r", i+2))
		s.pass(time.Minute)
	}
	waiting := s.asking()
	tokens := map[string]bool{}
	for _, a := range waiting {
		tokens[tokenOf(a)] = true
	}
	if len(waiting) != 5 || len(tokens) != 5 || s.token("Release") != "" {
		t.Fatalf("%d wait with %d tokens, and the state shows %q", len(waiting), len(tokens), s.token("Release"))
	}
	if shown := s.stage("Release").LatestExecution; shown.PipelineExecutionID != waiting[0].PipelineExecutionID {
		t.Errorf("the stage shows %+v, want the one that entered last", shown)
	}
	s.do("PutApprovalResult", answer("Rejected", tokenOf(waiting[2])), nil)
	s.fails("ApprovalAlreadyCompletedException", "PutApprovalResult", answer("Approved", tokenOf(waiting[2])))
	s.do("PutApprovalResult", answer("Approved", tokenOf(waiting[4])), nil)
	s.pass(step)
	s.statuses("Succeeded", "InProgress", "Failed", "InProgress", "InProgress")
	if n := len(s.asking()); n != 3 {
		t.Errorf("%d wait, want 3", n)
	}
	s.pass(7 * 24 * time.Hour)
	s.statuses("Succeeded", "Failed", "Failed", "Failed", "Failed")
	s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", tokenOf(waiting[0])))
}

// TestQueueBehindAnApproval: nobody overtakes, and each asks in its turn.
func TestQueueBehindAnApproval(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED", release()))
	s.push("r2")
	s.push("r3")
	s.pass(10 * step)
	s.sees("Release", "1 InProgress <2 <3")
	s.do("PutApprovalResult", answer("Rejected", s.token("Release")), nil)
	s.sees("Release", "2 InProgress <3")
	s.pass(7 * 24 * time.Hour)
	s.sees("Release", "3 InProgress")
	s.statuses("Failed", "Failed", "InProgress")
}

// TestFreezeOfTenDays: in SUPERSEDED mode the approval that waits is not
// replaced; when it has timed out, the newest of those behind it asks.
func TestFreezeOfTenDays(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	s.pass(3 * step)
	for range 10 {
		s.pass(24 * time.Hour)
		s.push("r")
	}
	s.pass(step * 3)
	s.sees("Release", "7 InProgress <11")
	asked := s.stage("Release").ActionStates[0].LatestExecution
	if since := s.now.Sub(asked.LastStatusChange.Time).Round(time.Hour); since != 72*time.Hour {
		t.Errorf("it asks since %s, want since the seventh day", since)
	}
}

// TestApprovalsSideBySide: each has its token; the stage goes on when all are
// answered, and fails when one is rejected, but not before the others have ended.
func TestApprovalsSideBySide(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, then string
	}{
		"both approved": {"Approved", "2 InProgress"},
		"one rejected":  {"Rejected", "2 Failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := release()
			r.Actions = slices.Insert(r.Actions, 1, ask("Business"))
			s := begin(t, storefront("", r))
			s.disable("Release", "stop")
			s.pass(time.Minute)
			s.enable("Release")
			s.do("PutApprovalResult", answer("Approved", s.token("Release")), nil)
			s.sees("Release", "1 InProgress")
			s.do("StopPipelineExecution", stopPipelineExecutionInput{"shop", s.executions()[0].PipelineExecutionID, true, ""}, nil)

			s.pushTo("Release", "r2")
			states := s.stage("Release").ActionStates
			mine, business := states[0].LatestExecution.Token, states[1].LatestExecution.Token
			if mine == business || states[2].LatestExecution != nil {
				t.Fatalf("tokens %s and %s, and Roll %+v", mine, business, states[2].LatestExecution)
			}
			other := answer("Approved", mine)
			other.ActionName = "Business"
			s.fails("InvalidApprovalTokenException", "PutApprovalResult", other)
			s.do("PutApprovalResult", answer(test.first, mine), nil)
			s.sees("Release", "2 InProgress")
			other.Token = business
			s.do("PutApprovalResult", other, nil)
			s.sees("Release", test.then)
			if test.first == "Approved" && s.stage("Release").ActionStates[2].LatestExecution.Status != inProgress {
				t.Error("Roll does not run")
			}
		})
	}
}

// TestPushTo stops where the way is closed.
func TestPushTo(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release(), stageDeclaration{Name: "Later", Actions: []actionDeclaration{act("Sweep", "Build", "CodeBuild")}}))
	s.pass(3 * step)
	s.do("PutApprovalResult", answer("Approved", s.token("Release")), nil)
	s.pass(time.Minute)
	s.statuses("Succeeded")
	s.pushTo("Later", "r2") // past the approval
	s.sees("Later", "2 InProgress")
	s.sees("Release", "2 Succeeded")
	s.disable("Production", "stop")
	if _, err := s.m.PushTo("shop", "Later", "r3", ""); err == nil {
		t.Error("it came through a disabled transition")
	}
	s.sees("Production", "2 Succeeded <3")
	if _, err := s.m.PushTo("shop", "Lader", "r4", ""); err == nil {
		t.Error("it came to a stage that does not exist")
	}
}
