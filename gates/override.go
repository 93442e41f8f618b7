package gates

import (
	"fmt"
	"slices"
	"time"
)

// An Override is a person's order that passes our own judgement: to open, or
// to close.
type Override struct {
	ID       string    `json:"id"`
	State    State     `json:"state,omitempty"` // Opened or Closed; in records from before there were two, nothing: Opened
	Actor    string    `json:"actor"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	Expires  time.Time `json:"expires"`
	Place    Place     `json:"place,omitzero"`     // where the gate stood
	Replaces *OrderRef `json:"replaces,omitempty"` // the order that was in force until this one
	Changed  time.Time `json:"changed,omitzero"`   // AWS's time of the last change that had been seen by then
	Enabled  time.Time `json:"enabled,omitzero"`   // AWS's time of the enable that is the order
	// Until another execution than this entered the stage; only where one
	// waited when the order was given.
	Latest string `json:"latest,omitempty"`
	Waited bool   `json:"waited,omitempty"`
}

// An OrderRef names an order.
type OrderRef struct {
	ID    string `json:"id"`
	State State  `json:"state,omitempty"`
	Actor string `json:"actor"`
}

// An OrderEnd is how an override ended.
type OrderEnd struct {
	ID      string    `json:"id"`
	Why     string    `json:"why"`
	Actor   string    `json:"actor,omitempty"`  // who ended it before its time
	Reason  string    `json:"reason,omitempty"` // and why they did
	At      time.Time `json:"at,omitzero"`
	Enabled time.Time `json:"enabled,omitzero"` // AWS's time of the enable that ended it
}

// Wants is what the order wants: Opened or Closed.
func (o Override) Wants() State {
	if o.State == Closed {
		return Closed
	}
	return Opened
}

func (o *Override) ref() *OrderRef {
	if o == nil {
		return nil
	}
	return &OrderRef{o.ID, o.Wants(), o.Actor}
}

// over tells whether o is no longer in force at now, and why.
func (g Gate) over(o Override, now time.Time, s Seen, past Memory) (OrderEnd, bool) {
	end := OrderEnd{ID: o.ID, At: now}
	switch {
	case !now.Before(o.Expires):
		end.Why = "its time is over"
	case o.Waited && s.known() && s.Enabled && s.Latest != o.Latest:
		end.Why = "the execution that waited has entered"
	case o.Wants() == Closed && g.lifted(o, s, past):
		end.Why = s.ChangedBy + " enabled the transition in AWS after it was given"
		end.Actor, end.Enabled = s.ChangedBy, s.ChangedAt
	default:
		return OrderEnd{}, false
	}
	return end, true
}

// inForce tells whether there is an order and it is not over.
func (g Gate) inForce(now time.Time, s Seen, past Memory) bool {
	if past.Override == nil {
		return false
	}
	_, over := g.over(*past.Override, now, s, past)
	return !over
}

// lifted: a person enabled after o was given to close, and the newest will
// counts. Where our disable lies between the two, AWS's clock alone tells. So it
// does where it and ours differ too much to be compared: people win.
func (g Gate) lifted(o Override, s Seen, past Memory) bool {
	if g.Action != "" || !s.Enabled || !g.isPerson(s.ChangedBy, past) || !s.ChangedAt.After(o.Changed) {
		return false
	}
	if h := past.Hold; h != nil && h.Order == o.ID {
		return !s.ChangedAt.Before(h.Changed)
	}
	return s.Skew.Abs() > MaxSkew || !s.ChangedAt.Add(-s.Skew).Before(o.At)
}

// endsSoon is how long before its end an order is announced to end.
const endsSoon = 5 * time.Minute

// overridden is the decision while an order is in force, and what there will be
// after it.
func (e Evidence) overridden() Decision {
	o := *e.Override
	own := e.own()
	d := Decision{State: o.Wants(), Since: o.At, Until: o.Expires, Reasons: []Reason{{Code: "override",
		Text: fmt.Sprintf("%s ordered it %s: %s", o.Actor, o.Wants(), o.Reason), Since: o.At}}}
	if d.State == Closed && (own.unwell() || own.black()) {
		d.Reasons = append(d.Reasons, own.Reasons...)
	}
	if left := o.Expires.Sub(e.Now); left <= min(endsSoon, o.Expires.Sub(o.At)/2) {
		d.Reasons = append(d.Reasons, Reason{Code: "override-ends", Since: o.At,
			Text: fmt.Sprintf("the order of %s ends at %s, and then the gate decides by itself: %s", o.Actor, clockTime(o.Expires), own.outlook()),
			Do:   "if it has to stand longer, give it again"})
	}
	return d
}

// own is what the gate would decide if no person had ordered anything.
func (e Evidence) own() Decision {
	e.Override, e.Letting, e.Resume = nil, nil, nil
	return e.decide()
}

// unwell: it is closed because production is, not because of what has been.
func (d Decision) unwell() bool {
	return d.State == Closed && slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == codeUnhealthy })
}

// black: it is closed because the calendar says so, though perhaps not for that alone.
func (d Decision) black() bool {
	return d.State == Closed && slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == codeBlack || r.Code == codeTooLate })
}

// outlook is the decision in half a sentence.
func (d Decision) outlook() string {
	text := map[State]string{Keep: "as things are, it would change nothing", Opened: "as things are, it would be open", Closed: "as things are, it would be closed"}[d.State]
	if len(d.Reasons) > 0 {
		text += ", because " + d.Reasons[0].Text
	}
	return text
}

// clockTime is a time for people.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
