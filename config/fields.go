package config

import (
	"encoding"
	"reflect"
	"slices"
)

// fieldsOf are the fields of a struct that keys fill, in order, those of
// embedded structs among them. The key is in their tag.
func fieldsOf(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return keyOf(f) == "" })
}

func keyOf(f reflect.StructField) string {
	if key := f.Tag.Get("koanf"); key != "-" {
		return key
	}
	return ""
}

// fieldNames are the keys that a struct reads.
func fieldNames(t reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, keyOf(f))
	}
	return names
}

// homeOf is the key of a struct inside t that reads key, best of one that is given;
// "" if there is none.
func homeOf(t reflect.Type, key string, given map[string]any) (home string) {
	for _, f := range fieldsOf(t) {
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && !isForeign(inner) && slices.Contains(fieldNames(inner), key) {
			if _, there := given[keyOf(f)]; there || home == "" {
				home = keyOf(f)
			}
		}
	}
	return home
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// scalars are the paths of all single values in t that are not in a list:
// what a variable or a flag may replace.
func scalars(t reflect.Type, in path) []path {
	if t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textType) {
		var all []path
		for _, f := range fieldsOf(t) {
			all = append(all, scalars(f.Type, in.key(keyOf(f)))...)
		}
		return all
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return nil
	}
	return []path{in}
}
