package codepipeline_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
)

// A diary is the calendar of an evening, as its audit remembers it.
type diary struct {
	days    []blackDay
	gone    bool // nobody can read it
	changed time.Time
}

type blackDay struct{ begins, ends time.Time }

// date enters a BlackDay, or makes the calendar unreadable, or readable again.
func (s *simulation) date() {
	switch n := s.random.IntN(10); {
	case n < 6:
		begins := time.Now().Add(time.Duration(s.random.Int64N(int64(5 * time.Minute))))
		s.enter(begins, begins.Add(time.Minute+time.Duration(s.random.Int64N(int64(20*time.Minute)))))
	case n < 8:
		s.note("the calendar cannot be read")
		s.mu.Lock()
		s.diary.gone, s.diary.changed = true, time.Now()
		s.mu.Unlock()
		s.dates.Store(nil)
	default:
		s.publish()
	}
}

// enter puts a BlackDay into the calendar.
func (s *simulation) enter(begins, ends time.Time) {
	day := blackDay{begins.Truncate(time.Second), ends.Truncate(time.Second)}
	s.note("a BlackDay is entered, in %v and for %v", time.Until(day.begins), day.ends.Sub(day.begins))
	s.mu.Lock()
	s.diary.days = append(s.diary.days, day)
	s.mu.Unlock()
	s.publish()
}

// publish lets andon read the calendar as it is.
func (s *simulation) publish() {
	s.mu.Lock()
	s.diary.gone, s.diary.changed = false, time.Now()
	days := slices.Clone(s.diary.days)
	s.mu.Unlock()
	windows := []calendar.Window{{Name: "long-ago", Selector: calendar.Selector{From: "1999-01-01", To: "1999-01-02"}}}
	for i, d := range days {
		windows = append(windows, calendar.Window{Name: fmt.Sprint("day-", i), Selector: calendar.Selector{
			From: d.begins.UTC().Format("2006-01-02T15:04:05"), To: d.ends.UTC().Format("2006-01-02T15:04:05")}})
	}
	s.keep(windows...)
}

// forbids tells whether the calendar has long enough forbidden to open a gate at t,
// if clocks are off by less than skew.
func (s *simulation) forbids(g gates.Gate, t time.Time, skew time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.Calendar == "" || t.Sub(s.diary.changed) < 10*time.Second {
		return false
	}
	return s.diary.gone || s.diary.black(t.Add(-skew), t.Add(skew+g.Fits))
}

// blackAround tells whether a BlackDay may have been the cause of a close at t.
func (s *simulation) blackAround(t time.Time, g gates.Gate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.diary.black(t.Add(-gates.MaxSkew-10*time.Second), t.Add(gates.MaxSkew+g.Fits+time.Second))
}

func (d diary) black(from, to time.Time) bool {
	return slices.ContainsFunc(d.days, func(b blackDay) bool { return b.begins.Before(to) && b.ends.After(from) })
}

// letThrough is a person's order for what was pushed last, or the end of one.
func (s *simulation) letThrough() {
	o := gates.WayOrder{Execution: s.pushed, Actor: "mia", Reason: "the fix", For: time.Minute + time.Duration(s.random.Int64N(int64(30*time.Minute)))}
	if s.chance(20) {
		_, err := s.life.line.Disallow(context.Background(), o, time.Now)
		s.note("mia lets %.8s through no more: %v", o.Execution, err)
		return
	}
	_, err := s.life.line.Allow(context.Background(), o, s.life.track, time.Now)
	s.note("mia lets %.8s through for %v: %v", o.Execution, o.For, err)
}

// auditPassage: a transition is enabled for one execution only while that waits
// alone, by an order in force that is in the journal.
func (s *simulation) auditPassage(w write, c chronicle) {
	i := slices.IndexFunc(c.allows, func(a gates.Allow) bool { return a.ID == c.letting.ID })
	waiting := w.shown.InboundExecutions
	switch {
	case i < 0 || !w.time.Before(c.allows[i].Expires):
		s.violated("S7: %s is enabled for %.8s, and nobody has ordered that", w.stage, c.letting.Execution)
	case len(waiting) != 1 || waiting[0].PipelineExecutionID != c.letting.Execution:
		s.violated("P12: %s is enabled for %.8s, and what waits is %v", w.stage, c.letting.Execution, waiting)
	case c.ordered(w.time) == gates.Closed:
		s.violated("S7: %s is enabled against the order of %s", w.stage, c.override.Actor)
	}
}

// clean ends BlackDays and what was let through.
func (s *simulation) clean() {
	s.mu.Lock()
	s.diary.days = nil
	s.mu.Unlock()
	s.publish()
	for _, r := range s.life.line.Reports() {
		for _, a := range r.Allows {
			_, err := s.life.line.Disallow(context.Background(), gates.WayOrder{Execution: a.Execution, Actor: "mia", Reason: "good night"}, time.Now)
			s.note("mia lets %.8s through no more: %v", a.Execution, err)
		}
	}
}

// thaw plays a BlackDay from its beginning to its end: L1, L2.
func (s *simulation) thaw() {
	begins := time.Now().Add(time.Minute)
	s.enter(begins, begins.Add(5*time.Minute))
	time.Sleep(time.Until(begins))
	for _, g := range s.gates {
		if t := s.door.look()[g.Stage].InboundTransitionState; g.Calendar != "" && t.Enabled {
			s.violated("S3: %s is open when a BlackDay begins; andon says %+v", g.Stage, s.reportOf(g))
		}
	}
	time.Sleep(5*time.Minute + gates.MaxSkew + 90*time.Second)
	for _, g := range s.gates {
		s.expectOpenOrAsked(g)
	}
}
