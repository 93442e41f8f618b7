package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A check walks one decoded JSON value beside its shape and collects
// everything that is wrong with it.
type check struct {
	shapes   map[string]shape
	patterns map[string]*regexp.Regexp
	broken   []string // violated constraints in AWS's words, the first maxBroken of them
	count    int      // all violated constraints
	mistyped string   // the first value of a wrong JSON type
	unknown  []string // members that the model does not have
}

// maxBroken bounds the words of one refusal: a request of a megabyte can break
// more rules than fit into memory when each is spelt out.
const maxBroken = 100

// failure is what AWS answers: values that cannot be read come first, because
// validation only begins when the whole request is read. [assumed]
func (c *check) failure() *Error {
	switch {
	case c.mistyped != "":
		return errorf("SerializationException", "%s", c.mistyped)
	case c.count == 0:
		return nil
	case c.count == 1:
		return errorf("ValidationException", "1 validation error detected: %s", c.broken[0])
	}
	return errorf("ValidationException", "%d validation errors detected: %s", c.count, strings.Join(c.broken, "; "))
}

// breach is failure for an answer, where an unknown member is a fault too.
func (c *check) breach() error {
	if err := c.failure(); err != nil {
		return err
	}
	if len(c.unknown) > 0 {
		return errors.New("members that the model does not have: " + strings.Join(c.unknown, ", "))
	}
	return nil
}

func (c *check) mistype(format string, args ...any) {
	if c.mistyped == "" {
		c.mistyped = fmt.Sprintf(format, args...)
	}
}

func (c *check) violate(format string, args ...any) {
	c.count++
	if len(c.broken) < maxBroken {
		c.broken = append(c.broken, fmt.Sprintf(format, args...))
	}
}

// value checks v at path against the shape called name. It returns v without
// nulls and unknown members, so that what runs behind the codec meets exactly
// what was checked (encoding/json would also take "NAME" for "name").
func (c *check) value(path, name string, v any) any {
	switch s := c.shapes[name]; s.kind {
	case structure:
		return c.structure(path, s, v)
	case list:
		return c.list(path, s, v)
	case mapping:
		return c.mapping(path, s, v)
	default:
		for _, d := range c.demands(s, v) {
			if !d.met {
				c.violate("Value '%v' at '%s' failed to satisfy constraint: %s", v, path, d.words)
			}
		}
	}
	return v
}

func (c *check) structure(path string, s shape, v any) any {
	given, ok := v.(map[string]any)
	if !ok {
		c.mistype("%s found where a structure was expected%s", jsonKind(v), at(path))
		return nil
	}
	kept := map[string]any{}
	for _, m := range s.members {
		inner := strings.TrimPrefix(path+"."+m.name, ".")
		switch x := given[m.name]; {
		case x != nil:
			kept[m.name] = c.value(inner, m.shape, x)
		case m.required:
			c.violate("Value null at '%s' failed to satisfy constraint: Member must not be null", inner)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(s.members, func(m member) bool { return m.name == key }) {
			c.unknown = append(c.unknown, strings.TrimPrefix(path+"."+key, "."))
		}
	}
	return kept
}

func (c *check) list(path string, s shape, v any) any {
	given, ok := v.([]any)
	if !ok {
		c.mistype("%s found where a list was expected%s", jsonKind(v), at(path))
		return nil
	}
	c.length(path, s, len(given), v)
	if c.scalar(s.of) {
		c.each(fmt.Sprintf("Value '%s' at '%s'", show(v), path), "Member must satisfy constraint", s.of, given)
		return v
	}
	for i, x := range given {
		given[i] = c.element(fmt.Sprintf("%s.%d.member", path, i+1), s.of, x)
	}
	return given
}

func (c *check) mapping(path string, s shape, v any) any {
	given, ok := v.(map[string]any)
	if !ok {
		c.mistype("%s found where a map was expected%s", jsonKind(v), at(path))
		return nil
	}
	c.length(path, s, len(given), v)
	var keys, values []any
	for _, k := range slices.Sorted(maps.Keys(given)) {
		keys, values = append(keys, k), append(values, given[k])
	}
	c.each(fmt.Sprintf("Value at '%s'", path), "Map keys must satisfy constraint", s.key, keys)
	if c.scalar(s.of) {
		c.each(fmt.Sprintf("Value at '%s'", path), "Map value must satisfy constraint", s.of, values)
		return v
	}
	for _, k := range slices.Sorted(maps.Keys(given)) {
		given[k] = c.element(fmt.Sprintf("%s.%s.member", path, k), s.of, given[k])
	}
	return given
}

// element checks a list's or a map's structure, where null is not a value.
func (c *check) element(path, name string, v any) any {
	if v == nil {
		c.violate("Value null at '%s' failed to satisfy constraint: Member must not be null", path)
		return nil
	}
	return c.value(path, name, v)
}

func (c *check) scalar(name string) bool { return c.shapes[name].kind >= text }

func (c *check) length(path string, s shape, n int, v any) {
	for _, d := range s.size(n) {
		if !d.met {
			c.violate("Value '%s' at '%s' failed to satisfy constraint: %s", show(v), path, d.words)
		}
	}
}

// each checks the scalars of a collection. AWS names the collection once and
// lists all constraints of its elements, met or not.
func (c *check) each(subject, constraint, name string, all []any) {
	s, bad := c.shapes[name], false
	words := []string{"Member must not be null"}
	for _, x := range all {
		if x == nil {
			bad = true
			continue
		}
		demands := c.demands(s, x)
		for i, d := range demands {
			bad = bad || !d.met
			if len(words) <= len(demands) {
				words = slices.Insert(words, i, d.words)
			}
		}
	}
	if bad {
		c.violate("%s failed to satisfy constraint: %s: [%s]", subject, constraint, strings.Join(words, ", "))
	}
}

// demands are the constraints on a scalar; of a wrong JSON type there are none.
func (c *check) demands(s shape, v any) []demand {
	switch x := v.(type) {
	case string:
		if s.kind == text {
			return s.words(x, c.patterns)
		}
	case bool:
		if s.kind == boolean {
			return nil
		}
	case json.Number:
		if s.kind == timestamp {
			return nil
		}
		// A number beyond 64 bits is clamped, and breaks the range all the same.
		n, err := strconv.ParseInt(x.String(), 10, 64)
		if s.kind == integer && (err == nil || errors.Is(err, strconv.ErrRange)) {
			return s.value(n)
		}
	}
	c.mistype("%s can not be converted to %s", jsonKind(v), s.kind)
	return nil
}

func (k kind) String() string {
	return [...]string{"a structure", "a list", "a map", "a String", "an Integer", "a Boolean", "a Timestamp"}[k]
}

// jsonKind names the kind of a JSON value as AWS's parser does.
func jsonKind(v any) string {
	switch x := v.(type) {
	case nil:
		return "NULL_VALUE"
	case bool:
		return strings.ToUpper(strconv.FormatBool(x)) + "_VALUE"
	case json.Number:
		return "NUMBER_VALUE"
	case string:
		return "STRING_VALUE"
	case []any:
		return "START_ARRAY"
	}
	return "START_OBJECT"
}

func at(path string) string {
	if path == "" {
		return ""
	}
	return " at '" + path + "'"
}

// show writes a collection into a refusal: as JSON, and not all of a long one.
func show(v any) string {
	const most = 200
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if r := []rune(string(b)); len(r) > most {
		return string(r[:most]) + "..."
	}
	return string(b)
}
