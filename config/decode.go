package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/andon-project/andon/probes/kinds"
)

// A decoder fills structs from the merged values, by their koanf tags. It
// reports every mistake with its position instead of stopping at the first.
// mapstructure would do the filling, but not the positions, nor all of the
// mistakes at once.
type decoder struct {
	kinds map[string]func() kinds.Settings
	env   kinds.Env // for what settings share while they are validated
	refs  *references
	at    map[path]place // where values of the file stand
	from  map[path]Pos   // which variable or flag replaced the value of the file

	errs     Errors
	failed   map[path]bool // what errs already speaks of
	around   map[path]bool // what those are parts of
	warnings Errors
	secrets  []path // values that are secret by their name
	web      webFile
	zones    map[string]*time.Location
	hosts    map[string]string // of witnesses: how they are shown
	known    map[reflect.Type]map[string][]int
}

// A defaulter is filled with defaults before what is given is decoded into it,
// so that a zero that is written differs from nothing written.
type defaulter interface{ defaults() }

// report adds an error about a value, unless there already is one about it or
// what it is a part of: the second would only be a consequence.
func (d *decoder) report(p path, format string, args ...any) {
	d.reportAt(d.pos(p).value, p, format, args...)
}

func (d *decoder) reportAt(at Pos, p path, format string, args ...any) {
	for part := p; part != ""; part = part.parent() {
		if d.failed[part] {
			return
		}
	}
	d.fail(p)
	msg := oneLine(d.refs.hide(fmt.Sprintf(format, args...)))
	d.errs = append(d.errs, Error{at.File, at.Line, at.Col, p.shown(), msg})
}

func (d *decoder) fail(p path) {
	d.failed[p] = true
	for part := p.parent(); part != "" && !d.around[part]; part = part.parent() {
		d.around[part] = true
	}
}

// given tells whether p was written, rather than left to its default.
func (d *decoder) given(p path) bool {
	_, inFile := d.at[p]
	_, replaced := d.from[p]
	return inFile || replaced
}

// pos is the place of a value, or of the nearest thing around it if it is not
// there at all.
func (d *decoder) pos(p path) place {
	for {
		if at, ok := d.from[p]; ok {
			return place{key: at, value: at}
		}
		if at, ok := d.at[p]; ok || p == "" {
			return at
		}
		p = p.parent()
	}
}

// decode fills out, which is settable, with v.
func (d *decoder) decode(p path, v any, out reflect.Value) {
	if t, ok := out.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(p, v, t)
		return
	}
	if isForeign(out.Type()) {
		d.foreign(p, v, out)
		return
	}
	switch out.Kind() {
	case reflect.Pointer:
		target := reflect.New(out.Type().Elem())
		d.decode(p, v, target.Elem())
		out.Set(target)
	case reflect.Struct:
		d.structure(p, d.inFull(v, out.Type()), out)
	case reflect.Slice:
		d.list(p, v, out)
	case reflect.Map:
		d.table(p, v, out)
	default:
		d.scalar(p, v, out)
	}
}

// structure decodes fields in the order of the file, so that of two mistakes
// that exclude each other the later is the one reported.
func (d *decoder) structure(p path, v any, out reflect.Value) {
	if f, ok := out.Addr().Interface().(defaulter); ok {
		f.defaults()
	}
	m, ok := v.(map[string]any)
	if !ok {
		d.report(p, "want fields like `%s: …`, %s", fieldNames(out.Type())[0], got(p, v))
		return
	}
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return d.pos(p.key(a)).key.compare(d.pos(p.key(b)).key)
	})
	var check *Check
	if c, ok := out.Addr().Interface().(interface{ check() *Check }); ok {
		check = c.check()
	}
	fields := d.fields(out.Type())
	for _, k := range keys {
		in := p.key(k)
		if index, ok := fields[k]; ok {
			d.field(in, m[k], out, out.FieldByIndex(index))
			continue
		}
		if check != nil && d.kind(in, k, m[k], check) {
			continue
		}
		known := fieldNames(out.Type())
		if check != nil {
			known = slices.AppendSeq(known, maps.Keys(d.kinds))
		}
		if home := homeOf(out.Type(), k, m); home != "" {
			d.reportAt(d.pos(in).key, in, "this belongs inside %s: write it as `%s: {…, %s: …}`", home, home, k)
			continue
		}
		d.reportAt(d.pos(in).key, in, "unknown field%s", suggest(k, known))
		if meant := nearest(k, known); meant != "" && !d.given(p.key(meant)) {
			d.fail(p.key(meant)) // that it is missing is the same mistake
		}
	}
	if f, ok := out.Addr().Interface().(interface{ SetDirectory(string) }); ok { // of the files it names
		f.SetDirectory(d.refs.dir)
	}
}

// fields are the indices of a struct's fields by key, found once: there may be
// thousands of checks.
func (d *decoder) fields(t reflect.Type) map[string][]int {
	if d.known[t] == nil {
		d.known[t] = map[string][]int{}
		for _, f := range fieldsOf(t) {
			d.known[t][keyOf(f)] = f.Index
		}
	}
	return d.known[t]
}

// kind decodes the settings of a check if key is a kind.
func (d *decoder) kind(p path, key string, v any, c *Check) bool {
	settings, ok := d.kinds[key]
	switch {
	case !ok:
		return false
	case c.Settings != nil:
		d.reportAt(d.pos(p).key, p, "a check has one kind, and this one has %s already: make it two checks", c.Kind)
	default:
		c.Kind, c.Settings = key, settings()
		found := d.refs.during(func() { d.decode(p, v, reflect.ValueOf(c.Settings).Elem()) })
		if s, ok := c.Settings.(interface{ SetReferences(kinds.References) }); ok {
			s.SetReferences(found)
		}
	}
	return true
}

// field decodes a field of a struct.
func (d *decoder) field(p path, v any, of, out reflect.Value) {
	if mayBeOne(of.Type(), out.Type(), v) {
		out.Set(reflect.MakeSlice(out.Type(), 1, 1))
		out = out.Index(0)
	}
	d.decode(p, v, out)
}

func (d *decoder) list(p path, v any, out reflect.Value) {
	items, ok := v.([]any)
	if !ok {
		d.report(p, "want a list like [a, b], %s", got(p, v))
		return
	}
	out.Set(reflect.MakeSlice(out.Type(), len(items), len(items)))
	for i, item := range items {
		d.decode(p.item(i), item, out.Index(i))
	}
}

func (d *decoder) table(p path, v any, out reflect.Value) {
	m, ok := v.(map[string]any)
	if !ok {
		d.report(p, "want fields like `name: value`, %s", got(p, v))
		return
	}
	out.Set(reflect.MakeMapWithSize(out.Type(), len(m)))
	for k, item := range m {
		value := reflect.New(out.Type().Elem()).Elem()
		d.decode(p.key(k), item, value)
		out.SetMapIndex(reflect.ValueOf(k).Convert(out.Type().Key()), value)
	}
}
