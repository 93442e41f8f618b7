package demo

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"

	"github.com/andon-project/andon/emulator"
)

// inProcess brings requests to a handler without a network.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

// releases is a pipeline in virtual time, whose actions take ten seconds.
type releases struct {
	*testing.T
	model *emulator.Model
	aws   *codepipeline.Client
	now   time.Time
	count int
}

func newReleases(t *testing.T) *releases {
	t.Helper()
	r := &releases{T: t, now: evening()}
	s := emulator.New(emulator.Options{Clock: func() time.Time { return r.now }, ActionDuration: 10 * time.Second})
	r.model = s.Model
	r.aws = codepipeline.New(codepipeline.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://emulator"), Retryer: aws.NopRetryer{},
		HTTPClient:  &http.Client{Transport: inProcess{s}},
		Credentials: credentials.NewStaticCredentialsProvider("alice", "secret", ""),
	})
	stage := func(name string, c types.ActionCategory, provider string) types.StageDeclaration {
		return types.StageDeclaration{Name: &name, Actions: []types.ActionDeclaration{{Name: &name,
			ActionTypeId: &types.ActionTypeId{Category: c, Owner: types.ActionOwnerAws, Provider: &provider, Version: aws.String("1")}}}}
	}
	_, err := r.aws.CreatePipeline(t.Context(), &codepipeline.CreatePipelineInput{Pipeline: &types.PipelineDeclaration{
		Name: aws.String("shop"), RoleArn: aws.String("arn:aws:iam::123456789012:role/pipeline"),
		ArtifactStore: &types.ArtifactStore{Type: types.ArtifactStoreTypeS3, Location: aws.String("artifacts")},
		PipelineType:  types.PipelineTypeV2, ExecutionMode: types.ExecutionModeSuperseded,
		Stages: []types.StageDeclaration{
			stage("Source", types.ActionCategorySource, "CodeCommit"),
			stage("Build", types.ActionCategoryBuild, "CodeBuild"),
			stage("Production", types.ActionCategoryDeploy, "CodeDeploy"),
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// release pushes the next revision, and lets so many seconds pass.
func (r *releases) release(seconds int) {
	r.Helper()
	r.count++
	if _, err := r.model.Push("shop", fmt.Sprintf("revision-%d", r.count), fmt.Sprintf("Change %d", r.count)); err != nil {
		r.Fatal(err)
	}
	r.pass(seconds)
}

func (r *releases) pass(seconds int) { r.now = r.now.Add(time.Duration(seconds) * time.Second) }

// production is the view of the last stage.
func (r *releases) production() Stage {
	r.Helper()
	v, err := ViewOf(r.Context(), r.aws, "shop")
	if err != nil {
		r.Fatal(err)
	}
	if len(v.Stages) != 3 || v.Stages[0].Name != "Source" || v.Stages[0].Transition != nil || v.Stages[1].Transition == nil {
		r.Fatalf("the stages are %+v", v.Stages)
	}
	return v.Stages[2]
}

// changes writes releases as e.g. "[revision-1 Change 1]".
func changes(all ...Release) string {
	s := []string{}
	for _, r := range all {
		s = append(s, r.Revision+" "+r.Summary)
	}
	return fmt.Sprint(s)
}

func TestPipelineViewOfAReleaseOnItsWay(t *testing.T) {
	t.Parallel()
	r := newReleases(t)
	r.pass(60) // the execution that a new pipeline starts
	r.release(25)
	p := r.production()
	if changes(p.Inside...) != "[revision-1 Change 1]" || p.Last != nil || p.Waiting != nil || !p.Transition.Enabled {
		t.Errorf("on its way, Production is %+v", p)
	}
	r.pass(10)
	if p = r.production(); p.Inside != nil || p.Last == nil || changes(*p.Last) != "[revision-1 Change 1]" || p.Last.Status != "Succeeded" {
		t.Errorf("arrived, Production is %+v", p)
	}
	if err := r.model.SetAction("shop", "Production", "Production", emulator.Behaviour{Outcome: emulator.Fail}); err != nil {
		t.Fatal(err)
	}
	r.release(60)
	if p = r.production(); p.Inside != nil || p.Last == nil || p.Last.Status != "Failed" {
		t.Errorf("failed, Production is %+v", p)
	}
}

func TestPipelineViewOfAStoppedLine(t *testing.T) {
	t.Parallel()
	r := newReleases(t)
	r.pass(60)
	_, err := r.aws.DisableStageTransition(t.Context(), &codepipeline.DisableStageTransitionInput{
		PipelineName: aws.String("shop"), StageName: aws.String("Production"),
		TransitionType: types.StageTransitionTypeInbound, Reason: aws.String("not today")})
	if err != nil {
		t.Fatal(err)
	}
	disabled := r.now
	for range 3 {
		r.release(30)
	}
	p := r.production()
	if want := (Transition{false, "not today", "arn:aws:iam::123456789012:user/alice", disabled.UTC()}); *p.Transition != want {
		t.Errorf("the transition is %+v, want %+v", *p.Transition, want)
	}
	if got := changes(p.Waiting...); got != "[revision-3 Change 3]" {
		t.Errorf("%s waits, want the newest", got)
	}
	if got := changes(p.Overtaken...); got != "[revision-2 Change 2 revision-1 Change 1]" {
		t.Errorf("%s was overtaken, want the two before, and nothing that went through", got)
	}
}

func TestPipelineViewOfNoPipeline(t *testing.T) {
	t.Parallel()
	r := newReleases(t)
	if v, err := ViewOf(t.Context(), r.aws, "nobody"); err == nil {
		t.Errorf("saw %+v", v)
	}
}
