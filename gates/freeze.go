package gates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// How long CodePipeline lets a release wait.
const (
	// ResumesFor is how long a transition may be disabled: after that what waits
	// before it does not resume when it is enabled.
	// docs.aws.amazon.com/codepipeline/latest/userguide/transitions.html
	ResumesFor = 30 * 24 * time.Hour
	// ApprovalFor is how long an approval waits where its action says nothing.
	// docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
	ApprovalFor = 7 * 24 * time.Hour
	// longest is the most that an action may say, 86400 minutes.
	longest = 60 * 24 * time.Hour
)

// planAhead is how long before it begins a BlackDay is told that is longer than a
// release can wait: two weeks are enough to plan around it.
const planAhead = 14 * 24 * time.Hour

// How often a calendar is looked through for that: in between, and when it has
// changed, which a calendar with many sources does all the time.
const (
	replan  = 10 * time.Minute
	rechart = time.Minute
)

// LookBack is how far back is looked for the beginning of a freeze: so far a calendar
// is worked out. What is older is told by the causes that are still in force.
const LookBack = 6 * 24 * time.Hour

// A Freeze is an unbroken time in which no release may start at a gate: a BlackDay,
// or one after the other with too little time between them.
type Freeze struct {
	Begins, Ends time.Time // as long as has been looked at
	Windows      []string  // why, by their names
}

// Lasts is how long a gate keeps it: closed early, opened late.
func (f Freeze) Lasts() time.Duration { return f.Ends.Sub(f.Begins) + 2*MaxSkew }

// Freezes are the times, from on and before to, in which c lets no release of g
// start. Of one that is under way at from, the beginning is that of its causes.
func (g Gate) Freezes(c *calendar.Calendar, now, from, to time.Time) []Freeze {
	const month = 30 * 24 * time.Hour // of a busy calendar no more is told at once
	var all []Freeze
	for ; from.Before(to); from = from.Add(month) {
		end := from.Add(month)
		if end.After(to) {
			end = to
		}
		spans, err := c.Spans(now, from, end)
		if err != nil {
			return nil
		}
		all = g.freezes(all, spans)
	}
	for i := range all {
		slices.Sort(all[i].Windows)
		all[i].Windows = slices.Compact(all[i].Windows)
	}
	return all
}

// freezes adds what spans tell, each that goes on to the one before it.
func (g Gate) freezes(all []Freeze, spans []calendar.Span) []Freeze {
	for _, s := range spans {
		if s.Word != calendar.Black {
			continue
		}
		f := Freeze{Begins: s.Start.Add(-g.Fits), Ends: s.End}
		for _, cause := range s.Causes {
			f.Windows = append(f.Windows, cause.Window)
			if began := cause.Start.Add(-g.Fits); len(all) == 0 && !cause.Start.IsZero() && began.Before(f.Begins) {
				f.Begins = began
			}
		}
		if last := len(all) - 1; last >= 0 && !f.Begins.After(all[last].Ends.Add(2*MaxSkew)) {
			all[last].Ends = f.Ends
			all[last].Windows = append(all[last].Windows, f.Windows...)
			continue
		}
		all = append(all, f)
	}
	return all
}

// Outlasts says what a release that comes at the beginning of f meets, if f is
// longer than it can wait at g's point. timeout is of the approval; 0 is AWS's own.
func (g Gate) Outlasts(f Freeze, timeout time.Duration) (Reason, bool) {
	r := Reason{Code: "long-freeze", Since: f.Begins, Until: f.Ends}
	if timeout == 0 {
		timeout = ApprovalFor
	}
	what := fmt.Sprintf("no release starts at gate %s from %s until %s, %s (%s): ", g.Name, localTime(f.Begins.UTC()), localTime(f.Ends.UTC()), days(f.Lasts()), strings.Join(f.Windows, ", "))
	switch {
	case g.Action == "" && f.Lasts() > ResumesFor:
		r.Text = what + "a transition that was disabled for more than 30 days lets nothing in that waited when it is enabled"
		r.Do = "start a release when it opens, or leave a hole in the calendar (except)"
	case g.Action != "" && f.Lasts() > timeout:
		r.Text = what + fmt.Sprintf("an approval there waits %s, so what comes more than that before the end expires or is rejected", days(timeout))
		r.Do = "start a release when it opens, or leave a hole in the calendar (except)"
		if timeout < longest {
			r.Do += ", or let the approval wait longer (timeoutInMinutes in the pipeline, up to 60 days)"
		}
	default:
		return Reason{}, false
	}
	return r, true
}

// days is a length of time as people plan.
func days(d time.Duration) string {
	n := int(d / (24 * time.Hour))
	switch {
	case n == 0:
		return plain(d.Round(time.Minute))
	case n == 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// A horizon is what was found in a calendar when it was last looked through.
type horizon struct {
	calendar *calendar.Calendar
	at       time.Time
	freezes  []Freeze
}

// freezes are those of m's calendar that are in force at now or begin soon.
func (m *member) freezes(now time.Time, known facts) []Freeze {
	c := known.calendars[m.gate.Calendar]
	if c == nil {
		return nil
	}
	if age := now.Sub(m.horizon.at).Abs(); age > replan || m.horizon.calendar != c && age > rechart {
		all := m.gate.Freezes(c, now, now.Add(-LookBack), now.Add(planAhead+longest))
		m.horizon = horizon{c, now, slices.DeleteFunc(all, func(f Freeze) bool { return f.Ends.Before(now) || f.Begins.After(now.Add(planAhead)) })}
	}
	return m.horizon.freezes
}

// planning tells of freezes that are longer than a release can wait.
func (m *member) planning(now time.Time, known facts) (rs []Reason) {
	for _, f := range m.freezes(now, known) {
		if r, too := m.gate.Outlasts(f, m.seen.Timeout); too && f.Ends.After(now) {
			rs = append(rs, r)
		}
	}
	return rs
}

// A Lapse is an open that came more than 30 days after the transition was disabled.
type Lapse struct {
	At      time.Time   `json:"at"`
	Since   time.Time   `json:"since"`   // it was disabled
	Latest  string      `json:"latest"`  // the last that had entered by then
	Waiting []Execution `json:"waiting"` // and do not resume
}

// lapse is what an open leaves behind, nil if what waited resumes.
func lapse(i Intent) *Lapse {
	s := i.Seen
	at := s.Begun.Add(s.Skew)
	if s.ChangedAt.IsZero() || len(s.Waiting) == 0 || at.Sub(s.ChangedAt) <= ResumesFor {
		return nil
	}
	return &Lapse{At: s.Begun, Since: s.ChangedAt, Latest: s.Latest, Waiting: s.Waiting}
}

// lapsed tells that what waits, or waited, does not resume.
func (r Report) lapsed(l *Lapse) []Reason {
	s := r.Seen
	const text = "the transition was disabled since %s, for more than 30 days: %s"
	const do = "start a release (aws codepipeline start-pipeline-execution)"
	switch {
	case r.Gate.Action != "" || !s.known():
	case s.Enabled && l != nil && s.Latest == l.Latest:
		return []Reason{{Code: "lapsed", Since: l.At, Do: do,
			Text: fmt.Sprintf(text, clockTime(l.Since), "it is open, but nothing resumes")}}
	case !s.Enabled && len(s.Waiting) > 0 && s.Begun.Add(s.Skew).Sub(s.ChangedAt) > ResumesFor:
		return []Reason{{Code: "lapsed", Since: s.ChangedAt.Add(ResumesFor), Do: do + " when it opens",
			Text: fmt.Sprintf(text, clockTime(s.ChangedAt), "what waits does not resume when it opens")}}
	}
	return nil
}
