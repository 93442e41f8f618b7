package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/andon-project/andon/probes/kinds"
)

const maxReference = 64 << 10 // bytes of a referenced file: a token or a certificate

// references puts in what `${env:NAME}` and `${file:/run/secrets/x}` stand
// for, and keeps it out of messages.
type references struct {
	dir     string // where relative file names start: the folder of the configuration
	environ []string
	files   Files // what has been read; may be nil

	known   kinds.References // what has been put in so far
	private kinds.References // what is secret, though it was written there
}

// A reference may be escaped by a second dollar before it, and may lack its end.
var reference = regexp.MustCompile(`(\$?)\$\{([A-Za-z]+):([^}]*)(\}?)`)

// expand returns s with its references replaced. `$${env:` is a literal
// `${env:`; a dollar before anything but `{word:` stands for itself.
func (r *references) expand(s string) (string, error) {
	var out strings.Builder
	last, found := 0, false
	for _, m := range reference.FindAllStringSubmatchIndex(s, -1) {
		escape, kind, name, end := s[m[2]:m[3]], s[m[4]:m[5]], s[m[6]:m[7]], s[m[8]:m[9]]
		out.WriteString(s[last:m[0]])
		last = m[1]
		if escape != "" {
			out.WriteString(s[m[0]+1 : m[1]])
			continue
		}
		if end == "" {
			return "", fmt.Errorf("the reference ${%s:… has no closing }; write $${ for a literal ${", kind)
		}
		value, err := r.lookup(kind, name)
		if err != nil {
			return "", err
		}
		r.remember(value, s[m[0]:m[1]])
		out.WriteString(value)
		found = true
	}
	out.WriteString(s[last:])
	if found {
		r.remember(out.String(), s)
	}
	return out.String(), nil
}

func (r *references) remember(value, written string) {
	if r.known == nil {
		r.known = kinds.References{}
	}
	r.known[value] = written
	r.known[strings.ToUpper(value)] = written // rules and countries are told in capitals
}

// during returns what is put in while f runs, nil if it is nothing.
func (r *references) during(f func()) kinds.References {
	before := r.known
	r.known = nil
	f()
	now := r.known
	r.known = before
	for value, written := range now {
		r.remember(value, written)
	}
	return now
}

func (r *references) lookup(kind, name string) (string, error) {
	switch kind {
	case "env":
	case "file":
		return r.readFile(name)
	default:
		return "", fmt.Errorf("there is no reference ${%s:…}, want ${env:NAME} or ${file:PATH}; write $${ for a literal ${", kind)
	}
	for _, e := range r.environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok && value != "" {
			return value, nil
		}
	}
	return "", fmt.Errorf("${env:%s}: the variable is not set or empty: set it where andon starts", name)
}

// readFile reads a regular file without its last line ends, which editors and
// `echo` add to secrets.
func (r *references) readFile(name string) (string, error) {
	file := name
	if !filepath.IsAbs(file) {
		file = filepath.Join(r.dir, file)
	}
	r.files.note(file)
	text, err := ReadFile(file, maxReference)
	if err != nil {
		return "", fmt.Errorf("${file:%s}: %w", name, err)
	}
	value := strings.TrimRight(string(text), "\r\n")
	if value == "" {
		return "", fmt.Errorf("${file:%s}: it is empty: write the value into it", name)
	}
	return value, nil
}

// keep keeps a value that is secret, and no reference, out of messages.
func (r *references) keep(secret string) {
	if r.private == nil {
		r.private = kinds.References{}
	}
	r.private[secret] = "(not shown)"
}

// hide takes out of a message what references have put in, and other secrets.
func (r *references) hide(msg string) string { return r.private.Hide(r.known.Hide(msg)) }
