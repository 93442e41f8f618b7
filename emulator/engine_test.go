package emulator

import (
	"testing"
	"time"
)

func TestExecutionMovesThroughStages(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.sees("Source", "1 InProgress")
	s.pass(step - time.Nanosecond)
	s.sees("Source", "1 InProgress")
	s.sees("Build", "")
	s.pass(time.Nanosecond)
	s.sees("Source", "1 Succeeded")
	s.sees("Build", "1 InProgress")
	s.pass(2 * step)
	s.sees("Production", "1 Succeeded")
	s.statuses("Succeeded")
	if at, ok := s.m.Next(); ok {
		t.Errorf("something is still to happen at %v", at)
	}
}

// TestSuperseding: executions wait before a locked stage, and only the newest
// goes on.
func TestSuperseding(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("SUPERSEDED"))
	s.behave("Production", "Deploy", Behaviour{Duration: time.Hour})
	s.pass(2 * step)
	s.sees("Production", "1 InProgress")
	for _, r := range []string{"r2", "r3", "r4"} {
		s.push(r)
		s.pass(2 * step)
	}
	s.sees("Production", "1 InProgress <4")
	s.statuses("InProgress", "Superseded", "Superseded", "InProgress")
	s.pass(time.Hour)
	s.sees("Production", "4 InProgress")
	s.pass(time.Hour)
	s.statuses("Succeeded", "Superseded", "Superseded", "Succeeded")
}

// TestSupersedingBeforeTheSource: the first stage is a stage like any other.
func TestSupersedingBeforeTheSource(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.push("r2")
	s.push("r3")
	s.sees("Source", "1 InProgress <3")
	s.pass(step)
	s.sees("Source", "3 InProgress")
	s.statuses("InProgress", "Superseded", "InProgress")
}

func TestQueueing(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.behave("Production", "Deploy", Behaviour{Duration: time.Hour})
	for _, r := range []string{"r2", "r3"} {
		s.push(r)
	}
	s.sees("Source", "1 InProgress <2 <3")
	s.pass(10 * step)
	s.sees("Production", "1 InProgress <2 <3")
	s.pass(time.Hour)
	s.sees("Production", "2 InProgress <3")
	s.pass(time.Hour)
	s.sees("Production", "3 InProgress")
	s.pass(time.Hour)
	s.statuses("Succeeded", "Succeeded", "Succeeded")
}

func TestQueueHasALimit(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.disable("Production", "stop")
	for range maxConcurrent - 1 {
		s.push("r")
	}
	if _, err := s.m.Push("shop", "r", ""); err == nil {
		t.Error("Push went over the limit")
	}
	s.fails("ConcurrentPipelineExecutionsLimitExceededException", "StartPipelineExecution", map[string]string{"name": "shop"})
}

func TestParallelExecutionsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("PARALLEL"))
	s.push("r2")
	s.pass(2 * step)
	inside := 0
	for _, a := range s.actions("") {
		if a.StageName == "Production" && a.Status == inProgress {
			inside++
		}
	}
	if inside != 2 {
		t.Errorf("%d executions inside Production, want 2", inside)
	}
	s.disable("Production", "stop")
	s.push("r3")
	s.push("r4")
	s.pass(2 * step)
	s.sees("Production", "2 Succeeded <3 <4")
	s.enable("Production")
	s.sees("Production", "4 InProgress")
	s.pass(step)
	s.statuses("Succeeded", "Succeeded", "Succeeded", "Succeeded")
}

func TestActionsRunByRunOrder(t *testing.T) {
	t.Parallel()
	test := stageDeclaration{Name: "Test", Actions: []actionDeclaration{act("Last", "Test", "CodeBuild"), act("Slow", "Test", "CodeBuild"), act("Quick", "Test", "CodeBuild")}}
	test.Actions[0].RunOrder = 7
	s := begin(t, storefront("", test))
	s.behave("Test", "Slow", Behaviour{Duration: 3 * step})
	s.pass(3 * step)
	runs := func(want string) {
		t.Helper()
		got := ""
		for _, a := range s.stage("Test").ActionStates {
			if a.LatestExecution != nil {
				got += a.ActionName + " " + a.LatestExecution.Status + " "
			}
		}
		if got != want {
			t.Errorf("at %s: %q, want %q", s.now.Format(time.TimeOnly), got, want)
		}
	}
	runs("Slow InProgress Quick InProgress ")
	s.pass(step)
	runs("Slow InProgress Quick Succeeded ")
	s.pass(2 * step)
	runs("Last InProgress Slow Succeeded Quick Succeeded ")
	s.pass(step)
	s.statuses("Succeeded")
}

// TestFailingAction: the other actions in parallel end, later ones do not
// start, the stage is free for the next execution.
func TestFailingAction(t *testing.T) {
	t.Parallel()
	test := stageDeclaration{Name: "Test", Actions: []actionDeclaration{act("Bad", "Test", "CodeBuild"), act("Good", "Test", "CodeBuild"), act("Later", "Test", "CodeBuild")}}
	test.Actions[2].RunOrder = 2
	s := begin(t, storefront("", test))
	s.behave("Test", "Bad", Behaviour{Outcome: Fail, Reason: "2 of 40 tests failed"})
	s.behave("Test", "Good", Behaviour{Duration: 2 * step})
	s.pass(4 * step)
	s.sees("Test", "1 InProgress")
	s.push("r2")
	s.pass(step)
	s.sees("Test", "1 Failed")
	s.statuses("Failed", "InProgress")
	states := s.stage("Test").ActionStates
	if d := states[0].LatestExecution.ErrorDetails; d == nil || d.Code != "JobFailed" || d.Message != "2 of 40 tests failed" {
		t.Errorf("error details %+v", d)
	}
	if states[1].LatestExecution.Status != succeeded || states[2].LatestExecution != nil {
		t.Errorf("Good is %s, Later is %+v: want the one to end and the other not to start", states[1].LatestExecution.Status, states[2].LatestExecution)
	}
	s.behave("Test", "Bad", Behaviour{})
	s.pass(10 * step)
	s.statuses("Failed", "Succeeded")
}

// TestHangingAction ends when AWS's own limit ends it, or when it is steered.
func TestHangingAction(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.behave("Production", "Deploy", Behaviour{Outcome: Hang})
	s.pass(2*step + 5*24*time.Hour - time.Second)
	s.sees("Production", "1 InProgress")
	s.pass(time.Second)
	s.sees("Production", "1 Failed")

	s.push("r2")
	s.pass(time.Hour)
	s.sees("Production", "2 InProgress")
	if p := s.stage("Production").ActionStates[0].LatestExecution.PercentComplete; p != nil {
		t.Errorf("a hanging action is %d%% complete", *p)
	}
	s.behave("Production", "Deploy", Behaviour{Duration: time.Minute})
	s.sees("Production", "2 Succeeded")
}

// TestHistoryIsBounded: the oldest executions are forgotten.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	first := s.executions()[0].PipelineExecutionID
	s.disable("Production", "stop")
	for range maxHistory {
		s.push("r")
		s.pass(step)
	}
	if n := len(s.m.pipelines["shop"].history); n != maxHistory {
		t.Errorf("%d executions remembered, want %d", n, maxHistory)
	}
	s.fails("PipelineExecutionNotFoundException", "GetPipelineExecution", getPipelineExecutionInput{"shop", first})
}
