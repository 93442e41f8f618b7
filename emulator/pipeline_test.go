package emulator

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestCreatedPipeline(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.fails("PipelineNameInUseException", "CreatePipeline", createPipelineInput{Pipeline: storefront("")})
	var got getPipelineOutput
	s.do("GetPipeline", map[string]string{"name": "shop"}, &got)
	if d := got.Pipeline; d.Version != 1 || d.ExecutionMode != "SUPERSEDED" || d.Stages[1].Actions[0].RunOrder != 1 {
		t.Errorf("declaration %+v", d)
	}
	if m := got.Metadata; m.PipelineARN != "arn:aws:codepipeline:us-east-1:123456789012:shop" || !m.Created.Equal(s.now) || !m.Updated.Equal(s.now) {
		t.Errorf("metadata %+v", m)
	}
	if e := s.executions(); len(e) != 1 || e[0].Trigger.TriggerType != "CreatePipeline" {
		t.Errorf("executions %+v: want one, by the creation", e)
	}
	s.fails("PipelineVersionNotFoundException", "GetPipeline", map[string]any{"name": "shop", "version": 2})
	s.fails("PipelineNotFoundException", "GetPipeline", map[string]string{"name": "shap"})
}

func TestStructureIsValidated(t *testing.T) {
	t.Parallel()
	const (
		structureError = "InvalidStructureException"
		stageError     = "InvalidStageDeclarationException"
		actionError    = "InvalidActionDeclarationException"
	)
	for name, test := range map[string]struct {
		change func(*pipelineDeclaration)
		code   string
	}{
		"as it is":          {func(d *pipelineDeclaration) {}, ""},
		"one stage":         {func(d *pipelineDeclaration) { d.Stages = d.Stages[:1] }, structureError},
		"no artifact store": {func(d *pipelineDeclaration) { d.ArtifactStore = nil }, structureError},
		"both artifact stores": {func(d *pipelineDeclaration) {
			d.ArtifactStores = map[string]artifactStore{"us-east-1": *d.ArtifactStore}
		}, structureError},
		"first stage builds":         {func(d *pipelineDeclaration) { d.Stages[0].Actions[0].ActionTypeID.Category = "Build" }, structureError},
		"source in a later stage":    {func(d *pipelineDeclaration) { d.Stages[1].Actions[0].ActionTypeID.Category = "Source" }, structureError},
		"queued V1":                  {func(d *pipelineDeclaration) { d.PipelineType, d.ExecutionMode = "V1", "QUEUED" }, structureError},
		"V1 with a variable":         {func(d *pipelineDeclaration) { d.PipelineType, d.Variables = "", []variableDeclaration{{Name: "x"}} }, structureError},
		"a stage name twice":         {func(d *pipelineDeclaration) { d.Stages[2].Name = "Build" }, stageError},
		"a stage without actions":    {func(d *pipelineDeclaration) { d.Stages[2].Actions = []actionDeclaration{} }, stageError},
		"51 actions in a stage":      {func(d *pipelineDeclaration) { d.Stages[2].Actions = slices.Repeat(d.Stages[2].Actions, 51) }, stageError},
		"51 stages":                  {func(d *pipelineDeclaration) { d.Stages = slices.Repeat(d.Stages, 17) }, structureError},
		"an action name twice":       {func(d *pipelineDeclaration) { d.Stages[2].Actions = slices.Repeat(d.Stages[2].Actions, 2) }, actionError},
		"a blocker":                  {func(d *pipelineDeclaration) { d.Stages[2].Blockers = []blockerDeclaration{{"x", "Schedule"}} }, "InvalidBlockerDeclarationException"},
		"approval by a third party":  {func(d *pipelineDeclaration) { d.Stages[2].Actions[0].ActionTypeID.Category = "Approval" }, actionError},
		"timeout of a deploy action": {func(d *pipelineDeclaration) { d.Stages[2].Actions[0].TimeoutInMinutes = 5 }, actionError},
		"input that nobody puts out": {func(d *pipelineDeclaration) { d.Stages[1].Actions[0].InputArtifacts = []inputArtifact{{"Cod"}} }, actionError},
		"input put out before":       {func(d *pipelineDeclaration) { d.Stages[1].Actions[0].InputArtifacts = []inputArtifact{{"Code"}} }, ""},
		"output twice": {func(d *pipelineDeclaration) {
			d.Stages[1].Actions[0].OutputArtifacts = []outputArtifact{{Name: "Code"}}
		}, actionError},
		"store of another region": {func(d *pipelineDeclaration) {
			d.ArtifactStores, d.ArtifactStore = map[string]artifactStore{"us-east-1": *d.ArtifactStore}, nil
			d.Stages[2].Actions[0].Region = "eu-west-1"
		}, structureError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, storefront(""))
			d := storefront("")
			test.change(&d)
			if got := s.try(alice, "UpdatePipeline", updatePipelineInput{d}, nil); got != test.code {
				t.Errorf("update: got %q, want %q", got, test.code)
			}
			d.Name = "another"
			if got := s.try(alice, "CreatePipeline", createPipelineInput{Pipeline: d}, nil); got != test.code {
				t.Errorf("create: got %q, want %q", got, test.code)
			}
		})
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	d := storefront("")
	d.Name = "another"
	var many []tag
	for i := range maxTags + 1 {
		many = append(many, tag{fmt.Sprint("k", i), "v"})
	}
	s.fails("TooManyTagsException", "CreatePipeline", createPipelineInput{d, many})
	s.fails("InvalidTagsException", "CreatePipeline", createPipelineInput{d, []tag{{"team", "a"}, {"team", "b"}}})
	s.fails("InvalidTagsException", "CreatePipeline", createPipelineInput{d, []tag{{"aws:team", "a"}}})
	s.do("CreatePipeline", createPipelineInput{d, many[:maxTags]}, nil)
}

// TestUpdateInFlight: the version grows, transitions stay as they are, what
// waits goes on by the new structure.
func TestUpdateInFlight(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.disable("Production", "hold")
	s.pass(2 * step)
	s.push("r2")
	s.pass(step)
	s.sees("Build", "2 InProgress")

	d := storefront("", stageDeclaration{Name: "Announce", Actions: []actionDeclaration{act("Mail", "Invoke", "Lambda")}})
	d.Version = 41
	s.pass(time.Second)
	var out updatePipelineOutput
	s.do("UpdatePipeline", updatePipelineInput{d}, &out)
	if out.Pipeline.Version != 2 {
		t.Errorf("version %d, want 2", out.Pipeline.Version)
	}
	if tr := s.stage("Production").InboundTransitionState; tr.Enabled || tr.DisabledReason != "hold" {
		t.Errorf("the transition is %+v after the update", tr)
	}
	s.pass(step)
	s.sees("Production", "<2")
	s.enable("Production")
	s.pass(step)
	s.sees("Announce", "2 InProgress")
	s.pass(step)
	s.statuses("Superseded", "Succeeded")
	for version, stages := range map[int]int{1: 3, 2: 4} {
		var got getPipelineOutput
		s.do("GetPipeline", map[string]any{"name": "shop", "version": version}, &got)
		if n := len(got.Pipeline.Stages); n != stages {
			t.Errorf("version %d has %d stages, want %d", version, n, stages)
		}
	}
}

// TestUpdateUnderAnExecution cancels it if its stage was changed or is gone.
func TestUpdateUnderAnExecution(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*pipelineDeclaration)
		waits  bool // before Production, not inside
		status string
	}{
		"another stage changed":     {func(d *pipelineDeclaration) { d.Stages[1].Actions[0].Namespace = "build" }, false, "InProgress"},
		"its stage changed":         {func(d *pipelineDeclaration) { d.Stages[2].Actions[0].Namespace = "deploy" }, false, "Cancelled"},
		"its stage is gone":         {func(d *pipelineDeclaration) { d.Stages = d.Stages[:2] }, false, "Cancelled"},
		"the stage before changed":  {func(d *pipelineDeclaration) { d.Stages[2].Actions[0].Namespace = "deploy" }, true, "InProgress"},
		"the stage it awaited gone": {func(d *pipelineDeclaration) { d.Stages = d.Stages[:2] }, true, "Cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, storefront(""))
			if test.waits {
				s.disable("Production", "hold")
			}
			s.pass(2 * step)
			d := storefront("")
			test.change(&d)
			s.do("UpdatePipeline", updatePipelineInput{d}, nil)
			s.statuses(test.status)
			if test.status == "Cancelled" && !test.waits {
				if a := s.actions("")[0]; a.Status != abandoned {
					t.Errorf("its action is %s", a.Status)
				}
			}
		})
	}
}

// TestUpdateToSuperseded: of a queue only the newest is left.
func TestUpdateToSuperseded(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.disable("Production", "hold")
	s.push("r2")
	s.push("r3")
	s.pass(time.Minute)
	s.sees("Production", "<1 <2 <3")
	s.do("UpdatePipeline", updatePipelineInput{storefront("SUPERSEDED")}, nil)
	s.sees("Production", "<3")
	s.statuses("Superseded", "Superseded", "InProgress")
}

// TestUpdateAddsASource: an execution that waited before the source stage
// takes the new source at its head.
func TestUpdateAddsASource(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront("QUEUED"))
	s.push("r2")
	d := storefront("QUEUED")
	d.Stages[0].Actions = append(d.Stages[0].Actions, act("Config", "Source", "S3"))
	s.do("UpdatePipeline", updatePipelineInput{d}, nil)
	s.sees("Source", "2 InProgress")
	s.pass(step)
	s.statuses("Cancelled", "InProgress")
	if r := s.executions()[0].SourceRevisions; len(r) != 2 || r[1].RevisionID == "" {
		t.Errorf("source revisions %+v, want two", r)
	}
}

// TestRecreatedPipeline has nothing of the one deleted but its name.
func TestRecreatedPipeline(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	s.disable("Production", "hold")
	s.do("UpdatePipeline", updatePipelineInput{storefront("")}, nil)
	s.do("DeletePipeline", map[string]string{"name": "shop"}, nil)
	s.do("DeletePipeline", map[string]string{"name": "shop"}, nil)
	s.fails("PipelineNotFoundException", "GetPipelineState", getPipelineStateInput{"shop"})
	s.fails("InvalidStructureException", "UpdatePipeline", updatePipelineInput{storefront("")})
	s.do("CreatePipeline", createPipelineInput{Pipeline: storefront("")}, nil)
	if tr := s.stage("Production").InboundTransitionState; !tr.Enabled {
		t.Error("the new pipeline has the old one's disabled transition")
	}
	s.statuses("InProgress")
}

func TestListPipelines(t *testing.T) {
	t.Parallel()
	s := begin(t, storefront(""))
	for _, name := range []string{"zoo", "app"} {
		d := storefront("QUEUED")
		d.Name = name
		s.do("CreatePipeline", createPipelineInput{Pipeline: d}, nil)
	}
	var got []string
	in := map[string]any{"maxResults": 2}
	for more := true; more; {
		var out listPipelinesOutput
		s.do("ListPipelines", in, &out)
		for _, p := range out.Pipelines {
			got = append(got, p.Name)
		}
		in["nextToken"], more = out.NextToken, out.NextToken != ""
	}
	if want := []string{"app", "shop", "zoo"}; !slices.Equal(got, want) {
		t.Errorf("pipelines %v, want %v", got, want)
	}
}
