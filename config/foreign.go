package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// isForeign tells whether a type is another project's and reads itself from
// YAML, with a method UnmarshalYAML, as Prometheus' HTTPClientConfig does. A
// field of that type in the settings of a kind is all there is to write, best a
// pointer, which stays nil where nothing is given:
//
//	Client *promconfig.HTTPClientConfig `koanf:"client"`
//
// The decoder walks the type by its yaml tags, so that unknown keys and values
// of the wrong type are told as everywhere else, with place and suggestion; and
// puts in what references stand for. Then the type reads itself, with its own
// defaults and its own judgement, which is placed at the subtree, and
// SetDirectory, if it has that, makes its file names relative to the folder of
// the configuration. Values of types that refuse to write themselves, such as
// Prometheus' Secret, appear in no message; in logs they are up to the kind.
func isForeign(t reflect.Type) bool {
	_, reads := reflect.PointerTo(t).MethodByName("UnmarshalYAML")
	return reads
}

func (d *decoder) foreign(p path, v any, out reflect.Value) {
	n := d.node(p, v, out.Type())
	if n == nil {
		return
	}
	if err := n.Decode(out.Addr().Interface()); err != nil {
		d.report(p, "%v", err)
		return
	}
	if f, ok := out.Addr().Interface().(interface{ SetDirectory(string) }); ok {
		f.SetDirectory(d.refs.dir)
	}
}

// node is v written as YAML for a value of type t, or nil if something in it is
// wrong.
func (d *decoder) node(p path, v any, t reflect.Type) *yaml.Node {
	named, others := yamlFields(t)
	switch {
	case t.Kind() == reflect.Pointer:
		return d.node(p, v, t.Elem())
	case t.Kind() == reflect.Map:
		return d.mappingNode(p, v, nil, t.Elem())
	case len(named) > 0 || others != nil:
		return d.mappingNode(p, v, named, others)
	case t.Kind() == reflect.Slice:
		return d.listNode(p, v, t.Elem())
	case t.Kind() == reflect.Interface:
		return d.anyNode(p, v, t)
	}
	return d.scalarNode(p, v, t)
}

// yamlFields are the types of the keys that a foreign struct reads, and of the
// values of all other keys, nil if it reads no others.
func yamlFields(t reflect.Type) (named map[string]reflect.Type, others reflect.Type) {
	named = map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return named, nil
	}
	for _, f := range reflect.VisibleFields(t) {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline" && f.Type.Kind() == reflect.Map:
			others = f.Type.Elem()
		case key != "" && key != "-":
			named[key] = f.Type
		}
	}
	return named, others
}

func (d *decoder) mappingNode(p path, v any, named map[string]reflect.Type, others reflect.Type) *yaml.Node {
	known := slices.Sorted(maps.Keys(named))
	m, ok := v.(map[string]any)
	if !ok {
		d.report(p, "want fields like `%s: …`, %s", append(known, "name")[0], got(p, v))
		return nil
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		in, t := p.key(k), others
		if named[k] != nil {
			t = named[k]
		}
		if t == nil {
			d.reportAt(d.pos(in).key, in, "unknown field%s", suggest(k, known))
			n.Content = append(n.Content, nil)
			continue
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: k}, d.node(in, m[k], t))
	}
	return complete(n)
}

func (d *decoder) listNode(p path, v any, t reflect.Type) *yaml.Node {
	items, ok := v.([]any)
	if !ok {
		d.report(p, "want a list like [a, b], %s", got(p, v))
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for i, item := range items {
		n.Content = append(n.Content, d.node(p.item(i), item, t))
	}
	return complete(n)
}

// complete is n, or nil if one of its parts is.
func complete(n *yaml.Node) *yaml.Node {
	if slices.Contains(n.Content, nil) {
		return nil
	}
	return n
}

// anyNode writes what may be of any type: it is what it looks like in YAML.
func (d *decoder) anyNode(p path, v any, t reflect.Type) *yaml.Node {
	switch v.(type) {
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	case map[string]any:
		return d.mappingNode(p, v, nil, t)
	case []any:
		return d.listNode(p, v, t)
	}
	n := d.scalarNode(p, v, reflect.TypeFor[string]())
	if n != nil && !d.at[p].quoted {
		n.Tag = ""
	}
	return n
}

func (d *decoder) scalarNode(p path, v any, t reflect.Type) *yaml.Node {
	want := wanted(t)
	if isForeign(t) {
		want = "a text"
	}
	s, ok := d.raw(p, v, want)
	if !ok {
		return nil
	}
	if hides(t) || secretValue.MatchString(s) {
		d.refs.keep(s)
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case isForeign(t):
		if err := n.Decode(reflect.New(t).Interface()); err != nil {
			d.report(p, "%v", err)
			return nil
		}
	case t.Kind() == reflect.String:
	case setScalar(reflect.New(t).Elem(), s):
		n.Tag = "" // for the reader to find out
	default:
		d.report(p, "want %s, %s", want, got(p, v))
		return nil
	}
	return n
}

// hides tells whether t is a text that does not write itself.
func hides(t reflect.Type) bool {
	_, hidden := t.MethodByName("MarshalYAML")
	return hidden && t.Kind() == reflect.String
}
