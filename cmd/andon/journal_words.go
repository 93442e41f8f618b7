package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/gates"
)

// describe says in one line what a record's body means. A kind that it does
// not know, or a body of another shape, is shown as it is.
func describe(kind string, body json.RawMessage) string {
	const most = 2000 // characters; --output json has all of it
	said, ok := "", false
	switch kind {
	case "intent":
		said, ok = in(body, intentWords)
	case "outcome":
		said, ok = in(body, outcomeWords)
	case "adopt":
		said, ok = in(body, adoptWords)
	case "release":
		said, ok = in(body, func(r struct{ Why string }) string { return r.Why })
	case "move":
		said, ok = in(body, func(m struct{ From, To gates.Place }) string {
			return fmt.Sprintf("the gate moved from %s to %s", m.From, m.To)
		})
	case "override":
		said, ok = in(body, overrideWords)
	case "override-end":
		said, ok = in(body, func(e struct{ ID, Why string }) string { return e.ID + " ended: " + e.Why })
	case "extend":
		said, ok = in(body, func(x struct{ Hold gates.Hold }) string {
			return x.Hold.Intent + ": a hold by order stands for production too: " + strings.Join(x.Hold.Checks, ", ")
		})
	case "allow":
		said, ok = in(body, func(a gates.Allow) string {
			return fmt.Sprintf("%s: %s lets execution %s through: %s; until %s at the latest", a.ID, a.Actor, a.Execution, a.Reason, stamp(a.Expires))
		})
	case "allow-end":
		said, ok = in(body, func(e gates.AllowEnd) string { return e.ID + " ended: " + e.Actor + ": " + e.Reason })
	case "passage":
		said, ok = in(body, passageWords)
	case "verdict":
		said, ok = in(body, verdictWords)
	case daemon.KindReload:
		said, ok = in(body, reloadWords)
	case sources.KindVanished:
		said, ok = in(body, vanishedWords)
	case sources.KindAcknowledged:
		said, ok = in(body, acknowledgedWords)
	case "late":
		said, ok = in(body, lateWords)
	}
	if !ok || said == "" {
		said = string(body)
	}
	if r := []rune(said); len(r) > most {
		said = string(r[:most]) + "…"
	}
	return said
}

// in decodes a body and puts it into words.
func in[T any](body json.RawMessage, words func(T) string) (string, bool) {
	var v T
	if json.Unmarshal(body, &v) != nil {
		return "", false
	}
	return words(v), true
}

func intentWords(i gates.Intent) string {
	if i.Verb == "" {
		return ""
	}
	s := fmt.Sprintf("%s: %s %s/%s", i.ID, i.Verb, i.Pipeline, i.Stage)
	if a := i.Approval; a != nil {
		s = fmt.Sprintf("%s: %s execution %s at %s/%s/%s", i.ID, i.Verb, a.Execution.ID, i.Pipeline, i.Stage, i.Action)
	}
	var why []string
	for _, r := range i.Decision.Reasons {
		why = append(why, r.Text)
	}
	if len(why) > 0 {
		s += " because " + strings.Join(why, "; ")
	}
	return s
}

func outcomeWords(o gates.Outcome) string {
	if o.Result == "" {
		return ""
	}
	s := o.Intent + ": " + o.Result
	if o.By != "" {
		s += ", " + o.By
	}
	if o.Error != "" {
		s += ": " + o.Error
	}
	return s
}

func adoptWords(a struct {
	Mark gates.Mark
	Seen gates.Seen
}) string {
	if a.Mark.Intent == "" {
		return ""
	}
	return a.Mark.Intent + ": a hold of ours that the journal did not know: " + a.Seen.Reason
}

func overrideWords(o gates.Override) string {
	if o.ID == "" {
		return ""
	}
	s := fmt.Sprintf("%s: %s ordered it %s: %s; until %s at the latest", o.ID, o.Actor, o.Wants(), o.Reason, stamp(o.Expires))
	if r := o.Replaces; r != nil {
		s += fmt.Sprintf("; in place of %s, by %s: %s", r.ID, r.Actor, r.State)
	}
	return s
}

func passageWords(p gates.Passage) string {
	switch p.Entered {
	case "":
		return fmt.Sprintf("%s: execution %s was to be let in, and nothing entered", p.Intent, p.Allow.Execution)
	case p.Allow.Execution:
		return fmt.Sprintf("%s: execution %s was let in, and nothing else", p.Intent, p.Entered)
	}
	return fmt.Sprintf("%s: execution %s entered, where %s was to be let in", p.Intent, p.Entered, p.Allow.Execution)
}

func verdictWords(v struct {
	Changes []gates.VerdictChange
	Sight   *gates.SightChange
}) string {
	var all []string
	switch s := v.Sight; {
	case s == nil:
	case s.Blind:
		all = append(all, fmt.Sprintf("andon is blind since %s: nothing of production passes, and the witnesses fail too: %s", stamp(s.Since), strings.Join(s.Witnesses, ", ")))
	default:
		all = append(all, "andon sees again")
	}
	for _, c := range v.Changes {
		s := c.Check
		if c.Target != "" && c.Target != c.Check {
			s += " " + c.Target
		}
		s += " is " + c.Verdict
		if !c.Since.IsZero() {
			s += " since " + stamp(c.Since)
		}
		if c.Why != "" {
			s += ": " + c.Why
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

func reloadWords(r daemon.ReloadRecord) string {
	switch {
	case r.Actor == "":
		return ""
	case r.Refused != "":
		return r.Actor + " ordered a reload, which was refused: " + r.Refused
	case len(r.Changed) == 0:
		return r.Actor + " ordered a reload, and nothing had changed"
	}
	return r.Actor + " ordered a reload; changed: " + strings.Join(r.Changed, ", ")
}

func lateWords(l struct {
	Kind string
	Time time.Time
	Why  string
	Body json.RawMessage
}) string {
	if l.Kind == "" || l.Kind == "late" { // never inside another
		return ""
	}
	return fmt.Sprintf("%s of %s, written late (%s): %s", l.Kind, stamp(l.Time), l.Why, describe(l.Kind, l.Body))
}

func vanishedWords(v sources.VanishedRecord) string {
	if len(v.Causes) == 0 {
		return ""
	}
	return "vanished from what window " + v.Window + " reads, and blocks until acknowledged: " + causesWords(v.Causes)
}

func acknowledgedWords(a calendar.Acked) string {
	if a.Actor == "" {
		return ""
	}
	s := a.Actor + " acknowledged: " + a.Reason
	if len(a.Freed) > 0 {
		s += "; no longer blocking: " + causesWords(a.Freed)
	}
	if len(a.Believed) > 0 {
		s += "; believed what is new in: " + strings.Join(a.Believed, ", ")
	}
	return s
}

func causesWords(all []calendar.Cause) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = fmt.Sprintf("%s (%s to %s)", c.Reason, stamp(c.Start), stamp(c.End))
	}
	return strings.Join(words, ", ")
}
