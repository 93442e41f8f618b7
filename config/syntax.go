package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// parse returns the root of the one document in text.
func (p *parser) parse(text []byte) (*yaml.Node, error) {
	if len(text) > maxBytes {
		return nil, p.failAt(Pos{p.file, 1, 1}, "the file is larger than %d MiB: a configuration is text of a few pages", maxBytes>>20)
	}
	if bad := firstInvalid(text); bad >= 0 {
		return nil, p.failAt(p.offset(text, bad), "the file is not UTF-8 text from here on: save it as UTF-8")
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, p.empty()
	case err != nil:
		return nil, p.syntax(text, err)
	}
	switch err := d.Decode(&second); {
	case err == nil:
		return nil, p.failAt(p.clamp(text, second.Line, second.Column), "a second document begins here: keep one, remove the line ---")
	case !errors.Is(err, io.EOF):
		return nil, p.syntax(text, err)
	}
	root := doc.Content[0]
	if root.Tag == "!!null" {
		return nil, p.empty()
	}
	return root, nil
}

func (p *parser) empty() error {
	return p.failAt(Pos{p.file, 1, 1}, "the file is empty: write checks and gates, config.example.yaml shows how")
}

func (p *parser) failAt(at Pos, format string, args ...any) error {
	return p.fail(&yaml.Node{Line: at.Line, Column: at.Col}, "", format, args...)
}

// firstInvalid is the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// yamlSays is what the YAML reader's commonest words mean to a person. The line
// that it gives may be where a part begins, or where it went wrong.
var yamlSays = map[string]string{
	"did not find expected ',' or ']'":               "a list that begins or ends here lacks a comma or its ]",
	"did not find expected ',' or '}'":               "fields that begin or end here lack a comma or their }",
	"did not find expected key":                      "this line, or one below what begins here, does not fit: check its indentation and its colon",
	"did not find expected '-' indicator":            "this line, or one below the list that begins here, does not fit: check its indentation and its -",
	"did not find expected node content":             "a value is missing here",
	"mapping values are not allowed in this context": "a colon where none can be: check the indentation, and put a text that has `: ` in it into quotes",
	"could not find expected ':'":                    "a key without its colon",
	"found unexpected end of stream":                 "a quoted text that begins here or above does not end",
	"found character that cannot start any token":    "a text here begins with a character that has a meaning in YAML, such as @ ` or %: put it into quotes",
}

// Of these the YAML reader counts the line from 0, of all others from 1.
var countedFromZero = regexp.MustCompile(`^did not find expected (',' or|key|'-' indicator|node content)`)

// syntax tells where the YAML reader stopped. It gives a line at best.
func (p *parser) syntax(text []byte, err error) error {
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		return p.failAt(Pos{p.file, 1, 1}, "the file is not YAML")
	}
	line, _ := strconv.Atoi(m[1])
	if countedFromZero.MatchString(m[2]) {
		line++
	}
	if name, ok := strings.CutPrefix(m[2], "unknown anchor '"); ok { // which may be a secret
		name, _, _ = strings.Cut(name, "'")
		at := max(bytes.Index(text, []byte("*"+name)), 0)
		return p.failAt(p.offset(text, at), "an alias to an anchor that is not defined above; a text that begins with * needs quotes")
	}
	if i := bytes.IndexFunc(text, isControl); i >= 0 && strings.Contains(m[2], "control characters") {
		return p.failAt(p.offset(text, i), "a control character: remove it, or write it as an escape in a quoted text")
	}
	at := p.clamp(text, line, 0)
	if tab, ok := indentingTab(text, at.Line); ok {
		return p.failAt(Pos{p.file, tab.Line, tab.Col}, "a tab in the indentation: YAML wants spaces")
	}
	if says, ok := yamlSays[m[2]]; ok {
		return p.failAt(at, "not YAML: %s", says)
	}
	return p.failAt(at, "not YAML at or just before here: %s", m[2])
}

func isControl(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85
}

// indentingTab finds a tab before the first text of a line, in the line where
// the reader stopped and its neighbours: it is one off at times.
func indentingTab(text []byte, line int) (Pos, bool) {
	lines := split(text)
	for i := max(line-2, 0); i < min(line+1, len(lines)); i++ {
		indent := lines[i][:len(lines[i])-len(strings.TrimLeft(lines[i], " \t"))]
		if col := strings.IndexByte(indent, '\t'); col >= 0 {
			return Pos{Line: i + 1, Col: col + 1}, true
		}
	}
	return Pos{}, false
}

// split cuts text into lines where YAML 1.1 does (section 5.4, line breaks),
// so that counted lines are those of the YAML reader.
func split(text []byte) []string {
	return strings.Split(yamlBreaks.Replace(string(text)), "\n")
}

var yamlBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// offset is the position of the byte at i.
func (p *parser) offset(text []byte, i int) Pos {
	lines := split(text[:i])
	last := lines[len(lines)-1]
	return Pos{p.file, len(lines), utf8.RuneCountInString(last) + 1}
}

// clamp brings a position into text. Column 0 is the first text of the line.
func (p *parser) clamp(text []byte, line, col int) Pos {
	lines := split(text)
	line = min(max(line, 1), len(lines))
	for line > 1 && strings.TrimSpace(lines[line-1]) == "" {
		line--
	}
	l := lines[line-1]
	if col == 0 {
		col = len(l) - len(strings.TrimLeft(l, " \t")) + 1
	}
	return Pos{p.file, line, min(col, utf8.RuneCountInString(l)+1)}
}
