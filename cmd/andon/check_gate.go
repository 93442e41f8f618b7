package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
)

// A gateOutlook is what a gate will do. What says nothing at its point is empty.
type gateOutlook struct {
	Name     string       `json:"name"`
	Pipeline string       `json:"pipeline"`
	Stage    string       `json:"stage"`
	Action   string       `json:"action,omitempty"` // of an approval
	Region   string       `json:"region,omitempty"`
	May      []gates.Verb `json:"may"` // empty: it observes
	Checks   []string     `json:"checks"`
	Calendar string       `json:"calendar,omitempty"`
	Fits     string       `json:"fits,omitempty"`

	ClosesAfter  string        `json:"closes_after,omitempty"` // the first failure of a check, at the earliest
	MinHold      string        `json:"min_hold,omitempty"`
	Reopen       gates.Reopen  `json:"reopen,omitempty"`
	PersonEnable string        `json:"person_enable,omitempty"`
	OnBlind      gates.OnBlind `json:"on_blind,omitempty"`

	OnBlack      gates.Reply  `json:"on_black,omitempty"`
	OnUnhealthy  gates.Reply  `json:"on_unhealthy,omitempty"`
	RejectBefore string       `json:"reject_before,omitempty"`
	Yield        bool         `json:"yield,omitempty"`
	Midway       gates.Midway `json:"midway,omitempty"`
}

func gateOutlookOf(g config.Gate, all []config.Check) gateOutlook {
	o := gateOutlook{Name: g.Name, Pipeline: g.CodePipeline.Pipeline, Stage: g.CodePipeline.Stage(), Action: g.CodePipeline.Action(), Region: g.CodePipeline.Region,
		May: append([]gates.Verb{}, g.May...), Checks: append([]string{}, g.Checks...), Calendar: g.Calendar}
	if g.Calendar != "" {
		o.Fits = span(g.Fits)
	}
	if first, ok := untilClosed(g, all); ok {
		o.ClosesAfter = span(first)
	}
	if o.Action == "" {
		o.MinHold, o.Reopen, o.PersonEnable = span(g.MinHold), g.Reopen, span(g.PersonEnable)
		if len(g.Checks) > 0 {
			o.OnBlind = g.OnBlind
		}
		return o
	}
	o.RejectBefore, o.Yield = span(g.RejectBefore), g.Yield
	if g.Calendar != "" {
		o.OnBlack, o.Midway = g.OnBlack, g.Midway
	}
	if len(g.Checks) > 0 {
		o.OnUnhealthy = g.OnUnhealthy
	}
	return o
}

// untilClosed is how long after the first failure of a check a gate closes.
func untilClosed(g config.Gate, all []config.Check) (first time.Duration, ok bool) {
	for _, c := range all {
		if after := untilUnhealthy(c); slices.Contains(g.Checks, c.Name) && (!ok || after < first) {
			first, ok = after, true
		}
	}
	return first, ok
}

func (t *table) gate(g gateOutlook) {
	t.row("")
	t.row("gate " + g.Name)
	if g.Action == "" {
		t.transition(g)
	} else {
		t.approval(g)
	}
}

func (g gateOutlook) place() string {
	place := "stage " + g.Stage + " of pipeline " + g.Pipeline
	if g.Action == "" {
		place = g.Stage + " of pipeline " + g.Pipeline
	}
	if g.Region != "" {
		place += " in " + g.Region
	}
	return place
}

const observes = "change nothing, it observes: what follows is what it would do"

func (t *table) transition(g gateOutlook) {
	t.row("  guards", "the transition into "+g.place())
	closes, opens := slices.Contains(g.May, gates.Close), slices.Contains(g.May, gates.Open)
	switch {
	case !closes && !opens:
		t.row("  may", observes)
	case !closes:
		t.row("  may", "open what bears its mark, and never close")
	case !opens:
		t.row("  may", "close, and never open: a person does")
	default:
		t.row("  may", "close and open")
	}
	t.row("  closes", closesText(g))
	t.row("  stays", "closed for "+g.MinHold+" at least")
	t.row("  opens", opensText(g))
	t.row("  person", "whoever enables it against a closed decision is not contradicted for "+g.PersonEnable)
	switch g.OnBlind {
	case gates.CloseBlind:
		t.row("  blind", "closes after 15m without sight")
	case gates.KeepBlind:
		t.row("  blind", "changes nothing")
	}
}

func closesText(g gateOutlook) string {
	var when []string
	if len(g.Checks) > 0 {
		when = append(when, fmt.Sprintf("when %s is unhealthy: at the earliest %s after its first failure", strings.Join(g.Checks, " or "), g.ClosesAfter))
	}
	switch {
	case g.Calendar == "":
	case g.Fits == "0s":
		when = append(when, "when calendar "+g.Calendar+" turns black")
	default:
		when = append(when, g.Fits+" before calendar "+g.Calendar+" turns black, so that a release fits in")
	}
	return strings.Join(when, "; ")
}

// well is when nothing speaks against a release.
func (g gateOutlook) well() string {
	var when []string
	switch len(g.Checks) {
	case 0:
	case 1:
		when = append(when, g.Checks[0]+" is healthy")
	default:
		when = append(when, "all of "+strings.Join(g.Checks, ", ")+" are healthy")
	}
	if g.Calendar != "" {
		clear := "calendar " + g.Calendar + " is clear"
		if g.Fits != "0s" {
			clear += " and stays so for " + g.Fits
		}
		when = append(when, clear)
	}
	return "when " + strings.Join(when, ", and ")
}

func opensText(g gateOutlook) string {
	switch {
	case g.Reopen == gates.AutoReopen || len(g.Checks) == 0:
		return g.well()
	case g.Reopen == gates.AskReopen:
		return "never by itself: " + g.well() + ", it asks a person"
	}
	return g.well() + "; if a release was inside or had just left when it closed, it asks a person"
}

func (t *table) approval(g gateOutlook) {
	t.row("  guards", "the approval "+g.Action+" in "+g.place())
	approves, rejects := slices.Contains(g.May, gates.Approve), slices.Contains(g.May, gates.Reject)
	switch {
	case !approves && !rejects:
		t.row("  may", observes)
	case !approves:
		t.row("  may", "reject, and never approve: a person does")
	case !rejects:
		t.row("  may", "approve, and never reject: a person does")
	default:
		t.row("  may", "approve and reject")
	}
	t.row("  approves", g.well())
	if g.OnBlack != "" {
		t.row("  black", map[gates.Reply]string{gates.RejectReply: "rejects",
			gates.WaitReply: "waits; rejects " + g.RejectBefore + " before the approval expires, if the calendar does not clear in time"}[g.OnBlack])
	}
	if g.OnUnhealthy != "" {
		t.row("  unhealthy", map[gates.Reply]string{gates.WaitReply: "waits until production is well", gates.RejectReply: "rejects"}[g.OnUnhealthy])
	}
	if g.Yield {
		t.row("  yields", "when it opens, it rejects a release behind which a newer one waits")
	}
	if g.Midway != "" {
		t.row("  midway", map[gates.Midway]string{gates.FinishMidway: "a release that has entered goes on when it turns black",
			gates.WaitMidway: "a release that has entered waits when it turns black"}[g.Midway])
	}
}
