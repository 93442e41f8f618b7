package emulator

import (
	"testing"
	"time"
)

// TestDisabledTransition: what is inside goes on, what comes waits and is
// superseded, and on enable the newest enters at once.
func TestDisabledTransition(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.pass(2 * step)
	s.disable("Production", "checkout is down")
	s.sees("Production", "1 InProgress")
	s.pass(step)
	s.sees("Production", "1 Succeeded")
	for _, r := range []string{"r2", "r3"} {
		s.push(r)
		s.pass(time.Hour)
	}
	s.sees("Production", "1 Succeeded <3")
	s.statuses("Succeeded", "Superseded", "InProgress")
	if in := s.stage("Production").InboundExecution; in == nil || in.Status != inProgress || in.Type != "STANDARD" {
		t.Errorf("inbound execution %+v", in)
	}
	s.enable("Production")
	s.sees("Production", "3 InProgress")
}

// TestEnableBeforeALockedStage: the way is open but the stage is not free.
func TestEnableBeforeALockedStage(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.behave("Production", "Deploy", Behaviour{Duration: time.Hour})
	s.pass(2 * step)
	s.disable("Production", "stop")
	s.push("r2")
	s.pass(2 * step)
	s.enable("Production")
	s.sees("Production", "1 InProgress <2")
	s.pass(time.Hour)
	s.sees("Production", "2 InProgress")
}

func TestQueueBehindADisabledTransition(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.disable("Production", "stop")
	s.push("r2")
	s.push("r3")
	s.pass(time.Hour)
	s.sees("Production", "<1 <2 <3")
	s.enable("Production")
	s.sees("Production", "1 InProgress <2 <3")
	s.disable("Production", "stop again")
	s.pass(time.Hour)
	s.sees("Production", "1 Succeeded <2 <3")
}

// TestThirtyDays: the waiting execution does not resume on a transition that
// was disabled for more than 30 days; a new one does, and supersedes it.
func TestThirtyDays(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		disabled, again time.Duration // when disabled again with another reason
		want            string
	}{
		"30 days":                          {disabled: 30 * day, want: "1 InProgress"},
		"30 days and a second":             {disabled: 30*day + time.Second, want: "<1"},
		"a new reason starts no new month": {disabled: 31 * day, again: 30 * day, want: "<1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, storefront(""))
			s.disable("Production", "holidays")
			s.pass(test.again)
			if test.again > 0 {
				s.disable("Production", "longer holidays")
			}
			s.pass(test.disabled - test.again)
			s.enable("Production")
			s.sees("Production", test.want)
			s.push("r2")
			s.pass(5 * step)
			s.sees("Production", "2 Succeeded")
		})
	}
}

// TestLapsedExecutionDoesNotBlockAQueue: those behind it enter.
func TestLapsedExecutionDoesNotBlockAQueue(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.disable("Production", "holidays")
	s.pass(31 * 24 * time.Hour)
	s.enable("Production")
	s.push("r2")
	s.pass(2 * step)
	s.sees("Production", "2 InProgress <1")
}

func TestOutboundTransition(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	out := stageTransitionInput{PipelineName: "shop", StageName: "Build", TransitionType: "Outbound", Reason: "stop"}
	s.do("DisableStageTransition", out, nil)
	s.pass(5 * step)
	s.sees("Build", "1 Succeeded")
	s.sees("Production", "<1")
	if !s.stage("Production").InboundTransitionState.Enabled {
		t.Error("disabling Build's outbound transition shows as Production's inbound")
	}
	s.enable("Production")
	s.sees("Production", "<1")
	s.do("EnableStageTransition", out, nil)
	s.sees("Production", "1 InProgress")
}

// TestTwoActorsOnOneTransition: there is no compare-and-swap, the last writer
// wins, and the state names it.
func TestTwoActorsOnOneTransition(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	expect := func(enabled bool, by, reason string, at time.Time) {
		t.Helper()
		got := *s.stage("Production").InboundTransitionState
		if got.Enabled != enabled || got.LastChangedBy != by || got.DisabledReason != reason || !got.LastChangedAt.Equal(at) {
			t.Errorf("got %+v, want enabled %v by %q for %q at %v", got, enabled, by, reason, at)
		}
	}
	if s.stage("Source").InboundTransitionState != nil {
		t.Error("the first stage has an inbound transition")
	}
	expect(true, "", "", time.Time{})
	call := func(by, op, reason string) {
		t.Helper()
		s.pass(time.Second)
		in := map[string]string{"pipelineName": "shop", "stageName": "Production", "transitionType": "Inbound"}
		if reason != "" {
			in["reason"] = reason
		}
		if code := s.try(by, op, in, nil); code != "" {
			t.Fatal(code)
		}
	}
	call(alice, "DisableStageTransition", "alice looks into it")
	expect(false, alice, "alice looks into it", s.now)
	call(bob, "DisableStageTransition", "bob too")
	expect(false, bob, "bob too", s.now)
	call(alice, "EnableStageTransition", "")
	expect(true, alice, "", s.now)
	call(bob, "EnableStageTransition", "")
	expect(true, bob, "", s.now)
}

func TestTransitionsThatDoNotExist(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	for _, test := range []struct{ pipeline, stage, end, code string }{
		{"shap", "Production", "Inbound", "PipelineNotFoundException"},
		{"shop", "production", "Inbound", "StageNotFoundException"},
		{"shop", "Source", "Inbound", "ValidationException"},
		{"shop", "Production", "Outbound", "ValidationException"},
	} {
		s.fails(test.code, "DisableStageTransition", stageTransitionInput{test.pipeline, test.stage, test.end, "stop"})
		s.fails(test.code, "EnableStageTransition", stageTransitionInput{test.pipeline, test.stage, test.end, ""})
	}
}
