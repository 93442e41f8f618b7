package exporters

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/andon-project/andon/gates"
)

// Commands are what a writer may order.
type Commands interface {
	// Order puts a person's order in force, in place of one that is. It is in the
	// journal when the error is nil. Errors of the type *gates.OrderError say what
	// is wrong.
	Order(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error)
	// Withdraw ends the order in force before its time.
	Withdraw(ctx context.Context, gate string, o gates.Order) (gates.Outlook, error)
	// Reload reads the configuration again. The error says what is wrong with
	// it, and then the one before stays. Who ordered it is written to the journal
	// as far as that can be written, whatever came of it.
	Reload(ctx context.Context, actor string) error
}

// maxBody is the most that a request may carry, in bytes.
const maxBody = 4 << 10

// writes are the paths under which something can be changed. GET changes
// nothing.
func (s Sources) writes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/gates/{name}/override", s.writer(map[string]writing{http.MethodPut: s.setOverride, http.MethodDelete: s.clearOverride}))
	mux.HandleFunc("/api/v1/calendars/{name}/ack", s.writer(map[string]writing{http.MethodPost: s.acknowledge}))
	if s.Ways != nil {
		mux.HandleFunc("/api/v1/pipelines/{pipeline}/executions/{execution}/allow",
			s.writer(map[string]writing{http.MethodGet: s.showWay, http.MethodPut: s.allowExecution, http.MethodDelete: s.disallowExecution}))
	}
	mux.HandleFunc("/-/reload", s.writer(map[string]writing{http.MethodPost: s.reload}))
	return mux
}

// A writing is a request of somebody who may write.
type writing func(w http.ResponseWriter, r *http.Request, actor string)

// writer lets writers through. Who they are the server has found out, and
// nothing in the request's body can say otherwise.
func (s Sources) writer(methods map[string]writing) http.HandlerFunc {
	allow := make([]string, 0, len(methods))
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if methods[m] != nil {
			allow = append(allow, m)
		}
	}
	return func(w http.ResponseWriter, r *http.Request) {
		write, ok := methods[r.Method]
		if !ok {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			writeError(w, http.StatusMethodNotAllowed, fmt.Sprintf("%.20q is not possible here: use %s", r.Method, strings.Join(allow, " or ")))
			return
		}
		actor, err := s.Writer(r)
		if err != nil {
			writeError(w, http.StatusForbidden, err.Error())
			return
		}
		write(w, r, actor)
	}
}

// reload reads the configuration again.
func (s Sources) reload(w http.ResponseWriter, r *http.Request, actor string) {
	if n, _ := io.CopyN(io.Discard, r.Body, 1); n > 0 {
		writeError(w, http.StatusBadRequest, "a reload takes nothing: send it without a body")
		return
	}
	if err := s.Commands.Reload(r.Context(), actor); err != nil {
		writeError(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Reloaded bool `json:"reloaded"`
	}{true})
}

// decode reads a small JSON object and nothing else. What it returns says what
// is wrong, and the status that it amounts to.
func decode(w http.ResponseWriter, r *http.Request, into any) (status int, why string) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return http.StatusUnsupportedMediaType, "say it in JSON, with Content-Type: application/json"
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge, fmt.Sprintf("the request carries more than %d bytes: shorten it", maxBody)
	case err != nil:
		return http.StatusBadRequest, "the request could not be read to its end: send it again"
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	_, end := d.Token() // d.More takes a closing bracket for an end
	switch {
	case err != nil && strings.Contains(err.Error(), `unknown field "actor"`):
		return http.StatusBadRequest, "who orders is who is logged in: leave actor out"
	case err != nil:
		return http.StatusBadRequest, "the request is not understood: " + strings.TrimPrefix(err.Error(), "json: ")
	case end != io.EOF:
		return http.StatusBadRequest, "the request is not understood: something follows the JSON object"
	}
	return http.StatusOK, ""
}
