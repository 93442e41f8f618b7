package codepipeline_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

func (s *simulation) tell(format string, args ...any) {
	at := time.Since(s.begun).Round(time.Millisecond)
	s.told = append(s.told, fmt.Sprintf("%12v  ", at)+fmt.Sprintf(format, args...))
}

// note adds a line to the evening's timeline.
func (s *simulation) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(format, args...)
}

// violated adds a broken promise.
func (s *simulation) violated(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong++
	s.tell("BROKEN "+format, args...)
}

func (s *simulation) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong > 0 || s.t.Failed()
}

// timeline is the end of the story.
func (s *simulation) timeline() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told[max(0, len(s.told)-60):]
}

func (s *simulation) setStore(mode int32) {
	s.note("the journal is in mode %d", mode)
	s.ill.Store(time.Now().UnixNano())
	s.store.mode.Store(mode)
}

// illStore tells whether the journal could not be written, now or so lately
// that what is kept for it may not be there yet.
func (s *simulation) illStore() bool {
	return s.store.mode.Load() != storeWell || time.Since(time.Unix(0, s.ill.Load())) < 30*time.Second
}

// audit holds a write of andon against what it promises.
func (s *simulation) audit(w write) {
	if w.key != "ANDON" && w.key != "CLI" {
		return
	}
	if w.operation == "PutApprovalResult" {
		s.auditAnswer(w)
		return
	}
	i := slices.IndexFunc(s.gates, func(g gates.Gate) bool { return g.Stage == w.stage })
	if i < 0 || w.pipeline != pipelineName || w.operation != "EnableStageTransition" && w.operation != "DisableStageTransition" {
		s.violated("S10: %s of %s/%s, which is nobody's", w.operation, w.pipeline, w.stage)
		return
	}
	g := s.gates[i]
	if s.isAway(w.stage) {
		s.violated("S10: %s of %s, whose gate is not configured", w.operation, w.stage)
		return
	}
	if w.shown.begun.IsZero() {
		s.violated("S1, S2: %s of %s without a read", w.operation, w.stage)
		return
	}
	c, err := chronicleOf(context.Background(), s.store, g.Stream())
	if err != nil {
		s.violated("S9: the journal: %v", err)
		return
	}
	s.auditDark(w, g, c)
	s.auditVelocity(w, c)
	if w.operation == "EnableStageTransition" {
		s.auditOpen(w, g, c)
	} else {
		s.auditClose(w, g, c)
	}
}

func (s *simulation) auditOpen(w write, g gates.Gate, c chronicle) {
	seen, age := w.shown, w.time.Sub(w.shown.begun)
	mark, ours := seen.ours(g.Instance, g.Name)
	hold, known := c.holds[mark.Intent]
	ordered, bare := c.ordered(w.time), c.bare(hold)
	halted := s.halted.Load()
	switch daemon := w.key == "ANDON"; {
	case age > 2*time.Second:
		s.violated("S1: %s is enabled on a read begun %v ago", w.stage, age)
	case !ours:
		s.violated("S1: %s is enabled, and the read showed %+v", w.stage, seen.InboundTransitionState)
	case !known:
		s.violated("S1: %s is enabled, and the journal does not know the mark %v", w.stage, mark)
	case !c.opening:
		s.violated("S9: %s is enabled without a durable intent", w.stage)
	case daemon && halted != 0 && w.time.UnixNano() > halted:
		s.violated("L5: %s is enabled after SIGTERM", w.stage)
	case daemon && !s.ran(g):
		s.violated("S8: %s is enabled before every check has run", w.stage)
	case c.letting != nil:
		s.auditPassage(w, c)
	case ordered == gates.Opened:
	case ordered == gates.Closed:
		s.violated("S7: %s is enabled against the order of %s", w.stage, c.override.Actor)
	case !daemon:
		s.violated("S7: %s is enabled at the command line without an order", w.stage)
	case w.shown.skew.Abs() > gates.MaxSkew+time.Second:
		s.violated("S4: %s is enabled while the clock is doubtful by %v", w.stage, w.shown.skew)
	case s.forbids(g, w.time, gates.MaxSkew-5*time.Second):
		s.violated("S3: %s is enabled inside a BlackDay, or while nobody can read the calendar", w.stage)
	case !bare && w.time.Before(hold.Began.Add(g.MinHold)):
		s.violated("S4: %s is enabled before min_hold of %v is over", w.stage, g.MinHold)
	case hold.OldRead:
		s.violated("S2: %s is enabled, and its close followed an old read", w.stage)
	case !bare && g.Reopen == gates.AskReopen, g.Reopen == gates.AskIfSuspect && s.isBlamed(mark.Intent):
		s.violated("P15: %s is enabled, and nobody was asked (reopen: %s)", w.stage, g.Reopen)
	default:
		s.auditEvidence(w, g, hold, bare)
	}
}

// auditEvidence: S4. What ended at this very moment may not be known yet.
func (s *simulation) auditEvidence(w write, g gates.Gate, hold gates.Hold, bare bool) {
	for i, name := range checkNames {
		if !slices.Contains(g.Checks, name) {
			continue
		}
		passes, want, last := 0, 1, time.Time{}
		if !bare && len(hold.Checks) == 0 || slices.Contains(hold.Checks, name) {
			want = 10
		}
		s.mu.Lock()
		for _, r := range slices.Backward(s.runs[i]) {
			if !r.pass && r.ended.Equal(w.time) {
				continue
			}
			if !r.pass || !r.begun.After(hold.Failure) {
				break
			}
			if passes++; last.IsZero() {
				last = r.ended
			}
		}
		s.mu.Unlock()
		if passes < want || w.time.Sub(last) > 34*time.Second {
			s.violated("S4: %s is enabled, and %s passed %d times since its failure, %v ago; %d are needed", w.stage, name, passes, w.time.Sub(last), want)
		}
	}
}

func (s *simulation) auditClose(w write, g gates.Gate, c chronicle) {
	seen, age := w.shown, w.time.Sub(w.shown.begun)
	mark, _ := gates.ParseMark(w.reason)
	hold, known := c.holds[mark.Intent]
	ill := s.illStore()
	switch {
	case !seen.InboundTransitionState.Enabled:
		s.violated("S2: %s is disabled, and the read showed %+v", w.stage, seen.InboundTransitionState)
	case age > time.Minute:
		s.violated("S2: %s is disabled on a read of %v before", w.stage, age)
	case age > 2*time.Second && seen.blind == 0:
		s.violated("S2: %s is disabled on a read of %v before, and nobody kept us from reading", w.stage, age)
	case age > 2*time.Second && known && !hold.OldRead:
		s.violated("S2: %s is disabled on a read of %v before, and that is not remembered", w.stage, age)
	case age <= time.Second && seen.blind == 0 && hold.OldRead && !c.oldRead(mark.Intent):
		s.violated("S2: %s is disabled on a fresh read, and is remembered to follow an old one", w.stage)
	case mark.Instance != g.Instance || mark.Gate != g.Name:
		s.violated("S1: the mark of %s is %v", w.stage, mark)
	case !known && !ill:
		s.violated("S9: %s is disabled without a durable intent", w.stage)
	case known && hold.Black && !hold.Resumed && bareOf(hold) && !s.blackAround(w.time, g):
		s.violated("S3: %s is disabled for a BlackDay, and there is none", w.stage)
	case c.ordered(w.time) == gates.Opened && !ill:
		s.violated("S7: %s is disabled against the order of %s", w.stage, c.override.Actor)
	}
	s.mu.Lock()
	s.blamed[mark.Intent] = seen.suspect(w.time) && !c.bare(hold)
	if hold.Resumed {
		s.blamed[mark.Intent] = s.blamed[c.through]
	}
	l := s.lifted[w.stage]
	s.mu.Unlock()
	honest := seen.skew.Abs() < time.Second // a Date that is off says that AWS's times of changes are, and here they are not
	if t := seen.InboundTransitionState; honest && l.changed != 0 && t.LastChangedAt == l.changed && !ill && !l.ill && s.lost.Before(l.at) && !s.forgot(l) && !c.heeds(l) {
		s.violated("S7: %s is disabled, and the enable of %s was never honoured", w.stage, t.LastChangedBy)
	}
}

// heeds tells whether the journal has the order that an enable amounts to, or
// that andon had let go by itself.
func (c chronicle) heeds(l lifting) bool {
	for _, o := range c.orders {
		if o.Enabled.Sub(l.at).Abs() < 10*time.Millisecond {
			return true
		}
	}
	for _, e := range c.ends { // the order to close that she overruled
		if e.Enabled.Sub(l.at).Abs() < 10*time.Millisecond {
			return true
		}
	}
	if o := c.override; o != nil && o.Wants() == gates.Closed && o.At.After(l.at) {
		return true // somebody wanted otherwise since
	}
	for _, r := range c.freed {
		if !r.Time.Before(l.at.Add(-time.Minute)) {
			return true
		}
	}
	return false
}

func (s *simulation) isBlamed(intent string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blamed[intent]
}

// ran tells whether every check of g has had a conclusive run in this process.
func (s *simulation) ran(g gates.Gate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, name := range checkNames {
		if slices.Contains(g.Checks, name) && !s.asked[i] {
			return false
		}
	}
	return true
}

// heard keeps what came of a write.
func (s *simulation) heard(w write, after stageShown) {
	if w.operation == "PutApprovalResult" {
		s.answered(w, after)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := after.InboundTransitionState
	s.tell("  %s: %s %s %.60s -> enabled: %v by %s", w.key, w.operation, w.stage, w.reason, t.Enabled, t.LastChangedBy)
	i := slices.IndexFunc(s.gates, func(g gates.Gate) bool { return g.Stage == w.stage })
	if i < 0 || !t.Enabled || t.LastChangedAt == w.truth.InboundTransitionState.LastChangedAt {
		return
	}
	delete(s.lifted, w.stage)
	if w.key == "ANDON" || w.key == "CLI" {
		s.opens = append(s.opens, w.time)
	}
	if mark, ours := w.truth.ours(s.gates[i].Instance, s.gates[i].Name); ours && w.key == "alice" {
		unknown := !s.written(s.gates[i], mark.Intent) // a hold of before the journal was lost
		unseen := unknown && !s.door.told("ANDON", w.stage, mark)
		s.lifted[w.stage] = lifting{t.LastChangedAt, w.time, s.illStore() || unseen, unknown}
	}
}

// forgot tells whether andon may not know any more what was lifted: the journal
// never knew, and the process or the gate that was shown it is gone.
func (s *simulation) forgot(l lifting) bool {
	return l.fleeting && time.Unix(0, max(s.started.Load(), s.returned.Load())).After(l.at)
}
