package gates

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/journal"
)

// A Post is a gate at its point.
type Post struct {
	Gate  Gate
	Point Point
}

// Pause waits until the tick under way has ended, and keeps the line from
// another one until resume is called. It fails when ctx is done before.
func (l *Line) Pause(ctx context.Context) (resume func(), err error) {
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Refuse says what speaks against all gates of the daemon being next, one
// sentence for each gate of this line: what holds, or may hold, must keep its
// gate, its point and what it may do. Call it while the line is paused.
func (l *Line) Refuse(next []Gate) []error {
	var refused []error
	for _, m := range l.members {
		change := m.gate.loses(next)
		if change == "" {
			continue
		}
		if busy := m.duty.busy(); busy != "" {
			refused = append(refused, fmt.Errorf("gate %s cannot %s: %s", m.gate.Name, change, busy))
		}
	}
	return refused
}

// loses says what next takes from g, "" for nothing that a hold needs.
func (g Gate) loses(next []Gate) string {
	i := slices.IndexFunc(next, func(n Gate) bool { return n.Name == g.Name })
	if i < 0 {
		return "be removed"
	}
	n := next[i]
	if n.Place() != g.Place() {
		return "be moved to " + n.Place().String()
	}
	var less []string
	for _, v := range g.May {
		if !n.may(v) {
			less = append(less, string(v))
		}
	}
	if len(less) > 0 {
		return "lose its right to " + strings.Join(less, " and ")
	}
	return ""
}

// busy says why m may not be let go, "" if it may, and what to do.
func (m transition) busy() string {
	const giveBack = "; wait until it has opened, or give it back with 'andon unhold %s'"
	past := m.notes.past
	holder := m.gate.holder(m.seen, past)
	switch {
	case m.gate.Observing():
		return ""
	case m.notes.err != nil || m.notes.log == nil || len(m.notes.late) > 0:
		return "its journal cannot be used now, and what it holds has to be written there first; look at the data directory"
	case past.Pending != nil:
		return fmt.Sprintf("it is not known yet whether AWS took its last write at %s"+giveBack, m.gate.Place(), m.gate.Name)
	case past.passing(), past.resumes() && m.seen.Enabled:
		return fmt.Sprintf("it let execution %s in at %s, and has to close behind it; wait until it has", short(past.Passage.Allow.Execution), m.gate.Place())
	case holder == Unread && !m.misplaced():
		return "AWS has not been read since andon started, so what it holds there is not known; andon tries again"
	case holder == Ours, holder == Adrift, holder == Dubious, past.Stands != nil && m.readErr != nil:
		return fmt.Sprintf("it holds %s"+giveBack, m.gate.Place(), m.gate.Name)
	}
	return ""
}

// letGo closes the books of a gate that goes: what it closed and somebody else
// has lifted or taken over since is no orphan.
func (m *member) letGo(ctx context.Context, now time.Time) {
	lifted := slices.Contains([]Holder{Nobody, Person, Stranger}, m.gate.holder(m.seen, m.notes.past))
	if m.notes.past.Stands != nil && lifted && !m.gate.Observing() {
		m.notes.note(ctx, now, kindRelease, release{"its gate went, and it is not there any more", m.seen})
	}
}

// bequeath hands the orders to let one execution through on, which are for all gates
// of the pipeline: a gate that was called otherwise has none in its journal.
func (m *member) bequeath(ctx context.Context, now time.Time, heirs []*member) {
	for _, a := range m.notes.past.liveAllows(now) {
		for _, heir := range heirs {
			heir.notes.catchUp(ctx)
			heir.share(ctx, now, a)
		}
	}
}

// misplaced: AWS does not let us read, and that is for a person to change,
// perhaps by taking the gate away.
func (m *member) misplaced() bool {
	return slices.Contains([]string{"not-found", "denied", "credentials", "invalid"}, callCode(m.readErr))
}

// Set puts these gates on the line instead of those before. A gate that stays
// where it is keeps all it knows; its settings hold from the next tick on. Call
// it while the line is paused, and only if Refuse had nothing to say.
func (l *Line) Set(ctx context.Context, now time.Time, posts []Post, store journal.Store) {
	members := make([]*member, len(posts))
	gone := slices.Clone(l.members)
	for i, p := range posts {
		at := slices.IndexFunc(l.members, func(m *member) bool { return m.gate.Name == p.Gate.Name && m.gate.Place() == p.Gate.Place() })
		if at < 0 {
			members[i] = l.member(p.Gate, p.Point, store, now)
			continue
		}
		m := l.members[at]
		m.gate, m.point = l.signed(p.Gate), p.Point
		members[i] = m
		gone = slices.DeleteFunc(gone, func(g *member) bool { return g == m })
	}
	for _, m := range gone {
		m.letGo(ctx, now)
		m.bequeath(ctx, now, members)
	}
	l.members = members
	stay := slices.DeleteFunc(slices.Clone(l.Reports()), func(r Report) bool {
		return !slices.ContainsFunc(posts, func(p Post) bool { return p.Gate.Name == r.Gate.Name && p.Gate.Place() == r.Gate.Place() })
	})
	l.reports.Store(&stay)
}
