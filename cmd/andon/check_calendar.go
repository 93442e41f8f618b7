package main

import (
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
)

// A calendarOutlook is what a calendar will say, as far as that is known without
// asking anybody: files are read.
type calendarOutlook struct {
	Name     string          `json:"name"`
	Timezone string          `json:"timezone"`
	State    calendar.Word   `json:"state"`                // unreadable: that takes its sources
	Causes   []string        `json:"causes"`               // the windows that make it black
	Next     time.Time       `json:"next_change,omitzero"` // of the state
	Windows  []windowOutlook `json:"windows"`
	Gates    []string        `json:"gates"` // that use it

	zone *time.Location
}

type windowOutlook struct {
	Name       string          `json:"name"`
	Effect     calendar.Effect `json:"effect"`
	Source     string          `json:"source,omitempty"` // what it reads, and how often; never the address of a feed
	StaleAfter string          `json:"stale_after,omitempty"`
	Start      time.Time       `json:"start,omitzero"` // of the time in which it is in force now, or next
	End        time.Time       `json:"end,omitzero"`
	Reason     string          `json:"reason,omitempty"`
	Problem    string          `json:"problem,omitempty"` // of a file
}

// calendarOutlookOf tells what becomes of c; with is the same with what was read, or
// nil.
func calendarOutlookOf(c config.Calendar, with *calendar.Calendar, all []config.Gate, now time.Time) calendarOutlook {
	if with == nil {
		with = c.Calendar.With(nil, now)
	}
	s := with.At(now, now)
	o := calendarOutlook{Name: c.Name, Timezone: c.Timezone, State: s.Word, Causes: []string{}, Next: s.Next, Windows: []windowOutlook{}, Gates: []string{}, zone: time.UTC}
	for _, cause := range s.Causes {
		o.Causes = append(o.Causes, cause.Window)
	}
	for _, w := range c.Windows {
		v := windowOutlook{Name: w.Name, Effect: w.Effect}
		if v.Effect == "" {
			v.Effect = calendar.Block
		}
		v.Source, v.StaleAfter = sourceOf(c, w)
		next, _ := with.NextOf(w.Name, now)
		v.Start, v.End, v.Reason = next.Start, next.End, next.Reason
		for _, p := range s.Problems {
			if p.Window == w.Name && readsFile(w) {
				v.Problem = p.Text
			}
		}
		o.Windows = append(o.Windows, v)
	}
	for _, g := range all {
		if g.Calendar == c.Name {
			o.Gates = append(o.Gates, g.Name)
		}
	}
	if zone, err := time.LoadLocation(c.Timezone); err == nil {
		o.zone = zone
	}
	return o
}

func readsFile(w calendar.Window) bool { return w.ICS != nil && w.ICS.File != "" }

// sourceOf names what a window reads. The address of a feed is a secret.
func sourceOf(c config.Calendar, w calendar.Window) (source, staleAfter string) {
	switch {
	case w.SSM != nil:
		return "the Change Calendar " + c.Hide(w.SSM.Name) + ", every " + span(w.SSM.Every), span(w.SSM.StaleAfter)
	case w.ICS == nil:
		return "", ""
	case w.ICS.File != "":
		source = c.Hide(w.ICS.File)
	case w.ICS.S3 != "":
		source = c.Hide(w.ICS.S3)
	default:
		source = "a feed"
	}
	return source + ", every " + span(w.ICS.Every), span(w.ICS.StaleAfter)
}

func (t *table) calendar(c calendarOutlook) {
	t.row("")
	t.row("calendar " + c.Name)
	t.row("  clock", c.Timezone)
	t.row("  now", c.nowText())
	for _, w := range c.Windows {
		t.row("  "+w.Name, c.windowText(w))
	}
	t.row("  gates", orNone(c.Gates))
}

func (c calendarOutlook) nowText() string {
	if c.State == calendar.Unreadable {
		return "it depends on what its windows read: andon calendar show asks them"
	}
	text := c.State.String()
	if len(c.Causes) > 0 {
		text += ", by " + strings.Join(c.Causes, ", ")
	}
	if c.Next.IsZero() {
		return text + ", and stays so"
	}
	return text + ", until " + c.local(c.Next)
}

func (c calendarOutlook) windowText(w windowOutlook) string {
	text := ""
	when := c.local(w.Start) + " to " + c.local(w.End)
	never := w.Start.IsZero() && w.End.IsZero()
	switch {
	case w.Source != "":
		text = "reads " + w.Source + ", and believes it for " + w.StaleAfter
		if w.Problem != "" {
			text += ": " + w.Problem
		} else if !never {
			text += ": " + when
		}
	case never:
		text = "never again"
	default:
		text = when
	}
	if w.Effect == calendar.Warn {
		text += "; it only warns"
	}
	return text
}

func (c calendarOutlook) local(t time.Time) string {
	if t.IsZero() {
		return "open end"
	}
	return t.In(c.zone).Format("Mon 2006-01-02 15:04")
}
