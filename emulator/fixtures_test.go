package emulator

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// AWS ships one request for every operation with its SDK. Their values are
// placeholders such as __Reason__ and 1, their lists have two elements: the
// shapes must parse, and what is refused is refused for such a value.
func TestFixturesOfTheSDK(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/codepipeline").Output()
	if err != nil {
		t.Fatalf("where is the SDK? %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "serde_snapshot", "*.request.snap"))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{})
	seen := map[string]bool{}
	broken := map[string]string{
		"DisableStageTransition": "Value '__Reason__' at 'reason'",
		"PutApprovalResult":      "Value '__Token__' at 'token'",
		"StopPipelineExecution":  "Value '__PipelineExecutionId__' at 'pipelineExecutionId'",
		"CreatePipeline":         "Value '__RoleArn__' at 'pipeline.roleArn'",
	}
	for _, file := range files {
		r := readSnapshot(t, file)
		name := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "CodePipeline_20150709.")
		seen[name] = true
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		_, _, refusal := s.codepipeline.request(name, body)
		if refusal != nil && refusal.Code != "ValidationException" {
			t.Errorf("%s cannot be read: %v", name, refusal)
		}
		if refusal != nil {
			_, breaches, _ := strings.Cut(refusal.Message, " detected: ")
			for breach := range strings.SplitSeq(breaches, "; ") {
				if !strings.Contains(breach, "__") && !strings.HasPrefix(breach, "Value '1' at") {
					t.Errorf("%s is refused for no placeholder: %s", name, breach)
				}
			}
		}
		if must, ok := broken[name]; ok && (refusal == nil || !strings.Contains(refusal.Message, must)) {
			t.Errorf("%s: %v, want a breach by %s", name, refusal, must)
		}
		if w := call(s, name, body); w.Code == http.StatusOK && refusal != nil || w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
		}
	}
	for name := range s.codepipeline.signatures {
		if !seen[name] {
			t.Errorf("the SDK has no fixture of %s", name)
		}
	}
	for _, err := range s.Violations() {
		t.Error(err)
	}
}

// readSnapshot reads a request line without a version, an empty line, the
// headers and the body.
func readSnapshot(t *testing.T, file string) *http.Request {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(strings.Replace(string(b), "\n\n", "\n", 1), "\n\n")
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	lines := bufio.NewScanner(strings.NewReader(head))
	for lines.Scan() {
		if k, v, ok := strings.Cut(lines.Text(), ": "); ok {
			r.Header.Set(k, v)
		}
	}
	return r
}
