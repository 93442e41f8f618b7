package gates

import (
	"context"
	"fmt"
	"time"
)

// CodePipeline has no enable for one execution alone. So andon enables only while
// that execution is the one that waits, and the stage behind is free; it looks
// right before, disables again as soon as anything has entered, and says what did.
const (
	passageFor   = 30 * time.Second // to enter what waits takes seconds
	passagePause = 5 * time.Minute  // before the next try, when nothing entered
)

// A Passage is one execution let in through a transition that stands disabled for
// all others.
type Passage struct {
	Allow   Allow     `json:"allow"`
	Intent  string    `json:"intent"`         // of our enable
	Hold    string    `json:"hold,omitempty"` // of the hold that goes on behind it
	At      time.Time `json:"at"`
	Before  string    `json:"before,omitempty"`  // the last that had entered the stage until then
	Entered string    `json:"entered,omitempty"` // what did; nothing, where it is empty and this is over
	Over    bool      `json:"over"`              // nothing is waited for any more
}

// wrong tells whether something else entered than was to.
func (p *Passage) wrong() bool { return p.Entered != "" && p.Entered != p.Allow.Execution }

// passing tells whether the transition stands enabled for one execution, as far as m
// knows.
func (m Memory) passing() bool { return m.Passage != nil && !m.Passage.Over }

// letting is the order by which the transition is, or is to be, enabled at now for
// one execution; nil if there is none.
func (g Gate) letting(now time.Time, s Seen, past Memory) *Allow {
	p := past.Passage
	switch {
	case g.Action != "" || !s.known() || !g.may(Open) || !g.may(Close):
		return nil
	case s.Enabled && past.passing():
		a := past.allowed(p.Allow.Execution, now)
		if a == nil || s.Latest != p.Before || now.Sub(p.At) >= passageFor || len(s.Waiting) > 0 && !s.alone(a.Execution) {
			return nil
		}
		return a
	case s.Enabled || g.holder(s, past) != Ours || past.Hold == nil || len(s.Waiting) != 1 || len(s.Inside) > 0:
		return nil
	}
	a := past.allowed(s.Waiting[0].ID, now)
	if a != nil && p != nil && p.Allow.ID == a.ID && p.Entered == "" && now.Sub(p.At) < passagePause {
		return nil
	}
	return a
}

// alone tells whether nothing waits but that execution.
func (s Seen) alone(execution string) bool {
	return len(s.Waiting) == 1 && s.Waiting[0].ID == execution
}

// let is the decision while one execution is let in.
func (e Evidence) let() Decision {
	own := e.own()
	if own.State == Opened {
		return own
	}
	a := e.Letting
	return Decision{State: Opened, Allow: a.Execution, Since: a.At, Reasons: append([]Reason{{Code: "allow", Since: a.At, Until: a.Expires,
		Text: fmt.Sprintf("%s lets execution %s in, and nothing else: %s", a.Actor, short(a.Execution), a.Reason)}}, own.Reasons...)}
}

// passed ends a passage by what a read shows.
func (m *member) passed(ctx context.Context, now time.Time) {
	p := *m.notes.past.Passage
	p.Over = true
	if m.seen.Latest != p.Before {
		p.Entered = m.seen.Latest
	}
	m.notes.note(ctx, now, kindPassage, p)
}

// passage is what an enable for one execution begins.
func (m Memory) passage(i Intent, o Outcome) *Passage {
	p := Passage{Allow: *i.Allow, Intent: i.ID, At: i.Seen.Begun, Before: i.Seen.Latest}
	if o.Seen != nil {
		p.At = o.Seen.Begun
	}
	if m.Hold != nil {
		p.Hold = m.Hold.Intent
	}
	return &p
}

// resumes tells whether a close goes on with the hold through which an execution
// was let in: what is inside now did not cause it.
func (m Memory) resumes() bool {
	return m.Hold != nil && m.Passage != nil && m.Passage.Over && m.Passage.Hold == m.Hold.Intent
}

// resume is the decision after one execution was let in, where nothing is known by
// which to decide: to disable again is the other half of what the person ordered,
// and asks for no evidence (S6).
func (e Evidence) resume(own Decision) Decision {
	p := e.Resume
	did := "nothing has entered"
	if p.Entered != "" {
		did = "execution " + short(p.Entered) + " has entered"
	}
	return Decision{State: Closed, Since: p.At, Reasons: append([]Reason{{Code: "let-in", Since: p.At,
		Text: fmt.Sprintf("%s let in execution %s alone, and %s: it is closed again as it was", p.Allow.Actor, short(p.Allow.Execution), did)}}, own.Reasons...)}
}

// resumed is the hold that goes on behind a passage, while production is not known
// to be unwell.
func (h Hold) resumed(id string, e Evidence, v View) Hold {
	h.Intent, h.Inside, h.Resumed, h.Changed = id, v.Seen.Inside, true, time.Time{}
	h.OldRead = h.OldRead || !v.Fresh
	h.Black = h.Black || e.forbids()
	return h
}

// endPassages disables again what stands enabled for one execution, because andon
// is told to stop and nobody would look after it.
func (l *Line) endPassages(ctx context.Context, clock func() time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	resume, err := l.Pause(ctx)
	if err != nil {
		return
	}
	defer resume()
	for _, m := range l.members {
		past := m.notes.past
		unsure := past.Pending != nil && past.Pending.Allow != nil
		if !unsure && !past.passing() {
			continue
		}
		if m.readAgain(ctx, clock) == nil && unsure {
			m.duty.think(ctx, clock(), l.facts())
		}
		if m.notes.past.passing() { // what was read before shows it enabled, if nothing newer can be read
			m.passed(ctx, clock())
		}
		if m.notes.past.resumes() && m.seen.Enabled {
			m.duty.act(ctx, ctx, Close, tick{clock(), clock, l.facts})
		}
	}
}

// readAgain reads until it succeeds, for half of the time that is left when andon is
// told to stop: the other half is for the close.
func (m *member) readAgain(ctx context.Context, clock func() time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, stopGrace/2)
	defer cancel()
	for {
		err := m.read(ctx, clock())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retry / 4):
		}
	}
}

// passages are what a person should know of those let in, and of those who wait
// for it.
func (r Report) passages(past Memory) []Reason {
	var rs []Reason
	if p := past.Passage; p != nil && p.wrong() && r.At.Sub(p.At) < openedFor {
		rs = append(rs, Reason{Code: "wrong-passage", Since: p.At,
			Text: fmt.Sprintf("execution %s entered stage %s where %s was to let in %s: it came between our look and our enable", short(p.Entered), r.Gate.Stage, p.Allow.Actor, short(p.Allow.Execution)),
			Do:   "look at what it carries; stop it if it must not go on (aws codepipeline stop-pipeline-execution), and allow it by its own id if it is the fix"})
	}
	return rs
}
