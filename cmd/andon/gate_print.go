package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// exitOf judges a gate in a list as /api/v1/gates/NAME/go would answer, only
// stricter: what andon has not looked at for a while is not known.
func exitOf(v exporters.GateView) int {
	const old = time.Minute
	silent := slices.ContainsFunc(v.Problems, func(r gates.Reason) bool { return r.Code == "silent" })
	switch {
	case v.Go && !silent:
		return exitGood
	case silent:
		return exitUnknown
	case v.State == gates.Closed:
		return exitBad
	case v.AWS == nil || v.At.Sub(v.AWS.ReadAt) > old:
		return exitUnknown
	case v.Action == "" && !v.AWS.Enabled:
		return exitBad
	}
	return exitUnknown
}

// stateWord is what people call the state of a gate whose answer amounts to
// exit.
func stateWord(v exporters.GateView, exit int) string {
	switch {
	case v.Would == gates.Keep.String():
		return "would keep"
	case v.Would != "":
		return "would be " + v.Would
	case exit == exitGood:
		return "open"
	case exit == exitUnknown:
		return "cannot tell"
	case v.State == gates.Closed && v.AWS != nil && v.AWS.Enabled && v.Action == "":
		return "closing"
	case v.State == gates.Closed:
		return "closed"
	}
	return "held"
}

// printGates writes a table.
func printGates(w io.Writer, said exporters.GatesView) error {
	t := newTable("GATE", "STATE", "HELD BY", "SINCE (UTC)", "UNTIL (UTC)", "WHY")
	for _, v := range said.Gates {
		since := v.Since
		if since.IsZero() && v.AWS != nil && !v.AWS.Enabled && v.Action == "" {
			since = v.AWS.ChangedAt
		}
		t.row(v.Name, stateWord(v, exitOf(v)), cmp.Or(v.HeldBy, "-"), clock(since), clock(v.Until), v.Why)
	}
	if err := t.print(w); err != nil {
		return err
	}
	return printWhole(w, said)
}

// printWhole tells what is no single gate's.
func printWhole(w io.Writer, said exporters.GatesView) error {
	t := newTable()
	for _, o := range said.Orphans {
		t.row(fmt.Sprintf("orphan: gate %s left a hold at stage %s of pipeline %s since %s: %s", o.Gate, o.Stage, o.Pipeline, stamp(o.Since), o.Why))
		t.row("  " + o.Do)
	}
	for _, p := range said.Problems {
		t.row("problem: " + p.Text)
		t.row("  " + p.Do)
	}
	return t.print(w)
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return strings.TrimSuffix(stamp(t), " UTC")
}

// A table aligns columns. What stands in it is made plain.
type table struct {
	text bytes.Buffer
	tabs *tabwriter.Writer
}

func newTable(head ...string) *table {
	t := &table{}
	t.tabs = tabwriter.NewWriter(&t.text, 0, 8, 2, ' ', 0)
	if len(head) > 0 {
		t.row(head...)
	}
	return t
}

func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = plain(c)
	}
	fmt.Fprintln(t.tabs, strings.Join(cells, "\t"))
}

func (t *table) print(w io.Writer) error {
	t.tabs.Flush() // into memory: it cannot fail
	_, err := w.Write(t.text.Bytes())
	return err
}

// printGate writes everything about a gate, one label and text per line.
func printGate(w io.Writer, a answer, now time.Time) error {
	v := a.view
	t := newTable()
	t.row("gate", v.Name+": "+stateWord(v, a.exit))
	t.row("why", v.Why)
	t.row("point", pointText(v))
	t.row("may", mayText(v))
	t.row("decision", decisionText(v, now))
	t.reasons("because", v.Reasons, now)
	for _, c := range v.Checks {
		t.row("check", checkText(c, now))
	}
	if v.Calendar != nil {
		t.row("calendar", gateCalendarText(*v.Calendar, now))
	}
	t.row("in AWS", awsText(v, now))
	if v.AWS != nil && v.AWS.Reason != "" {
		t.row("", "says: "+v.AWS.Reason)
	}
	t.order(v, now)
	t.approvals(v, now)
	t.releases("inside", v.Inside, v.InsideTotal, now)
	t.releases("waiting", v.Waiting, v.WaitingTotal, now)
	t.reasons("problem", v.Problems, now)
	return t.print(w)
}

func (t *table) reasons(label string, rs []gates.Reason, now time.Time) {
	for _, r := range rs {
		t.row(label, r.Text+since(r.Since, now))
		if r.Do != "" {
			t.row("", "to do: "+r.Do)
		}
	}
}

func (t *table) releases(label string, xs []gates.Execution, total int, now time.Time) {
	if total == 0 {
		t.row(label, "nothing")
	}
	for _, x := range xs {
		text := "execution " + x.ID
		if x.Revision != "" {
			text += ", revision " + x.Revision
		}
		if x.Rollback {
			text += ", a rollback"
		}
		if x.Action != "" {
			text += ", in " + x.Action
		}
		t.row(label, text+since(x.Since, now))
	}
	if more := total - len(xs); more > 0 {
		t.row(label, fmt.Sprintf("and %d more", more))
	}
}

// since is the end of a sentence, "" for a time that nobody knows.
func since(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf(", since %s (%s)", stamp(t), exporters.Away(t, now))
}

func pointText(v exporters.GateView) string {
	text := fmt.Sprintf("the transition into %s of pipeline %s", v.Stage, v.Pipeline)
	if v.Action != "" {
		text = fmt.Sprintf("the approval %s/%s of pipeline %s", v.Stage, v.Action, v.Pipeline)
	}
	if v.Region != "" {
		text += " in " + v.Region
	}
	return text
}

func mayText(v exporters.GateView) string {
	if len(v.May) == 0 {
		return "change nothing, it observes"
	}
	verbs := make([]string, len(v.May))
	for i, verb := range v.May {
		verbs[i] = string(verb)
	}
	return strings.Join(verbs, ", ")
}

func decisionText(v exporters.GateView, now time.Time) string {
	text := v.State.String()
	if v.State == gates.Keep {
		text = "change nothing"
	}
	text += since(v.Since, now)
	if !v.Until.IsZero() {
		text += fmt.Sprintf(", until %s (%s)", stamp(v.Until), exporters.Away(v.Until, now))
	}
	if v.Ask {
		text += ", a person has to open"
	}
	if !v.Enforced && len(v.May) > 0 && v.State != gates.Keep {
		text += "; AWS does not show that"
	}
	return text
}

func checkText(c gates.CheckEvidence, now time.Time) string {
	text := c.Name + " is " + c.Word + since(c.Since, now)
	if c.Text != "" {
		text += ": " + c.Text
	}
	if c.Word != "healthy" && c.Up > 0 {
		text += fmt.Sprintf("; %d passes in a row, %d make it healthy", c.Passes, c.Up)
	}
	return text
}

func awsText(v exporters.GateView, now time.Time) string {
	switch {
	case v.AWS == nil:
		return "not read yet"
	case v.Action != "":
		return fmt.Sprintf("%s for approval; read at %s", asking(v.ApprovalsTotal), stamp(v.AWS.ReadAt))
	case v.AWS.Enabled && v.AWS.ChangedBy == "":
		return "enabled, nobody holds it; read at " + stamp(v.AWS.ReadAt)
	case v.AWS.Enabled:
		return fmt.Sprintf("enabled by %s%s; read at %s", v.AWS.ChangedBy, since(v.AWS.ChangedAt, now), stamp(v.AWS.ReadAt))
	}
	text := "disabled, held by " + v.HeldBy
	if v.AWS.ChangedBy != "" && v.AWS.ChangedBy != v.HeldBy {
		text += " (" + v.AWS.ChangedBy + ")"
	}
	return text + since(v.AWS.ChangedAt, now) + "; read at " + stamp(v.AWS.ReadAt)
}
