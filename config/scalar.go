package config

import (
	"encoding"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

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
