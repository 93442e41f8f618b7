package demo

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
)

// A mood chooses colour and sign of a headline.
type mood string

const (
	well    mood = "well"
	stopped mood = "stopped"
	between mood = "between"
)

// gateWords is a gate's report in plain sentences.
type gateWords struct {
	gates.Report
	Mood     mood
	Headline string
	Facts    []string
}

func wordsOf(r gates.Report) gateWords {
	w := gateWords{Report: r}
	w.Mood, w.Headline = gateHeadline(r)
	w.Facts = gateFacts(r)
	return w
}

func gateHeadline(r gates.Report) (mood, string) {
	wanted := r.Decision.State
	if r.Gate.Action != "" {
		return approvalHeadline(r)
	}
	switch r.Holder {
	case gates.Unread:
		return between, "andon has not seen the transition yet"
	case gates.Nobody:
		return openHeadline(r)
	case gates.Ours, gates.Adrift:
		if wanted == gates.Opened {
			return between, "Production is well again, andon opens the line"
		}
		return stopped, "andon has stopped the line"
	case gates.Person:
		return stopped, "A person has stopped the line"
	}
	return stopped, "The line is stopped, but not by this andon"
}

// approvalHeadline speaks of an approval.
func approvalHeadline(r gates.Report) (mood, string) {
	switch {
	case r.Calendar != nil && r.Calendar.Word == calendar.Black:
		return stopped, "It is a BlackDay: releases wait for approval"
	case r.Decision.State == gates.Opened:
		return well, "andon approves releases"
	case r.Decision.State == gates.Closed:
		return stopped, "andon lets releases wait for approval"
	}
	return between, "andon approves nothing just now"
}

// openHeadline speaks of a transition that is enabled.
func openHeadline(r gates.Report) (mood, string) {
	switch {
	case r.Override != nil:
		return between, "A person has opened the line"
	case r.Decision.State == gates.Opened:
		return well, "The line runs"
	case r.Decision.State == gates.Keep:
		return between, "The line runs, and andon leaves it as it is"
	case r.Gate.Observing():
		return between, "andon would stop the line, but it may only watch"
	}
	return stopped, "Production is unwell, andon stops the line"
}

// gateFacts are the sentences below the reasons: who holds, since when, what next.
func gateFacts(r gates.Report) []string {
	var fs []string
	add := func(format string, args ...any) { fs = append(fs, fmt.Sprintf(format, args...)) }
	if r.Gate.Action != "" {
		return approvalFacts(r)
	}
	switch r.Holder {
	case gates.Person:
		add("%s disabled the transition%s. andon never lifts a person's hold: enable it as a person.", nameOr(r.Seen.ChangedBy, "A person"), atTime(r.Seen.ChangedAt))
	case gates.Ours:
		add("andon disabled the transition%s, and lifts only what it disabled itself.", atTime(r.Seen.ChangedAt))
	}
	if h := r.Hold; h != nil && h.Suspect {
		add("A release was inside the stage or had just left it when production became unwell: what waits may carry the same fault.")
	}
	if o := r.Override; o != nil {
		add("A person's order stands until %s at the latest, and andon does not fight it.", clockTime(o.Expires))
	} else if until := r.Decision.Until; !until.IsZero() && r.Decision.State == gates.Closed {
		add("The close ends at %s at the earliest.", clockTime(until))
	}
	if !r.Fresh && r.Holder != gates.Unread {
		add("CodePipeline could not be read this time; what is shown was seen at %s.", clockTime(r.Seen.Begun))
	} else if r.Holder != gates.Unread && !r.Enforced && !r.Gate.Observing() && r.Decision.State != gates.Keep {
		add("The transition is not yet as andon wants it.")
	}
	return fs
}

// approvalFacts are what waits, and the last answers.
func approvalFacts(r gates.Report) []string {
	var fs []string
	for _, c := range r.Cases {
		fs = append(fs, fmt.Sprintf("Execution %s asks for approval since %s.", shortID(c.Execution.ID), clockTime(c.Since)))
	}
	for _, a := range r.Allows {
		fs = append(fs, fmt.Sprintf("%s lets execution %s through: %s.", a.Actor, shortID(a.Execution), a.Reason))
	}
	const few = 4
	for i := range min(few, len(r.Rulings)) {
		answer := r.Rulings[len(r.Rulings)-1-i]
		fs = append(fs, fmt.Sprintf("%s: %s", clockTime(answer.At), answer.Summary))
	}
	return fs
}

// Guards tells whether the gate stands at a transition, rather than at an approval.
func (w gateWords) Guards() bool { return w.Gate.Action == "" }

func nameOr(arn, otherwise string) string {
	if arn == "" {
		return otherwise
	}
	return nameIn(arn)
}

func atTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " at " + clockTime(t)
}

// clockTime writes a time of this day as a wall clock shows it.
func clockTime(t time.Time) string { return t.Local().Format("15:04:05") }

// reopening explains how the gate opens again, since a demo has no patience.
func (w gateWords) Reopening() string {
	s := fmt.Sprintf("Once production is well a close stands for at least %v here", w.Gate.MinHold)
	switch w.Gate.Reopen {
	case gates.AutoReopen:
		s += ", and then the line opens by itself (reopen: auto)"
	case gates.AskReopen:
		s += ", and then a person has to open (reopen: ask)"
	default:
		s += ", and where a release may be the cause a person has to open (reopen: ask-if-suspect)"
	}
	return s + ". Unless told otherwise, andon waits 10 minutes and asks a person where a release is suspect."
}
