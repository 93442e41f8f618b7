package emulator

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// awsJSON is a request in AWS JSON 1.1: the operation in X-Amz-Target, its
// input and output as JSON documents. See the package comment for what of it
// is documented.
type awsJSON struct {
	server *Server
	name   string
	body   []byte
}

// dialect finds out in which protocol a request speaks, and of what.
func (s *Server) dialect(r *http.Request, body []byte, id string) (dialect, string, *Error) {
	target := r.Header.Get("X-Amz-Target")
	if target == "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return s.query(body, id)
	}
	prefix, name, _ := strings.Cut(target, ".")
	d := awsJSON{s, name, body}
	_, known := s.codec.signatures[name]
	switch {
	case r.URL.Path != "/":
		return d, name, &Error{"UnknownOperationException", "nothing is served at this path: use /", http.StatusNotFound}
	case r.Method != http.MethodPost:
		return d, name, &Error{"UnknownOperationException", "the API is served by POST only", http.StatusMethodNotAllowed}
	case prefix != s.codec.target || !known:
		return d, name, errorf("UnknownOperationException", "the header X-Amz-Target %q names no operation: it is %s.OPERATION", target, s.codec.target)
	}
	return d, name, nil
}

func (j awsJSON) run(c Caller, call *Call) reply {
	s := j.server
	request, clean, refusal := s.codec.request(j.name, j.body)
	call.about(request)
	if refusal != nil {
		return j.refuse(refusal)
	}
	do, ok := s.operations[j.name]
	if !ok {
		return j.refuse(errorf("UnknownOperationException", "the emulator does not implement %s; it implements %s",
			j.name, strings.Join(slices.Sorted(maps.Keys(s.operations)), ", ")))
	}
	a := j.perform(do, c, clean)
	call.Applied = a.code == ""
	if isRead(j.name) {
		a.read = j.name + " " + string(clean)
	}
	return a
}

// perform executes the operation and holds its answer against the model.
func (j awsJSON) perform(do operation, c Caller, clean []byte) reply {
	s := j.server
	v, err := do(s.Model, c, clean)
	if e := (*Error)(nil); errors.As(err, &e) {
		if e.Code != "ValidationException" && !slices.Contains(s.codec.signatures[j.name].errors, e.Code) {
			s.violation(fmt.Errorf("%s raised %s, which the model does not list", j.name, e.Code))
		}
		return j.refuse(e)
	}
	var body []byte
	if err == nil && v != nil {
		body, err = encode(v)
	}
	if err != nil {
		s.violation(fmt.Errorf("%s failed: %w", j.name, err))
		return j.refuse(&Error{"InternalFailure", err.Error(), http.StatusInternalServerError})
	}
	if err := s.codec.conforms(j.name, body); err != nil {
		s.violation(fmt.Errorf("%s answered %s: %w", j.name, body, err))
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: body}
}

const jsonType = "application/x-amz-json-1.1"

func (j awsJSON) refuse(e *Error) reply {
	body, _ := encode(struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{e.Code, e.Message}) // two strings: it cannot fail
	return reply{status: e.status(), contentType: jsonType, body: body, code: e.Code}
}
