package gates

import (
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

// ApproveReply is what an open decision gives to a pending approval.
const ApproveReply Reply = "approve"

// A Case is one release that waits at an approval, and what is to be done with it.
type Case struct {
	Approval
	Reply    Reply
	Decision Decision  // about this release alone, with all that speaks for it or against it
	Opening  time.Time // when the calendar lets the next release start; zero: it does now, or that is not known
}

// A plea is what speaks for one release beside the evidence for all.
type plea struct {
	allow   *Allow // a person lets it through
	entered string // the gate of its pipeline that let it into production
	stale   bool   // its calendar was not clear all the time that it has waited
	blocks  *Allow // a person rejects what locks the way of the release they let through
}

// judge says what is to be done with one release. It reads no clock and does no I/O.
// Only what is open is approved; what is closed waits, unless a rule says to reject;
// and what is not known waits.
func (g Gate) judge(e Evidence, s Seen, a Approval, p plea) Case {
	c := Case{Approval: a, Reply: WaitReply, Decision: e.about(g, a, p), Opening: e.Opening}
	because := func(r Reply, why Reason) {
		c.Reply, c.Decision.Reasons = r, append([]Reason{why}, c.Decision.Reasons...)
	}
	switch {
	case a.Stopping && e.Override == nil && !e.Blind.Blind() && e.starving() == nil:
		because(RejectReply, Reason{Code: "stopping", Text: "its execution is being stopped, and would wait for this answer, before all that come behind it"})
	case a.Stopping:
		// It leads nowhere: whoever could say so must not, or sees nothing.
	case p.blocks != nil && e.Override == nil:
		because(RejectReply, Reason{Code: "blocks", Since: p.blocks.At, Text: fmt.Sprintf("%s lets execution %s through, which waits behind it: %s", p.blocks.Actor, short(p.blocks.Execution), p.blocks.Reason)})
	case c.Decision.State == Opened && g.yields(e, s, a, p):
		because(RejectReply, Reason{Code: "yields", Text: rider(a.Execution) + " waited through a BlackDay, and " + newer(s.Waiting)})
	case c.Decision.State == Opened:
		c.Reply = ApproveReply
	case c.Decision.State == Closed && e.Override == nil && !e.Blind.Blind():
		if g.finishes(p) {
			e.Calendar = nil // it is past the calendar
		}
		if why, expires := e.expires(g, s, a); expires {
			because(RejectReply, why)
		} else if e.rejected(g) {
			c.Reply = RejectReply
		}
	}
	return c
}

// newer names what waits behind. Which of several comes next, AWS does not tell.
func newer(waiting []Execution) string {
	if n := len(waiting); n > 1 {
		return fmt.Sprintf("%d newer ones wait behind it, among them %s", n, rider(waiting[n-1]))
	}
	return "the newer " + rider(waiting[0]) + " waits behind it and takes its place"
}

// yields: it has waited through a BlackDay, and a newer one comes in as soon as it
// is gone. Whom a person lets pass yields to nobody.
func (g Gate) yields(e Evidence, s Seen, a Approval, p plea) bool {
	return g.Yield && p.stale && p.allow == nil && e.Override == nil && p.entered == "" && !a.Execution.Rollback &&
		s.Enabled && len(s.Waiting) > 0
}

// finishes: it has entered production, and the calendar does not stop it there.
func (g Gate) finishes(p plea) bool { return p.entered != "" && g.Midway == FinishMidway }

// rejected tells whether a rule rejects for what closes. Of several causes the one
// that rejects wins. A clock that is doubtful says nothing of a BlackDay.
func (e Evidence) rejected(g Gate) bool {
	return g.OnUnhealthy == RejectReply && e.where(codeUnhealthy, unhealthy) != nil || g.OnBlack == RejectReply && e.surelyBlack() && !e.clockDoubtful()
}

// expires: the calendar opens only after the approval has failed by itself, which
// is soon. A rejection says more than that, and when to come again.
func (e Evidence) expires(g Gate, s Seen, a Approval) (Reason, bool) {
	end := a.Expires.Add(-s.Skew)
	if !e.black() || a.Expires.IsZero() || e.clockDoubtful() || e.Now.Before(end.Add(-g.RejectBefore)) || !e.shut(end) {
		return Reason{}, false
	}
	next := "the calendar does not open again as far as it is known"
	if !e.Opening.IsZero() {
		next = "the calendar opens next at " + localTime(e.Opening) + ": start a release then"
	}
	return Reason{Code: "expires", Until: a.Expires, Text: fmt.Sprintf("it would expire at %s, and %s", localTime(end.In(e.Opening.Location())), next)}, true
}

// surelyBlack: whichever clock is right. In doubt nothing is approved, and nothing is
// rejected either: what comes as the BlackDay ends waits for the few seconds.
func (e Evidence) surelyBlack() bool {
	if !e.black() {
		return false
	}
	late, early := e.Now.Add(MaxSkew), e.Now.Add(e.Fits-MaxSkew)
	return len(e.Calendar.Causes) == 0 || slices.ContainsFunc(e.Calendar.Causes, func(c calendar.Cause) bool {
		return !c.Start.After(early) && (c.End.IsZero() || c.End.After(late))
	})
}

// shut tells whether the calendar certainly does not open before end. Where it turns
// clear of what is known, and of the rest nothing is, it may.
func (e Evidence) shut(end time.Time) bool {
	if e.Opening.IsZero() {
		return e.Calendar.Next.IsZero()
	}
	return !e.Opening.Before(end)
}

func (e Evidence) clockDoubtful() bool {
	return slices.ContainsFunc(e.Doubts, func(r Reason) bool { return r.Code == "clock" })
}

// about decides for one release. A person's word passes our judgement; a rollback
// passes the calendar and production's health, and what has entered passes the
// calendar; nothing else passes what is not known.
func (e Evidence) about(g Gate, a Approval, p plea) Decision {
	switch {
	case e.Override != nil:
		return e.overridden()
	case p.allow != nil:
		return Decision{State: Opened, Since: p.allow.At, Until: p.allow.Expires, Reasons: []Reason{{Code: "allowed", Since: p.allow.At,
			Text: fmt.Sprintf("%s lets execution %s through: %s", p.allow.Actor, short(a.Execution.ID), p.allow.Reason)}}}
	case e.grounds() && a.Execution.Rollback:
		e.Checks, e.Calendar = slices.DeleteFunc(slices.Clone(e.Checks), func(c CheckEvidence) bool { return !c.Starved }), nil
		return e.pass(Reason{Code: "rollback", Text: "it is a rollback, which passes the calendar and production's health"})
	case e.black() && g.finishes(p):
		why := Reason{Code: "entered", Text: "gate " + p.entered + " let it into production before it turned black, and it finishes"}
		e.Calendar = nil
		if len(e.Checks) == 0 {
			return e.pass(why)
		}
		d := e.settled()
		d.Reasons = append(d.Reasons, why)
		return d
	}
	return e.settled()
}

// grounds: a gate without checks and without a calendar has nothing to approve by.
func (e Evidence) grounds() bool { return len(e.Checks) > 0 || e.Calendar != nil }

// pass is open for that reason, if nothing speaks against andon itself.
func (e Evidence) pass(why Reason) Decision {
	if e.Blind.Blind() {
		return Decision{Reasons: []Reason{blindReason(e.Blind)}, Since: e.Blind.Began()}
	}
	if r := slices.Concat(e.starving(), e.Doubts); len(r) > 0 {
		return Decision{Reasons: r}
	}
	return Decision{State: Opened, Reasons: []Reason{why}}
}

// settled is Decide for what cannot be taken back: open only if every check has
// passed since it failed last, as often as it needs to be believed. A spell of
// sickness itself is in the verdict, which lasts until `up` passes, begun after the
// last failure, also over a reload and a restart.
func (e Evidence) settled() Decision {
	d := Decide(e)
	if d.State != Opened || e.Override != nil {
		return d
	}
	if e.Blind.Flickers() {
		return Decision{Reasons: []Reason{flickerReason(e.Blind)}, Since: e.Blind.Began()}
	}
	rs := e.where("recovering", func(c CheckEvidence) (string, bool) {
		return fmt.Sprintf("%s passed %d times in a row, %d are needed", c.Name, c.Passes, c.Needs), c.Passes < c.Needs
	})
	if rs != nil {
		return Decision{Reasons: rs, Until: e.proven()}
	}
	return d
}

// proven is when every check has passed as often as it needs to, if each run passes.
func (e Evidence) proven() time.Time {
	t := e.Now
	for _, c := range e.Checks {
		t = later(t, e.Now.Add(time.Duration(max(0, c.Needs-c.Passes))*c.Every))
	}
	return t
}

// needed is how many passes in a row an approval asks of c: one after a single
// failure; but where failures may have been missed, because andon was blind or has
// no journal of what was before it started, as many as after a spell.
func needed(c CheckEvidence, forgot bool) int {
	if c.Unseen || forgot || c.Verdict != probes.Healthy {
		return c.Up
	}
	return 1
}

// Will is what becomes of c, in half a sentence.
func (c Case) Will(g Gate) string {
	does := map[Reply]Verb{ApproveReply: Approve, RejectReply: Reject}[c.Reply]
	switch {
	case c.Reply == WaitReply && !c.Opening.IsZero() && c.Decision.State == Closed:
		return "it waits; the calendar opens next at " + localTime(c.Opening)
	case c.Reply == WaitReply:
		return "it waits"
	case g.Observing():
		return "the gate observes, and would " + string(does) + " it"
	case !g.may(does):
		return "it waits: the gate may not " + string(does)
	}
	return "andon is about to " + string(does) + " it"
}
