package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal/sqlite"
	"github.com/andon-project/andon/probes"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const unholdConfig = `instance: shop-prod
principals: [%s]
checks:
- name: storefront
  http: {url: "https://shop.example.com/"}
gates:
- name: production
  may: [close, open]
  checks: [storefront]
  codepipeline: {pipeline: %s, transition: Production}
`

// A desk is where a person sits who has credentials, a configuration and the
// journal's directory, but no daemon.
type desk struct {
	*stage
	dir string
}

// newDesk sets the environment, which is where AWS's SDK looks, so tests with
// a desk are not parallel.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{&stage{server: emulator.New(emulator.Options{})}, t.TempDir()}
	d.server.Actors = map[string]string{"ANDON": roleARN}
	d.aws = httptest.NewServer(d.server)
	t.Cleanup(d.aws.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": d.aws.URL, "AWS_ACCESS_KEY_ID": "mia", "AWS_SECRET_ACCESS_KEY": "any",
		"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": d.dir, "AWS_PROFILE": "", "AWS_SESSION_TOKEN": ""} {
		t.Setenv(name, value)
	}
	if err := d.call("ADMIN", "CreatePipeline", pipelineDeclaration, nil); err != nil {
		t.Fatal(err)
	}
	d.configure(t, "", "shop")
	return d
}

func (d *desk) configure(t *testing.T, principals, pipeline string) {
	t.Helper()
	if err := os.WriteFile(d.dir+"/andon.yaml", fmt.Appendf(nil, unholdConfig, principals, pipeline), 0o600); err != nil {
		t.Fatal(err)
	}
}

// holdByAndon lets a line close on the desk's journal.
func (d *desk) holdByAndon(t *testing.T) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(d.dir, daemon.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	account := codepipeline.NewAccount(aws.Config{Region: "us-east-1", BaseEndpoint: &d.aws.URL,
		Credentials: credentials.NewStaticCredentialsProvider("ANDON", "any", "")}, nil)
	line := gates.NewLine(func() probes.Snapshot { return sickShop(time.Now(), "status is 500") }, nil)
	line.Add(gates.Gate{Name: "production", Instance: "shop-prod", Pipeline: "shop", Stage: "Production", Checks: []string{"storefront"},
		May: []gates.Verb{gates.Close, gates.Open}}, account.Pipeline("shop").Transition("Production"), store)
	line.Tick(t.Context(), time.Now)
	d.shows(t, "disabled")
}

// holdBy disables the transition with somebody's key.
func (d *desk) holdBy(t *testing.T, key, reason string) {
	t.Helper()
	if err := d.call(key, "DisableStageTransition", fmt.Sprintf(`{"pipelineName":"shop","stageName":"Production","transitionType":"Inbound","reason":%q}`, reason), nil); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) shows(t *testing.T, want string) {
	t.Helper()
	if err := d.is(want); err != nil {
		t.Error(err)
	}
}

// unhold runs the command and checks how it ends and what it prints.
func (d *desk) unhold(t *testing.T, exit int, says string, args ...string) said {
	t.Helper()
	s := andon(t, nil, append([]string{"unhold", "--config", d.dir + "/andon.yaml", "--data", d.dir, "--reason", "the fix has to go out"}, args...)...)
	if s.exit != exit {
		t.Errorf("exit %d, want %d", s.exit, exit)
	}
	contains(t, s.out+s.stderr, says)
	return s
}

func (d *desk) journal(t *testing.T) string {
	t.Helper()
	return andon(t, nil, "journal", "tail", "--data", d.dir).out
}

func TestUnholdGivesBack(t *testing.T) {
	d := newDesk(t)
	d.holdByAndon(t)
	before := d.journal(t)
	d.unhold(t, exitGood, "would be given back: the transition into Production of pipeline shop would be enabled", "--dry-run")
	d.shows(t, "disabled")
	if after := d.journal(t); after != before {
		t.Errorf("a dry run wrote to the journal:\n%s", after)
	}
	s := d.unhold(t, exitGood, "given back: the transition into Production of pipeline shop is enabled; an andon that keeps this journal leaves it so until", "production")
	contains(t, s.out, "held since ", " by "+roleARN+": (andon shop-prod production ")
	d.shows(t, "enabled")
	contains(t, d.journal(t), "user/mia ordered it open: the fix has to go out; until")
	if v := andon(t, nil, "journal", "verify", "--data", d.dir); v.exit != exitGood {
		t.Errorf("the journal does not verify: %s", v.out)
	}
	d.unhold(t, exitGood, "nothing to give back: the transition is enabled")
}

func TestUnholdLeavesOthersAlone(t *testing.T) {
	d := newDesk(t)
	for holder, reason := range map[string]string{"a hold of arn:aws:iam::123456789012:user/noah": "audit until 3 pm", "another andon holds it": "(andon shop-test production 0123456789) sick"} {
		d.holdBy(t, "noah", reason)
		d.unhold(t, exitGood, "left alone: ")
		s := d.unhold(t, exitGood, holder, "--output", "json")
		var view struct{ Gates []unheld }
		if err := json.Unmarshal([]byte(s.out), &view); err != nil || len(view.Gates) != 1 || view.Gates[0].Result != "left-alone" || view.Gates[0].Reason != reason {
			t.Errorf("%v: %s", err, s.out)
		}
		d.shows(t, "disabled")
	}
}

// A hold that bears our mark is not passed over as if all were given back.
func TestUnholdWithoutTheJournal(t *testing.T) {
	d := newDesk(t)
	d.holdBy(t, "ANDON", "(andon shop-prod production 0123456789) storefront is unhealthy")
	s := d.unhold(t, exitBad, "list it under principals")
	contains(t, s.stderr, "there is no journal at "+d.dir, "--data")
	d.shows(t, "disabled")
	d.configure(t, "arn:aws:iam::123456789012:role/andon", "shop")
	d.unhold(t, exitGood, "would be given back", "--dry-run")
	d.shows(t, "disabled")
	d.unhold(t, exitGood, "is enabled")
	d.shows(t, "enabled")
	contains(t, d.journal(t), "adopt", "0123456789: a hold of ours that the journal did not know")
}

// Whoever has andon's own credentials needs no list of principals.
func TestUnholdWithAndonsCredentials(t *testing.T) {
	d := newDesk(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "ANDON")
	d.holdBy(t, "ANDON", "(andon shop-prod production 0123456789) storefront is unhealthy")
	d.unhold(t, exitGood, "is enabled")
	d.shows(t, "enabled")
	contains(t, d.journal(t), "assumed-role/andon/task-1 ordered it open: the fix has to go out")
}

func TestUnholdFails(t *testing.T) {
	d := newDesk(t)
	d.holdByAndon(t)
	fault := func(operation string, kind emulator.FaultKind) {
		if err := d.server.Inject(emulator.Fault{Operation: operation, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	fault("GetPipelineState", emulator.FaultErrorHTML)
	d.unhold(t, exitUnknown, "not known, AWS could not be asked: GetPipelineState: AWS answered")
	d.server.ClearFaults()
	fault("EnableStageTransition", emulator.FaultErrorHTML)
	d.unhold(t, exitBad, "not given back: EnableStageTransition: AWS answered")
	d.shows(t, "disabled")
	d.server.ClearFaults()
	d.configure(t, "", "nope")
	s := d.unhold(t, exitBad, "not given back: ")
	contains(t, s.out, "nope", "correct pipeline")
	if strings.Contains(s.out, "andon tries again") {
		t.Errorf("nobody tries again: %s", s.out)
	}
}

func TestUnholdMistakes(t *testing.T) {
	d := newDesk(t)
	d.unhold(t, exitMisuse, `there is no gate "prod", neither in the configuration nor with a hold in the journal; there are: production`, "production", "prod")
	d.unhold(t, exitMisuse, "say why with --reason", "--reason", " ")
	d.unhold(t, exitBad, "there is no such file", "--config", d.dir+"/nope.yaml")
	if n := len(d.server.Calls()); n != 1 {
		t.Errorf("%d calls to AWS, want none but CreatePipeline", n)
	}
}
