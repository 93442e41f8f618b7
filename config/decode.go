package config

import (
	"encoding"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
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
	warnings Errors
	secrets  []path // values that are secret by their name
	zones    map[string]*time.Location
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
	d.failed[p] = true
	msg := oneLine(d.refs.hide(fmt.Sprintf(format, args...)))
	d.errs = append(d.errs, Error{at.File, at.Line, at.Col, p.shown(), msg})
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
		d.structure(p, v, out)
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
	fields := fieldsOf(out.Type())
	for _, k := range keys {
		in := p.key(k)
		if i := slices.IndexFunc(fields, func(f reflect.StructField) bool { return keyOf(f) == k }); i >= 0 {
			d.decode(in, m[k], out.FieldByIndex(fields[i].Index))
			continue
		}
		known := fieldNames(out.Type())
		if check != nil {
			if d.kind(in, k, m[k], check) {
				continue
			}
			known = slices.AppendSeq(known, maps.Keys(d.kinds))
		}
		d.reportAt(d.pos(in).key, in, "unknown field%s", suggest(k, known))
		if meant := nearest(k, known); meant != "" {
			d.failed[p.key(meant)] = true // that it is missing is the same mistake
		}
	}
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
		d.decode(p, v, reflect.ValueOf(c.Settings).Elem())
	}
	return true
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

// raw returns a scalar with its references put in, or reports why there is none.
func (d *decoder) raw(p path, v any, want string) (string, bool) {
	s, ok := v.(string)
	if !ok {
		d.report(p, "want %s, %s", want, got(p, v))
		return "", false
	}
	d.warnScalar(p, s)
	s, err := d.refs.expand(s)
	if err != nil {
		d.report(p, "%v", err)
		return "", false
	}
	return s, true
}

func (d *decoder) text(p path, v any, out encoding.TextUnmarshaler) {
	want := "a text"
	if err := out.UnmarshalText(nil); err != nil {
		want = strings.TrimPrefix(err.Error(), "want ") // the type knows better
	}
	s, ok := d.raw(p, v, want)
	if !ok {
		return
	}
	if err := out.UnmarshalText([]byte(s)); err != nil {
		d.report(p, "%v, %s", err, got(p, v))
	}
}

func (d *decoder) scalar(p path, v any, out reflect.Value) {
	want := wanted(out.Type())
	s, ok := d.raw(p, v, want)
	if ok && !setScalar(out, s) {
		d.report(p, "want %s, %s", want, got(p, v))
	}
}

var durationType = reflect.TypeFor[time.Duration]()

func wanted(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration like 10s"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Float64:
		return "a number like 0.5"
	}
	return "a whole number"
}

// setScalar puts s into out if it can be read as out's type. There are no
// negative numbers or durations in a configuration.
func setScalar(out reflect.Value, s string) bool {
	switch {
	case out.Type() == durationType:
		v, err := time.ParseDuration(s)
		out.SetInt(int64(v))
		return err == nil && v >= 0
	case out.Kind() == reflect.String:
		out.SetString(s)
		return true
	case out.Kind() == reflect.Bool:
		out.SetBool(s == "true")
		return s == "true" || s == "false"
	case out.CanInt():
		v, err := strconv.ParseInt(s, 10, out.Type().Bits())
		out.SetInt(v)
		return err == nil && v >= 0
	case out.CanUint():
		v, err := strconv.ParseUint(s, 10, out.Type().Bits())
		out.SetUint(v)
		return err == nil
	case out.CanFloat():
		v, err := strconv.ParseFloat(s, out.Type().Bits())
		out.SetFloat(v)
		return err == nil && v >= 0 && !math.IsInf(v, 0)
	}
	return false
}
