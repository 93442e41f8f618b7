package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
)

// An unheld is what became of one gate.
type unheld struct {
	Gate     string    `json:"gate"`
	Pipeline string    `json:"pipeline"`
	Stage    string    `json:"stage"`
	Result   string    `json:"result"`               // given-back, would-give-back, nothing-held, left-alone, failed, not-asked
	Why      string    `json:"why,omitempty"`        // why nothing was given back
	Reason   string    `json:"aws_reason,omitempty"` // that stood in AWS
	HeldBy   string    `json:"held_by,omitempty"`    // ARN
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"` // how long a running andon honours the order

	exit int
}

// tell says what gates.Unhold did at w, where it returned err at now.
func (w *watchedPoint) tell(g gates.Gate, err error, now time.Time) unheld {
	before := w.before
	u := unheld{Gate: g.Name, Pipeline: g.Pipeline, Stage: g.Stage}
	if !before.Begun.IsZero() && !before.Enabled {
		u.Reason, u.HeldBy, u.Since = before.Reason, before.ChangedBy, before.ChangedAt
	}
	if err != nil {
		// Nothing here tries again by itself, as the daemon does.
		u.Why = strings.ReplaceAll(err.Error(), "andon tries again", "try again")
	}
	var other *gates.NotOursError
	var call *gates.CallError
	switch {
	case err == nil && w.rehearse:
		u.Result = "would-give-back"
	case err == nil:
		u.Result, u.Until = "given-back", now.Add(g.PersonEnable).UTC()
	case errors.As(err, &other) && other.Holder == gates.Nobody:
		u.Result = "nothing-held"
	case errors.As(err, &other) && marked(g, before):
		// It may be ours: who finds this must not believe that all is given back.
		u.Result, u.exit = "failed", exitBad
		u.Why += "; it bears the mark of this gate: if that was andon's role, list it under principals in the configuration and try again, or enable the transition by hand"
	case errors.As(err, &other):
		u.Result = "left-alone"
	case before.Begun.IsZero() && errors.As(err, &call) && call.Code != "not-found":
		u.Result, u.exit = "not-asked", exitUnknown
	default:
		u.Result, u.exit = "failed", exitBad
	}
	return u
}

// marked tells whether the hold bears the mark of g.
func marked(g gates.Gate, s gates.Seen) bool {
	mark, ok := gates.ParseMark(s.Reason)
	return ok && mark.Instance == g.Instance && mark.Gate == g.Name
}

func (p *program) printUnheld(results []unheld, out output) error {
	if out == outputJSON {
		b, err := json.MarshalIndent(map[string][]unheld{"gates": results}, "", "  ")
		if err != nil {
			return err
		}
		return p.printJSON(append(b, '\n'))
	}
	t := newTable()
	if len(results) == 0 {
		t.row("the configuration has no gates, so there is nothing to give back")
	}
	for _, u := range results {
		t.row(u.Gate, u.sentence())
		if !u.Since.IsZero() {
			t.row("", fmt.Sprintf("held since %s by %s: %s", stamp(u.Since), u.HeldBy, u.Reason))
		}
	}
	return t.print(p.Stdout)
}

func (u unheld) sentence() string {
	switch u.Result {
	case "given-back":
		if u.Until.IsZero() {
			return fmt.Sprintf("given back: the transition into %s of pipeline %s is enabled; a gate of another name that stands there now decides by itself", u.Stage, u.Pipeline)
		}
		return fmt.Sprintf("given back: the transition into %s of pipeline %s is enabled; an andon that keeps this journal leaves it so until %s at the latest", u.Stage, u.Pipeline, stamp(u.Until))
	case "would-give-back":
		return fmt.Sprintf("would be given back: the transition into %s of pipeline %s would be enabled", u.Stage, u.Pipeline)
	case "nothing-held":
		return "nothing to give back: " + u.Why
	case "left-alone":
		return "left alone: " + u.Why
	case "not-asked":
		return "not known, AWS could not be asked: " + u.Why
	}
	return "not given back: " + u.Why
}
