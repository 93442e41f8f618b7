package emulator

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// actions lists the action runs of an execution, or of all, newest first.
func (s *story) actions(execution string) []actionExecutionDetail {
	s.Helper()
	var in listActionExecutionsInput
	in.PipelineName = "shop"
	request := map[string]any{"pipelineName": "shop"}
	if execution != "" {
		request["filter"] = map[string]string{"pipelineExecutionId": execution}
	}
	var out listActionExecutionsOutput
	s.do("ListActionExecutions", request, &out)
	return out.ActionExecutionDetails
}

func (s *story) execution(id string) executionDetail {
	s.Helper()
	var out getPipelineExecutionOutput
	s.do("GetPipelineExecution", getPipelineExecutionInput{"shop", id}, &out)
	return out.PipelineExecution
}

// TestRevisions: an execution keeps the revision it began with.
func TestRevisions(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	second := s.push("r2")
	pushed := s.now
	s.push("r3")
	if got := s.execution(second); len(got.ArtifactRevisions) != 0 {
		t.Errorf("revisions are told before the source ran: %+v", got.ArtifactRevisions)
	}
	s.pass(2 * step)
	got := s.execution(second)
	if len(got.ArtifactRevisions) != 1 {
		t.Fatalf("revisions %+v", got.ArtifactRevisions)
	}
	want := artifactRevision{Name: "Code", RevisionID: "r2", RevisionSummary: "change r2", Created: Time{pushed}}
	if r := got.ArtifactRevisions[0]; r != want {
		t.Errorf("revision %+v, want %+v", r, want)
	}
	if got.Trigger.TriggerType != "PollForSourceChanges" || got.ExecutionMode != "QUEUED" || got.ExecutionType != "STANDARD" || got.PipelineVersion != 1 {
		t.Errorf("execution %+v", got)
	}
	source := s.stage("Source").ActionStates[0]
	if source.CurrentRevision != nil {
		t.Errorf("a source in progress shows %+v", source.CurrentRevision)
	}
	s.pass(step)
	source = s.stage("Source").ActionStates[0]
	if r := source.CurrentRevision; r == nil || r.RevisionID != "r3" {
		t.Errorf("the source shows %+v, want r3", r)
	}
	if l := source.LatestExecution; l.Summary != "change r3" || l.ExternalExecutionID != "r3" {
		t.Errorf("the source ran as %+v", l)
	}
	if r := s.executions()[1].SourceRevisions; len(r) != 1 || r[0] != (sourceRevision{"Commit", "r2", "change r2"}) {
		t.Errorf("source revisions %+v", r)
	}
}

func TestSetRevisionStartsNothing(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	if err := s.m.SetRevision("shop", "r9", "later"); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Minute)
	s.statuses("Succeeded")
	var started executionID
	s.do("StartPipelineExecution", map[string]string{"name": "shop"}, &started)
	s.pass(time.Minute)
	got := s.execution(started.PipelineExecutionID)
	if got.ArtifactRevisions[0].RevisionID != "r9" {
		t.Errorf("revisions %+v, want r9", got.ArtifactRevisions)
	}
	if got.Trigger != (executionTrigger{"StartPipelineExecution", alice}) {
		t.Errorf("trigger %+v", got.Trigger)
	}
}

func TestStartWithTokenVariablesAndRevision(t *testing.T) {
	t.Parallel()
	d := storefront("QUEUED")
	d.Variables = []variableDeclaration{{Name: "region", DefaultValue: "tokyo"}, {Name: "ring"}}
	s := begin(t, d)
	in := startPipelineExecutionInput{
		Name:               "shop",
		ClientRequestToken: "once",
		Variables:          []variable{{"ring", "canary"}},
		SourceRevisions:    []sourceRevisionOverride{{"Commit", "COMMIT_ID", "abc"}},
	}
	var first, again executionID
	s.do("StartPipelineExecution", in, &first)
	s.do("StartPipelineExecution", in, &again)
	if first != again || len(s.executions()) != 2 {
		t.Errorf("%v and %v: the token started two", first, again)
	}
	s.pass(time.Minute)
	got := s.execution(first.PipelineExecutionID)
	if want := []resolvedVariable{{"region", "tokyo"}, {"ring", "canary"}}; !slices.Equal(got.Variables, want) {
		t.Errorf("variables %v, want %v", got.Variables, want)
	}
	if got.ArtifactRevisions[0].RevisionID != "abc" {
		t.Errorf("revisions %+v, want abc", got.ArtifactRevisions)
	}
	for name, change := range map[string]func(*startPipelineExecutionInput){
		"variable not declared": func(in *startPipelineExecutionInput) { in.Variables[0].Name = "rung" },
		"variable left out":     func(in *startPipelineExecutionInput) { in.Variables = []variable{{"region", "osaka"}} },
		"not a source":          func(in *startPipelineExecutionInput) { in.SourceRevisions[0].ActionName = "Compile" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := in
			bad.ClientRequestToken = "other"
			bad.Variables, bad.SourceRevisions = slices.Clone(in.Variables), slices.Clone(in.SourceRevisions)
			change(&bad)
			s.fails("ValidationException", "StartPipelineExecution", bad)
		})
	}
}

// TestStop tells where an execution stands when it is stopped, and what
// becomes of it at once and after its action had time to end.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after   time.Duration
		abandon bool
		at      string // the stage it is in or before
		status  string // of the execution, at once
		stage   string // what the stage shows at once
		later   string
	}{
		"inside, wait":     {2 * step, false, "Production", "Stopping", "1 Stopping", "1 Stopped"},
		"inside, abandon":  {2 * step, true, "Production", "Stopped", "1 Stopped", "1 Stopped"},
		"between, wait":    {0, false, "Build", "Stopped", "", ""},
		"between, abandon": {0, true, "Build", "Stopped", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, storefront(""))
			if test.after == 0 {
				s.disable("Build", "stop")
				s.pass(2 * step)
			}
			s.pass(test.after)
			e := s.executions()[0].PipelineExecutionID
			stop := stopPipelineExecutionInput{"shop", e, test.abandon, "bad release"}
			s.do("StopPipelineExecution", stop, nil)
			s.statuses(test.status)
			s.sees(test.at, test.stage)
			if test.status == "Stopping" {
				s.fails("DuplicatedStopRequestException", "StopPipelineExecution", stop)
			}
			s.pass(step)
			s.sees(test.at, test.later)
			s.statuses("Stopped")
			s.fails("PipelineExecutionNotStoppableException", "StopPipelineExecution", stop)
			if r := s.executions()[0].StopTrigger; r == nil || r.Reason != "bad release" {
				t.Errorf("stop trigger %+v", r)
			}
		})
	}
}

func TestAbandonWhileStopping(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("", release()))
	s.pass(3 * step)
	token := s.token("Release")
	first := s.executions()[0].PipelineExecutionID
	s.push("r2")
	s.pass(24 * time.Hour)
	s.do("StopPipelineExecution", stopPipelineExecutionInput{"shop", first, false, ""}, nil)
	s.pass(24 * time.Hour)
	s.sees("Release", "1 Stopping <2")
	s.do("StopPipelineExecution", stopPipelineExecutionInput{"shop", first, true, ""}, nil)
	s.sees("Release", "2 InProgress")
	if a := s.actions(first)[0]; a.ActionName != "Ask" || a.Status != abandoned {
		t.Errorf("its last action is %s, %s", a.ActionName, a.Status)
	}
	s.fails("InvalidApprovalTokenException", "PutApprovalResult", answer("Approved", token))
}

func TestStopWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	const nobody = "00000000-0000-4000-8000-000000000000"
	s.fails("PipelineNotFoundException", "StopPipelineExecution", stopPipelineExecutionInput{PipelineName: "shap", PipelineExecutionID: nobody})
	s.fails("PipelineExecutionNotStoppableException", "StopPipelineExecution", stopPipelineExecutionInput{PipelineName: "shop", PipelineExecutionID: nobody})
	s.fails("PipelineExecutionNotFoundException", "GetPipelineExecution", getPipelineExecutionInput{"shop", nobody})
	s.fails("PipelineExecutionNotFoundException", "ListActionExecutions", map[string]any{"pipelineName": "shop", "filter": map[string]string{"pipelineExecutionId": nobody}})
}

// TestPaging: pages of a listing that grows at its head between them neither
// repeat nor leave out what was there at the first.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	for i := range 6 {
		s.push(fmt.Sprint("r", i))
	}
	var want []string
	for _, e := range s.executions() {
		want = append(want, e.PipelineExecutionID)
	}
	var got []string
	token := ""
	for page := 1; ; page++ {
		in := map[string]any{"pipelineName": "shop", "maxResults": 3}
		if token != "" {
			in["nextToken"] = token
		}
		var out listPipelineExecutionsOutput
		s.do("ListPipelineExecutions", in, &out)
		for _, e := range out.PipelineExecutionSummaries {
			got = append(got, e.PipelineExecutionID)
		}
		if token = out.NextToken; token == "" {
			break
		}
		s.push("new")
		s.fails("InvalidNextTokenException", "ListActionExecutions", map[string]string{"pipelineName": "shop", "nextToken": token})
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages give %v, want %v", got, want)
	}
	for _, bad := range []string{"x", "bm9wZQ", "!"} {
		s.fails("InvalidNextTokenException", "ListPipelineExecutions", map[string]string{"pipelineName": "shop", "nextToken": bad})
		s.fails("InvalidNextTokenException", "ListPipelines", map[string]string{"nextToken": bad})
	}
}

func TestActionListing(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	first := s.executions()[0].PipelineExecutionID
	s.pass(time.Minute)
	s.push("r2")
	s.pass(time.Minute)
	all, mine := s.actions(""), s.actions(first)
	if len(all) != 6 || len(mine) != 3 {
		t.Fatalf("%d and %d action executions, want 6 and 3", len(all), len(mine))
	}
	for i, name := range []string{"Deploy", "Compile", "Commit"} {
		if a := mine[i]; a.ActionName != name || a.PipelineExecutionID != first || a.Status != succeeded || a.LastUpdateTime.Sub(a.StartTime.Time) != step {
			t.Errorf("action execution %d is %+v, want %s for %v", i, a, name, step)
		}
	}
	latest := map[string]any{"pipelineName": "shop", "filter": map[string]any{"latestInPipelineExecution": map[string]string{"pipelineExecutionId": first, "startTimeRange": "Latest"}}}
	var out listActionExecutionsOutput
	s.do("ListActionExecutions", latest, &out)
	if len(out.ActionExecutionDetails) != 3 {
		t.Errorf("%d latest action executions, want 3", len(out.ActionExecutionDetails))
	}
}

func TestFilterSucceededInStage(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.pass(time.Minute)
	s.disable("Production", "stop")
	s.push("r2")
	s.pass(time.Minute)
	count := func(stage string) int {
		var out listPipelineExecutionsOutput
		s.do("ListPipelineExecutions", map[string]any{"pipelineName": "shop", "filter": map[string]any{"succeededInStage": map[string]string{"stageName": stage}}}, &out)
		return len(out.PipelineExecutionSummaries)
	}
	if b, p := count("Build"), count("Production"); b != 2 || p != 1 {
		t.Errorf("%d succeeded in Build and %d in Production, want 2 and 1", b, p)
	}
	s.do("UpdatePipeline", updatePipelineInput{storefront("")}, nil)
	if n := count("Build"); n != 0 {
		t.Errorf("%d succeeded in the new version, want 0", n)
	}
}
