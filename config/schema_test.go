package config

import (
	"bytes"
	"encoding/json"
	"errors"
	goflag "flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/andon-project/andon/probes/kinds"
)

var update = goflag.Bool("update", false, "write schema.json")

func TestSchemaIsMadeFromTheStructs(t *testing.T) {
	t.Parallel()
	want, err := json.MarshalIndent(makeSchema(t, kinds.Table()), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("schema.json is not what the structs say: go test ./config -run TestSchemaIsMadeFromTheStructs -update")
	}
}

// compiled is a schema that judges.
func compiled(t *testing.T, schema any) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("andon.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("andon.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refusals are where a schema finds something wrong in a file, like
// /checks/0/every; ok is false if no editor could read the file either.
func refusals(t *testing.T, s *jsonschema.Schema, text []byte) (places []string, ok bool) {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		return nil, false
	}
	doc, err := json.Marshal(plainYAML(v))
	if err != nil {
		return nil, false
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	var wrong *jsonschema.ValidationError
	if errors.As(s.Validate(v), &wrong) {
		places = leaves(wrong)
	}
	return places, true
}

func leaves(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return []string{"/" + strings.Join(e.InstanceLocation, "/")}
	}
	var all []string
	for _, c := range e.Causes {
		all = append(all, leaves(c)...)
	}
	return all
}

// plainYAML is v without what JSON does not have: dates are texts in YAML 1.2,
// which editors go by.
func plainYAML(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.Format(time.DateOnly)
	case []any:
		for i := range v {
			v[i] = plainYAML(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainYAML(v[k])
		}
	}
	return v
}

// What loads passes the schema.
func TestSchemaTakesWhatLoads(t *testing.T) {
	t.Parallel()
	ofTests, real := compiled(t, makeSchema(t, table())), compiled(t, json.RawMessage(Schema()))
	texts := map[string][]byte{"everything": []byte(everything), "nothing": []byte("{}")}
	files, _ := filepath.Glob("testdata/warnings/*.yaml")
	for _, file := range files {
		texts[file], _ = os.ReadFile(file)
	}
	for name, text := range texts {
		if places, ok := refusals(t, ofTests, text); !ok || len(places) > 0 {
			t.Errorf("%s: refused at %q", name, places)
		}
	}
	for _, file := range []string{"../config.example.yaml", "../cmd/andon/demo/andon.yaml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if places, ok := refusals(t, real, text); !ok || len(places) > 0 {
			t.Errorf("%s: refused at %q", file, places)
		}
	}
}

// Of the mistakes in the invalid files the schema finds those marked #!, at the
// same value or at what it is a part of; those marked #~ it cannot express.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schemas := map[bool]*jsonschema.Schema{false: compiled(t, makeSchema(t, table())), true: compiled(t, json.RawMessage(Schema()))}
	eachInvalid(t, func(file string, text []byte, _ map[string]func() kinds.Settings) {
		places, ok := refusals(t, schemas[strings.HasPrefix(file, "testdata/kinds/")], text)
		if !ok {
			return
		}
		for _, m := range mistakesIn(string(text)) {
			if found := finds(places, m.path); found == m.beyond {
				t.Errorf("%s: %s: the schema finds it: %v; mark it %s", file, m.text, found, map[bool]string{true: "#!", false: "#~"}[found])
			}
		}
	})
}

// finds tells whether one of places is the value at p, around it, or in it.
func finds(places []string, p string) bool {
	p, _, hidden := strings.Cut(p, "[…")
	p = "/" + strings.NewReplacer("[", "/", "]", "", ".", "/").Replace(p)
	parent := p[:max(strings.LastIndexByte(p, '/'), 1)]
	for _, place := range places {
		if hidden && strings.HasPrefix(place, p) || place == p || place == parent || strings.HasPrefix(place, p+"/") {
			return true
		}
	}
	return false
}
