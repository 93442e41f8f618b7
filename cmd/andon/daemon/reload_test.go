package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/exporters"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A reloadable is a daemon at work whose file can be written anew.
type reloadable struct {
	*Daemon
	server *emulator.Server
	file   string
}

// newReloadable starts a daemon with text for its configuration, on an emulator
// with the pipelines shop and depot.
func newReloadable(t *testing.T, text string) *reloadable {
	t.Helper()
	server := emulator.New(emulator.Options{})
	web := httptest.NewServer(server)
	at := func(key string) aws.Config {
		return aws.Config{Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider(key, "any", "")}
	}
	for _, name := range []string{"shop", "depot"} {
		createPipeline(t, codepipeline.NewFromConfig(at("ADMIN")), name)
	}
	world := World{Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		AWS: func(context.Context, string, string) (aws.Config, error) { return at("ANDON"), nil }}
	r := &reloadable{server: server, file: filepath.Join(t.TempDir(), "andon.yaml")}
	from := func() (*config.Config, config.Files, error) { return config.LoadFiles(r.file, config.Overrides{}) }
	write(t, r.file, text)
	cfg, _, err := from()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Data = t.TempDir()
	read := func() (*config.Config, config.Files, error) {
		next, files, err := from()
		if next != nil {
			next.Data = cfg.Data
		}
		return next, files, err
	}
	if r.Daemon, err = New(t.Context(), world, cfg, Origin{Read: read}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var parts sync.WaitGroup
	parts.Go(func() { r.Watch(ctx) })
	t.Cleanup(func() {
		server.ClearFaults()
		stop()
		parts.Wait()
		r.Close()
		web.CloseClientConnections()
		web.Close()
	})
	return r
}

// createPipeline makes one of two stages, Source and Production.
func createPipeline(t *testing.T, c *codepipeline.Client, name string) {
	t.Helper()
	stage := func(name string, category types.ActionCategory, provider string) types.StageDeclaration {
		a := types.ActionDeclaration{Name: &name, ActionTypeId: &types.ActionTypeId{
			Category: category, Owner: types.ActionOwnerAws, Provider: &provider, Version: aws.String("1")}}
		artifact := aws.String("source")
		if category == types.ActionCategorySource {
			a.OutputArtifacts = []types.OutputArtifact{{Name: artifact}}
		} else {
			a.InputArtifacts = []types.InputArtifact{{Name: artifact}}
		}
		return types.StageDeclaration{Name: &name, Actions: []types.ActionDeclaration{a}}
	}
	if _, err := c.CreatePipeline(t.Context(), &codepipeline.CreatePipelineInput{Pipeline: &types.PipelineDeclaration{
		Name: &name, RoleArn: aws.String("arn:aws:iam::123456789012:role/pipeline"),
		ArtifactStore: &types.ArtifactStore{Type: types.ArtifactStoreTypeS3, Location: aws.String("artifacts")},
		Stages: []types.StageDeclaration{
			stage("Source", types.ActionCategorySource, "S3"), stage("Production", types.ActionCategoryDeploy, "CodeDeploy"),
		}}}); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r *reloadable) becomes(t *testing.T, text string) error {
	t.Helper()
	write(t, r.file, text)
	return r.reload(t.Context())
}

// eventually waits for what other processes would see.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// mixed is a configuration in which only check is well. Whoever mixes two of
// them finds the other's check sick, and closes.
func mixed(well, sick, check string) string {
	return fmt.Sprintf(`instance: shop-prod
checks:
- {name: x, every: 100ms, down: 1, up: 1, http: {url: %q}}
- {name: y, every: 100ms, down: 1, up: 1, http: {url: %q}}
gates:
- {name: production, may: [close, open], checks: [%s], codepipeline: {pipeline: shop, transition: Production}}
`, well, sick, check)
}

// No write under half of a configuration: a tick under way ends under the one
// it began with, and the next begins with all of the other.
func TestReloadIsNotSeenHalf(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sick" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer web.Close()
	well, sick := web.URL+"/", web.URL+"/sick"
	r := newReloadable(t, mixed(well, sick, "x"))
	decided := func() bool {
		rs := r.Reports()
		return len(rs) == 1 && rs[0].Enforced && rs[0].Decision.State.String() == "open"
	}
	eventually(t, "the gate is open", decided)
	for i := range 4 {
		text := []string{mixed(sick, well, "y"), mixed(well, sick, "x")}[i%2]
		if err := r.server.Inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "GetPipelineState", AccessKey: "ANDON"}); err != nil {
			t.Fatal(err)
		}
		struck := func() bool {
			r.monitor.Reload(r.setup.Load().questions.list) // changes nothing, and wakes the line
			return slices.ContainsFunc(r.server.Faults(), func(f emulator.Fault) bool { return f.Fired > 0 })
		}
		eventually(t, "a tick hangs", struck)
		done := make(chan error, 1)
		go func() { done <- r.becomes(t, text) }()
		time.Sleep(250 * time.Millisecond) // time for the new checks to fall sick, if they were asked
		r.server.ClearFaults()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		eventually(t, "the gate is open under the new configuration", decided)
	}
	for _, c := range r.server.Calls() {
		if c.Operation == "DisableStageTransition" {
			t.Error("closed, though what the gate asked for was well under either configuration")
		}
	}
}

// TestReloadAmidEverything is for the race detector, and for views that are
// never half of one configuration and half of another.
func TestReloadAmidEverything(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer web.Close()
	one := fmt.Sprintf(`instance: shop-prod
checks: [{name: x, every: 100ms, http: {url: %q}}]
gates: [{name: production, may: [close, open], checks: [x], codepipeline: {pipeline: shop, transition: Production}}]
`, web.URL)
	two := fmt.Sprintf(`instance: shop-prod
checks: [{name: x, every: 100ms, up: 2, http: {url: %q}}, {name: y, every: 100ms, http: {url: %q}}]
gates:
- {name: depot, checks: [y], codepipeline: {pipeline: depot, transition: Production}}
- {name: production, may: [close, open], min_hold: 1s, checks: [x, y], codepipeline: {pipeline: shop, transition: Production}}
`, web.URL, web.URL)
	r := newReloadable(t, one)
	h := r.Handler()
	get := func(path string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		return w.Body.String()
	}
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for ctx.Err() == nil {
				var c exporters.ChecksView
				if err := json.Unmarshal([]byte(get("/api/v1/checks")), &c); err != nil {
					t.Error(err)
				}
				if n := len(c.Checks); n != 1 && n != 2 || c.Checks[0].Policy.Up != []int{10, 2}[n-1] {
					t.Errorf("half of a configuration: %+v", c.Checks)
				}
				get("/metrics")
				get("/")
			}
		})
	}
	for i := range 40 {
		eventually(t, "the journal has been read", func() bool { return len(r.Reports()) > 0 })
		if err := r.becomes(t, []string{two, one}[i%2]); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	readers.Wait()
	eventually(t, "one gate and one check are left", func() bool {
		return len(r.Reports()) == 1 && len(r.monitor.Snapshot()) == 1 && r.ready() == nil
	})
}

// A writer is told what is wrong with the file, in the answer.
func TestReloadByAWriter(t *testing.T) {
	t.Parallel()
	const good, bad = "checks: [{name: x, every: 24h, http: {url: 'http://127.0.0.1:1/'}}]", "checks: [{name: x, evry: 24h}]"
	r := newReloadable(t, good)
	write(t, r.file, bad)
	if err := (commands{r.Daemon}).Reload(t.Context(), "mia"); err == nil || !strings.Contains(err.Error(), `did you mean "every"?`) {
		t.Errorf("a bad file: %v", err)
	}
	if s := r.reloads.last(); s.Problem == "" || s.Failed.IsZero() {
		t.Errorf("it is not told: %+v", s)
	}
	write(t, r.file, good)
	if err := (commands{r.Daemon}).Reload(t.Context(), "mia"); err != nil {
		t.Error(err)
	}
	if s := r.reloads.last(); s.Problem != "" {
		t.Errorf("all is well again, and it is told: %+v", s)
	}
	r.read = nil
	if err := (commands{r.Daemon}).Reload(t.Context(), "mia"); err == nil {
		t.Error("there is no file, and it was reloaded")
	}
}

// What is the same is taken over, wherever it stands in the file: a probe made
// anew would make the monitor begin anew.
func TestReloadLeavesWhatIsTheSame(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, "hunter2")
	x := "- {name: x, every: 24h, http: {url: 'http://127.0.0.1:1/', headers: {A: b, B: '${file:" + secret + "}'}, expect: ['status == 200']}}\n"
	const y = "- {name: y, cron: '0 9 * * mon-fri', timezone: Asia/Tokyo, tcp: {address: '127.0.0.1:1'}}\n"
	r := newReloadable(t, "checks:\n"+x+y)
	for _, c := range []struct {
		name, text string
		same       []string
	}{
		{"another order", "# a comment\nchecks:\n" + y + x, []string{"x", "y"}},
		{"a header", "checks:\n" + strings.Replace(x, "A: b", "A: c", 1) + y, []string{"y"}},
		{"an expectation", "checks:\n" + strings.Replace(x, "200", "204", 1) + y, []string{"y"}},
		{"a time zone", "checks:\n" + x + strings.Replace(y, "Tokyo", "Seoul", 1), []string{"x"}},
		{"how often", "checks:\n" + strings.Replace(x, "24h", "23h", 1) + y, []string{"y"}},
		{"a witness", "checks:\n" + x + "witnesses:\n" + y, []string{"x"}},
		{"the way out", "egress: {refuse_private: true}\nchecks:\n" + x + y, nil},
	} {
		if err := r.becomes(t, "checks:\n"+x+y); err != nil {
			t.Fatal(err)
		}
		before := r.setup.Load().questions.asked
		if err := r.becomes(t, c.text); err != nil {
			t.Fatal(err)
		}
		after := r.setup.Load().questions.asked
		for _, name := range []string{"x", "y"} {
			if same := before[name].check.Probe == after[name].check.Probe; same != slices.Contains(c.same, name) {
				t.Errorf("%s changes: the probe of %s is the same: %v", c.name, name, same)
			}
		}
	}
}
