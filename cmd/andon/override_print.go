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

func printOverrides(w io.Writer, list []exporters.GateOverrideView) error {
	t := newTable()
	if len(list) == 0 {
		t.row("no order is in force")
		return t.print(w)
	}
	t.row("GATE", "ORDERED", "BY", "SINCE (UTC)", "UNTIL (UTC)", "WHY")
	for _, o := range list {
		t.row(o.Gate, o.State.String(), o.Actor, clock(o.At), clock(o.Expires), o.Reason)
	}
	return t.print(w)
}
