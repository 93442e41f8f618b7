package emulator

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

//go:generate go run gen.go -service codepipeline -model $ANDON_CODEPIPELINE_MODEL
//go:generate go run gen.go -service ssm -operations GetDocument,GetCalendarState -model $ANDON_SSM_MODEL

// rules are what a service model demands of requests and answers. The table
// itself is generated: see rules_codepipeline.go.
type rules struct {
	target     string // the prefix of X-Amz-Target
	signatures map[string]signature
	shapes     map[string]shape
}

// A signature is what the model says of one operation.
type signature struct {
	input  string
	output string   // "" is a void operation, answered by an empty body
	errors []string // what it may raise beyond the common errors
}

type kind int

const (
	structure kind = iota
	list
	mapping
	text
	integer
	boolean
	timestamp // epoch seconds, a JSON number
)

// A shape is one type of the service model with its constraints.
type shape struct {
	kind    kind
	members []member // of a structure, in the model's order
	of      string   // the shape of a list's elements and of a map's values
	key     string   // the shape of a map's keys
	min     int      // characters, elements or the number itself
	max     int      // likewise; 0 is no maximum
	pattern string   // matches the whole text
	enum    []string
}

type member struct {
	name     string
	shape    string
	required bool
}

const (
	required = true
	optional = false
)

// compile translates the patterns, once per server. It cannot fail on a
// generated table: gen.go refuses a pattern that RE2 cannot say.
func (r rules) compile() map[string]*regexp.Regexp {
	compiled := map[string]*regexp.Regexp{}
	for _, s := range r.shapes {
		if s.pattern != "" && compiled[s.pattern] == nil {
			compiled[s.pattern] = regexp.MustCompile(wholly(s.pattern))
		}
	}
	return compiled
}

// wholly translates a pattern of the model (ECMA 262, run by Java at AWS) to
// RE2. AWS matches the whole value [assumed, as its answers show], and outside
// of RE2 a dot matches none of the line terminators.
func wholly(pattern string) string {
	const dot = `[^\n\r\x{2028}\x{2029}]`
	var b strings.Builder
	class := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\' && i+1 < len(pattern):
			b.WriteByte(c)
			i++
			b.WriteByte(pattern[i])
		case c == '.' && !class:
			b.WriteString(dot)
		default:
			if c == '[' {
				class = true
			} else if c == ']' {
				class = false
			}
			b.WriteByte(c)
		}
	}
	return `^(?:` + b.String() + `)$`
}

// A demand is one constraint on a value in AWS's words, and whether it is met.
type demand struct {
	words string
	met   bool
}

// size puts the demands on a count of characters or elements.
func (s shape) size(n int) []demand {
	var d []demand
	if s.max > 0 {
		d = append(d, demand{fmt.Sprintf("Member must have length less than or equal to %d", s.max), n <= s.max})
	}
	if s.min > 0 {
		d = append(d, demand{fmt.Sprintf("Member must have length greater than or equal to %d", s.min), n >= s.min})
	}
	return d
}

// value puts the demands on a number. A shape without a maximum still ends
// where a 32 bit integer does.
func (s shape) value(n int64) []demand {
	most := s.max
	if most == 0 {
		most = 1<<31 - 1
	}
	return []demand{
		{fmt.Sprintf("Member must have value less than or equal to %d", most), n <= int64(most)},
		{fmt.Sprintf("Member must have value greater than or equal to %d", s.min), n >= int64(s.min)},
	}
}

// words puts the demands on a text. Length counts characters, as Smithy's
// @length does: Unicode scalar values, not the UTF-16 units of Java.
func (s shape) words(v string, patterns map[string]*regexp.Regexp) []demand {
	d := s.size(utf8.RuneCountInString(v))
	if s.pattern != "" {
		d = append(d, demand{"Member must satisfy regular expression pattern: " + s.pattern, patterns[s.pattern].MatchString(v)})
	}
	if s.enum != nil {
		met := false
		for _, e := range s.enum {
			met = met || e == v
		}
		d = append(d, demand{"Member must satisfy enum value set: [" + strings.Join(s.enum, ", ") + "]", met})
	}
	return d
}
