package exporters

import (
	"fmt"
	"net/http"
	"time"

	"github.com/andon-project/andon/gates"
)

// Moods of a gate. Each stands with a word: colour is never the only sign.
const (
	moodOpen    = "open"
	moodClosed  = "closed"
	moodUnknown = "unknown"
)

// speak says for people what a passage means.
func speak(v GateView, p passage) (mood, word, lead string) {
	stage := v.Stage
	if stage == "" {
		stage = "the stage"
	}
	if v.Would != "" {
		lead = "This gate observes: it stops nothing, and tells what it would do."
		switch p.would {
		case gates.Opened:
			return moodOpen, "would be open", lead
		case gates.Closed:
			return moodClosed, "would be closed", lead
		}
		return moodUnknown, "cannot tell", lead
	}
	if v.Action != "" {
		return speakOfApproval(v.Stage+"/"+v.Action, p)
	}
	switch {
	case p.status == http.StatusOK:
		return moodOpen, "open", "Releases may enter " + stage + "."
	case p.status == http.StatusLocked && v.State == gates.Closed && v.AWS != nil && v.AWS.Enabled:
		return moodClosed, "closing", "No release may enter " + stage + ", but AWS does not show that yet."
	case p.status == http.StatusLocked && v.State == gates.Closed && v.Holder == gates.Person:
		return moodClosed, "closed", "No release may enter " + stage + ": a person holds it, and andon does not lift that."
	case p.status == http.StatusLocked && v.State == gates.Closed:
		return moodClosed, "closed", "No release may enter " + stage + "."
	case p.status == http.StatusLocked && v.Holder == gates.Ours:
		return moodClosed, "held", "No release may enter " + stage + ": andon's hold still stands."
	case p.status == http.StatusLocked:
		return moodClosed, "held", "No release may enter " + stage + ": the hold is not andon's, and andon does not lift it."
	}
	return moodUnknown, "cannot tell", "andon cannot tell whether releases may enter " + stage + "."
}

func speakOfApproval(at string, p passage) (mood, word, lead string) {
	switch p.status {
	case http.StatusOK:
		return moodOpen, "open", "Releases that ask at " + at + " are approved."
	case http.StatusLocked:
		return moodClosed, "closed", "No release is approved at " + at + "."
	}
	return moodUnknown, "cannot tell", "andon cannot tell whether a release may go on, and approves none at " + at + "."
}

// next says what it takes to lift andon's hold; ask is told already.
func next(h HoldView, ask bool) string {
	switch {
	case !h.Earliest.IsZero():
		return "andon opens by itself, when every check has passed often enough: at the earliest"
	case h.Asks != "" && !ask:
		return "andon does not open by itself, also when production is well again: " + h.Asks + ". Enable the transition then"
	}
	return ""
}

// heading stands above the reasons of the decision. They are why a release may
// not enter, unless it is somebody's hold that keeps it out.
func heading(word string, s gates.State) string {
	if word != "held" {
		return "Why"
	}
	if s == gates.Keep {
		return "andon itself cannot tell, because"
	}
	return "andon itself would have it " + s.String() + ", because"
}

// A moment is a time as the page tells it: in UTC, and how far from now.
type moment struct{ at, now time.Time }

// Known is false for a time that nobody knows.
func (m moment) Known() bool { return !m.at.IsZero() }

// Machine is the time for the datetime attribute.
func (m moment) Machine() string { return m.at.UTC().Format(time.RFC3339) }

// Stamp is the time for people.
func (m moment) Stamp() string { return stamp(m.at) }

// Away is how far it is from now, in words.
func (m moment) Away() string { return Away(m.at, m.now) }

// Away is how far t is from now, in words for people: now, in 9 min 30 s, 2 h
// 5 min ago.
func Away(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d.Abs() < time.Second:
		return "now"
	case d > 0:
		return "in " + span(d)
	}
	return span(-d) + " ago"
}

// span is a duration in the two largest units that matter, to the nearest of
// the smaller.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	s, m, h := d.Round(time.Second), d.Round(time.Minute), d.Round(time.Hour)
	switch {
	case s < time.Minute:
		return fmt.Sprintf("%d s", s/time.Second)
	case s < 10*time.Minute:
		return units(s, time.Minute, "min", time.Second, "s")
	case m < time.Hour:
		return fmt.Sprintf("%d min", m/time.Minute)
	case m < day:
		return units(m, time.Hour, "h", time.Minute, "min")
	default:
		return units(h, day, "d", time.Hour, "h")
	}
}

// units leaves out the smaller unit where there is none of it: 1 h, not 1 h 0 min.
func units(d, large time.Duration, name string, small time.Duration, smallName string) string {
	if d%large == 0 {
		return fmt.Sprintf("%d %s", d/large, name)
	}
	return fmt.Sprintf("%d %s %d %s", d/large, name, d%large/small, smallName)
}

// took is how long a run or a phase took.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// short shows the first n characters: enough to know an id by.
func short(id string, n int) string {
	r := []rune(clip(id))
	return string(r[:min(len(r), n)])
}
