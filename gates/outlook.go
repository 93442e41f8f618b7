package gates

import (
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

// An Outlook is what will come of an order, as far as a look at AWS shows.
type Outlook struct {
	Order   *Override   // in force now; nil when one was withdrawn
	Before  *Override   // what it replaced, or what was withdrawn
	Will    string      // a sentence: what andon does now
	Blocks  []Reason    // what stands in the way
	Waiting []Execution // what enters when the transition is enabled
}

// outlook says what o brings, or, where it is nil, the end of before. It reads
// no clock and does no I/O.
func (r Report) outlook(o, before *Override) Outlook {
	l := Outlook{Order: o, Before: before, Blocks: r.unseen()}
	switch {
	case r.Gate.Action != "" && r.Seen.known():
		l.atApproval(r)
	case !r.Seen.known():
		l.Will = "andon does it once it has looked at CodePipeline"
	case o == nil:
		l.Will = "the gate decides by itself again: " + r.Own.outlook()
		if r.Own.State == Opened && !r.Seen.Enabled {
			l.Waiting = slices.Clone(r.Seen.Waiting)
			if b, ok := r.foreign("andon never lifts that"); ok {
				l.Blocks = append(l.Blocks, b)
			}
		}
	case o.Wants() == Opened:
		l.toOpen(r)
	default:
		l.toClose(r)
	}
	return l
}

// unseen: what was not looked at cannot be moved.
func (r Report) unseen() []Reason {
	if r.Fresh {
		return nil
	}
	for _, p := range r.Problems {
		switch p.Code {
		case "journal", "clock":
		default:
			return []Reason{{Code: "not-read", Text: "andon could not look at CodePipeline: " + p.Text, Do: "the order is carried out when it can"}}
		}
	}
	return []Reason{{Code: "not-read", Text: "andon could not look at CodePipeline", Do: "the order is carried out when it can"}}
}

func (l *Outlook) toOpen(r Report) {
	until := " until " + clockTime(l.Order.Expires) + ", whatever the checks say"
	if r.Holder == Nobody {
		l.Will = "the transition is enabled and stays so" + until
		return
	}
	l.Waiting = slices.Clone(r.Seen.Waiting)
	l.Will = "andon enables the transition and leaves it enabled" + until + riders(l.Waiting)
	if !r.Gate.may(Open) {
		l.block("may", "the gate may not open, so what it holds stays", "list open under its may, or enable the transition by hand")
	}
	if b, ok := r.foreign("andon never lifts that"); ok {
		l.Blocks = append(l.Blocks, b)
	}
	if !r.Asked {
		l.block("not-run", "not every check has run since andon started, and before that andon opens nothing",
			"wait for the first runs; or give it back at once with 'andon unhold "+r.Gate.Name+"', or enable the transition by hand")
	}
	for _, p := range r.Problems {
		if p.Code == "journal" {
			l.Blocks = append(l.Blocks, p)
		}
	}
}

func (l *Outlook) toClose(r Report) {
	until := " until " + clockTime(l.Order.Expires)
	switch {
	case r.Seen.Enabled && r.Gate.may(Close):
		l.Will = "andon disables the transition and keeps it disabled" + until + ", with your name and reason"
	case r.Seen.Enabled:
		l.Will = "the transition is enabled, and stays so"
		l.block("may", "the gate may not close", "list close under its may, or disable the transition by hand")
	default:
		l.Will = "the transition is disabled already, and andon does not enable it" + until
		if b, ok := r.foreign("if they enable it, that ends your order"); ok {
			l.Blocks = append(l.Blocks, b)
		}
	}
}

func (l *Outlook) block(code, text, do string) {
	l.Blocks = append(l.Blocks, Reason{Code: code, Text: text, Do: do})
}

// foreign is a hold that is not ours.
func (r Report) foreign(so string) (Reason, bool) {
	if r.Holder == Person {
		by := r.Seen.ChangedBy
		if by == "" {
			by = "somebody whom AWS does not name"
		}
		return Reason{Code: "person", Since: r.Seen.ChangedAt, Text: fmt.Sprintf("%s holds the transition: %s; %s", by, r.Seen.Reason, so),
			Do: "ask them, or enable it with your own credentials"}, true
	}
	if strange := r.strange(); len(strange) > 0 && r.Holder != Adrift {
		return strange[0], true
	}
	return Reason{}, false
}

// riders names what enters.
func riders(waiting []Execution) string {
	switch len(waiting) {
	case 0:
		return "; nothing waits to enter"
	case 1:
		return "; what waits enters: " + rider(waiting[0])
	}
	return fmt.Sprintf("; %d executions wait and enter, among them %s", len(waiting), rider(waiting[0]))
}

func rider(x Execution) string {
	text := "execution " + short(x.ID)
	if x.Revision != "" {
		text += ", revision " + short(x.Revision)
	}
	return text
}

// Earliest is when the hold of r can be lifted without a person, if from now on
// every run passes. When it cannot be, whatever the checks say, the time is zero
// and asks says why; both are zero where there is no such hold.
func (r Report) Earliest(now time.Time) (t time.Time, asks string) {
	h := r.Hold
	if h == nil || r.Holder != Ours || r.Decision.State != Closed {
		return t, ""
	}
	if !r.Gate.may(Open) {
		return t, "the gate may not open"
	}
	e := Evidence{Hold: h, Reopen: r.Gate.Reopen, Waiting: len(r.Seen.Waiting)}
	if asks = e.askWhy(); asks != "" {
		return t, asks
	}
	black := r.Calendar != nil && r.Calendar.Word == calendar.Black
	if black && r.Opening.IsZero() {
		return t, "the calendar does not open as far as it is known"
	}
	t = now
	latest := func(other time.Time) {
		if other.After(t) {
			t = other
		}
	}
	if r.Override != nil {
		latest(r.Override.Expires)
	}
	if black {
		latest(r.Opening)
	}
	if !h.bare() {
		latest(h.Began.Add(r.Gate.MinHold))
	}
	for _, c := range r.Checks {
		want := c.Needs
		if c.Verdict != probes.Healthy {
			want = max(want, c.Up)
		}
		latest(now.Add(time.Duration(max(0, want-c.Passes)) * c.Every))
	}
	return t, ""
}
