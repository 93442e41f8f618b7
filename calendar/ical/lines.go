package ical

import (
	"io"
	"strings"
)

// readAll takes a file whole, up to its limit, and refuses what only looks like one.
func readAll(r io.Reader) (string, error) {
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(r, maxOctets+1))
	if err != nil {
		return "", err
	}
	if n > maxOctets {
		return "", refuse(0, "the file is larger than %d MiB: export fewer or newer events", maxOctets>>20)
	}
	text := strings.TrimPrefix(b.String(), "\ufeff")
	head := strings.TrimLeft(text[:min(len(text), 1000)], " \t\r\n")
	switch {
	case head == "" && len(text) < 1000:
		return "", refuse(0, "the file is empty: export the calendar again")
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "", refuse(1, "the file is UTF-16: save it as UTF-8")
	case strings.HasPrefix(head, "<"):
		return "", refuse(1, "this is a web page and no calendar: use the address that ends in .ics, which opens without logging in")
	}
	return text, nil
}

// lines takes content lines from a text (RFC 5545 section 3.1). CRLF, bare LF and
// stray CRs end a line.
type lines struct {
	rest  string
	count int    // lines of the text taken so far
	buf   []byte // where folded lines are put together
}

// next is the next content line, unfolded, and the number of its first line in the
// text. It is valid until the next call. At the end ok is false.
func (l *lines) next() (line string, number int, ok bool, err error) {
	if l.rest == "" {
		return "", 0, false, nil
	}
	line, number = l.take(), l.count
	if !l.folded() {
		return line, number, true, l.check(number, len(line))
	}
	l.buf = append(l.buf[:0], line...)
	for l.folded() && l.check(number, len(l.buf)) == nil {
		l.rest = l.rest[1:]
		l.buf = append(l.buf, l.take()...)
	}
	return string(l.buf), number, true, l.check(number, len(l.buf))
}

// take is the next line as it stands in the text.
func (l *lines) take() string {
	line, rest, _ := strings.Cut(l.rest, "\n")
	l.rest = rest
	l.count++
	return strings.TrimRight(line, "\r")
}

func (l *lines) folded() bool {
	return l.rest != "" && (l.rest[0] == ' ' || l.rest[0] == '\t')
}

func (l *lines) check(number, octets int) error {
	switch {
	case octets > maxLine:
		return refuse(number, "the line is longer than %d octets: take what is attached out of the calendar", maxLine)
	case l.count > maxLines:
		return refuse(l.count, "the file has more than %d lines: export fewer or newer events", maxLines)
	}
	return nil
}

// A property is a content line, taken apart. Its strings are parts of the file.
type property struct {
	name   string // in capitals
	params string // as they stand, behind the first semicolon
	value  string
	line   int
}

// nameOf is the name at the head of a content line, and what follows it.
func nameOf(line string) (name, rest string) {
	end := strings.IndexAny(line, ":;")
	if end < 0 {
		return strings.ToUpper(strings.TrimSpace(line)), ""
	}
	return strings.ToUpper(strings.TrimSpace(line[:end])), line[end:]
}

// parted takes a line with text for a value apart: the value begins after the first
// colon that is not in quotes.
func parted(name, rest string, line int) (property, bool) {
	quoted := false
	for i := range len(rest) {
		switch {
		case rest[i] == '"':
			quoted = !quoted
		case rest[i] == ':' && !quoted:
			return property{name, strings.TrimPrefix(rest[:i], ";"), rest[i+1:], line}, true
		}
	}
	return cutAt(name, rest, strings.IndexByte(rest, ':'), line) // a quote that never ends
}

// partedTime takes a line apart whose value has no colon, such as a time: it begins
// after the last one. Exporters forget the quotes around "(UTC+01:00) Amsterdam".
func partedTime(name, rest string, line int) (property, bool) {
	return cutAt(name, rest, strings.LastIndexByte(rest, ':'), line)
}

func cutAt(name, rest string, at, line int) (property, bool) {
	if at < 0 {
		return property{name: name, line: line}, false
	}
	return property{name, strings.TrimPrefix(rest[:at], ";"), strings.Trim(rest[at+1:], " \t;"), line}, true
}

// has tells whether a parameter is given, be it empty.
func (p property) has(name string) bool {
	_, ok := p.find(name)
	return ok
}

// param is the value of a parameter, without its quotes, "" if there is none.
func (p property) param(name string) string {
	value, _ := p.find(name)
	return value
}

func (p property) find(name string) (value string, ok bool) {
	for rest := p.params; rest != ""; {
		var one string
		one, rest = cutParam(rest)
		if key, value, ok := strings.Cut(one, "="); ok && strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`), true
		}
	}
	return "", false
}

// cutParam cuts at the first semicolon that is not in quotes.
func cutParam(params string) (one, rest string) {
	quoted := false
	for i := range len(params) {
		switch {
		case params[i] == '"':
			quoted = !quoted
		case params[i] == ';' && !quoted:
			return params[:i], params[i+1:]
		}
	}
	return params, ""
}

// unescape undoes the escapes of TEXT (RFC 5545 section 3.3.11).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		default: // \\ \; \, and what exporters escape without need
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
