package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/shop"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"andon": func() { os.Exit(mortalMain()) }})
}

// TestScripts tells stories in which the real program, a process of its own,
// meets the emulator and a shop that can be broken.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start":   on((*stage).start),
			"sigterm": on((*stage).sigterm),
			"sigkill": on((*stage).kill),
			"dies":    on((*stage).dies),
			"break":   on((*stage).breakShop),
			"mend":    on((*stage).mend),
			"push":    on((*stage).push),
			"enable":  on((*stage).enable),
			"disable": on((*stage).disable),
			"until":   on((*stage).until),
			"stays":   on((*stage).stays),
			"reason":  on((*stage).reason),
			"fault":   on((*stage).fault),
			"get":     on((*stage).get),
			"calls":   on((*stage).countCalls),
		},
	})
}

// A stage is the world of one script.
type stage struct {
	server *emulator.Server
	aws    *httptest.Server
	shop   *shop.Shop
	web    *httptest.Server
	daemon *exec.Cmd
	ended  chan error
}

type stageKey struct{}

func on(f func(*stage, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		f(ts.Value(stageKey{}).(*stage), ts, neg, args)
	}
}

func setup(env *testscript.Env) error {
	s := &stage{shop: shop.New()}
	s.server = emulator.New(emulator.Options{ActionDuration: 50 * time.Millisecond})
	s.server.Actors = map[string]string{
		"ANDON":  "arn:aws:sts::123456789012:assumed-role/andon/task-1",
		"DEPLOY": "arn:aws:sts::123456789012:assumed-role/stack/AWSCloudFormation",
	}
	s.aws, s.web = httptest.NewServer(s.server), httptest.NewServer(s.shop)
	env.Defer(func() {
		s.mend(nil, false, nil)
		s.server.ClearFaults()
		if s.daemon != nil {
			s.daemon.Process.Kill()
			<-s.ended
		}
		s.web.CloseClientConnections()
		s.web.Close()
		s.aws.CloseClientConnections()
		s.aws.Close()
	})
	env.Values[stageKey{}] = s
	env.Setenv("SHOP", s.web.URL)
	env.Setenv("SHOP_ADDRESS", strings.TrimPrefix(s.web.URL, "http://"))
	env.Setenv("AWS_ENDPOINT_URL", s.aws.URL)
	env.Setenv("AWS_ACCESS_KEY_ID", "ANDON")
	env.Setenv("AWS_SECRET_ACCESS_KEY", "any")
	env.Setenv("AWS_REGION", "us-east-1")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("HOME", env.WorkDir)
	return s.call("ADMIN", "CreatePipeline", pipelineDeclaration, nil)
}

const pipelineDeclaration = `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/pipeline",
"artifactStore":{"type":"S3","location":"artifacts"},"stages":[
{"name":"Source","actions":[{"name":"Fetch","actionTypeId":{"category":"Source","owner":"AWS","provider":"S3","version":"1"},"outputArtifacts":[{"name":"source"}]}]},
{"name":"Production","actions":[{"name":"Deploy","actionTypeId":{"category":"Deploy","owner":"AWS","provider":"CodeDeploy","version":"1"},"inputArtifacts":[{"name":"source"}]}]}]}}`

// call speaks AWS JSON 1.1 with an actor's access key.
func (s *stage) call(key, operation, body string, into any) error {
	r, err := http.NewRequest(http.MethodPost, s.aws.URL, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("X-Amz-Target", "CodePipeline_20150709."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261127/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=00")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s as %s: %s: %s", operation, key, resp.Status, b)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// start [STEP] runs the daemon with andon.yaml and the journal in data, and
// waits until it serves. With a step it will die there.
func (s *stage) start(ts *testscript.TestScript, neg bool, args []string) {
	if s.daemon != nil {
		ts.Fatalf("a daemon is running: sigterm or kill it first")
	}
	log, err := os.OpenFile(ts.MkAbs("log"), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	ts.Check(err)
	defer log.Close()
	path := ts.Getenv("PATH")
	program := ""
	for _, dir := range filepath.SplitList(path) {
		if p := filepath.Join(dir, "andon"); program == "" && isFile(p) {
			program = p
		}
	}
	cmd := exec.Command(program, "run", "--config", "andon.yaml", "--listen", "127.0.0.1:0", "--data", "data")
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), log, log
	for _, name := range []string{"PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_EC2_METADATA_DISABLED", "TMPDIR", "SHOP", "SHOP_ADDRESS"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	if len(args) > 0 {
		cmd.Env = append(cmd.Env, "TEST_DIE="+strings.Join(args, " "))
	}
	ts.Check(cmd.Start())
	s.daemon, s.ended = cmd, make(chan error, 1)
	go func() { s.ended <- cmd.Wait() }()
	page := regexp.MustCompile(`page=(http://[^/\s]+)/`)
	s.eventually(ts, "the daemon serves", 20*time.Second, func() error {
		b, err := os.ReadFile(ts.MkAbs("log"))
		if m := page.FindSubmatch(b); m != nil {
			ts.Setenv("ANDON_ADDR", string(m[1]))
			return nil
		}
		if len(s.ended) > 0 {
			ts.Fatalf("the daemon ended: %s", b)
		}
		return errors.Join(err, errors.New("it says no address"))
	})
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// sigterm asks the daemon to end: it has 10 s, and exits 0 (L5).
func (s *stage) sigterm(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(s.daemon.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.ended:
		ts.Check(err)
	case <-time.After(10 * time.Second):
		ts.Fatalf("L5: still running 10 s after SIGTERM")
	}
	s.daemon = nil
}

func (s *stage) kill(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(s.daemon.Process.Kill())
	<-s.ended
	s.daemon = nil
}

// dies waits until the daemon has died where start was told to let it.
func (s *stage) dies(ts *testscript.TestScript, _ bool, _ []string) {
	select {
	case <-s.ended:
		s.daemon = nil
	case <-time.After(20 * time.Second):
		ts.Fatalf("the daemon did not come to the step at which it was to die")
	}
}

func (s *stage) breakShop(ts *testscript.TestScript, _ bool, args []string) {
	mode := shop.Error
	if len(args) > 0 {
		var err error
		mode, err = shop.ParseMode(args[0])
		ts.Check(err)
	}
	s.shop.Break(mode)
}

func (s *stage) mend(*testscript.TestScript, bool, []string) { s.shop.Mend() }

func (s *stage) push(ts *testscript.TestScript, _ bool, args []string) {
	_, err := s.server.Model.Push("shop", args[0], "a change")
	ts.Check(err)
}

// enable KEY and disable KEY REASON… act on the transition as somebody.
func (s *stage) enable(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.call(args[0], "EnableStageTransition", `{"pipelineName":"shop","stageName":"Production","transitionType":"Inbound"}`, nil))
}

func (s *stage) disable(ts *testscript.TestScript, _ bool, args []string) {
	reason, err := json.Marshal(strings.Join(args[1:], " "))
	ts.Check(err)
	ts.Check(s.call(args[0], "DisableStageTransition", `{"pipelineName":"shop","stageName":"Production","transitionType":"Inbound","reason":`+string(reason)+`}`, nil))
}

type transitionState struct {
	Enabled        bool
	LastChangedBy  string
	DisabledReason string
}

func (s *stage) transition() (transitionState, error) {
	var out struct {
		StageStates []struct{ InboundTransitionState transitionState }
	}
	err := s.call("OBSERVER", "GetPipelineState", `{"name":"shop"}`, &out)
	if err != nil || len(out.StageStates) != 2 {
		return transitionState{}, errors.Join(err, fmt.Errorf("%d stages", len(out.StageStates)))
	}
	return out.StageStates[1].InboundTransitionState, nil
}

func (s *stage) is(want string) error {
	t, err := s.transition()
	if err != nil {
		return err
	}
	if (want == "enabled") != t.Enabled {
		return fmt.Errorf("the transition is enabled: %v (%s, by %s), want %s", t.Enabled, t.DisabledReason, t.LastChangedBy, want)
	}
	return nil
}

// until enabled|disabled waits for it.
func (s *stage) until(ts *testscript.TestScript, _ bool, args []string) {
	s.eventually(ts, "the transition is "+args[0], 30*time.Second, func() error { return s.is(args[0]) })
}

// stays enabled|disabled DURATION looks all the time.
func (s *stage) stays(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[1])
	ts.Check(err)
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		ts.Check(s.is(args[0]))
	}
}

// reason REGEXP looks at what stands in AWS.
func (s *stage) reason(ts *testscript.TestScript, neg bool, args []string) {
	t, err := s.transition()
	ts.Check(err)
	if regexp.MustCompile(args[0]).MatchString(t.DisabledReason) == neg {
		ts.Fatalf("the reason in AWS is %q, by %s", t.DisabledReason, t.LastChangedBy)
	}
}

// fault JSON injects faults into andon's calls; fault alone clears all.
func (s *stage) fault(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		s.server.ClearFaults()
		return
	}
	var f emulator.Fault
	ts.Check(json.Unmarshal([]byte(args[0]), &f))
	f.AccessKey = "ANDON"
	ts.Check(s.server.Inject(f))
}

// get PATH [STATUS] [REGEXP] asks the daemon until it answers so.
func (s *stage) get(ts *testscript.TestScript, _ bool, args []string) {
	status, pattern := "200", ""
	if len(args) > 1 {
		status = args[1]
	}
	if len(args) > 2 {
		pattern = args[2]
	}
	s.eventually(ts, "GET "+args[0]+" answers "+status+" "+pattern, 20*time.Second, func() error {
		resp, err := http.Get(ts.Getenv("ANDON_ADDR") + args[0])
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if got := fmt.Sprint(resp.StatusCode); err != nil || got != status || !regexp.MustCompile(pattern).Match(b) {
			return fmt.Errorf("%s %s %w", got, b, errors.Join(err))
		}
		return nil
	})
}

// calls OPERATION N: andon has made so many.
func (s *stage) countCalls(ts *testscript.TestScript, _ bool, args []string) {
	n := 0
	for _, c := range s.server.Calls() {
		if c.AccessKey == "ANDON" && c.Operation == args[0] {
			n++
		}
	}
	if fmt.Sprint(n) != args[1] {
		ts.Fatalf("andon called %s %d times, want %s", args[0], n, args[1])
	}
}

func (s *stage) eventually(ts *testscript.TestScript, what string, within time.Duration, ask func() error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(ts.MkAbs("log"))
			ts.Fatalf("not within %v: %s: %v\nthe daemon said:\n%s", within, what, err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
