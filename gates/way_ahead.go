package gates

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// lookAhead says what comes of a, as a look at AWS shows, and wakes the line. A zero a
// is one that has ended.
func (w *Way) lookAhead(ctx context.Context, l *Line, members []*member, a Allow, clock func() time.Time) {
	select {
	case l.ordered <- struct{}{}:
	default: // it is awake already
	}
	begun := clock()
	for _, m := range members {
		_ = m.read(ctx, begun) // kept as readErr, and told
		r := m.look(clock(), l.facts())
		l.replace(r)
		w.Gates = append(w.Gates, m.gate.Name)
		if a.Execution != "" {
			w.Blocks = append(w.Blocks, r.blocks(a)...)
		}
	}
	if a.Execution == "" {
		w.Will = "the execution goes through where the gates of its pipeline let everything through, and nowhere else"
		return
	}
	for _, s := range w.Track.Stops {
		if r, ok := s.blocks(a, members); ok {
			w.Blocks = append(w.Blocks, r)
		}
	}
	until := ""
	if !a.Expires.IsZero() {
		until = " until " + clockTime(a.Expires)
	}
	w.Will = fmt.Sprintf("andon lets execution %s through at %s%s, whatever the calendar and the checks say; all others stay where they are",
		short(a.Execution), strings.Join(w.Gates, " and "), until)
}

// blocks are what keeps the gate of r from letting a's execution through now.
func (r Report) blocks(a Allow) []Reason {
	gate, l := r.Gate.Name, Outlook{Blocks: r.unseen()}
	if o := r.Override; o != nil && o.Wants() == Closed {
		l.block("override", fmt.Sprintf("%s ordered gate %s closed: %s; that is not passed", o.Actor, gate, o.Reason), "ask them, or end that order with 'andon override clear "+gate+"'")
	}
	for _, p := range r.Problems {
		if p.Code == "journal" {
			l.Blocks = append(l.Blocks, p)
		}
	}
	if !r.Asked {
		l.block("not-run", "not every check of gate "+gate+" has run since andon started, and before that andon lets nothing through", "wait for the first runs")
	}
	if r.Gate.Action != "" || !r.Seen.known() {
		return l.Blocks
	}
	if b, ok := r.foreign("andon never lifts that"); ok {
		l.Blocks = append(l.Blocks, b)
	}
	if !r.Gate.may(Open) || !r.Gate.may(Close) {
		l.block("may", "gate "+gate+" may not both open and close, so it cannot let one execution in alone", "list open and close under its may, or enable the transition by hand")
	}
	if r.Seen.Enabled {
		return l.Blocks
	}
	if n := len(r.Seen.Waiting); n > 1 {
		l.block("others-wait", fmt.Sprintf("%d executions wait before stage %s, and an enabled transition lets all of them in: andon waits until this one waits there alone", n, r.Gate.Stage), "stop the others (aws codepipeline stop-pipeline-execution)")
	}
	if in := r.Seen.Inside; len(in) > 0 && in[0].ID != a.Execution {
		l.block("stage-busy", fmt.Sprintf("execution %s is inside stage %s, and locks it: andon waits until it has left", short(in[0].ID), r.Gate.Stage), "wait, or stop it if it must not go on")
	}
	return l.Blocks
}

// blocks tells of a stop that is in the way of a's execution. What a gate of ours
// stands at is told by that gate, except for an approval of another execution.
func (s Barrier) blocks(a Allow, members []*member) (Reason, bool) {
	i := slices.IndexFunc(members, func(m *member) bool { return m.gate.Stage == s.Stage && m.gate.Action == s.Action })
	if s.Action == "" {
		if i >= 0 {
			return Reason{}, false
		}
		return Reason{Code: "disabled", Since: s.Since, Text: fmt.Sprintf("%s disabled the transition into stage %s: %s; no gate of andon's stands there", by(s.By), s.Stage, s.Reason),
			Do: "ask them, or enable it with your own credentials"}, true
	}
	r := Reason{Code: "approval", Since: s.Since}
	at := s.Stage + "/" + s.Action
	switch {
	case s.Execution == a.Execution && i >= 0:
		return Reason{}, false
	case s.Execution == a.Execution:
		r.Text, r.Do = "it waits at the approval "+at+", at which no gate of andon's stands", "a person has to approve it there"
	case i < 0:
		r.Text = fmt.Sprintf("execution %s waits at the approval %s and locks the stage; no gate of andon's stands there", short(s.Execution), at)
		r.Do = "reject it there, or wait until it is answered"
	case !members[i].gate.may(Reject):
		r.Text = fmt.Sprintf("execution %s waits at the approval %s and locks the stage, and gate %s may not reject it", short(s.Execution), at, members[i].gate.Name)
		r.Do = "reject it by hand, or list reject under the gate's may"
	case a.Blocker:
		r.Text = fmt.Sprintf("execution %s waits at the approval %s and locks the stage: andon rejects it as soon as this one waits behind it, and says why", short(s.Execution), at)
	default:
		r.Text = fmt.Sprintf("execution %s waits at the approval %s and locks the stage: newer ones wait behind it", short(s.Execution), at)
		r.Do = "let andon reject it with --reject-blocker, or reject it by hand"
	}
	return r, true
}

func by(arn string) string {
	if arn == "" {
		return "somebody whom AWS does not name"
	}
	return arn
}

// spread writes orders to let an execution through where they are missing: a crash
// came between two gates, or a gate was put on the line since. An end anywhere is
// an end everywhere.
func (l *Line) spread(ctx context.Context, now time.Time) {
	for _, m := range l.members {
		for _, a := range m.notes.past.Allows {
			if now.Before(a.Expires) {
				for _, other := range l.members {
					other.share(ctx, now, a)
				}
			}
		}
	}
}

// share takes over what another gate of the line knows of a.
func (m *member) share(ctx context.Context, now time.Time, a Allow) {
	if m.gate.Observing() || m.notes.err != nil || m.notes.log == nil {
		return
	}
	i := slices.IndexFunc(m.notes.past.Allows, func(o Allow) bool { return o.ID == a.ID || o.Execution == a.Execution && o.At.After(a.At) })
	switch {
	case i < 0 && a.Ended == nil:
		a.Place = m.gate.Place()
		m.notes.conclude(ctx, now, kindAllow, a)
	case i >= 0 && a.Ended != nil && m.notes.past.Allows[i].ID == a.ID && m.notes.past.Allows[i].Ended == nil:
		m.notes.conclude(ctx, now, kindAllowEnd, *a.Ended)
	}
}
