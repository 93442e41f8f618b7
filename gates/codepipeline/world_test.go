package codepipeline_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A world is one evening in virtual time: the emulator behind net.Pipe, a shop
// that can be sick, and andon as it is wired in the program. Use it inside a
// synctest bubble.
type world struct {
	t      *testing.T
	server *emulator.Server
	pipe   *pipeListener
	web    *http.Server
	sick   atomic.Bool
	silent atomic.Bool    // the shop cannot be asked
	fails  func()         // called at each failed check, if set before start
	cut    atomic.Bool    // nothing is reached but AWS
	mute   atomic.Bool    // who is asked about the shop has no data
	more   []probes.Check // beside the storefront, from the next start on
	dates  atomic.Pointer[calendar.Snapshot]
	store  journal.Store
	gate   gates.Gate
	calls  codepipeline.Calls
	life   *life
	mortal *deadman // ends the life of the next process at a chosen step; nil: it is immortal
}

// life is one incarnation of the daemon.
type life struct {
	line   *gates.Line
	track  gates.Tracker
	reload func(checks []probes.Check, next []gates.Gate) []error // as the program does; what it is refused for
	cancel context.CancelFunc
	done   sync.WaitGroup
}

const pipelineName, stageName = "shop", "Production"

func newWorld(t *testing.T) *world {
	return newWorldBehind(t, func(h http.Handler) http.Handler { return h }, stageName)
}

// newWorldBehind is a world with deploy stages of these names, whose wire
// passes through door.
func newWorldBehind(t *testing.T, door func(http.Handler) http.Handler, stages ...string) *world {
	w := &world{t: t, pipe: newPipeListener(), store: new(journal.Memory)}
	w.server = emulator.New(emulator.Options{ActionDuration: 5 * time.Second})
	w.server.Actors = map[string]string{
		"ANDON":  "arn:aws:sts::123456789012:assumed-role/andon/task-1",
		"DEPLOY": "arn:aws:sts::123456789012:assumed-role/stack-role/AWSCloudFormation",
	}
	w.web = &http.Server{Handler: door(w.server)}
	go w.web.Serve(w.pipe)
	w.gate = gates.Gate{Name: "production", Instance: "shop-prod", Pipeline: pipelineName, Stage: stageName,
		Checks: []string{"storefront"}, May: []gates.Verb{gates.Close, gates.Open}, MinHold: 10 * time.Minute,
		Reopen: gates.AskIfSuspect, PersonEnable: time.Hour, Machines: []string{"CloudFormation"},
		Principals: []string{"arn:aws:iam::123456789012:role/andon"}}
	w.createPipeline(stages)
	return w
}

// start brings the daemon up.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	checks := []probes.Check{{Name: "storefront", Schedule: probes.Every(10 * time.Second),
		Every: 10 * time.Second, Timeout: 3 * time.Second, Policy: probes.DefaultPolicy(10*time.Second, 3*time.Second),
		Targets: []probes.Target{{Name: "storefront"}}, Probe: w}}
	monitor := probes.NewMonitor(append(checks, w.more...), nil)
	cfg := w.config("ANDON")
	if w.mortal != nil {
		cfg.HTTPClient = &http.Client{Transport: &mortalTransport{next: cfg.HTTPClient.(*http.Client).Transport, deadman: w.mortal}}
	}
	account := codepipeline.NewAccount(cfg, &w.calls)
	pipeline := account.Pipeline(pipelineName)
	l := &life{line: gates.NewLine(monitor.Snapshot, w.calendars), track: pipeline, cancel: cancel}
	l.line.Add(w.gate, pipeline.Transition(w.gate.Stage), w.store)
	l.done.Go(func() { monitor.Run(ctx) })
	changed, _ := monitor.Changed()
	l.done.Go(func() { l.line.Run(ctx, changed, nil) })
	w.life = l
}

// calendars are those that the world keeps.
func (w *world) calendars() calendar.Snapshot {
	if s := w.dates.Load(); s != nil {
		return *s
	}
	return nil
}

// stop ends the daemon as SIGTERM does.
func (w *world) stop() {
	if w.life != nil {
		w.life.cancel()
		w.life.done.Wait()
		w.life = nil
	}
}

// end closes everything, and with it the bubble's goroutines.
func (w *world) end() {
	w.stop()
	w.server.ClearFaults()
	w.web.Close()
	if v := w.server.Violations(); len(v) > 0 {
		w.t.Errorf("the emulator broke the service model: %v", errors.Join(v...))
	}
}

// Check makes the world the probe of its shop.
func (w *world) Check(context.Context, probes.Target) (probes.Facts, error) {
	switch {
	case w.cut.Load():
		return probes.Facts{}, errCut
	case w.mute.Load():
		return probes.Facts{}, fmt.Errorf("%w: INSUFFICIENT_DATA", probes.ErrInconclusive)
	}
	if w.silent.Load() {
		return probes.Facts{}, fmt.Errorf("%w: the engine does not answer", probes.ErrInconclusive)
	}
	if w.sick.Load() {
		if w.fails != nil {
			w.fails()
		}
		return probes.Facts{}, errors.New("status is 500, want: status == 200")
	}
	return probes.Facts{}, nil
}

func (w *world) config(key string) aws.Config {
	transport := &http.Transport{DialContext: w.pipe.dial, DisableKeepAlives: true}
	return aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://codepipeline.test"),
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", ""), HTTPClient: &http.Client{Transport: transport}}
}

// as is a client with somebody's credentials.
func (w *world) as(key string) *sdk.Client { return sdk.NewFromConfig(w.config(key)) }

func (w *world) enable(key string) {
	w.t.Helper()
	_, err := w.as(key).EnableStageTransition(context.Background(), &sdk.EnableStageTransitionInput{
		PipelineName: aws.String(pipelineName), StageName: aws.String(stageName), TransitionType: types.StageTransitionTypeInbound})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) disable(key, reason string) {
	w.t.Helper()
	_, err := w.as(key).DisableStageTransition(context.Background(), &sdk.DisableStageTransitionInput{
		PipelineName: aws.String(pipelineName), StageName: aws.String(stageName), TransitionType: types.StageTransitionTypeInbound, Reason: &reason})
	if err != nil {
		w.t.Fatal(err)
	}
}

// stage is what AWS shows of the production stage.
func (w *world) stage() types.StageState {
	w.t.Helper()
	out, err := w.as("OBSERVER").GetPipelineState(context.Background(), &sdk.GetPipelineStateInput{Name: aws.String(pipelineName)})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range out.StageStates {
		if *s.StageName == stageName {
			return s
		}
	}
	w.t.Fatal("no production stage")
	return types.StageState{}
}

func (w *world) enabled() bool { w.t.Helper(); return w.stage().InboundTransitionState.Enabled }
func (w *world) reason() string {
	w.t.Helper()
	return aws.ToString(w.stage().InboundTransitionState.DisabledReason)
}

// report is what andon says of its gate.
func (w *world) report() gates.Report {
	w.t.Helper()
	rs := w.life.line.Reports()
	if len(rs) != 1 {
		w.t.Fatalf("%d reports, want 1", len(rs))
	}
	return rs[0]
}

// push starts a release.
func (w *world) push(revision string) string {
	w.t.Helper()
	id, err := w.server.Model.Push(pipelineName, revision, "a change")
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// called counts the calls of an operation that andon has made.
func (w *world) called(operation string) int {
	n := 0
	for _, c := range w.server.Calls() {
		if c.AccessKey == "ANDON" && c.Operation == operation {
			n++
		}
	}
	return n
}

func (w *world) createPipeline(deploys []string) { w.createPipelineNamed(pipelineName, deploys) }

func (w *world) createPipelineNamed(name string, deploys []string) {
	w.t.Helper()
	action := func(name string, category types.ActionCategory, provider, in, out string) types.ActionDeclaration {
		a := types.ActionDeclaration{Name: &name, ActionTypeId: &types.ActionTypeId{Category: category,
			Owner: types.ActionOwnerAws, Provider: &provider, Version: aws.String("1")}}
		if in != "" {
			a.InputArtifacts = []types.InputArtifact{{Name: &in}}
		}
		if out != "" {
			a.OutputArtifacts = []types.OutputArtifact{{Name: &out}}
		}
		return a
	}
	stage := func(name string, a types.ActionDeclaration) types.StageDeclaration {
		return types.StageDeclaration{Name: &name, Actions: []types.ActionDeclaration{a}}
	}
	stages := []types.StageDeclaration{
		stage("Source", action("Fetch", types.ActionCategorySource, "S3", "", "source")),
		stage("Build", action("Build", types.ActionCategoryBuild, "CodeBuild", "source", "package")),
	}
	for _, name := range deploys {
		stages = append(stages, stage(name, action("Deploy", types.ActionCategoryDeploy, "CodeDeploy", "package", "")))
	}
	_, err := w.as("ADMIN").CreatePipeline(context.Background(), &sdk.CreatePipelineInput{Pipeline: &types.PipelineDeclaration{
		Name: &name, RoleArn: aws.String("arn:aws:iam::123456789012:role/pipeline"),
		ArtifactStore: &types.ArtifactStore{Location: aws.String("artifacts"), Type: types.ArtifactStoreTypeS3},
		Stages:        stages}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// pipeListener accepts what dial made, without a network.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
	case <-ctx.Done():
	}
	return nil, &net.OpError{Op: "dial", Net: "pipe", Err: errors.New("connection refused")}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
