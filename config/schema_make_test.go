package config

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/andon-project/andon/probes/kinds"
)

// object is a JSON object; encoding/json sorts its keys.
type object map[string]any

// A maker makes a schema from structs, their defaults and their comments, and
// from schemaRules. It lives with the tests because the program needs only what
// it makes.
type maker struct {
	kinds    map[string]func() kinds.Settings
	comments map[string]string // of types and their fields, like Check.Every
	defs     object
}

// makeSchema is the schema of configurations with these kinds of checks.
func makeSchema(t *testing.T, table map[string]func() kinds.Settings) object {
	t.Helper()
	m := &maker{kinds: table, comments: map[string]string{}, defs: object{}}
	for _, dir := range []string{".", "../probes/kinds", "../calendar"} {
		m.readComments(t, dir)
	}
	root := m.structure(reflect.TypeFor[Config]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "The configuration of andon"
	root["$defs"] = m.defs
	return root
}

func (m *maker) readComments(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal("no source in", dir, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := goparser.ParseFile(token.NewFileSet(), file, text, goparser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				m.readFields(spec)
			}
			return true
		})
	}
}

func (m *maker) readFields(spec *ast.TypeSpec) {
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			text := f.Comment.Text()
			if text == "" {
				text = f.Doc.Text()
			}
			m.comments[spec.Name.Name+"."+name.Name] = oneLine(text)
		}
	}
}

// of is the schema of a value of type t.
func (m *maker) of(t reflect.Type) object {
	if rule, ok := schemaTypes[t]; ok {
		return maps.Clone(rule)
	}
	switch {
	case t.Kind() == reflect.Pointer:
		return m.of(t.Elem())
	case isForeign(t):
		return m.foreign(t)
	case t.Kind() == reflect.Struct:
		m.defs[t.Name()] = object{} // so that it is made once
		m.defs[t.Name()] = m.structure(t)
		return object{"$ref": "#/$defs/" + t.Name()}
	case t.Kind() == reflect.Map:
		return object{"type": "object", "additionalProperties": m.of(t.Elem())}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": m.of(t.Elem())}
	case t.Kind() == reflect.Interface:
		return object{}
	case t.Kind() == reflect.Bool:
		return object{"type": []string{"boolean", "string"}, "pattern": orReference("true|false")}
	case t.Kind() == reflect.String:
		return object{"type": []string{"string", "number", "boolean"}}
	case t.Kind() == reflect.Float64:
		return object{"type": []string{"number", "string"}, "minimum": 0, "pattern": orReference(`\+?[0-9.]+([eE][+-]?[0-9]+)?`)}
	}
	return object{"type": []string{"integer", "string"}, "minimum": 0, "pattern": orReference(`\+?[0-9]+`)}
}

func (m *maker) structure(t reflect.Type) object {
	properties := object{}
	given := defaultsOf(t)
	for _, f := range fieldsOf(t) {
		name := declares(t, f) + "." + f.Name
		p := m.of(f.Type)
		if mayBeOne(t, f.Type, "") {
			p["type"] = []string{"array", "object", "string", "number", "boolean"}
		}
		if text := m.comments[name]; text != "" {
			p["description"] = text
		}
		if v := given.FieldByIndex(f.Index); !v.IsZero() {
			p["default"] = written(v)
		}
		maps.Copy(p, schemaRules[declares(t, f)+"."+keyOf(f)])
		properties[keyOf(f)] = p
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if _, ok := reflect.New(t).Interface().(interface{ check() *Check }); ok {
		m.addKinds(s, properties)
	}
	maps.Copy(s, schemaRules[t.Name()])
	return s
}

// addKinds lets a check have one of the kinds.
func (m *maker) addKinds(s, properties object) {
	var one []object
	for _, kind := range slices.Sorted(maps.Keys(m.kinds)) {
		properties[kind] = m.of(reflect.TypeOf(m.kinds[kind]()).Elem())
		one = append(one, object{"required": []string{kind}})
	}
	s["oneOf"] = one
}

// foreign is what a type of another project reads, by its yaml tags.
func (m *maker) foreign(t reflect.Type) object {
	named, others := yamlFields(t)
	if len(named) == 0 && others == nil {
		return object{"type": []string{"string", "number", "boolean"}}
	}
	name := "Prometheus" + t.Name()
	if m.defs[name] == nil {
		m.defs[name] = object{}
		properties := object{}
		for key, field := range named {
			properties[key] = m.foreignPart(field)
		}
		s := object{"type": "object", "properties": properties, "additionalProperties": false}
		if others != nil {
			s["additionalProperties"] = m.foreignPart(others)
		}
		m.defs[name] = s
	}
	return object{"$ref": "#/$defs/" + name}
}

func (m *maker) foreignPart(t reflect.Type) object {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		return m.foreign(t)
	}
	return m.of(t)
}

// declares is the name of the struct in which a field of t is written.
func declares(t reflect.Type, f reflect.StructField) string {
	for _, i := range f.Index[:len(f.Index)-1] {
		t = t.Field(i).Type
	}
	return t.Name()
}

// defaultsOf is a t in which nothing was given.
func defaultsOf(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	if d, ok := v.Interface().(defaulter); ok {
		d.defaults()
	}
	return v.Elem()
}
