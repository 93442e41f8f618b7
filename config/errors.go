package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Pos is where a value was written: a place in a file, or with Line 0 a
// variable or a flag, whose name is then in File.
type Pos struct {
	File      string
	Line, Col int // from 1; Col counts characters
}

// String is file:line:column, or the name of the variable or flag.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

func (p Pos) compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col), cmp.Compare(p.File, q.File))
}

// An Error is one thing to mend in the configuration. It never shows a value
// that may be secret.
type Error struct {
	File      string // the file; or the variable or flag, with Line 0
	Line, Col int    // from 1
	Path      string // such as checks[2].http.url; empty for the file as a whole
	Msg       string // what is wrong and what to write instead
}

func (e Error) Error() string {
	if e.Path == "" {
		return e.pos().String() + ": " + e.Msg
	}
	return e.pos().String() + ": " + e.Path + ": " + e.Msg
}

func (e Error) pos() Pos { return Pos{e.File, e.Line, e.Col} }

// Errors is everything that is wrong, sorted by position: first variables and
// flags, then the file from top to bottom.
type Errors []Error

// Error has one line for each error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// oneLine keeps the promise of one line for each error, and terminals safe from
// what a message quotes.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.Join(strings.Fields(s), " "))
}

// sorted returns es in the order of the file.
func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b Error) int {
		return cmp.Or(a.pos().compare(b.pos()), cmp.Compare(a.Path, b.Path))
	})
	return es
}

// A path names a value in the merged configuration, such as
// checks[2].http.url. Keys that are not plain words stand in brackets and
// quotes, which shown leaves out of messages.
type path string

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

func (p path) key(k string) path {
	switch {
	case !plainKey.MatchString(k):
		return p + path("["+strconv.Quote(k)+"]")
	case p == "":
		return path(k)
	}
	return p + "." + path(k)
}

// field adds what a kind says of a field of its settings: url, expect[1],
// client.tls_config.ca, or headers.NAME whose name may be anything, dots too.
func (p path) field(f string) path {
	for {
		head, rest, more := strings.Cut(f, ".")
		p += path("." + head)
		switch {
		case !more:
			return p
		case head == "headers" || head == "http_headers":
			return p.key(rest)
		}
		f = rest
	}
}

func (p path) item(i int) path { return p + path("["+strconv.Itoa(i)+"]") }

// parent is the path that p is a part of, "" for a top level key. Inside a key
// that is not a plain word it may stop early, which only costs a step.
func (p path) parent() path { return p[:max(strings.LastIndexAny(string(p), ".["), 0)] }

var quotedKey = regexp.MustCompile(`\["(\\.|[^"\\])*"\]`)

// shown hides keys that are not plain words: a header whose colon was
// forgotten is a key, with the secret in it.
func (p path) shown() string {
	s := quotedKey.ReplaceAllString(string(p), "[…]")
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// Values below these keys, and those that look like an address with
// credentials or a query, may be secret.
var (
	secretKey   = regexp.MustCompile(`(?i)(^|\.)(headers|body|url|send)([.\[]|$)|\.ics$|pass|secret|token|auth|cookie|credential|key`)
	secretValue = regexp.MustCompile(`(?i)[@?]|bearer|basic |secret|passw|\$\{`)
)

// got describes a value in the words of a message, without telling secrets.
func got(p path, v any) string {
	switch v := v.(type) {
	case nil:
		return "got nothing"
	case []any:
		return "got a list"
	case map[string]any:
		return "got fields"
	case string:
		switch {
		case v == "":
			return "got nothing"
		case secretKey.MatchString(string(p)) || secretValue.MatchString(v):
			return "got a text (not shown, it may be secret)"
		case len(v) > 60:
			return fmt.Sprintf("got a text of %d bytes", len(v))
		}
		return "got " + strconv.Quote(v)
	}
	return fmt.Sprintf("got %T", v)
}
