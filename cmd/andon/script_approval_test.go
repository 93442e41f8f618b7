package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

const releaseDeclaration = `{"pipeline":{"name":"release","roleArn":"arn:aws:iam::123456789012:role/pipeline","pipelineType":"V2","executionMode":"%s",
"artifactStore":{"type":"S3","location":"artifacts"},"stages":[
{"name":"Source","actions":[{"name":"Fetch","actionTypeId":{"category":"Source","owner":"AWS","provider":"S3","version":"1"},"outputArtifacts":[{"name":"source"}]}]},
{"name":"Release","actions":[
 {"name":"BlackDay","runOrder":1,"timeoutInMinutes":120,"actionTypeId":{"category":"Approval","owner":"AWS","provider":"Manual","version":"1"}},
 {"name":"Deploy","runOrder":2,"actionTypeId":{"category":"Deploy","owner":"AWS","provider":"CodeDeploy","version":"1"},"inputArtifacts":[{"name":"source"}]}]}]}}`

// release [MODE] creates a pipeline that asks for approval before it deploys, and
// whose first release has been stopped.
func (s *stage) release(ts *testscript.TestScript, _ bool, args []string) {
	mode := "SUPERSEDED"
	if len(args) > 0 {
		mode = args[0]
	}
	ts.Check(s.call("ADMIN", "CreatePipeline", fmt.Sprintf(releaseDeclaration, mode), nil))
	var list struct {
		PipelineExecutionSummaries []struct{ PipelineExecutionID string }
	}
	ts.Check(s.call("ADMIN", "ListPipelineExecutions", `{"pipelineName":"release"}`, &list))
	for _, x := range list.PipelineExecutionSummaries {
		ts.Check(s.call("ADMIN", "StopPipelineExecution", `{"pipelineName":"release","abandon":true,"pipelineExecutionId":"`+x.PipelineExecutionID+`"}`, nil))
	}
}

// asks REVISION starts a release and waits until it asks for approval.
func (s *stage) asks(ts *testscript.TestScript, _ bool, args []string) {
	id, err := s.server.Model.Push("release", args[0], "a change")
	ts.Check(err)
	ts.Setenv("EXECUTION", id)
	s.eventually(ts, "it asks for approval", 10*time.Second, func() error {
		_, err := s.approvalOf(id)
		return err
	})
}

type approvalRun struct {
	ActionName, Status string
	Output             struct {
		ExecutionResult struct{ ExternalExecutionID, ExternalExecutionSummary string }
	}
}

func (s *stage) approvalOf(execution string) (approvalRun, error) {
	var list struct{ ActionExecutionDetails []approvalRun }
	if err := s.call("OBSERVER", "ListActionExecutions", `{"pipelineName":"release","filter":{"pipelineExecutionId":"`+execution+`"}}`, &list); err != nil {
		return approvalRun{}, err
	}
	for _, r := range list.ActionExecutionDetails {
		if r.ActionName == "BlackDay" {
			return r, nil
		}
	}
	return approvalRun{}, fmt.Errorf("execution %s has not asked", execution)
}

// answered STATUS [REGEXP] waits until the approval of $EXECUTION is Succeeded, Failed
// or Abandoned, and its summary matches; with ! for as long as REGEXP says it is not.
func (s *stage) answered(ts *testscript.TestScript, neg bool, args []string) {
	execution := ts.Getenv("EXECUTION")
	if neg {
		d, err := time.ParseDuration(args[0])
		ts.Check(err)
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if r, err := s.approvalOf(execution); err != nil || r.Status != "InProgress" {
				ts.Fatalf("the approval is %+v: %v", r, err)
			}
		}
		return
	}
	pattern := strings.Join(args[1:], " ")
	s.eventually(ts, "the approval is "+args[0], 30*time.Second, func() error {
		r, err := s.approvalOf(execution)
		if err == nil && (r.Status != args[0] || !regexp.MustCompile(pattern).MatchString(r.Output.ExecutionResult.ExternalExecutionSummary)) {
			err = fmt.Errorf("it is %+v", r)
		}
		return err
	})
}

// answers KEY Approved|Rejected answers as somebody.
func (s *stage) answers(ts *testscript.TestScript, _ bool, args []string) {
	r, err := s.approvalOf(ts.Getenv("EXECUTION"))
	ts.Check(err)
	ts.Check(s.call(args[0], "PutApprovalResult", fmt.Sprintf(`{"pipelineName":"release","stageName":"Release","actionName":"BlackDay","token":%q,"result":{"status":%q,"summary":"I know"}}`,
		r.Output.ExecutionResult.ExternalExecutionID, args[1]), nil))
}
