package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/shop"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets more tests run at once than there are processors, unless
// -parallel says otherwise: stories wait for most of their time.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"andon": func() { os.Exit(mortalMain()) }, "peer": peer})
}

// TestScripts tells stories in which the real program, a process of its own,
// meets the emulator and a shop that can be broken.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setStage,
		Cmds:  storySteps(),

		Condition: aServer,
	})
}

// storySteps are what scripts can do besides what every testscript can.
func storySteps() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"start":   on((*stage).start),
		"sigterm": on((*stage).sigterm),
		"sigkill": on((*stage).kill),
		"sighup":  on((*stage).sighup),
		"logs":    on((*stage).logs),
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
		"query":   on((*stage).query),
		"users":   writeUsers,
		"ask":     ask,
		"certify": writeCertificate,

		"pipeline":  on((*stage).pipeline),
		"waiting":   on((*stage).waiting),
		"permitted": on((*stage).permitted),

		"release":  on((*stage).release),
		"asks":     on((*stage).asks),
		"answered": on((*stage).answered),
		"answers":  on((*stage).answers),

		"changecalendar": on((*stage).changeCalendar),
		"object":         on((*stage).object),

		"feed":     on((*stage).serveFeed),
		"guarded":  on((*stage).guarded),
		"approval": on((*stage).approval),

		"prometheus": on((*stage).prometheus),
		"promtool":   on((*stage).promtool),
	}
}

// A stage is the world of one script.
type stage struct {
	server *emulator.Server
	aws    *httptest.Server
	shop   *shop.Shop
	web    *httptest.Server
	feed   *feed // nil: the script has none
	daemon *exec.Cmd
	ended  chan error
}

type stageKey struct{}

func on(f func(*stage, *testscript.TestScript, bool, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		f(ts.Value(stageKey{}).(*stage), ts, neg, args)
	}
}

func setStage(env *testscript.Env) error {
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
