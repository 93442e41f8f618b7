package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A breakage is a value that breaks its shape in one way, and what AWS says.
type breakage struct {
	what  string
	value any
	code  string
	where string // a part of the message
}

// A breaker derives values from the table of rules: good ones, and those that
// are broken in exactly one place.
type breaker map[string]shape

// good is a value that meets every rule of a shape and has all its members.
func (b breaker) good(t testing.TB, name string) any {
	s := b[name]
	switch s.kind {
	case structure:
		v := map[string]any{}
		for _, m := range s.members {
			v[m.name] = b.good(t, m.shape)
		}
		return v
	case list:
		return slices.Repeat([]any{b.good(t, s.of)}, max(s.min, 1))
	case mapping:
		return map[string]any{b.good(t, s.key).(string): b.good(t, s.of)}
	case text:
		return b.text(t, name)
	case boolean:
		return true
	case timestamp:
		return 1796018400.5
	}
	return max(s.min, 1)
}

func (b breaker) text(t testing.TB, name string) string {
	s := b[name]
	if s.enum != nil {
		return s.enum[0]
	}
	for _, v := range []string{"a", "shop", "123456789012", "01234567-89ab-cdef-0123-456789abcdef",
		"arn:aws:iam::123456789012:role/r", "arn:aws:codepipeline:us-east-1:123456789012:shop",
		"arn:aws:lambda:us-east-1:123456789012:function:f", "AWS"} {
		if len(v) >= s.min && (s.max == 0 || len(v) <= s.max) && b.matches(s, v) {
			return v
		}
	}
	t.Fatalf("no good value for %s: %+v", name, s)
	return ""
}

func (b breaker) matches(s shape, v string) bool {
	return s.pattern == "" || regexp.MustCompile(`\A(?:`+s.pattern+`)\z`).MatchString(v)
}

// bad lists all ways to break a value of the shape called name at path.
func (b breaker) bad(t testing.TB, path, name string) []breakage {
	s := b[name]
	all := b.mistyped(s, path)
	add := func(what string, v any, where string) {
		all = append(all, breakage{path + " " + what, v, "ValidationException", where})
	}
	switch s.kind {
	case text:
		all = append(all, b.badText(t, path, name)...)
	case integer:
		if s.min > -1 {
			add("is too small", s.min-1, "'"+path+"'")
		}
		add("is too large", max(s.max, 1<<31-1)+1, "'"+path+"'")
		if s.max > 0 {
			add("is just too large", s.max+1, "'"+path+"'")
		}
	case structure:
		all = append(all, b.badStructure(t, path, name)...)
	case list:
		all = append(all, b.badList(t, path, name)...)
	case mapping:
		good := b.good(t, name).(map[string]any)
		key := slices.Collect(maps.Keys(good))[0]
		add("has a null", map[string]any{key: nil}, "'"+path)
		for _, x := range b.bad(t, path+"."+key+".member", s.of) {
			if x.where != "" {
				x.where = "'" + path // AWS names the map, not the value
			}
			all = append(all, breakage{x.what, map[string]any{key: x.value}, x.code, x.where})
		}
		for _, x := range b.badText(t, path+" key", s.key) {
			all = append(all, breakage{x.what, map[string]any{x.value.(string): good[key]}, x.code, "'" + path + "'"})
		}
		if s.max > 0 {
			many := map[string]any{}
			for i := range s.max + 1 {
				many[fmt.Sprint(key, i)] = good[key]
			}
			add("has too many entries", many, "'"+path+"'")
		}
	}
	return all
}

// mistyped are JSON values of all kinds but the right one.
func (b breaker) mistyped(s shape, path string) []breakage {
	var all []breakage
	for what, v := range map[string]any{"text": "x", "number": 7, "fraction": 1.5, "boolean": true, "list": []any{"x"}, "structure": map[string]any{"x": "y"}} {
		right := map[kind]string{structure: "structure", mapping: "structure", list: "list", text: "text", boolean: "boolean", integer: "number", timestamp: "number"}[s.kind]
		if what != right && (s.kind != timestamp || what != "fraction") {
			all = append(all, breakage{path + " is a " + what, v, "SerializationException", ""})
		}
	}
	return all
}

func (b breaker) badText(t testing.TB, path, name string) []breakage {
	s, good := b[name], b.text(t, name)
	var all []breakage
	add := func(what, v string) {
		all = append(all, breakage{path + " " + what, v, "ValidationException", "'" + strings.TrimSuffix(path, " key")})
	}
	if s.min > 0 {
		add("is empty", "")
	}
	if s.min > 1 {
		add("is just too short", good[:1]+strings.Repeat(good[1:2], s.min-2))
	}
	if s.max > 0 {
		add("is just too long", good+strings.Repeat(good[len(good)-1:], s.max+1-len(good)))
		add("is far too long", good+strings.Repeat("é", s.max))
	}
	if s.enum != nil {
		add("is not in the enum", good+"x")
		add("has other case", flipCase(good))
		add("is empty", "")
	}
	if s.pattern != "" {
		for _, end := range []string{"\n", "\r\n", "\x00", "é", "😀", "#", ":", "/", " ", "_", "=", `"`, "-", "x"} {
			if v := good + end; !b.matches(s, v) {
				add(fmt.Sprintf("ends in %q", end), v)
			}
			if v := end + good; !b.matches(s, v) {
				add(fmt.Sprintf("begins with %q", end), v)
			}
		}
	}
	return all
}

func flipCase(s string) string {
	if u := strings.ToUpper(s); u != s {
		return u
	}
	return strings.ToLower(s)
}

func (b breaker) badStructure(t testing.TB, path, name string) []breakage {
	var all []breakage
	good := b.good(t, name).(map[string]any)
	for _, m := range b[name].members {
		inner := strings.TrimPrefix(path+"."+m.name, ".")
		with := func(v any) map[string]any {
			broken := maps.Clone(good)
			broken[m.name] = v
			return broken
		}
		if m.required {
			without := maps.Clone(good)
			delete(without, m.name)
			words := "Value null at '" + inner + "' failed to satisfy constraint: Member must not be null"
			all = append(all, breakage{inner + " is missing", without, "ValidationException", words},
				breakage{inner + " is null", with(nil), "ValidationException", words})
		}
		for _, x := range b.bad(t, inner, m.shape) {
			all = append(all, breakage{x.what, with(x.value), x.code, x.where})
		}
	}
	return all
}

func (b breaker) badList(t testing.TB, path, name string) []breakage {
	var all []breakage
	s, good := b[name], b.good(t, name).([]any)
	if s.min > 0 {
		all = append(all, breakage{path + " is empty", []any{}, "ValidationException", "'" + path + "'"})
	}
	if s.max > 0 {
		all = append(all, breakage{path + " has too many elements", slices.Repeat(good[:1], s.max+1), "ValidationException", "'" + path + "'"})
	}
	all = append(all, breakage{path + " has a null", []any{nil}, "ValidationException", "'" + path})
	for _, x := range b.bad(t, path+".1.member", s.of) {
		if x.where != "" && b[s.of].kind >= text {
			x.where = "'" + path + "'" // AWS names the list, not the element
		}
		all = append(all, breakage{x.what, []any{x.value}, x.code, x.where})
	}
	return all
}

// Thousands of requests, each broken in one place, are refused with the right
// words, and nothing comes of them.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	b := breaker(codepipelineRules().shapes)
	now := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	total := 0
	for _, name := range slices.Sorted(maps.Keys(codepipelineRules().signatures)) {
		input := codepipelineRules().signatures[name].input
		s := New(Options{Clock: func() time.Time { return now }})
		if w := call(s, "CreatePipeline", []byte(shop)); w.Code != http.StatusOK {
			t.Fatal(w.Body)
		}
		before := history(t, s)
		if _, _, err := s.codepipeline.request(name, mustJSON(t, b.good(t, input))); err != nil {
			t.Errorf("%s: the good request is refused, so the broken ones prove nothing: %v", name, err)
			continue
		}
		broken := b.bad(t, "", input)
		total += len(broken)
		for _, x := range broken {
			w := call(s, name, mustJSON(t, x.value))
			var got struct{ Type, Message string }
			if err := json.Unmarshal([]byte(strings.Replace(w.Body.String(), "__type", "type", 1)), &got); err != nil {
				t.Fatalf("%s:%s: %v", name, x.what, err)
			}
			if w.Code != http.StatusBadRequest || got.Type != x.code || !strings.Contains(got.Message, x.where) {
				t.Errorf("%s:%s: answered %d %s: %.200s", name, x.what, w.Code, got.Type, got.Message)
			}
			if x.code == "ValidationException" && !strings.Contains(got.Message, " detected: Value ") {
				t.Errorf("%s:%s: not in AWS's words: %s", name, x.what, got.Message)
			}
		}
		if after := history(t, s); before != after {
			t.Errorf("%s: broken requests changed the model from\n%s\nto\n%s", name, before, after)
		}
	}
	if total < 5000 {
		t.Errorf("only %d broken requests could be derived from the table", total)
	}
}

// shop is a pipeline that uses what the emulator knows.
const shop = `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/pipeline",
"artifactStore":{"type":"S3","location":"shop-artifacts"},"pipelineType":"V2","executionMode":"SUPERSEDED","stages":[
{"name":"Source","actions":[{"name":"Git","actionTypeId":{"category":"Source","owner":"AWS","provider":"CodeCommit","version":"1"},
	"configuration":{"RepositoryName":"shop","BranchName":"main"},"outputArtifacts":[{"name":"src"}]}]},
{"name":"Build","actions":[{"name":"Compile","actionTypeId":{"category":"Build","owner":"AWS","provider":"CodeBuild","version":"1"},
	"configuration":{"ProjectName":"shop"},"inputArtifacts":[{"name":"src"}],"outputArtifacts":[{"name":"bin"}]}]},
{"name":"Release","actions":[{"name":"Ask","actionTypeId":{"category":"Approval","owner":"AWS","provider":"Manual","version":"1"}}]},
{"name":"Production","actions":[{"name":"Ship","actionTypeId":{"category":"Deploy","owner":"AWS","provider":"CodeDeploy","version":"1"},
	"configuration":{"ApplicationName":"shop","DeploymentGroupName":"prod"},"inputArtifacts":[{"name":"bin"}]}]}]}}`

// history is everything that can be read of a server's only pipeline.
func history(t testing.TB, s *Server) string {
	var all strings.Builder
	for _, name := range []string{"ListPipelines", "GetPipeline", "GetPipelineState", "ListPipelineExecutions", "ListActionExecutions"} {
		w := call(s, name, []byte(`{"name":"shop","pipelineName":"shop"}`))
		fmt.Fprintln(&all, name, w.Code, w.Body)
	}
	return all.String()
}

func call(s http.Handler, name string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("X-Amz-Target", "CodePipeline_20150709."+name)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=alice/20261130/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=00")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func mustJSON(t testing.TB, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
