package config

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Limits of what a file may hold. They are far above any real configuration;
// the second stops a few lines of aliases from becoming a billion values.
const (
	maxBytes  = 4 << 20
	maxValues = 200_000
	maxDepth  = 32
)

// A parser is a koanf.Parser of YAML that leaves scalars as they were written:
// what `0900`, `1.10` or `2026-11-20` mean is known only where the type is.
// Beside the values it keeps where each of them stands.
type parser struct {
	file  string
	index map[path]place
	errs  Errors

	values int                 // so far, with everything that aliases repeat
	open   map[*yaml.Node]bool // anchors whose value is being read
}

// A place is where a key and its value stand.
type place struct {
	key, value Pos
	quoted     bool // the value is a text, whatever it looks like
}

// errUnreadable ends a file whose rest cannot be read; why is in parser.errs.
var errUnreadable = errors.New("unreadable")

// Unmarshal returns nested maps, lists, strings, and nil for an empty value.
// Mistakes that leave the rest readable are only collected.
func (p *parser) Unmarshal(text []byte) (map[string]any, error) {
	p.index = map[path]place{}
	p.open = map[*yaml.Node]bool{}
	root, err := p.parse(text)
	if err != nil {
		return nil, err
	}
	p.index[""] = place{key: p.pos(root), value: p.pos(root)}
	if root.Kind != yaml.MappingNode {
		return nil, p.fail(root, "", "want fields like `instance: shop-prod`, one a line")
	}
	v, err := p.value("", root, 0)
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

// Marshal is not needed: andon writes no configuration.
func (p *parser) Marshal(map[string]any) ([]byte, error) {
	return nil, errors.New("config: cannot write YAML")
}

func quoted(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

func (p *parser) pos(n *yaml.Node) Pos { return Pos{p.file, n.Line, n.Column} }

// report collects a mistake and lets the reading go on.
func (p *parser) report(at *yaml.Node, in path, format string, args ...any) {
	p.errs = append(p.errs, Error{p.file, at.Line, at.Column, in.shown(), fmt.Sprintf(format, args...)})
}

// fail ends the reading.
func (p *parser) fail(at *yaml.Node, in path, format string, args ...any) error {
	p.report(at, in, format, args...)
	return errUnreadable
}

func (p *parser) value(in path, n *yaml.Node, depth int) (any, error) {
	if p.values++; p.values > maxValues {
		return nil, p.fail(n, in, "the file has more than %d values, counting what aliases repeat: write fewer", maxValues)
	}
	if depth > maxDepth {
		return nil, p.fail(n, in, "nested deeper than %d levels", maxDepth)
	}
	if n.Style&yaml.TaggedStyle != 0 {
		p.report(n, in, "tags like !!str are not read: write the value without it")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return p.anchor(n, in, func(a *yaml.Node) (any, error) { return p.value(in, a, depth+1) })
	case yaml.SequenceNode:
		return p.list(in, n, depth)
	case yaml.MappingNode:
		m := fields{path: in, values: map[string]any{}}
		return m.values, p.fill(m, n, depth)
	}
	if n.Tag == "!!null" {
		return nil, nil
	}
	return n.Value, nil
}

// anchor reads what an alias stands for.
func (p *parser) anchor(alias *yaml.Node, in path, read func(*yaml.Node) (any, error)) (any, error) {
	a := alias.Alias
	if p.open[a] {
		return nil, p.fail(alias, in, "the alias stands inside the value that it repeats")
	}
	p.open[a] = true
	defer delete(p.open, a)
	return read(a)
}

func (p *parser) list(in path, n *yaml.Node, depth int) (any, error) {
	list := make([]any, len(n.Content))
	for i, c := range n.Content {
		at := p.pos(c)
		if c.Tag == "!!null" { // an empty item's own position is that of whatever follows
			at = p.pos(n)
		}
		p.index[in.item(i)] = place{at, at, quoted(c)}
		v, err := p.value(in.item(i), c, depth+1)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

// fields is a mapping being read.
type fields struct {
	path   path
	values map[string]any
}

// fill adds the keys of n that m does not have yet: those written there first,
// then those of the mappings that `<<` merges in.
func (p *parser) fill(m fields, n *yaml.Node, depth int) error {
	p.values += len(n.Content) / 2 // keys count: a merge reads them all, new or not
	var merges []*yaml.Node
	first := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode || k.Tag == "!!null" {
			p.report(n.Content[i], m.path, "want a plain word before the colon")
			continue
		}
		if f := first[k.Value]; f != nil {
			p.report(k, m.path.key(k.Value), "given twice, first at %s: remove one", p.pos(f))
			continue
		}
		first[k.Value] = k
		if k.Tag == "!!merge" {
			merges = append(merges, v)
			continue
		}
		if err := p.field(m, k, v, depth); err != nil {
			return err
		}
	}
	for _, v := range merges {
		if err := p.merge(m, v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) field(m fields, k, v *yaml.Node, depth int) error {
	if _, has := m.values[k.Value]; has {
		return nil
	}
	in := m.path.key(k.Value)
	at := place{p.pos(k), p.pos(v), quoted(v)}
	switch {
	case v.Tag == "!!null": // the position of nothing is that of whatever follows
		at.value = at.key
	case v.Kind == yaml.AliasNode: // the value is to be mended where it is written
		at.value = p.pos(v.Alias)
	}
	p.index[in] = at
	value, err := p.value(in, v, depth+1)
	m.values[k.Value] = value
	return err
}

// merge adds the fields of a mapping, or of each of a list of mappings.
func (p *parser) merge(m fields, n *yaml.Node, depth int) error {
	if p.values > maxValues || depth > maxDepth {
		return p.fail(n, m.path, "<< merges too many fields, or too deep: write fewer")
	}
	switch n.Kind {
	case yaml.AliasNode:
		_, err := p.anchor(n, m.path, func(a *yaml.Node) (any, error) { return nil, p.merge(m, a, depth+1) })
		return err
	case yaml.MappingNode:
		return p.fill(m, n, depth)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if err := p.merge(m, c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	p.report(n, m.path, "<< merges fields from an alias like *base, or from a list of aliases")
	return nil
}
