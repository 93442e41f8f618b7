package emulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// request is one that would be answered with 200, to be spoilt by tests.
func request() *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{}`))
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("X-Amz-Target", "CodePipeline_20150709.ListPipelines")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=alice/20261130/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=00")
	return r
}

func TestRequestsAtTheDoor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		spoil  func(r *http.Request)
		status int
		code   string
	}{
		{"as it should be", func(r *http.Request) {}, 200, ""},
		{"no content type", func(r *http.Request) { r.Header.Del("Content-Type") }, 200, ""},
		{"no operation", func(r *http.Request) { r.Header.Del("X-Amz-Target") }, 400, "UnknownOperationException"},
		{"operation of nobody", func(r *http.Request) { r.Header.Set("X-Amz-Target", "CodePipeline_20150709.Explode") }, 400, "UnknownOperationException"},
		{"operation in other case", func(r *http.Request) { r.Header.Set("X-Amz-Target", "CodePipeline_20150709.listPipelines") }, 400, "UnknownOperationException"},
		{"operation of another service", func(r *http.Request) { r.Header.Set("X-Amz-Target", "CodeDeploy_20141006.ListPipelines") }, 400, "UnknownOperationException"},
		{"operation without a service", func(r *http.Request) { r.Header.Set("X-Amz-Target", "ListPipelines") }, 400, "UnknownOperationException"},
		{"not signed", func(r *http.Request) { r.Header.Del("Authorization") }, 403, "MissingAuthenticationTokenException"},
		{"basic authentication", func(r *http.Request) { r.SetBasicAuth("alice", "x") }, 400, "IncompleteSignatureException"},
		{"signature of nobody", func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=/20261130/us-east-1/codepipeline/aws4_request")
		}, 400, "IncompleteSignatureException"},
		{"another path", func(r *http.Request) { r.URL.Path = "/pipelines" }, 404, "UnknownOperationException"},
		{"GET", func(r *http.Request) { r.Method = "GET" }, 405, "UnknownOperationException"},
		{"a large body", func(r *http.Request) {
			r.Body = http.NoBody
			*r = *httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat(" ", maxBody+1)))
		}, 413, "RequestEntityTooLargeException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			r, w := request(), httptest.NewRecorder()
			test.spoil(r)
			s.ServeHTTP(w, r)
			var got struct {
				Type    string `json:"__type"`
				Message string `json:"message"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
			if w.Code != test.status || got.Type != test.code || (got.Message == "") != (test.code == "") {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			if c := s.Calls(); len(c) != 1 || c[0].Status != test.status || c[0].Code != test.code || c[0].Applied != (test.status == 200) {
				t.Errorf("logged %+v", c)
			}
		})
	}
}

func TestAnswersHaveAWSHeaders(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.FixedZone("JST", 9*3600))
	s := New(Options{Clock: func() time.Time { return noon }})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, request())
	for header, want := range map[string]string{
		"Date":             `^Mon, 30 Nov 2026 03:00:00 GMT$`,
		"Content-Type":     `^application/x-amz-json-1\.1$`,
		"x-amzn-RequestId": `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
	} {
		if got := w.Header().Get(header); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s is %q, want %s", header, got, want)
		}
	}
}

func TestVoidOperationsSayNothing(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	call(s, "CreatePipeline", []byte(shop))
	w := call(s, "EnableStageTransition", []byte(`{"pipelineName":"shop","stageName":"Build","transitionType":"Inbound"}`))
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
}

// What is known of the API and not of the emulator is refused, and first
// tells what is wrong with the request.
func TestOperationsToCome(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	for _, test := range []struct{ body, want string }{
		{`{}`, "ValidationException"},
		{`{"resourceArn":"arn:aws:codepipeline:us-east-1:123456789012:shop"}`, "UnknownOperationException"},
	} {
		w := call(s, "ListTagsForResource", []byte(test.body))
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: answered %d %s", test.body, w.Code, w.Body)
		}
	}
}

func TestCallsAreLogged(t *testing.T) {
	t.Parallel()
	const robot = "arn:aws:sts::123456789012:assumed-role/andon/task-1"
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := New(Options{Clock: func() time.Time { return noon }})
	s.Actors = map[string]string{"alice": robot}
	call(s, "CreatePipeline", []byte(shop))
	call(s, "DisableStageTransition", []byte(`{"pipelineName":"shop","stageName":"Nowhere","transitionType":"Inbound","reason":"no"}`))
	call(s, "PutApprovalResult", []byte(approvalWith("fine")))
	call(s, "GetPipelineState", []byte(`{"name":"sh/op"}`))
	c := Call{Time: noon, AccessKey: "alice", ARN: robot, Pipeline: "shop"}
	want := []Call{c, c, c, c}
	for i, name := range []string{"CreatePipeline", "DisableStageTransition", "PutApprovalResult", "GetPipelineState"} {
		want[i].Seq, want[i].Operation, want[i].Status = i+1, name, 400
	}
	want[0].Applied, want[0].Status = true, 200
	want[1].Stage, want[1].Reason, want[1].Code = "Nowhere", "no", "StageNotFoundException"
	want[2].Stage, want[2].Action, want[2].Reason, want[2].Code = "Release", "Ask", "fine", "InvalidApprovalTokenException"
	want[3].Pipeline, want[3].Code = "sh/op", "ValidationException"
	for i, got := range s.Calls() {
		if got != want[i] {
			t.Errorf("call %d is logged as\n%+v, want\n%+v", i+1, got, want[i])
		}
	}
	var tail []Call
	getJSON(t, s, "/_emulator/calls?after=3", &tail)
	if len(tail) != 1 || tail[0] != want[3] {
		t.Errorf("after=3 gave %+v", tail)
	}
}

func TestTheLogOfCallsIsBounded(t *testing.T) {
	t.Parallel()
	var l callLog
	for range 3 * maxCalls {
		c := l.begin(Call{})
		c.Status = 200
		l.end(c)
	}
	l.end(Call{Seq: 1}) // long forgotten
	calls := l.after(0)
	if n := len(calls); n > maxCalls || n < maxCalls/2 || calls[n-1].Seq != 3*maxCalls || calls[0].Status != 200 {
		t.Errorf("%d calls are kept, the last %+v", n, calls[len(calls)-1])
	}
}

// An operation that breaks the service model is seen, whatever the client
// makes of its answer.
func TestViolationsAreSeen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		do         operation
		status     int
	}{
		{"unlisted error", "ListPipelines raised ConflictException, which the model does not list",
			func(*Model, Caller, []byte) (any, error) { return nil, errorf("ConflictException", "no") }, 400},
		{"unlisted member", "members that the model does not have: pipes",
			func(*Model, Caller, []byte) (any, error) { return map[string]any{"pipes": 1}, nil }, 200},
		{"no answer", "ListPipelines answered",
			func(*Model, Caller, []byte) (any, error) { return nil, nil }, 200},
		{"what JSON cannot say", "ListPipelines failed: json",
			func(*Model, Caller, []byte) (any, error) { return func() {}, nil }, 500},
		{"a plain error", "ListPipelines failed: EOF",
			func(*Model, Caller, []byte) (any, error) { return nil, errPlain{} }, 500},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := New(Options{})
			s.codepipeline.operations["ListPipelines"] = test.do
			if w := call(s, "ListPipelines", nil); w.Code != test.status {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			var words []string
			getJSON(t, s, "/_emulator/violations", &words)
			if len(words) != 1 || !strings.Contains(words[0], test.want) {
				t.Errorf("violations are %q, want %q", words, test.want)
			}
		})
	}
}

type errPlain struct{}

func (errPlain) Error() string { return "EOF" }

func getJSON(t *testing.T, s *Server, path string, v any) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s answered %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		t.Fatal(err)
	}
}
