package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A story is one model in virtual time, told through its operations. Every
// request and answer of it is held against the rules of the service model.
type story struct {
	*testing.T
	m    *Model
	now  time.Time
	wire codec
}

const (
	alice = "arn:aws:iam::123456789012:user/alice"
	bob   = "arn:aws:sts::123456789012:assumed-role/deployer/bob"
)

// step is how long each action of a story runs.
const step = 10 * time.Second

// begin opens a story with a pipeline, whose first execution is on its way.
func begin(t *testing.T, d pipelineDeclaration) *story {
	t.Helper()
	s := &story{T: t, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), wire: newCodec(codepipelineRules())}
	s.m = NewModel(Options{Clock: func() time.Time { return s.now }, Seed: 7, ActionDuration: step})
	s.do("CreatePipeline", createPipelineInput{Pipeline: d}, nil)
	return s
}

// storefront is Source, Build and Production with one action each.
func storefront(mode string, more ...stageDeclaration) pipelineDeclaration {
	d := pipelineDeclaration{
		Name:          "shop",
		RoleARN:       "arn:aws:iam::123456789012:role/pipeline",
		ArtifactStore: &artifactStore{Type: "S3", Location: "artifacts"},
		PipelineType:  "V2",
		ExecutionMode: mode,
		Stages: []stageDeclaration{
			{Name: "Source", Actions: []actionDeclaration{act("Commit", "Source", "CodeCommit")}},
			{Name: "Build", Actions: []actionDeclaration{act("Compile", "Build", "CodeBuild")}},
			{Name: "Production", Actions: []actionDeclaration{act("Deploy", "Deploy", "CodeDeploy")}},
		},
	}
	d.Stages[0].Actions[0].OutputArtifacts = []outputArtifact{{Name: "Code"}}
	d.Stages = append(d.Stages, more...)
	return d
}

func act(name, category, provider string) actionDeclaration {
	return actionDeclaration{Name: name, ActionTypeID: actionTypeID{category, "AWS", provider, "1"}}
}

func ask(name string) actionDeclaration { return act(name, "Approval", "Manual") }

// pass lets time go by.
func (s *story) pass(d time.Duration) { s.now = s.now.Add(d) }

// try calls an operation as caller and returns the code of its error, "" if
// it did what it was asked to.
func (s *story) try(caller, op string, in, out any) string {
	s.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.Fatal(err)
	}
	_, body, refused := s.wire.request(op, body)
	if refused != nil {
		s.Fatalf("%s %+v: the request breaks the service model: %v", op, in, refused)
	}
	answer, err := operations()[op](s.m, Caller{ARN: caller}, body)
	if err != nil {
		var modelled *Error
		if !errors.As(err, &modelled) || !slices.Contains(s.wire.signatures[op].errors, modelled.Code) {
			s.Fatalf("%s: %v: not an error that the service model lists", op, err)
		}
		return modelled.Code
	}
	body = nil
	if answer != nil {
		if body, err = json.Marshal(answer); err != nil {
			s.Fatal(err)
		}
	}
	if err := s.wire.conforms(op, body); err != nil {
		s.Fatalf("%s: the answer breaks the service model: %v\n%s", op, err, body)
	}
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			s.Fatal(err)
		}
	}
	return ""
}

// do is try by alice where success is expected.
func (s *story) do(op string, in, out any) {
	s.Helper()
	if code := s.try(alice, op, in, out); code != "" {
		s.Fatalf("%s %+v: %s", op, in, code)
	}
}

// fails expects an operation to be refused with a code.
func (s *story) fails(code, op string, in any) {
	s.Helper()
	if got := s.try(alice, op, in, nil); got != code {
		s.Errorf("%s %+v: got %q, want %s", op, in, got, code)
	}
}

func (s *story) push(revision string) string {
	s.Helper()
	id, err := s.m.Push("shop", revision, "change "+revision)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

func (s *story) behave(stage, action string, b Behaviour) {
	s.Helper()
	if err := s.m.SetAction("shop", stage, action, b); err != nil {
		s.Fatal(err)
	}
}

func (s *story) disable(stage, reason string) {
	s.Helper()
	s.do("DisableStageTransition", stageTransitionInput{"shop", stage, "Inbound", reason}, nil)
}

func (s *story) enable(stage string) {
	s.Helper()
	s.do("EnableStageTransition", map[string]string{"pipelineName": "shop", "stageName": stage, "transitionType": "Inbound"}, nil)
}

func (s *story) stage(name string) stageState {
	s.Helper()
	var out getPipelineStateOutput
	s.do("GetPipelineState", getPipelineStateInput{"shop"}, &out)
	for _, st := range out.StageStates {
		if st.StageName == name {
			return st
		}
	}
	s.Fatalf("no stage %s", name)
	return stageState{}
}

// numbers gives each execution its number in the story, the first is 1.
func (s *story) numbers() map[string]int {
	s.Helper()
	n := make(map[string]int)
	all := s.executions()
	for i, e := range all {
		n[e.PipelineExecutionID] = len(all) - i
	}
	return n
}

// executions lists them, newest first.
func (s *story) executions() []executionSummary {
	s.Helper()
	var out listPipelineExecutionsOutput
	s.do("ListPipelineExecutions", map[string]string{"pipelineName": "shop"}, &out)
	return out.PipelineExecutionSummaries
}

// sees expects of a stage, in words: the execution that entered last with its
// status in the stage, and after "<" those that wait before it.
func (s *story) sees(stage, want string) {
	s.Helper()
	st, n, got := s.stage(stage), s.numbers(), ""
	if l := st.LatestExecution; l != nil {
		got = fmt.Sprintf("%d %s", n[l.PipelineExecutionID], l.Status)
	}
	for _, e := range st.InboundExecutions {
		got += fmt.Sprintf(" <%d", n[e.PipelineExecutionID])
	}
	if got = strings.TrimSpace(got); got != want {
		s.Errorf("at %s before %s: got %q, want %q", s.now.Format(time.TimeOnly), stage, got, want)
	}
}

// statuses expects those of all executions, oldest first.
func (s *story) statuses(want ...string) {
	s.Helper()
	var got []string
	for _, e := range slices.Backward(s.executions()) {
		got = append(got, e.Status)
	}
	if !slices.Equal(got, want) {
		s.Errorf("executions are %v, want %v", got, want)
	}
}

// TestSameSeedSameHistory: how often somebody looks changes nothing of what
// happens, nor when.
func TestSameSeedSameHistory(t *testing.T) {
	t.Parallel()
	history := func(look time.Duration) string {
		s := begin(t, storefront("QUEUED"))
		for _, r := range []string{"r1", "r2", "r3"} {
			s.push(r)
			for range time.Minute / look {
				s.pass(look)
				s.m.Advance()
			}
		}
		var out json.RawMessage
		s.do("ListActionExecutions", map[string]string{"pipelineName": "shop"}, &out)
		return string(out)
	}
	often, seldom := history(time.Second), history(time.Minute)
	if often != seldom {
		t.Errorf("looking each second:\n%s\nlooking each minute:\n%s", often, seldom)
	}
}

func TestClockThatGoesBackChangesNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.pass(2 * step)
	s.sees("Production", "1 InProgress")
	s.pass(-time.Hour)
	s.sees("Production", "1 InProgress")
	s.pass(time.Hour + step)
	s.statuses("Succeeded")
}

// TestZeroOptions: wall clock, and nothing has to be set.
func TestZeroOptions(t *testing.T) {
	t.Parallel()
	m := NewModel(Options{})
	body, err := json.Marshal(createPipelineInput{Pipeline: storefront("")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := operations()["CreatePipeline"](m, Caller{}, body); err != nil {
		t.Fatal(err)
	}
	if at, ok := m.Next(); !ok || at.Before(time.Now()) {
		t.Errorf("next event at %v, %v: want the end of the source action, about a second ahead", at, ok)
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("PARALLEL"))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				if _, err := s.m.Push("shop", "r", ""); err != nil {
					continue // full
				}
				if _, err := operations()["GetPipelineState"](s.m, Caller{}, []byte(`{"name":"shop"}`)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n := len(s.executions()); n != maxConcurrent {
		t.Errorf("%d executions in flight, want the limit of %d", n, maxConcurrent)
	}
}

func TestSteeringWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	if err := s.m.SetAction("shop", "Production", "Deplyo", Behaviour{}); err == nil {
		t.Error("SetAction took an action that does not exist")
	}
	if err := s.m.SetRevision("shap", "r1", ""); err == nil {
		t.Error("SetRevision took a pipeline that does not exist")
	}
	if _, err := s.m.Push("shop", "", "no id"); err == nil {
		t.Error("Push took a revision without an id")
	}
}
