package exporters

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/andon-project/andon/gates"
)

// OverridesView is the body of /api/v1/overrides.
type OverridesView struct {
	Overrides []GateOverrideView `json:"overrides"` // in force, in the order of the configuration
	Allows    []AllowView        `json:"allows"`    // executions that are let through
}

// GateOverrideView is an order with its gate.
type GateOverrideView struct {
	Gate string `json:"gate"`
	OverrideView
}

// OverrideView is a person's order.
type OverrideView struct {
	ID       string          `json:"id"`
	State    gates.State     `json:"state"` // open or closed
	Actor    string          `json:"actor"`
	Reason   string          `json:"reason"`
	At       time.Time       `json:"at"`
	Expires  time.Time       `json:"expires"`
	Replaces *gates.OrderRef `json:"replaces,omitempty"` // the order that was in force until this one
}

// OrderRequest is the body of PUT /api/v1/gates/{name}/override; of DELETE it
// is the reason alone.
type OrderRequest struct {
	State  string `json:"state"`         // open or closed
	Reason string `json:"reason"`        // why, in one line, at most 200 characters
	For    string `json:"for,omitempty"` // how long, in Go's syntax: 1m to 168h, default 1h
}

// OutlookView is what will come of an order: the answer to one.
type OutlookView struct {
	Gate     string            `json:"gate"`
	Override *OverrideView     `json:"override"`         // in force now; null when one was ended
	Before   *OverrideView     `json:"before,omitempty"` // the one that it replaced, or that was ended
	Will     string            `json:"will"`             // a sentence: what andon does now
	Blocks   []gates.Reason    `json:"blocks"`           // what stands in the way
	Waiting  []gates.Execution `json:"waiting"`          // what enters when the transition is enabled, at most 50
}

func viewOverride(o *gates.Override) *OverrideView {
	if o == nil {
		return nil
	}
	v := OverrideView{ID: clip(o.ID), State: o.Wants(), Actor: clip(o.Actor), Reason: clip(o.Reason), At: o.At.UTC(), Expires: o.Expires.UTC()}
	if r := o.Replaces; r != nil {
		v.Replaces = &gates.OrderRef{ID: clip(r.ID), State: r.State, Actor: clip(r.Actor)}
	}
	return &v
}

func (s Sources) listOverrides(w http.ResponseWriter, _ *http.Request) {
	view := OverridesView{Overrides: []GateOverrideView{}, Allows: allows(s.reports())}
	for _, r := range s.reports() {
		if o := viewOverride(r.Override); o != nil {
			view.Overrides = append(view.Overrides, GateOverrideView{r.Gate.Name, *o})
		}
	}
	writeJSON(w, http.StatusOK, view)
}

func (s Sources) setOverride(w http.ResponseWriter, r *http.Request, actor string) {
	var said OrderRequest
	if status, why := decode(w, r, &said); why != "" {
		writeError(w, status, why)
		return
	}
	o, err := said.order(actor)
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	gate := r.PathValue("name")
	out, err := s.Commands.Order(r.Context(), gate, o)
	s.answerOrder(w, gate, out, err)
}

// order is the request as a gate understands it.
func (q OrderRequest) order(actor string) (gates.Order, error) {
	o := gates.Order{Actor: actor, Reason: q.Reason}
	if err := o.State.UnmarshalText([]byte(q.State)); err != nil || o.State == gates.Keep {
		return o, fmt.Errorf("state %.40q is no order: want open or closed", q.State)
	}
	if q.For == "" {
		return o, nil
	}
	d, err := time.ParseDuration(q.For)
	if err != nil || d <= 0 {
		return o, fmt.Errorf("for %.40q is not a time to stand: want one like 90m, from 1m to 168h", q.For)
	}
	o.For = d
	return o, nil
}

func (s Sources) clearOverride(w http.ResponseWriter, r *http.Request, actor string) {
	var said struct {
		Reason string `json:"reason"`
	}
	if status, why := decode(w, r, &said); why != "" {
		writeError(w, status, why)
		return
	}
	gate := r.PathValue("name")
	out, err := s.Commands.Withdraw(r.Context(), gate, gates.Order{Actor: actor, Reason: said.Reason})
	s.answerOrder(w, gate, out, err)
}

func (s Sources) answerOrder(w http.ResponseWriter, gate string, out gates.Outlook, err error) {
	if err == nil {
		writeJSON(w, http.StatusOK, OutlookView{Gate: gate, Override: viewOverride(out.Order), Before: viewOverride(out.Before),
			Will: clip(out.Will), Blocks: clipReasons(out.Blocks), Waiting: moving(out.Waiting)})
		return
	}
	code := ""
	var refused *gates.OrderError
	if errors.As(err, &refused) {
		code = refused.Code
	}
	switch code {
	case "invalid":
		writeError(w, http.StatusBadRequest, err.Error())
	case "no-gate":
		writeError(w, http.StatusNotFound, s.noSuchGate(gate))
	case "no-order", "observing":
		writeError(w, http.StatusConflict, err.Error())
	default:
		s.refuse(w, http.StatusServiceUnavailable, err.Error())
	}
}

func (s Sources) noSuchGate(name string) string {
	var names []string
	for _, r := range s.reports() {
		names = append(names, r.Gate.Name)
	}
	return noSuch("gate", name, names)
}
