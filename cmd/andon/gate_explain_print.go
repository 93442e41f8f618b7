package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// print writes the story, one label and text per line.
func (s story) print(w io.Writer, now time.Time) error {
	v := s.Gate
	t := newTable()
	t.row("gate", v.Name+": "+stateWord(v, s.exit)+". "+v.Why)
	t.row("point", pointText(v)+"; it may "+mayText(v))
	t.row("decision", decisionText(v, now))
	for _, r := range v.Reasons { // what to do about them all stands together
		t.row("because", r.Text+since(r.Since, now))
	}
	t.order(v, now)
	if b := s.Blind; b != nil {
		what := "andon cannot see: witnesses in several networks fail and nothing of production passes"
		if b.Flickers {
			what = "andon sees at this moment, and not for long enough: witnesses in several networks have failed of late and nothing of production has passed"
		}
		t.row("blind", what+since(b.Since, now))
		for _, x := range b.Witnesses {
			t.row("", fmt.Sprintf("%s in network %s%s: %s", x.Name, x.Network, since(x.Since, now), x.Why))
		}
	}
	for _, c := range v.Checks {
		t.row("evidence", evidenceText(c, now))
	}
	t.hold(v, now)
	t.row("in AWS", awsText(v, now))
	if v.AWS != nil && v.AWS.Reason != "" {
		t.row("", "says: "+v.AWS.Reason)
	}
	t.approvals(v, now)
	t.releases("inside", v.Inside, v.InsideTotal, now)
	t.releases("waiting", v.Waiting, v.WaitingTotal, now)
	for _, r := range v.Problems {
		t.row("problem", r.Text+since(r.Since, now))
	}
	for _, do := range s.Do {
		t.row("you can", do)
	}
	for _, r := range s.Journal {
		t.row("journal", recordLine(r))
	}
	return t.print(w)
}

// order tells of the order in force, or how the last one ended.
func (t *table) order(v exporters.GateView, now time.Time) {
	if o := v.Order; o != nil {
		t.row("order", fmt.Sprintf("%s ordered it %s%s: %s; until %s (%s)", o.Actor, o.State, since(o.At, now), o.Reason, stamp(o.Expires), exporters.Away(o.Expires, now)))
		if r := o.Replaces; r != nil {
			t.row("", fmt.Sprintf("in place of the order of %s that it is %s", r.Actor, r.State))
		}
		if own := v.Own; own != nil {
			text := "without it the gate would be " + own.State.String()
			if own.State == gates.Keep {
				text = "without it the gate would change nothing"
			}
			if len(own.Reasons) > 0 {
				text += ": " + own.Reasons[0].Text
			}
			t.row("", text)
		}
	} else if e := v.Ended; e != nil {
		t.row("order", "none; the last has ended: "+e.Why+since(e.At, now))
	}
}

// evidenceText is what a check says, and what the gate still wants of it.
func evidenceText(c gates.CheckEvidence, now time.Time) string {
	text := c.Name + " is " + c.Word + since(c.Since, now)
	if c.Text != "" {
		text += ": " + c.Text
	}
	if !c.Failure.IsZero() {
		text += fmt.Sprintf("; its last failure began %s (%s)", stamp(c.Failure), exporters.Away(c.Failure, now))
	}
	want := c.Needs
	if c.Word != "healthy" {
		want = max(want, c.Up)
	}
	switch left := want - c.Passes; {
	case left > 0:
		text += fmt.Sprintf("; %d of %d passes in a row, %d more are needed", c.Passes, want, left)
	default:
		text += fmt.Sprintf("; %d passes in a row", c.Passes)
	}
	if c.Starved {
		text += "; it ran too late to be believed"
	}
	return text
}

// hold tells what andon's stop stands for, and what it takes to lift it.
func (t *table) hold(v exporters.GateView, now time.Time) {
	h := v.Hold
	if h == nil {
		return
	}
	text := "andon holds" + since(h.Began, now) + ", intent " + h.Intent
	switch {
	case len(h.Checks) > 0:
		text += ", because of " + strings.Join(h.Checks, ", ")
	case h.Order != "":
		text += ", by order " + h.Order
	default:
		text += ", by a record that is lost: every check has to prove itself"
	}
	t.row("hold", text)
	t.releases("inside then", h.Inside, len(h.Inside), now)
	if h.Suspect && h.Asks == "" {
		t.row("", "the release that was inside then, or had left less than an hour before, may be the cause, and what waits may carry the same fault")
	}
	if h.OldRead && h.Asks == "" {
		t.row("", "CodePipeline did not let us look before we closed, so it never opens by itself")
	}
	if h.Asks != "" {
		t.row("", h.Asks+": a person has to open")
	}
	if !h.Earliest.IsZero() {
		t.row("", fmt.Sprintf("it can be lifted at %s at the earliest (%s), if every run passes from now on", stamp(h.Earliest), exporters.Away(h.Earliest, now)))
	}
}

// choices is what a person can do at a gate, a sentence each.
func choices(v exporters.GateView) []string {
	var all []string
	for _, r := range slices.Concat(v.Reasons, v.Problems) {
		if r.Do != "" && !slices.Contains(all, r.Do) {
			all = append(all, r.Do)
		}
	}
	enable := fmt.Sprintf("'aws codepipeline enable-stage-transition --pipeline-name %s --stage-name %s --transition-type Inbound'", v.Pipeline, v.Stage)
	set := "'andon override set " + v.Name + " %s --reason TEXT --for 1h'"
	switch {
	case len(v.May) == 0 && v.Action != "":
		return append(all, "let it act, when you believe it: 'may: [approve, reject]' in the configuration")
	case len(v.May) == 0:
		return append(all, "let it act, when you believe it: 'may: [close, open]' in the configuration")
	case v.Order != nil:
		all = append(all, "end the order: 'andon override clear "+v.Name+" --reason TEXT'")
	}
	switch {
	case v.Action != "":
		return append(all, atApproval(v)...)
	case v.Holder == gates.Person:
		all = append(all, "ask "+v.HeldBy+" to enable the transition, or do it yourself with "+enable+": andon never lifts a person's hold")
	case v.State == gates.Closed && v.Order == nil:
		all = append(all, "let through what waits, on your own word: "+fmt.Sprintf(set, "open")+"; or "+enable+", which counts as an order for the gate's person_enable")
		if n := len(v.Waiting); n > 0 {
			all = append(all, fmt.Sprintf("let one execution in, if it is the fix: 'andon override allow --pipeline %s --execution %s --reason TEXT'", v.Pipeline, v.Waiting[n-1].ID))
		}
	case v.State == gates.Opened && v.Order == nil:
		all = append(all, "stop the line on your own word: "+fmt.Sprintf(set, "closed"))
	}
	return all
}
