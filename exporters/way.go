package exporters

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// Ways are how a writer lets one execution through a pipeline. Errors of the type
// *gates.OrderError say what is wrong.
type Ways interface {
	// Way says what would come of it, and orders nothing.
	Way(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error)
	// Allow puts the order in force. It is in the journals when the error is nil.
	Allow(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error)
	// Disallow ends it before its time.
	Disallow(ctx context.Context, pipeline, region string, o gates.WayOrder) (gates.Way, error)
}

// AllowView is a person's order to let one execution through.
type AllowView struct {
	ID            string    `json:"id"`
	Pipeline      string    `json:"pipeline"`
	Region        string    `json:"region,omitempty"`
	Execution     string    `json:"execution"`
	Actor         string    `json:"actor"`
	Reason        string    `json:"reason"`
	At            time.Time `json:"at"`
	Expires       time.Time `json:"expires"`
	RejectBlocker bool      `json:"reject_blocker"`
	Gates         []string  `json:"gates"` // at which it counts
}

// AllowRequest is the body of PUT /api/v1/pipelines/{pipeline}/executions/{id}/allow;
// of DELETE it is the reason alone.
type AllowRequest struct {
	Reason        string `json:"reason"`                   // why, in one line, at most 200 characters
	For           string `json:"for,omitempty"`            // how long, in Go's syntax: 1m to 168h, default 4h
	RejectBlocker bool   `json:"reject_blocker,omitempty"` // reject a pending approval of another execution that locks its way
}

// WayView is what will come of it: the answer to such a request.
type WayView struct {
	Pipeline  string         `json:"pipeline"`
	Execution string         `json:"execution"`
	Revision  string         `json:"revision,omitempty"`
	Status    string         `json:"status,omitempty"` // as CodePipeline calls it
	Allow     *AllowView     `json:"allow"`            // in force now; null when nothing was ordered, or it was ended
	Before    *AllowView     `json:"before,omitempty"` // what it replaced, or what was ended
	Will      string         `json:"will"`
	Blocks    []gates.Reason `json:"blocks"`  // what stands in the way
	Riders    []RiderView    `json:"riders"`  // older executions whose changes it carries, newest first
	Partial   bool           `json:"partial"` // there may be more of them
}

// RiderView is an execution whose changes another one carries.
type RiderView struct {
	ID       string    `json:"id"`
	Revision string    `json:"revision,omitempty"`
	Summary  string    `json:"summary,omitempty"`
	Status   string    `json:"status"`
	Since    time.Time `json:"since,omitzero"`
}

func viewAllow(a *gates.Allow, names []string) *AllowView {
	if a == nil {
		return nil
	}
	return &AllowView{ID: clip(a.ID), Pipeline: clip(a.Place.Pipeline), Region: a.Place.Region, Execution: clip(a.Execution), Actor: clip(a.Actor),
		Reason: clip(a.Reason), At: a.At.UTC(), Expires: a.Expires.UTC(), RejectBlocker: a.Blocker, Gates: list(names)}
}

// allows are the orders in force, each once, with the gates at which it counts.
func allows(reports []gates.Report) []AllowView {
	all := []AllowView{}
	for _, r := range reports {
		for _, a := range r.Allows {
			i := slices.IndexFunc(all, func(v AllowView) bool {
				return v.ID == a.ID && v.Pipeline == a.Place.Pipeline && v.Region == a.Place.Region
			})
			if i < 0 {
				i = len(all)
				all = append(all, *viewAllow(&a, nil))
			}
			all[i].Gates = append(all[i].Gates, r.Gate.Name)
		}
	}
	return all
}

func (s Sources) allowExecution(w http.ResponseWriter, r *http.Request, actor string) {
	var said AllowRequest
	if status, why := decode(w, r, &said); why != "" {
		writeError(w, status, why)
		return
	}
	o := gates.WayOrder{Actor: actor, Reason: said.Reason, Blocker: said.RejectBlocker}
	if said.For != "" {
		d, err := time.ParseDuration(said.For)
		if err != nil || d <= 0 {
			writeError(w, http.StatusBadRequest, fmt.Sprintf("for %.40q is not a time to stand: want one like 90m, from 1m to 168h", said.For))
			return
		}
		o.For = d
	}
	s.onWay(w, r, o, s.Ways.Allow)
}

func (s Sources) disallowExecution(w http.ResponseWriter, r *http.Request, actor string) {
	var said struct {
		Reason string `json:"reason"`
	}
	if status, why := decode(w, r, &said); why != "" {
		writeError(w, status, why)
		return
	}
	s.onWay(w, r, gates.WayOrder{Actor: actor, Reason: said.Reason}, s.Ways.Disallow)
}

// showWay asks AWS, so it is for writers too.
func (s Sources) showWay(w http.ResponseWriter, r *http.Request, _ string) {
	s.onWay(w, r, gates.WayOrder{Blocker: r.URL.Query().Get("reject_blocker") == "true"}, s.Ways.Way)
}

func (s Sources) onWay(w http.ResponseWriter, r *http.Request, o gates.WayOrder, do func(context.Context, string, string, gates.WayOrder) (gates.Way, error)) {
	pipeline := r.PathValue("pipeline")
	o.Execution = r.PathValue("execution")
	way, err := do(r.Context(), pipeline, r.URL.Query().Get("region"), o)
	if err == nil {
		writeJSON(w, http.StatusOK, viewWay(pipeline, o.Execution, way))
		return
	}
	refused, _ := errors.AsType[*gates.OrderError](err)
	if refused == nil {
		s.refuse(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	switch refused.Code {
	case "invalid":
		writeError(w, http.StatusBadRequest, err.Error())
	case "no-pipeline":
		writeError(w, http.StatusNotFound, err.Error())
	case "no-order", "observing", "no-execution":
		writeError(w, http.StatusConflict, err.Error())
	default:
		s.refuse(w, http.StatusServiceUnavailable, err.Error())
	}
}

func viewWay(pipeline, execution string, way gates.Way) WayView {
	v := WayView{Pipeline: pipeline, Execution: execution, Revision: clip(way.Track.Execution.Revision), Status: clip(way.Track.Status),
		Allow: viewAllow(way.Allow, way.Gates), Before: viewAllow(way.Before, nil), Will: clip(way.Will), Blocks: clipReasons(way.Blocks),
		Riders: []RiderView{}, Partial: way.Track.Partial || len(way.Track.Riders) > maxMoving}
	for _, x := range way.Track.Riders[:min(len(way.Track.Riders), maxMoving)] {
		v.Riders = append(v.Riders, RiderView{clip(x.ID), clip(x.Revision), clip(x.Summary), clip(x.Status), x.Since.UTC()})
	}
	return v
}
