package codepipeline_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

const releaseStage, askAction = "Release", "BlackDay"

// A release is a world whose pipeline asks for approval before it deploys, and a
// calendar that andon goes by.
type release struct {
	*world
	mode    types.ExecutionMode
	timeout int32 // of the approval, in minutes; 0: AWS's own

	staging sync.Mutex                                // held while the story changes what is staged, and while that happens
	before  map[string]func(http.ResponseWriter) bool // called at the arrival of andon's call of an operation; true: it has been answered

	mu     sync.Mutex
	kept   *calendar.Calendar
	copies map[calendar.Ref]calendar.Copy
	now    calendar.Snapshot
	worked time.Time
}

// releasing runs a story of an approval in virtual time, which begins at midnight of
// 2000-01-01 UTC, a Saturday. prepare may be nil.
func releasing(t *testing.T, prepare func(*release), tell func(t *testing.T, r *release)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &release{mode: types.ExecutionModeSuperseded}
		r.world = newWorldBehind(t, r.door, stageName)
		r.store = newDisk()
		defer r.end()
		r.gate = gates.Gate{Name: "blackday", Instance: "shop-prod", Pipeline: "release", Stage: releaseStage, Action: askAction,
			Checks: []string{"storefront"}, Calendar: "blackdays", May: []gates.Verb{gates.Approve, gates.Reject},
			OnBlack: gates.WaitReply, OnUnhealthy: gates.WaitReply, RejectBefore: time.Hour, Midway: gates.FinishMidway,
			PersonEnable: time.Hour, Principals: []string{"arn:aws:iam::123456789012:role/andon"}}
		if prepare != nil {
			prepare(r)
		}
		if r.kept == nil {
			r.black()
		}
		r.createRelease()
		tell(t, r)
	})
}

// door lets the story happen between what andon asks and what AWS does.
func (r *release) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.Contains(q.Header.Get("Authorization"), "Credential=ANDON/") && r.staged(w, operationOf(q)) {
			return
		}
		next.ServeHTTP(w, q)
	})
}

func (r *release) staged(w http.ResponseWriter, operation string) bool {
	r.staging.Lock()
	defer r.staging.Unlock()
	f := r.before[operation]
	return f != nil && f(w)
}

// stage changes what happens at the door, and what that looks at.
func (r *release) stage(change func()) {
	r.staging.Lock()
	defer r.staging.Unlock()
	change()
}

// comes stages f at each of andon's calls of that operation; nil ends it.
func (r *release) comes(operation string, f func(http.ResponseWriter) bool) {
	r.stage(func() { r.before = map[string]func(http.ResponseWriter) bool{operation: f} })
}

// A blackout is a BlackDay from one moment of the story to another.
type blackout struct{ from, to time.Duration }

// black makes these the BlackDays, besides one long gone.
func (r *release) black(outs ...blackout) {
	at := func(d time.Duration) string { return storyBegins.Add(d).Format("2006-01-02T15:04:05") }
	s := calendar.Settings{Name: "blackdays", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "long-gone", Selector: calendar.Selector{From: "1990-01-01", To: "1990-01-01"}}}}
	for i, o := range outs {
		s.Windows = append(s.Windows, calendar.Window{Name: []string{"campaign", "stocktaking"}[i], Reason: "autumn campaign", Owner: "#ec",
			Selector: calendar.Selector{From: at(o.from), To: at(o.to)}})
	}
	r.keep(s)
}

var storyBegins = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (r *release) keep(s calendar.Settings) {
	c, err := calendar.New(s)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept, r.now = c, nil
}

// calendars is what andon asks.
func (r *release) calendars() calendar.Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == nil || time.Since(r.worked) > time.Hour {
		r.worked = time.Now()
		r.now = calendar.Snapshot{"blackdays": r.kept.With(r.copies, r.worked)}
	}
	return r.now
}

// start brings the daemon up, with one line of these gates; by default r.gate.
func (r *release) start(more ...gates.Gate) {
	ctx, cancel := context.WithCancel(context.Background())
	monitor := probes.NewMonitor([]probes.Check{{Name: "storefront", Schedule: probes.Every(10 * time.Second),
		Every: 10 * time.Second, Timeout: 3 * time.Second, Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second),
		Targets: []probes.Target{{Name: "storefront"}}, Probe: r}}, nil)
	cfg := r.config("ANDON")
	if r.mortal != nil {
		cfg.HTTPClient = &http.Client{Transport: &mortalTransport{next: cfg.HTTPClient.(*http.Client).Transport, deadman: r.mortal}}
	}
	pipeline := codepipeline.NewAccount(cfg, &r.calls).Pipeline(r.gate.Pipeline)
	l := &life{line: gates.NewLine(monitor.Snapshot, r.calendars), track: pipeline, cancel: cancel}
	for _, g := range append([]gates.Gate{r.gate}, more...) {
		l.line.Add(g, pipeline.Approval(g.Stage, g.Action), r.store)
	}
	l.done.Go(func() { monitor.Run(ctx) })
	changed, _ := monitor.Changed()
	l.done.Go(func() { l.line.Run(ctx, changed, nil) })
	r.life = l
	time.Sleep(2 * time.Minute) // every check has proved itself
}

func (r *release) createRelease() {
	r.t.Helper()
	act := func(name string, order int32, category types.ActionCategory, provider, in, out string) types.ActionDeclaration {
		a := types.ActionDeclaration{Name: &name, RunOrder: &order, ActionTypeId: &types.ActionTypeId{Category: category,
			Owner: types.ActionOwnerAws, Provider: &provider, Version: aws.String("1")}}
		if in != "" {
			a.InputArtifacts = []types.InputArtifact{{Name: &in}}
		}
		if out != "" {
			a.OutputArtifacts = []types.OutputArtifact{{Name: &out}}
		}
		return a
	}
	ask := func(name string) types.ActionDeclaration {
		a := act(name, 1, types.ActionCategoryApproval, "Manual", "", "")
		if r.timeout > 0 {
			a.TimeoutInMinutes = &r.timeout
		}
		return a
	}
	_, err := r.as("ADMIN").CreatePipeline(context.Background(), &sdk.CreatePipelineInput{Pipeline: &types.PipelineDeclaration{
		Name: &r.gate.Pipeline, RoleArn: aws.String("arn:aws:iam::123456789012:role/pipeline"), PipelineType: types.PipelineTypeV2, ExecutionMode: r.mode,
		ArtifactStore: &types.ArtifactStore{Location: aws.String("artifacts"), Type: types.ArtifactStoreTypeS3},
		Stages: []types.StageDeclaration{
			{Name: aws.String("Source"), Actions: []types.ActionDeclaration{act("Fetch", 1, types.ActionCategorySource, "S3", "", "source")}},
			{Name: aws.String(releaseStage), Actions: []types.ActionDeclaration{ask(askAction), act("Deploy", 2, types.ActionCategoryDeploy, "CodeDeploy", "source", "")}},
			{Name: aws.String("Rest"), Actions: []types.ActionDeclaration{ask("Next"), act("Deploy", 2, types.ActionCategoryDeploy, "CodeDeploy", "source", "")}},
		}}})
	if err != nil {
		r.t.Fatal(err)
	}
	time.Sleep(time.Second)
	// What came with the creation is no part of any story.
	out, err := r.as("ADMIN").ListPipelineExecutions(context.Background(), &sdk.ListPipelineExecutionsInput{PipelineName: &r.gate.Pipeline})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, x := range out.PipelineExecutionSummaries {
		r.halt(*x.PipelineExecutionId)
	}
}

// halt stops an execution and abandons what it does.
func (r *release) halt(execution string) {
	r.t.Helper()
	if _, err := r.as("alice").StopPipelineExecution(context.Background(), &sdk.StopPipelineExecutionInput{
		PipelineName: &r.gate.Pipeline, PipelineExecutionId: &execution, Abandon: true}); err != nil {
		r.t.Fatal(err)
	}
}

// push starts a release.
func (r *release) push(revision string) string {
	r.t.Helper()
	id, err := r.server.Model.Push(r.gate.Pipeline, revision, "a change")
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// ask starts a release and waits until it asks for approval.
func (r *release) ask(revision string) string {
	r.t.Helper()
	id := r.push(revision)
	time.Sleep(6 * time.Second)
	return id
}

// said is what AWS shows of an execution's approval: its status, who and the summary.
func (r *release) said(execution string) (types.ActionExecutionDetail, string) {
	r.t.Helper()
	return r.saidAt(execution, askAction)
}

func (r *release) saidAt(execution, action string) (types.ActionExecutionDetail, string) {
	r.t.Helper()
	out, err := r.as("OBSERVER").ListActionExecutions(context.Background(), &sdk.ListActionExecutionsInput{PipelineName: &r.gate.Pipeline,
		Filter: &types.ActionExecutionFilter{PipelineExecutionId: &execution}})
	if err != nil {
		r.t.Fatal(err)
	}
	i := slices.IndexFunc(out.ActionExecutionDetails, func(d types.ActionExecutionDetail) bool { return *d.ActionName == action })
	if i < 0 {
		return types.ActionExecutionDetail{}, ""
	}
	d := out.ActionExecutionDetails[i]
	return d, aws.ToString(d.Output.ExecutionResult.ExternalExecutionSummary)
}

// status is that of an execution's approval: InProgress, Succeeded, Failed, Abandoned.
func (r *release) status(execution string) string {
	r.t.Helper()
	d, _ := r.said(execution)
	return string(d.Status)
}

// person answers an approval.
func (r *release) person(key, execution string, status types.ApprovalStatus) error {
	d, _ := r.said(execution)
	_, err := r.as(key).PutApprovalResult(context.Background(), &sdk.PutApprovalResultInput{PipelineName: &r.gate.Pipeline,
		StageName: aws.String(releaseStage), ActionName: aws.String(askAction), Token: d.Output.ExecutionResult.ExternalExecutionId,
		Result: &types.ApprovalResult{Status: status, Summary: aws.String("I know")}})
	return err
}

// inject makes something go wrong for the daemon.
func (w *world) goesWrong(f emulator.Fault) {
	w.t.Helper()
	f.AccessKey = "ANDON"
	if err := w.server.Inject(f); err != nil {
		w.t.Fatal(err)
	}
}

// stopGently lets what an execution does end, and then stops it.
func (r *release) stopGently(execution string) {
	r.t.Helper()
	if _, err := r.as("alice").StopPipelineExecution(context.Background(), &sdk.StopPipelineExecutionInput{
		PipelineName: &r.gate.Pipeline, PipelineExecutionId: &execution}); err != nil {
		r.t.Fatal(err)
	}
}

// A disk takes its time, so that what is read before a record is written is not
// taken for what is read behind it.
type disk struct{ journal.Store }

func newDisk() journal.Store { return disk{new(journal.Memory)} }

func (d disk) Append(ctx context.Context, r journal.Record) error {
	time.Sleep(10 * time.Millisecond)
	return d.Store.Append(ctx, r)
}
