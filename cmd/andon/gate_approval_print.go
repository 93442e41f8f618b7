package main

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// approvals tells what waits at an approval and what was answered of late.
func (t *table) approvals(v exporters.GateView, now time.Time) {
	for _, a := range v.Approvals {
		text := "execution " + a.Execution
		if a.Revision != "" {
			text += ", revision " + a.Revision
		}
		if a.Rollback {
			text += ", a rollback"
		}
		text += since(a.Since, now) + ": " + a.Will
		t.row("asks", text)
		for _, r := range a.Reasons {
			t.row("", "because "+r.Text)
		}
		if !a.Expires.IsZero() {
			t.row("", fmt.Sprintf("it expires at %s (%s)", stamp(a.Expires), exporters.Away(a.Expires, now)))
		}
	}
	if more := v.ApprovalsTotal - len(v.Approvals); more > 0 {
		t.row("asks", fmt.Sprintf("and %d more", more))
	}
	const few = 3
	for _, a := range v.Answers[:min(len(v.Answers), few)] {
		text := a.Summary
		if a.By != "" {
			text = a.By
			if a.Execution != "" {
				text = fmt.Sprintf("execution %s: %s, before andon could", a.Execution, a.By)
			}
			if a.Execution == "" && a.Summary != "" {
				text += ": " + a.Summary
			}
		}
		t.row("answered", fmt.Sprintf("%s (%s): %s", stamp(a.At), exporters.Away(a.At, now), text))
	}
}

func asking(n int) string {
	switch n {
	case 0:
		return "no release waits"
	case 1:
		return "a release waits"
	}
	return fmt.Sprintf("%d releases wait", n)
}

// atApproval is what a person can do where releases are approved.
func atApproval(v exporters.GateView) []string {
	var all []string
	set := "'andon override set " + v.Name + " %s --reason TEXT --for 1h'"
	for _, a := range v.Approvals {
		if a.Reply == gates.WaitReply {
			all = append(all, fmt.Sprintf("let this one release through: 'andon override allow --pipeline %s --execution %s --reason TEXT'", v.Pipeline, a.Execution))
		}
	}
	if len(v.Approvals) > 0 {
		all = append(all, fmt.Sprintf("answer %s/%s in the console with your own credentials: andon reads who did, and does not fight it", v.Stage, v.Action))
	}
	switch {
	case v.Order != nil:
	case v.State == gates.Opened:
		all = append(all, "let every release wait, on your own word: "+fmt.Sprintf(set, "closed"))
	default:
		all = append(all, "let every release pass, on your own word: "+fmt.Sprintf(set, "open"))
	}
	return all
}
