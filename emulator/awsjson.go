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
	server  *Server
	service service
	name    string
	body    []byte
}

// A service is one of AWS's that speak this protocol.
type service struct {
	codec
	operations map[string]operation
	message    string // how its errors spell their message [documented: the shapes of the exceptions]
}

// dialect finds out in which protocol a request speaks, and of what.
func (s *Server) dialect(r *http.Request, body []byte, id string) (dialect, string, *Error) {
	target := r.Header.Get("X-Amz-Target")
	if target == "" && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return s.query(body, id)
	}
	if scope := signedFor(r); scope.service == "s3" {
		return s.s3(r, scope.region)
	}
	prefix, name, _ := strings.Cut(target, ".")
	d := awsJSON{s, s.codepipeline, name, body}
	if prefix == s.ssm.target {
		d.service = s.ssm
	}
	_, known := d.service.signatures[name]
	switch {
	case r.URL.Path != "/":
		return d, name, &Error{"UnknownOperationException", "nothing is served at this path: use /", http.StatusNotFound}
	case r.Method != http.MethodPost:
		return d, name, &Error{"UnknownOperationException", "the API is served by POST only", http.StatusMethodNotAllowed}
	case prefix != d.service.target || !known:
		return d, name, errorf("UnknownOperationException", "the header X-Amz-Target %q names no operation: it is %s.OPERATION", target, d.service.target)
	}
	return d, name, nil
}

func (j awsJSON) run(c Caller, call *Call) reply {
	request, clean, refusal := j.service.request(j.name, j.body)
	call.about(request)
	if refusal != nil {
		return j.refuse(refusal)
	}
	do, ok := j.service.operations[j.name]
	if !ok {
		return j.refuse(errorf("UnknownOperationException", "the emulator does not implement %s; it implements %s",
			j.name, strings.Join(slices.Sorted(maps.Keys(j.service.operations)), ", ")))
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
		if e.Code != "ValidationException" && !slices.Contains(j.service.signatures[j.name].errors, e.Code) {
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
	if err := j.service.conforms(j.name, body); err != nil {
		s.violation(fmt.Errorf("%s answered %s: %w", j.name, body, err))
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: body}
}

const jsonType = "application/x-amz-json-1.1"

func (j awsJSON) refuse(e *Error) reply {
	code, _ := encode(e.Code)
	message, _ := encode(e.Message) // texts: neither can fail
	body := fmt.Appendf(nil, `{"__type":%s,%q:%s}`, code, j.service.message, message)
	return reply{status: e.status(), contentType: jsonType, body: body, code: e.Code}
}
