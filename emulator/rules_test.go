package emulator

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := newCodec(codepipelineRules())
	for _, test := range []struct {
		name, op, body, code, message string
	}{
		{"all breaches at once", "DisableStageTransition",
			`{"pipelineName":"shop","transitionType":"Inbound","reason":"since 12:30"}`, "ValidationException",
			`2 validation errors detected: Value null at 'stageName' failed to satisfy constraint: Member must not be null; ` +
				`Value 'since 12:30' at 'reason' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9!@ \(\)\.\*\?\-]+`},
		{"null is missing", "GetPipelineState", `{"name":null}`, "ValidationException",
			`1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null`},
		{"names are case-sensitive", "GetPipelineState", `{"NAME":"shop"}`, "ValidationException",
			`1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null`},
		{"too short", "GetPipelineState", `{"name":""}`, "ValidationException",
			`2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; ` +
				`Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+`},
		{"a newline at the end is no match", "GetPipelineState", `{"name":"shop\n"}`, "ValidationException",
			"1 validation error detected: Value 'shop\n' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+"},
		{"enum", "DisableStageTransition", `{"pipelineName":"shop","stageName":"Prod","transitionType":"inbound","reason":"x"}`, "ValidationException",
			`1 validation error detected: Value 'inbound' at 'transitionType' failed to satisfy constraint: Member must satisfy enum value set: [Inbound, Outbound]`},
		{"range", "ListPipelines", `{"maxResults":1001}`, "ValidationException",
			`1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`},
		{"beyond 64 bits", "GetPipeline", `{"name":"shop","version":99999999999999999999}`, "ValidationException",
			`1 validation error detected: Value '99999999999999999999' at 'version' failed to satisfy constraint: Member must have value less than or equal to 2147483647`},
		{"map values", "CreatePipeline", pipelineWith(`"configuration":{"k":""}`), "ValidationException",
			`1 validation error detected: Value at 'pipeline.stages.1.member.actions.1.member.configuration' failed to satisfy constraint: ` +
				`Map value must satisfy constraint: [Member must have length less than or equal to 1000, Member must have length greater than or equal to 1, Member must not be null]`},
		{"list elements", "UntagResource", `{"resourceArn":"arn:aws:codepipeline:us-east-1:123456789012:shop","tagKeys":["ok",""]}`, "ValidationException",
			`1 validation error detected: Value '["ok",""]' at 'tagKeys' failed to satisfy constraint: ` +
				`Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must not be null]`},
		{"a null structure in a list", "CreatePipeline", `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/r","stages":[null]}}`, "ValidationException",
			`1 validation error detected: Value null at 'pipeline.stages.1.member' failed to satisfy constraint: Member must not be null`},
		{"number for text", "GetPipelineState", `{"name":7}`, "SerializationException", `NUMBER_VALUE can not be converted to a String`},
		{"text for number", "ListPipelines", `{"maxResults":"7"}`, "SerializationException", `STRING_VALUE can not be converted to an Integer`},
		{"fraction", "ListPipelines", `{"maxResults":1.5}`, "SerializationException", `NUMBER_VALUE can not be converted to an Integer`},
		{"wrong type before missing", "DisableStageTransition", `{"pipelineName":[]}`, "SerializationException", `START_ARRAY can not be converted to a String`},
		{"a list of requests", "ListPipelines", `[]`, "SerializationException", `START_ARRAY found where a structure was expected`},
		{"null", "ListPipelines", `null`, "SerializationException", `NULL_VALUE found where a structure was expected`},
		{"half a document", "ListPipelines", `{"maxResults":`, "SerializationException", `the body is not a JSON document: unexpected EOF`},
		{"two documents", "ListPipelines", `{}{}`, "SerializationException", `the body is not a JSON document: something follows the document at byte 3`},
		{"not UTF-8", "GetPipelineState", "{\"name\":\"\xff\"}", "SerializationException", `the body is not a JSON document: it is not UTF-8`},
		{"too deep", "ListPipelines", strings.Repeat("[", 100_000), "SerializationException", `the body is not a JSON document: invalid character '[' exceeded max depth`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := c.request(test.op, []byte(test.body))
			if err == nil {
				t.Fatal("accepted")
			}
			if err.Code != test.code || err.Message != test.message {
				t.Errorf("got  %s: %s\nwant %s: %s", err.Code, err.Message, test.code, test.message)
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	c := newCodec(codepipelineRules())
	for _, test := range []struct{ name, op, body, clean string }{
		{"nothing is an empty structure", "ListPipelines", ``, `{}`},
		{"unknown members are dropped", "GetPipelineState", `{"name":"shop","Name":"other","more":[{}]}`, `{"name":"shop"}`},
		{"the last one counts", "GetPipelineState", `{"name":"a","name":"b"}`, `{"name":"b"}`},
		{"nulls are dropped", "GetPipeline", `{"name":"shop","version":null}`, `{"name":"shop"}`},
		{"512 characters, not bytes", "PutApprovalResult", approvalWith(strings.Repeat("é", 512)), approvalWith(strings.Repeat("é", 512))},
		{"a character beyond 16 bits is one", "PutApprovalResult", approvalWith(strings.Repeat("😀", 512)), approvalWith(strings.Repeat("😀", 512))},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, clean, err := c.request(test.op, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if string(clean) != test.clean {
				t.Errorf("clean body is %s, want %s", clean, test.clean)
			}
		})
	}
}

func TestManyBreachesAreCountedNotAllSpeltOut(t *testing.T) {
	t.Parallel()
	c := newCodec(codepipelineRules())
	body := `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/r","stages":[{}` + strings.Repeat(",{}", 99_999) + `]}}`
	_, _, err := c.request("CreatePipeline", []byte(body))
	if err == nil || !strings.HasPrefix(err.Message, "200000 validation errors detected: ") {
		t.Fatalf("got %.60v", err)
	}
	if len(err.Message) > 20_000 {
		t.Errorf("the refusal has %d bytes", len(err.Message))
	}
}

func TestAnswersAreHeldAgainstTheModel(t *testing.T) {
	t.Parallel()
	c := newCodec(codepipelineRules())
	for _, test := range []struct{ name, op, body, breach string }{
		{"good", "GetPipelineState", `{"pipelineName":"shop","created":1.5}`, ""},
		{"unknown member", "GetPipelineState", `{"pipelineName":"shop","stages":[]}`, "members that the model does not have: stages"},
		{"unknown member below", "GetPipelineState", `{"stageStates":[{"nam":"x"}]}`, "members that the model does not have: stageStates.1.member.nam"},
		{"enum", "GetPipelineState", `{"stageStates":[{"latestExecution":{"pipelineExecutionId":"00000000-0000-0000-0000-000000000000","status":"Running"}}]}`, "ValidationException"},
		{"a time as text", "GetPipelineState", `{"created":"2026-11-30T00:00:00Z"}`, "SerializationException"},
		{"void", "EnableStageTransition", ``, ""},
		{"a void operation speaks", "EnableStageTransition", `{}`, "a void operation answered {}"},
		{"nothing where something is due", "GetPipelineState", ``, "the answer is not a JSON document"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := c.conforms(test.op, []byte(test.body))
			if err == nil && test.breach != "" || err != nil && (test.breach == "" || !strings.Contains(err.Error(), test.breach)) {
				t.Errorf("got %v, want %q", err, test.breach)
			}
		})
	}
}

func TestPatternsMatchWholeValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, value string
		match          bool
	}{
		{`a|b`, "a", true}, {`a|b`, "ax", false}, {`a|b`, "xb", false},
		{`.*`, "", true}, {`.*`, "é 😀", true}, {`.*`, "a\r", false}, {`.*`, "\u2028", false},
		{`[.]+`, "..", true}, {`[.]+`, "a", false}, {`a\.`, "a.", true}, {`a\.`, "ab", false},
		{`[\]x]`, "]", true}, {`^[a-z]+$`, "abc", true}, {`^[a-z]+$`, "abc\n", false},
	} {
		if got := regexp.MustCompile(wholly(test.pattern)).MatchString(test.value); got != test.match {
			t.Errorf("%q matches %q: %t", test.pattern, test.value, got)
		}
	}
}

// The table holds what it refers to, and a few rules that people have been
// bitten by.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	r := codepipelineRules()
	if len(r.signatures) != 44 {
		t.Errorf("%d operations, want the 44 of 2026", len(r.signatures))
	}
	refers := func(from, to string) {
		if _, ok := r.shapes[to]; to != "" && !ok {
			t.Errorf("%s refers to %q, which is not in the table", from, to)
		}
	}
	for name, s := range r.signatures {
		refers(name, s.input)
		refers(name, s.output)
	}
	for name, s := range r.shapes {
		refers(name, s.of)
		refers(name, s.key)
		for _, m := range s.members {
			refers(name, m.shape)
		}
	}
	if s := r.shapes["DisabledReason"]; s.min != 1 || s.max != 300 || s.pattern != `[a-zA-Z0-9!@ \(\)\.\*\?\-]+` {
		t.Errorf("DisabledReason is %+v", s)
	}
	if s := r.shapes["ApprovalSummary"]; s.min != 0 || s.max != 512 {
		t.Errorf("ApprovalSummary is %+v", s)
	}
	for name := range operations() {
		if _, ok := r.signatures[name]; !ok {
			t.Errorf("operation %s is implemented and not in the service model", name)
		}
	}
}

// With the service models at hand the tables must be what gen.go writes.
func TestTheTablesAreGenerated(t *testing.T) {
	t.Parallel()
	for service, env := range map[string]string{"codepipeline": "ANDON_CODEPIPELINE_MODEL", "ssm": "ANDON_SSM_MODEL"} {
		t.Run(service, func(t *testing.T) {
			t.Parallel()
			model := os.Getenv(env)
			if model == "" {
				t.Skipf("%s does not name botocore's service-2.json.gz", env)
			}
			arguments := []string{"run", "gen.go", "-service", service, "-model", model, "-out", filepath.Join(t.TempDir(), "rules.go")}
			if service == "ssm" {
				arguments = append(arguments, "-operations", "GetDocument,GetCalendarState")
			}
			if out, err := exec.Command("go", arguments...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			want, err := os.ReadFile(arguments[7])
			if err != nil {
				t.Fatal(err)
			}
			have, err := os.ReadFile("rules_" + service + ".go")
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(have, want) {
				t.Errorf("rules_%s.go is not what gen.go makes of this model: run go generate, or look whether the model is older", service)
			}
		})
	}
}

func pipelineWith(action string) string {
	return `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/r","stages":[{"name":"Source","actions":[` +
		`{"name":"Git","actionTypeId":{"category":"Source","owner":"AWS","provider":"CodeCommit","version":"1"},` + action + `}]}]}}`
}

func approvalWith(summary string) string {
	return `{"actionName":"Ask","pipelineName":"shop","result":{"status":"Approved","summary":"` + summary + `"},` +
		`"stageName":"Release","token":"00000000-0000-0000-0000-000000000000"}`
}
