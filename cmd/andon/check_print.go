package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// printOutlook writes what a valid configuration will do, for people.
func printOutlook(w io.Writer, o outlook) error {
	fmt.Fprintf(w, "%s is valid: %s, %s, %s, %s; %s\n\n", plain(o.File), count(len(o.Checks), "check"), plural(len(o.Witnesses), "witness", "witnesses"),
		count(len(o.Calendars), "calendar"), count(len(o.Gates), "gate"), count(len(o.Warnings), "warning"))
	t := newTable()
	if o.Instance != "" {
		t.row("instance", o.Instance+o.by("instance"))
	}
	t.row("listens", o.Listen+o.by("listen"))
	t.row("journal", o.Data+o.by("data"))
	t.row("opens", "at most "+o.MaxOpens+", all gates together"+o.by("max_opens"))
	t.row("writers", o.writersText())
	t.row("refuses", o.egressText())
	for _, c := range o.Checks {
		t.check("check", c)
	}
	for _, c := range o.Witnesses {
		t.check("witness", c)
	}
	for _, c := range o.Calendars {
		t.calendar(c)
	}
	for _, g := range o.Gates {
		t.gate(g)
	}
	if err := t.print(w); err != nil || len(o.Warnings) == 0 {
		return err
	}
	_, err := fmt.Fprintln(w, "\nwarnings:\n"+strings.Join(warningLines(o.Warnings), "\n"))
	return err
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// by names what replaced a value of the file.
func (o outlook) by(path string) string {
	i := slices.IndexFunc(o.Replaced, func(r replacement) bool { return r.Path == path })
	if i < 0 {
		return ""
	}
	return " (by " + o.Replaced[i].By + ")"
}

func (o outlook) writersText() string {
	if len(o.Writers) == 0 {
		return "nobody over HTTP"
	}
	return strings.Join(o.Writers, ", ") + ", users of " + o.WebConfig + o.by("web_config")
}

func (o outlook) egressText() string {
	text := "to ask link-local and metadata addresses"
	if o.Egress.RefusePrivate {
		text += ", private ones" + o.by("egress.refuse_private")
	}
	if o.Egress.RefuseLoopback {
		text += ", loopback" + o.by("egress.refuse_loopback")
	}
	return text
}

func (t *table) check(what string, c checkOutlook) {
	t.row("")
	t.row(what + " " + c.Name)
	t.row("  asks", c.Kind+": "+strings.Join(c.Asks, ", "))
	if c.Network != "" {
		t.row("  network", c.Network)
	}
	for _, e := range c.Expects {
		t.row("  expects", e)
	}
	t.row("  starts", startsText(c))
	if len(c.Next) > 0 {
		t.row("  next", nextText(c))
	}
	t.row("  unhealthy", downText(c))
	t.row("  healthy", upText(c))
	t.row("  unknown", "when its last result is older than "+c.Stale)
	if what == "check" {
		t.row("  gates", orNone(c.Gates))
	}
}

func startsText(c checkOutlook) string {
	if c.Cron == "" {
		return fmt.Sprintf("every %s from when andon starts, for %s at most", c.Every, c.Timeout)
	}
	return fmt.Sprintf("at %s by the clock of %s, %s apart at least, for %s at most", c.Cron, c.Timezone, c.Every, c.Timeout)
}

// nextText has the three starts on the wall clock of the schedule, and the first
// in UTC.
func nextText(c checkOutlook) string {
	var starts []string
	for _, at := range c.Next {
		starts = append(starts, at.In(c.zone).Format("Mon 2006-01-02 15:04"))
	}
	text := strings.Join(starts, ", ")
	if c.zone != time.UTC {
		text += "; the first is " + stamp(c.Next[0])
	}
	return text
}

func downText(c checkOutlook) string {
	among := "in a row"
	switch {
	case c.Down == 1:
		return "with the first failure"
	case c.Down < c.Of:
		among = fmt.Sprintf("among %d runs", c.Of)
	}
	return fmt.Sprintf("after %d failures %s: at the earliest %s after the first", c.Down, among, c.Unhealthy)
}

func upText(c checkOutlook) string {
	if c.Up == 1 {
		return "again with the first pass"
	}
	return fmt.Sprintf("again after %d passes in a row: at the earliest %s after the first", c.Up, c.Healthy)
}

func warningLines(all []mistake) []string {
	var lines []string
	for _, m := range all {
		at := m.File
		if m.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column)
		}
		lines = append(lines, plain(at+": "+m.Path+": "+m.Message))
	}
	return lines
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
