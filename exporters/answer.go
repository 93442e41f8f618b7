package exporters

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
)

// Bounds of an answer. What comes from outside is cut; names and numbers of
// gates and checks come from the configuration and are as many as it has.
const (
	maxText    = 500  // characters of one sentence
	maxLabel   = 200  // bytes of one label of a metric
	maxMoving  = 50   // executions told of one gate, on each side
	maxNames   = 20   // names in an error
	maxTargets = 1000 // targets told of one check; the worst come first
	fewTargets = 20   // the same in a list of checks
)

// ErrorView is the body of every answer that is not what was asked for.
type ErrorView struct {
	Error string `json:"error"` // a sentence
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	b, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		status = http.StatusInternalServerError
		b = []byte(`{"error": "the answer could not be written as JSON: this is a defect of andon, please report it"}`)
	}
	write(w, status, "application/json", append(b, '\n'))
}

// Refuse answers as all errors are answered, for what stands before Handler.
func Refuse(w http.ResponseWriter, status int, sentence string) {
	harden(w.Header())
	writeError(w, status, sentence)
}

func writeError(w http.ResponseWriter, status int, sentence string) {
	writeJSON(w, status, ErrorView{clip(sentence)})
}

func writeText(w http.ResponseWriter, status int, text string) {
	write(w, status, "text/plain; charset=utf-8", []byte(clip(text)+"\n"))
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	writeKept(w, status, contentType, "no-store", body)
}

// writeKept says what caches may do with it.
func writeKept(w http.ResponseWriter, status int, contentType, cache string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", cache)
	w.WriteHeader(status)
	_, _ = w.Write(body) // it fails when the client has gone: nobody is left to be told
}

// clip makes text from outside fit to be shown: bounded, valid UTF-8, on one
// line, and without characters that turn the direction of what follows.
func clip(text string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		n++
		switch {
		case n == maxText:
			return '…'
		case n > maxText:
			return -1
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
}

// noSuch says what there is instead, because a name that is not found is
// mostly a slip.
func noSuch(kind, name string, names []string) string {
	if len(names) == 0 {
		return fmt.Sprintf("there is no %s %.60q: there are none", kind, name)
	}
	more := ""
	if n := len(names) - maxNames; n > 0 {
		names, more = names[:maxNames], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("there is no %s %.60q: there are %s%s", kind, name, strings.Join(names, ", "), more)
}
