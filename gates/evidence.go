package gates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/probes"
)

// evidence gathers what Decide is told. It reads no clock and does no I/O.
func (g Gate) evidence(now time.Time, known facts, seen Seen, past Memory, doubts []Reason) Evidence {
	if past.Hold != nil {
		past.Hold = past.Hold.onClock(now, seen.Skew)
	}
	e := Evidence{Now: now, Gate: g.Name, Hold: past.Hold, Waiting: len(seen.Waiting), MinHold: g.MinHold, Reopen: g.Reopen,
		Blind: known.health.Blind(now), OnBlind: g.OnBlind}
	e.ask(g, known.calendars)
	if g.inForce(now, seen, past) {
		e.Override = past.Override
	}
	e.Letting = g.letting(now, seen, past)
	if seen.Enabled && past.resumes() {
		e.Resume = past.Passage
	}
	var since time.Time
	if past.Hold != nil {
		since = past.Hold.Failure
	}
	for _, name := range g.Checks {
		c := checkEvidence(now, known.health, name, since)
		if past.Hold != nil {
			c.Needs = past.Hold.needs(c)
		}
		e.Checks = append(e.Checks, c)
	}
	e.Doubts = slices.Clone(doubts)
	if seen.Skew.Abs() > MaxSkew {
		e.Doubts = append(e.Doubts, Reason{Code: "clock",
			Text: fmt.Sprintf("our clock and AWS's differ by %v", seen.Skew.Abs().Round(time.Second)),
			Do:   "set this machine's clock (NTP); until then andon closes, but opens nothing"})
	}
	return e
}

func checkEvidence(now time.Time, health probes.Snapshot, name string, since time.Time) CheckEvidence {
	c, ok := health.Check(name)
	if !ok {
		return CheckEvidence{Name: name, Word: probes.Unknown.String(), Text: "there is no such check"}
	}
	if c.Witness {
		return CheckEvidence{Name: name, Word: probes.Unknown.String(), Text: "it is a witness, which tells nothing of production"}
	}
	v := c.At(now)
	e := CheckEvidence{Name: name, Verdict: v, Word: v.String(), Passes: c.PassesSince(since), Every: c.Every, Starved: c.Starved()}
	for _, t := range c.Targets {
		e.Up = max(e.Up, t.Status.Policy().Up, 1)
		e.Unseen = e.Unseen || t.Status.Interrupted()
		if f := t.Status.LastFailure.Start; f.After(e.Failure) {
			e.Failure = f
		}
	}
	if t, ok := c.Worst(now); ok {
		e.Since = t.Status.Since
		e.Text = t.Status.Why(now)
		if e.Text != "" && len(c.Targets) > 1 {
			e.Text = t.Target.Name + ": " + e.Text
		}
	}
	return e
}

// newHold is what a close at now begins. A close that repeats one which
// somebody lifted keeps the older beginning and suspicion. One that a person
// ordered, or the calendar, while production was not unwell is held against nobody.
func (g Gate) newHold(id string, now time.Time, e Evidence, v View) Hold {
	old := v.Past.Hold
	if v.Past.resumes() && !e.own().unwell() {
		return old.resumed(id, e, v)
	}
	if (old == nil || old.bare()) && e.blameless() {
		h := Hold{Intent: id, Began: now, Inside: v.Seen.Inside, OldRead: !v.Fresh || old != nil && old.OldRead, Black: e.forbids()}
		if e.Override != nil {
			h.Order = e.Override.ID
		}
		return h
	}
	h := g.sickHold(id, now, e, v.Seen)
	h.OldRead = !v.Fresh || old != nil && old.OldRead
	if h.Resumed = v.Past.resumes() && !old.bare(); h.Resumed {
		h.Suspect = old.Suspect
	}
	if old != nil && !old.bare() {
		h = h.after(*old)
	}
	if e.Blind.Blind() {
		return h.proveAnew(now)
	}
	return h
}

// blameless tells whether what closes is a person's order or the calendar, and
// not production.
func (e Evidence) blameless() bool {
	if own := e.own(); own.unwell() || e.Blind.Blind() && e.Override == nil {
		return false
	}
	return e.Override != nil || e.forbids()
}

// extended is what a hold that stood for an order or the calendar becomes when
// production falls sick behind it.
func (g Gate) extended(now time.Time, e Evidence, v View) extension {
	old := v.Past.Hold
	h := g.sickHold(old.Intent, now, e, v.Seen)
	h.OldRead, h.Changed, h.Order, h.Black = old.OldRead, old.Changed, old.Order, old.Black
	return extension{e.own().Reasons, h, v.Seen}
}

// sickHold is what production's sickness at now amounts to.
func (g Gate) sickHold(id string, now time.Time, e Evidence, s Seen) Hold {
	h := Hold{Intent: id, Began: now, Inside: s.Inside, Suspect: s.suspect(now.Add(s.Skew))}
	for _, c := range e.Checks {
		if c.Verdict == probes.Unhealthy {
			h.Checks = append(h.Checks, c.Name)
		}
		if c.Failure.After(h.Failure) {
			h.Failure = c.Failure
		}
	}
	if h.Failure.IsZero() {
		h.Failure = now
	}
	return h
}

// after is a hold that repeats old.
func (h Hold) after(old Hold) Hold {
	h.Began, h.Suspect = old.Began, h.Suspect || old.Suspect
	if len(old.Checks) == 0 {
		h.Checks = nil // adopted: still every check has to prove itself
	}
	for _, name := range old.Checks {
		if !slices.Contains(h.Checks, name) {
			h.Checks = append(h.Checks, name)
		}
	}
	return h
}

// closeText is what stands in AWS behind the mark: what is wrong since when,
// and which release is inside.
func closeText(d Decision, s Seen) string {
	var b strings.Builder
	for i, r := range d.Reasons {
		if i == 3 {
			fmt.Fprintf(&b, " and %d more", len(d.Reasons)-i)
			break
		}
		if i > 0 {
			b.WriteString(" - ")
		}
		most := 100
		if r.Code == "override" {
			most = 160 // a person's words stand here and nowhere else in AWS
		}
		if r.brief != "" {
			b.WriteString(r.brief)
		} else {
			b.WriteString(cut(r.Text, most))
		}
		if !r.Since.IsZero() && r.brief == "" {
			b.WriteString(" - since " + compact(r.Since))
		}
		if i == 0 {
			b.WriteString(insideText(s)) // before further reasons: there may be no room behind
		}
	}
	return b.String()
}

func insideText(s Seen) string {
	if len(s.Inside) == 0 {
		return " - no release inside"
	}
	x := s.Inside[0]
	text := " - inside is execution " + short(x.ID)
	if x.Revision != "" {
		text += " revision " + short(x.Revision)
	}
	if x.Action != "" {
		text += " in " + x.Action
	}
	if !x.Since.IsZero() {
		text += " since " + compact(x.Since)
	}
	return text
}

// cut shortens text to n characters.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-3]) + "..."
	}
	return text
}

// compact is ISO 8601 in its basic form, which the alphabet of a reason allows.
func compact(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func short(id string) string { return id[:min(8, len(id))] }
