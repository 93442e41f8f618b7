package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/shop"
	"github.com/rogpeppe/go-internal/testscript"
)

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
	for _, name := range []string{"PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_EC2_METADATA_DISABLED", "TMPDIR", "SHOP", "SHOP_ADDRESS", "FEED", "SSL_CERT_FILE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	if len(args) > 0 {
		cmd.Env = append(cmd.Env, "TEST_DIE="+strings.Join(args, " "))
	}
	ts.Check(cmd.Start())
	s.daemon, s.ended = cmd, make(chan error, 1)
	go func() { s.ended <- cmd.Wait() }()
	page := regexp.MustCompile(`page=(https?://[^/\s]+)/`)
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

func (s *stage) sighup(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(s.daemon.Process.Signal(syscall.SIGHUP))
}

// logs REGEXP waits until the daemon has said it.
func (s *stage) logs(ts *testscript.TestScript, _ bool, args []string) {
	s.eventually(ts, "the log says "+args[0], 20*time.Second, func() error {
		b, err := os.ReadFile(ts.MkAbs("log"))
		if err == nil && !regexp.MustCompile(args[0]).Match(b) {
			err = errors.New("it does not")
		}
		return err
	})
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
	id, err := s.server.Model.Push("shop", args[0], "a change")
	ts.Check(err)
	ts.Setenv("EXECUTION", id)
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

// get PATH [STATUS] [REGEXP] asks the daemon until it answers so, as $ANDON_USER if
// there is one.
func (s *stage) get(ts *testscript.TestScript, _ bool, args []string) {
	status, pattern := "200", ""
	if len(args) > 1 {
		status = args[1]
	}
	if len(args) > 2 {
		pattern = args[2]
	}
	s.eventually(ts, "GET "+args[0]+" answers "+status+" "+pattern, 20*time.Second, func() error {
		r, err := http.NewRequest(http.MethodGet, ts.Getenv("ANDON_ADDR")+args[0], nil)
		if err != nil {
			return err
		}
		if user := ts.Getenv("ANDON_USER"); user != "" {
			r.SetBasicAuth(user, ts.Getenv("ANDON_PASSWORD"))
		}
		resp, err := http.DefaultClient.Do(r)
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
