package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxBody bounds a request. [assumed]
const maxBody = 1 << 20

// A Server answers AWS's wire protocols over one Model. It is an http.Handler
// to be served at the root of an address, or of a net.Pipe.
type Server struct {
	// Model is what the answers tell of, to look at and to steer.
	Model *Model
	// Actors says for which ARN an access key stands, e.g. an assumed role's
	// with its session. Any other key is a user named like the key. Set it
	// before serving.
	Actors map[string]string

	codepipeline service
	ssm          service
	control      http.Handler
	faults       faultPoints
	calls        callLog
	past         past

	mu         sync.Mutex
	violations []error
}

// New returns a server over a new Model.
func New(o Options) *Server {
	s := &Server{Model: NewModel(o),
		codepipeline: service{newCodec(codepipelineRules()), operations(), "message"},
		ssm:          service{newCodec(ssmRules()), documentOperations(), "Message"},
	}
	s.control = s.controls()
	return s
}

// Inject adds faults. They strike until their Count is used up or ClearFaults.
func (s *Server) Inject(faults ...Fault) error {
	for _, f := range faults {
		if err := f.validate(); err != nil {
			return err
		}
		if !s.knows(f.Operation) {
			return fmt.Errorf("fault %s: operation %q is unknown: write it as the API does, e.g. GetPipelineState, or * for all", f.Kind, f.Operation)
		}
	}
	s.faults.arm(faults)
	return nil
}

// knows tells whether there is an operation of that name; "" and "*" are all.
func (s *Server) knows(operation string) bool {
	_, pipelines := s.codepipeline.signatures[operation]
	_, documents := s.ssm.signatures[operation]
	return pipelines || documents || slices.Contains([]string{"", "*", getCallerIdentity, getObject}, operation)
}

// ClearFaults removes all faults and lets what hangs go on.
func (s *Server) ClearFaults() { s.faults.clear() }

// Faults lists the faults injected since the last ClearFaults, spent ones too.
func (s *Server) Faults() []Fault { return s.faults.list() }

// Calls returns the last calls, the oldest first: at most 10 000.
func (s *Server) Calls() []Call { return s.calls.after(0) }

// Violations tells which answers broke the service model: an output shape, or
// an error that the operation does not list. Each is a bug of the emulator; a
// test that ends with none has also tested that. It keeps the first hundred.
func (s *Server) Violations() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]error(nil), s.violations...)
}

func (s *Server) violation(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.violations) < 100 {
		s.violations = append(s.violations, err)
	}
}

// A dialect is one request in one of AWS's protocols.
type dialect interface {
	run(c Caller, call *Call) reply // execute it; call learns what it is about
	refuse(e *Error) reply
}

// A reply is an answer before it is sent.
type reply struct {
	status      int
	contentType string
	body        []byte
	code        string            // the error's
	header      map[string]string // beside what every answer has
	read        string            // which question a read asked; "" if it may not be answered from the past
	dropped     bool              // send nothing and close the connection
}

// ServeHTTP answers AWS's protocols at / and the controls below /_emulator/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_emulator/") {
		s.control.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	id := requestID()
	d, name, refusal := s.dialect(r, body, id)
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		refusal = &Error{"RequestEntityTooLargeException", fmt.Sprintf("the body is larger than %d bytes", maxBody), http.StatusRequestEntityTooLarge}
	case err != nil:
		return // the client has left
	}
	var c Caller
	if refusal == nil {
		c, refusal = s.caller(r)
	}
	now := s.Model.options.Clock()
	call := s.calls.begin(Call{Time: now, Operation: name, AccessKey: c.AccessKey, ARN: c.ARN})
	var hit strike
	var a reply
	if refusal != nil {
		a = d.refuse(refusal)
	} else {
		hit = s.faults.next(name, c)
		call.Fault = hit.fault.Kind
		a = s.answer(r.Context(), hit, d, c, &call)
	}
	call.Status, call.Code = a.status, a.code
	s.calls.end(call)
	if a.dropped {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("x-amzn-RequestId", id)
	h.Set("Date", s.Model.options.Clock().Add(hit.date).UTC().Format(http.TimeFormat))
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	for name, v := range a.header {
		h.Set(name, v)
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

// answer runs a call with the fault that strikes it.
func (s *Server) answer(ctx context.Context, hit strike, d dialect, c Caller, call *Call) reply {
	if !hit.fault.After {
		if a, ok := hit.instead(ctx, d); ok {
			return a
		}
	}
	a := d.run(c, call)
	s.calls.end(*call) // who hangs from here on shows what came of it
	if a.read != "" {
		a = s.remember(a, hit.fault)
	}
	if hit.fault.After {
		if a, ok := hit.instead(ctx, d); ok {
			return a
		}
	}
	return a
}

// remember keeps what a read answered, and answers from the past if it shall.
func (s *Server) remember(a reply, f Fault) reply {
	now := s.Model.options.Clock()
	if a.code == "" {
		s.past.add(a.read, now, a.body)
	}
	if f.Kind != FaultStale {
		return a
	}
	old := s.past.previous(a.read)
	if f.By > 0 {
		old = s.past.at(a.read, now.Add(-f.By))
	}
	if old != nil {
		a.status, a.body, a.code = http.StatusOK, old, ""
	}
	return a
}
