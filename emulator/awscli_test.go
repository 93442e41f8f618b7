package emulator

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A person at a terminal: AWS's own command line against the emulator.
func TestAWSCLI(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("aws"); err != nil {
		if os.Getenv("ANDON_REQUIRE_REAL") == "1" {
			t.Fatal("aws is not on PATH, and ANDON_REQUIRE_REAL=1 wants it: install awscli")
		}
		t.Skip("aws is not on PATH")
	}
	start, passed := time.Now(), new(atomic.Int64) // minutes
	s := New(Options{Clock: func() time.Time { return start.Add(time.Duration(passed.Load()) * time.Minute) }})
	s.Actors = map[string]string{"alice": "arn:aws:sts::123456789012:assumed-role/release/alice"}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	aws := func(arguments ...string) string {
		t.Helper()
		return awscli(t, server.URL, arguments...)
	}
	// Debian's awscli does not know types and modes of pipelines.
	plain := strings.Replace(shop, `"pipelineType":"V2","executionMode":"SUPERSEDED",`, "", 1)
	into := []string{"--pipeline-name", "shop", "--stage-name", "Production", "--transition-type", "Inbound"}
	see := func(doc string, want string) {
		t.Helper()
		if !strings.Contains(doc, want) || want == "" && doc != "" {
			t.Errorf("aws says %s, want %q", doc, want)
		}
	}
	see(aws("sts", "get-caller-identity"), "assumed-role/release/alice")
	see(aws("codepipeline", "create-pipeline", "--cli-input-json", plain), `"CodeCommit"`)
	see(aws("codepipeline", "list-pipelines"), `"name": "shop"`)
	see(aws("codepipeline", "get-pipeline", "--name", "nowhere"), "PipelineNotFoundException")
	see(aws(append([]string{"codepipeline", "disable-stage-transition", "--reason", "quarter to 5: no"}, into...)...), "(ValidationException)")
	see(aws(append([]string{"codepipeline", "disable-stage-transition", "--reason", "not today"}, into...)...), "")
	passed.Add(1)
	state := aws("codepipeline", "get-pipeline-state", "--name", "shop")
	see(state, `"disabledReason": "not today"`)
	see(state, `"lastChangedBy": "arn:aws:sts::123456789012:assumed-role/release/alice"`)
	var waiting struct {
		StageStates []struct {
			ActionStates []struct{ LatestExecution struct{ Token string } }
		}
	}
	if err := json.Unmarshal([]byte(state), &waiting); err != nil {
		t.Fatal(err)
	}
	answer := []string{"codepipeline", "put-approval-result", "--pipeline-name", "shop", "--stage-name", "Release", "--action-name", "Ask",
		"--result", "status=Approved,summary=go", "--token", waiting.StageStates[2].ActionStates[0].LatestExecution.Token}
	see(aws(answer...), `"approvedAt"`)
	see(aws(answer...), "ApprovalAlreadyCompletedException")
	see(aws(append([]string{"codepipeline", "enable-stage-transition"}, into...)...), "")
	passed.Add(1)
	see(aws("codepipeline", "list-pipeline-executions", "--pipeline-name", "shop", "--max-items", "1"), `"status": "Succeeded"`)
	see(aws("codepipeline", "list-action-executions", "--pipeline-name", "shop"), `"actionName": "Ship"`)
	if err := s.Model.SetChangeCalendar(ChangeCalendar{Name: "freeze", Content: freeze, Says: []Said{{start, "CLOSED"}, {start.Add(time.Hour), "OPEN"}}}); err != nil {
		t.Fatal(err)
	}
	see(aws("ssm", "get-document", "--name", "freeze", "--document-format", "TEXT"), `X-CALENDAR-TYPE:DEFAULT_OPEN`)
	see(aws("ssm", "get-calendar-state", "--calendar-names", "freeze"), `"State": "CLOSED"`)
	see(aws("ssm", "get-calendar-state", "--calendar-names", "freeze", "nowhere"), "(InvalidDocument)")
	if err := s.Model.SetObject(Object{Bucket: "plans", Key: "2026.ics", Body: []byte(freeze)}); err != nil {
		t.Fatal(err)
	}
	see(aws("s3api", "get-object", "--bucket", "plans", "--key", "2026.ics", "/dev/null"), `"ContentLength": 62`)
	see(aws("codepipeline", "delete-pipeline", "--name", "shop"), "")
	for _, err := range s.Violations() {
		t.Error(err)
	}
	for _, c := range s.Calls() {
		if refused := c.Code != ""; refused == c.Applied || c.AccessKey != "alice" {
			t.Errorf("logged %+v", c)
		}
	}
}

// awscli returns what aws prints, to either of its outputs.
func awscli(t *testing.T, endpoint string, arguments ...string) string {
	cmd := exec.CommandContext(t.Context(), "aws", append(arguments, "--endpoint-url", endpoint, "--output", "json")...)
	ours := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	cmd.Env = append(ours, "AWS_ACCESS_KEY_ID=alice", "AWS_SECRET_ACCESS_KEY=secret", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "NO_PROXY=*")
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "An error occurred (") {
		t.Fatalf("aws %s: %v: %s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}
