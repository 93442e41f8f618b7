package config

import (
	"encoding"
	"reflect"
)

// fieldNamed finds the field of a struct that a key fills.
func fieldNamed(out reflect.Value, key string) (reflect.Value, bool) {
	for i, name := range tags(out.Type()) {
		if name == key && name != "" {
			return out.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// fieldNames are the keys that a struct reads, in the order of its fields.
func fieldNames(t reflect.Type) []string {
	var names []string
	for _, name := range tags(t) {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// tags are the keys of a struct's fields, "" for those that no key fills.
func tags(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		if name := t.Field(i).Tag.Get("koanf"); name != "-" {
			names[i] = name
		}
	}
	return names
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// scalars are the paths of all single values in t that are not in a list:
// what a variable or a flag may replace.
func scalars(t reflect.Type, in path) []path {
	if t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textType) {
		var all []path
		for i, name := range tags(t) {
			if name != "" {
				all = append(all, scalars(t.Field(i).Type, in.key(name))...)
			}
		}
		return all
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return nil
	}
	return []path{in}
}
