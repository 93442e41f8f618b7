package main

import (
	"fmt"
	"io"
	"time"

	"github.com/andon-project/andon/exporters"
)

// printOrdered writes what comes of an order, one label and text per line.
func printOrdered(w io.Writer, v exporters.OutlookView, now time.Time) error {
	t := newTable()
	if o := v.Override; o != nil {
		t.row("order", fmt.Sprintf("gate %s is ordered %s by %s until %s (%s): %s", v.Gate, o.State, o.Actor, stamp(o.Expires), exporters.Away(o.Expires, now), o.Reason))
	} else {
		t.row("order", "no order is in force any more at gate "+v.Gate)
	}
	if b := v.Before; b != nil {
		label := "replaces"
		if v.Override == nil {
			label = "ended"
		}
		t.row(label, fmt.Sprintf("the order of %s that it is %s: %s", b.Actor, b.State, b.Reason))
	}
	t.row("now", v.Will)
	t.reasons("in the way", v.Blocks, now)
	if len(v.Waiting) > 0 {
		t.releases("enters", v.Waiting, len(v.Waiting), now)
	}
	return t.print(w)
}

func printOverrides(w io.Writer, v exporters.OverridesView) error {
	t := newTable()
	if len(v.Overrides)+len(v.Allows) == 0 {
		t.row("no order is in force")
		return t.print(w)
	}
	if len(v.Overrides) > 0 {
		t.row("GATE", "ORDERED", "BY", "SINCE (UTC)", "UNTIL (UTC)", "WHY")
	}
	for _, o := range v.Overrides {
		t.row(o.Gate, o.State.String(), o.Actor, clock(o.At), clock(o.Expires), o.Reason)
	}
	if len(v.Allows) > 0 {
		t.row("PIPELINE", "LET THROUGH", "BY", "SINCE (UTC)", "UNTIL (UTC)", "WHY")
	}
	for _, a := range v.Allows {
		t.row(a.Pipeline, "execution "+a.Execution, a.Actor, clock(a.At), clock(a.Expires), a.Reason)
	}
	return t.print(w)
}

// printWay writes what would come of letting an execution through.
func printWay(w io.Writer, v exporters.WayView, now time.Time) error {
	t := newTable()
	text := v.Execution
	if v.Revision != "" {
		text += ", revision " + v.Revision
	}
	t.row("execution", text)
	for _, x := range v.Riders {
		text := "execution " + x.ID + ", " + x.Status
		if x.Revision != "" {
			text += ", revision " + x.Revision
		}
		if x.Summary != "" {
			text += ": " + x.Summary
		}
		t.row("rides along", text+since(x.Since, now))
	}
	switch {
	case v.Partial:
		t.row("rides along", "perhaps more: what is in production is further back than andon looked")
	case len(v.Riders) == 0:
		t.row("rides along", "nothing: the execution before it went all the way")
	}
	t.reasons("in the way", v.Blocks, now)
	return t.print(w)
}

// printAllowed writes that an execution is let through, or is no longer.
func printAllowed(w io.Writer, v exporters.WayView, now time.Time) error {
	t := newTable()
	if a := v.Allow; a != nil {
		t.row("order", fmt.Sprintf("execution %s of pipeline %s is let through by %s until %s (%s): %s", v.Execution, v.Pipeline, a.Actor, stamp(a.Expires), exporters.Away(a.Expires, now), a.Reason))
	} else {
		t.row("order", fmt.Sprintf("execution %s of pipeline %s is let through no more", v.Execution, v.Pipeline))
	}
	if b := v.Before; b != nil {
		t.row("before", fmt.Sprintf("%s had let it through: %s", b.Actor, b.Reason))
	}
	t.row("now", v.Will)
	return t.print(w)
}
