package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andon-project/andon/emulator"
)

// The evaluator knows what IAM knows, or the stories prove nothing.
func TestPolicyEvaluator(t *testing.T) {
	t.Parallel()
	var p policyDocument
	if err := json.Unmarshal([]byte(`{"Statement":[
		{"Effect":"Allow","Action":["codepipeline:get*"],"Resource":["arn:shop*"]},
		{"Effect":"Deny","Action":["*"],"Resource":["arn:shop-?"]}]}`), &p); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		action, resource string
		want             bool
	}{
		{"codepipeline:GetPipelineState", "arn:shop", true},
		{"codepipeline:GetPipelineState", "arn:shop-payments/Production", true}, // P6: what a wildcard does
		{"codepipeline:GetPipelineState", "arn:shop-a", false},
		{"codepipeline:GetPipelineState", "arn:Shop", false},
		{"codepipeline:EnableStageTransition", "arn:shop", false},
	} {
		if got := p.allows(c.action, c.resource); got != c.want {
			t.Errorf("%s on %s: %v, want %v", c.action, c.resource, got, c.want)
		}
	}
	operations := operationsOf()
	if len(operations) != 44 {
		t.Errorf("%d operations, want 44", len(operations))
	}
	for _, o := range operations {
		if err := emulator.New(emulator.Options{}).Inject(emulator.Fault{Kind: emulator.FaultThrottle, Operation: o}); err != nil {
			t.Errorf("the emulator does not know the operation: %v", err)
		}
	}
}

const iamConfig = `
instance: shop-prod
principals: ["arn:aws-cn:iam::111122223333:role/andon"]
checks:
- name: prices
  http:
    url: https://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod/prices
    sigv4: {region: eu-central-1, role_arn: "arn:aws:iam::123456789012:role/canary"}
witnesses:
- name: status
  http: {url: "https://status.example.com/", sigv4: {region: eu-central-1, service: lambda, profile: canary}}
calendars:
- name: blackdays
  timezone: UTC
  windows:
  - {name: ops, ssm: {name: ops-freeze, region: us-east-1}}
  - {name: theirs, ssm: "arn:aws:ssm:eu-west-1:444455556666:document/freeze"}
  - {name: bucket, ics: "s3://calendars/a*b$.ics"}
gates:
- {name: approval, may: [approve], calendar: blackdays, codepipeline: {pipeline: shop, approval: Release/BlackDay, region: us-east-1}}
- {name: china, may: [close], checks: [prices], codepipeline: {pipeline: shop, transition: Production, region: cn-north-1}}
- {name: gov, may: [open, close], checks: [prices], codepipeline: {pipeline: shop, transition: Production, region: us-gov-west-1}}
- {name: here, checks: [prices], codepipeline: {pipeline: store, transition: Production, region: eu-west-1}}
`

func runIAM(t *testing.T, text string, environ []string, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	p := program{Stdout: &out, Stderr: &err, Environ: environ}
	file := filepath.Join(t.TempDir(), "andon.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	exit = p.Main(t.Context(), append([]string{"iam", "--config", file}, args...))
	return exit, out.String(), err.String()
}

func TestIAMPolicyP6(t *testing.T) {
	t.Parallel()
	exit, text, others := runIAM(t, iamConfig, nil, "--output", "json")
	var p policyDocument
	if err := json.Unmarshal([]byte(text), &p); err != nil || exit != exitGood {
		t.Fatalf("%d %s %s: %v", exit, text, others, err)
	}
	want := []string{
		"codepipeline:DisableStageTransition arn:aws-cn:codepipeline:cn-north-1:111122223333:shop/Production",
		"codepipeline:DisableStageTransition arn:aws-us-gov:codepipeline:us-gov-west-1:111122223333:shop/Production",
		"codepipeline:EnableStageTransition arn:aws-us-gov:codepipeline:us-gov-west-1:111122223333:shop/Production",
		"codepipeline:GetPipelineState arn:aws:codepipeline:eu-west-1:111122223333:store",
		"codepipeline:GetPipelineExecution arn:aws:codepipeline:eu-west-1:111122223333:store",
		"sts:AssumeRole arn:aws:iam::123456789012:role/canary",
		"codepipeline:GetPipelineState arn:aws:codepipeline:us-east-1:111122223333:shop",
		"codepipeline:GetPipeline arn:aws:codepipeline:us-east-1:111122223333:shop",
		"codepipeline:ListActionExecutions arn:aws:codepipeline:us-east-1:111122223333:shop",
		"codepipeline:PutApprovalResult arn:aws:codepipeline:us-east-1:111122223333:shop/Release/BlackDay",
		"ssm:GetDocument arn:aws:ssm:us-east-1:111122223333:document/ops-freeze",
		"ssm:GetCalendarState arn:aws:ssm:eu-west-1:444455556666:document/freeze",
		"s3:GetObject arn:aws:s3:::calendars/a${*}b${$}.ics",
	}
	for _, w := range want {
		if action, resource, _ := strings.Cut(w, " "); !p.allows(action, resource) {
			t.Errorf("not allowed: %s", w)
		}
	}
	for _, s := range p.Statement {
		for _, word := range append(s.Resource, s.Action...) {
			if strings.ContainsAny(strings.NewReplacer("${*}", "", "${$}", "").Replace(word), "*?$") {
				t.Errorf("a pattern: %s", word)
			}
		}
	}
	if p.allows("codepipeline:EnableStageTransition", "arn:aws-cn:codepipeline:cn-north-1:111122223333:shop/Production") {
		t.Error("a gate that may close may open")
	}
	for _, w := range []string{
		"gate china may not open", "grant arn:aws:iam::123456789012:role/canary what its request does: execute-api:Invoke",
		"witness status: grant profile canary what its request does: lambda:InvokeFunctionUrl",
	} {
		if !strings.Contains(others, w) {
			t.Errorf("standard error does not say %q: %s", w, others)
		}
	}
}

func TestIAMAsksForWhatIsMissing(t *testing.T) {
	t.Parallel()
	homeless := strings.NewReplacer(`principals: ["arn:aws-cn:iam::111122223333:role/andon"]`, "", ", region: eu-west-1", "").Replace(iamConfig)
	for _, c := range []struct {
		text, want string
		environ    []string
		args       []string
	}{
		{text: homeless, want: "in which account are the pipelines"},
		{text: homeless, args: []string{"--account", "12345678901*"}, want: "want the 12 digits"},
		{text: homeless, args: []string{"--account", "123456789012", "--region", "eu-*"}, want: "want a region like eu-central-1"},
		{text: strings.Replace(iamConfig, "principals: [", `principals: ["arn:aws:iam::123456789012:role/old", `, 1), want: "several accounts (111122223333, 123456789012)"},
		{text: "checks: [{name: a, tcp: {address: \"a:1\"}}]", want: "needs no permission"},
	} {
		exit, out, err := runIAM(t, c.text, c.environ, c.args...)
		if exit == exitGood || out != "" || !strings.Contains(err, c.want) {
			t.Errorf("%v: exit %d, %s, %s, want %q", c.args, exit, out, err, c.want)
		}
	}
	if exit, out, err := runIAM(t, homeless, nil, "--account", "123456789012", "--region", "eu-west-3"); exit != exitGood || !strings.Contains(out, "arn:aws:codepipeline:eu-west-3:123456789012:store ") {
		t.Errorf("exit %d: %s %s", exit, out, err)
	}
}
