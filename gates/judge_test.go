package gates

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

// asking is a release that has waited for an hour, and may wait for two days.
func asking(change func(*Approval)) Approval {
	a := Approval{Execution: Execution{ID: "11111111-aaaa", Revision: "9fceb02d"}, Run: "run", Token: "token", Since: friday.Add(-time.Hour), Expires: friday.Add(48 * time.Hour)}
	if change != nil {
		change(&a)
	}
	return a
}

// What is to be done with one release: DESIGN.md, "What a decision does", and the
// table of what is not known.
func TestJudge(t *testing.T) {
	t.Parallel()
	black, clear, unreadable := says(calendar.Black, autumn), says(calendar.Clear), says(calendar.Unreadable)
	lasts := func(from, to time.Duration) func(*Evidence) {
		return says(calendar.Black, calendar.Cause{Window: "black-friday", Start: friday.Add(from), End: friday.Add(to)})
	}
	fits := func(e *Evidence) { e.Fits = 45 * time.Minute }
	check := func(v probes.Verdict, passes int) func(*Evidence) {
		return func(e *Evidence) { e.Checks = []CheckEvidence{said("shop", v, passes)}; e.Checks[0].Needs = 1 }
	}
	sick, unasked := check(probes.Unhealthy, 0), check(probes.Unknown, 0)
	unchecked := func(e *Evidence) { e.Checks = nil }
	starved := func(e *Evidence) { e.Checks[0].Starved = true }
	blind := func(e *Evidence) { e.Blind.Since = friday }
	doubt := func(code string) func(*Evidence) {
		return func(e *Evidence) { e.Doubts = []Reason{{Code: code, Text: "doubt"}} }
	}
	ordered := func(s State) func(*Evidence) {
		return func(e *Evidence) {
			e.Override = &Override{State: s, Actor: "mia", Reason: "I know", At: friday, Expires: friday.Add(time.Hour)}
		}
	}
	opens := func(in time.Duration) func(*Evidence) {
		return func(e *Evidence) { black(e); e.Opening = friday.Add(in) }
	}
	never := func(e *Evidence) { black(e); e.Opening = time.Time{} }
	rejects := func(g *Gate) { g.OnBlack, g.OnUnhealthy = RejectReply, RejectReply }
	yields := func(g *Gate) { g.Yield = true }
	allow := plea{allow: &Allow{Actor: "mia", Reason: "the fix"}}
	entered := plea{entered: "canary"}
	behind := Seen{Enabled: true, Waiting: []Execution{{ID: "22222222-aaaa"}, {ID: "33333333-aaaa"}}}
	expiring := asking(func(a *Approval) { a.Expires = friday.Add(59 * time.Minute) })
	rollback := asking(func(a *Approval) { a.Execution.Rollback = true })
	for _, c := range []struct {
		name  string
		given []func(*Evidence)
		gate  func(*Gate)
		asks  Approval
		plea  plea
		seen  Seen
		want  Reply
		codes string
	}{
		{name: "well and clear", given: g(clear), want: ApproveReply, codes: "healthy clear"},
		{name: "well, without a calendar", want: ApproveReply, codes: "healthy"},
		{name: "clear, without checks", given: g(clear, unchecked), want: ApproveReply, codes: "clear"},
		{name: "S4: neither checks nor calendar", given: g(unchecked), want: WaitReply, codes: "no-checks"},
		{name: "S4: neither, and a rollback", given: g(unchecked), asks: rollback, want: WaitReply, codes: "no-checks"},
		{name: "S3: black", given: g(black), want: WaitReply, codes: "blackday"},
		{name: "S3: unreadable", given: g(unreadable), want: WaitReply, codes: "calendar-unreadable"},
		{name: "S3: unreadable rejects nothing", given: g(unreadable), gate: rejects, want: WaitReply, codes: "calendar-unreadable"},
		{name: "not believed, and it says black: rejects nothing", given: g(says(calendar.Unreadable, autumn)), gate: rejects, asks: expiring, want: WaitReply, codes: "blackday calendar-unreadable"},
		{name: "S4: unhealthy", given: g(clear, sick), want: WaitReply, codes: "unhealthy"},
		{name: "S4: unknown", given: g(clear, unasked), gate: rejects, want: WaitReply, codes: "unknown"},
		{name: "S4: the last run failed", given: g(clear, check(probes.Healthy, 0)), want: WaitReply, codes: "recovering"},
		{name: "S4: failures may have been missed", given: g(clear, check(probes.Healthy, 9), func(e *Evidence) { e.Checks[0].Needs = 10 }), want: WaitReply, codes: "recovering"},
		{name: "S6: starved", given: g(clear, starved), want: WaitReply, codes: "starved"},
		{name: "S6: blind", given: g(clear, blind), want: WaitReply, codes: "blind"},
		{name: "S6: sight comes and goes", given: g(clear, func(e *Evidence) { e.Blind.First = friday.Add(-time.Minute) }), want: WaitReply, codes: "flickers"},
		{name: "S6: blind and black rejects nothing", given: g(black, blind), gate: rejects, want: WaitReply, codes: "blind blackday"},
		{name: "S6: blind for long, told to close for it, rejects nothing", given: g(black, blind, func(e *Evidence) { e.OnBlind, e.Now = CloseBlind, friday.Add(time.Hour) }), gate: rejects, want: WaitReply, codes: "blind blackday"},
		{name: "own clock doubtful", given: g(clear, doubt("clock")), want: WaitReply, codes: "clock"},
		{name: "own clock doubtful, black", given: g(black, doubt("clock")), gate: rejects, want: WaitReply, codes: "blackday"},
		{name: "own clock doubtful, unhealthy", given: g(sick, doubt("clock")), gate: rejects, want: RejectReply, codes: "unhealthy"},
		{name: "journal not writable", given: g(clear, doubt("journal")), want: WaitReply, codes: "journal"},
		{name: "on_black: reject", given: g(black), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: RejectReply, codes: "blackday"},
		{name: "on_black: reject, as it ends by one clock", given: g(lasts(-time.Hour, 20*time.Second)), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: WaitReply, codes: "blackday"},
		{name: "on_black: reject, as it begins by one clock", given: g(lasts(-20*time.Second, time.Hour)), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: WaitReply, codes: "blackday"},
		{name: "on_black: reject, begun and not over by any clock", given: g(lasts(-30*time.Second, 31*time.Second)), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: RejectReply, codes: "blackday"},
		{name: "on_black: reject, too late by one clock", given: g(lasts(44*time.Minute+40*time.Second, time.Hour), fits), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: WaitReply, codes: "too-late"},
		{name: "on_black: reject, too late by any clock", given: g(lasts(44*time.Minute+30*time.Second, time.Hour), fits), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: RejectReply, codes: "too-late"},
		{name: "on_black: reject, without beginning or end", given: g(says(calendar.Black, calendar.Cause{Window: "always"})), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: RejectReply, codes: "blackday"},
		{name: "on_black: reject, and unhealthy", given: g(black, sick), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: RejectReply, codes: "unhealthy blackday"},
		{name: "on_black: reject, unhealthy alone", given: g(clear, sick), gate: func(g *Gate) { g.OnBlack = RejectReply }, want: WaitReply, codes: "unhealthy"},
		{name: "on_unhealthy: reject", given: g(clear, sick), gate: func(g *Gate) { g.OnUnhealthy = RejectReply }, want: RejectReply, codes: "unhealthy"},
		{name: "on_unhealthy: reject, black alone", given: g(black), gate: func(g *Gate) { g.OnUnhealthy = RejectReply }, want: WaitReply, codes: "blackday"},
		{name: "it opens in time", given: g(opens(58 * time.Minute)), asks: expiring, want: WaitReply, codes: "blackday"},
		{name: "it opens when it expires", given: g(opens(59 * time.Minute)), asks: expiring, want: RejectReply, codes: "expires blackday"},
		{name: "it opens too late, and there is time", given: g(opens(99 * time.Hour)), want: WaitReply, codes: "blackday"},
		{name: "it opens never", given: g(never), asks: expiring, want: RejectReply, codes: "expires blackday"},
		{name: "when it opens is not known", given: g(never, func(e *Evidence) { e.Calendar.Next = friday.Add(99 * time.Hour) }), asks: expiring, want: WaitReply, codes: "blackday"},
		{name: "it expires soon by AWS's clock, which is ahead", given: g(opens(99 * time.Hour)), asks: asking(func(a *Approval) { a.Expires = friday.Add(60*time.Minute + 20*time.Second) }), seen: Seen{Skew: 25 * time.Second}, want: RejectReply, codes: "expires blackday"},
		{name: "it opens before it expires by AWS's clock, which is behind", given: g(opens(59*time.Minute + 10*time.Second)), asks: expiring, seen: Seen{Skew: -25 * time.Second}, want: WaitReply, codes: "blackday"},
		{name: "when it expires is not known", given: g(never), asks: asking(func(a *Approval) { a.Expires = time.Time{} }), want: WaitReply, codes: "blackday"},
		{name: "it opens too late, clock doubtful", given: g(never, doubt("clock")), asks: expiring, want: WaitReply, codes: "blackday"},
		{name: "it expires while unhealthy", given: g(clear, sick), asks: expiring, want: WaitReply, codes: "unhealthy"},
		{name: "thaw, a newer one waits", given: g(clear), gate: yields, plea: plea{stale: true}, seen: behind, want: RejectReply, codes: "yields healthy clear"},
		{name: "thaw, none waits", given: g(clear), gate: yields, plea: plea{stale: true}, seen: Seen{Enabled: true}, want: ApproveReply, codes: "healthy clear"},
		{name: "thaw, who waits is kept out", given: g(clear), gate: yields, plea: plea{stale: true}, seen: Seen{Waiting: behind.Waiting}, want: ApproveReply, codes: "healthy clear"},
		{name: "thaw, yield: false", given: g(clear), plea: plea{stale: true}, seen: behind, want: ApproveReply, codes: "healthy clear"},
		{name: "no thaw", given: g(clear), gate: yields, seen: behind, want: ApproveReply, codes: "healthy clear"},
		{name: "thaw, for a rollback", given: g(clear), gate: yields, asks: rollback, plea: plea{stale: true}, seen: behind, want: ApproveReply, codes: "rollback"},
		{name: "S7: thaw, ordered open", given: g(clear, ordered(Opened)), gate: yields, plea: plea{stale: true}, seen: behind, want: ApproveReply, codes: "override"},
		{name: "thaw, for what has entered", given: g(clear), gate: yields, plea: plea{stale: true, entered: "canary"}, seen: behind, want: ApproveReply, codes: "healthy clear"},
		{name: "thaw, let through", given: g(clear), gate: yields, plea: plea{stale: true, allow: allow.allow}, seen: behind, want: ApproveReply, codes: "allowed"},
		{name: "P12: rollback, black and unhealthy", given: g(black, sick), gate: rejects, asks: rollback, want: ApproveReply, codes: "rollback"},
		{name: "rollback, blind", given: g(black, blind), asks: rollback, want: WaitReply, codes: "blind"},
		{name: "rollback, starved", given: g(black, starved), asks: rollback, want: WaitReply, codes: "starved"},
		{name: "rollback, clock doubtful", given: g(black, doubt("clock")), asks: rollback, want: WaitReply, codes: "clock"},
		{name: "let through, black and unhealthy", given: g(black, sick), gate: rejects, plea: allow, want: ApproveReply, codes: "allowed"},
		{name: "let through, blind", given: g(black, blind), plea: allow, want: ApproveReply, codes: "allowed"},
		{name: "S7: let through, ordered closed", given: g(black, ordered(Closed)), plea: allow, want: WaitReply, codes: "override blackday"},
		{name: "S7: ordered open, black, unhealthy, blind", given: g(black, sick, blind, ordered(Opened)), gate: rejects, want: ApproveReply, codes: "override"},
		{name: "S7: ordered closed, clear", given: g(clear, ordered(Closed)), want: WaitReply, codes: "override"},
		{name: "S7: ordered closed, black, rejects", given: g(black, sick, ordered(Closed)), gate: rejects, want: WaitReply, codes: "override unhealthy blackday"},
		{name: "it blocks who is let through", given: g(clear), plea: plea{blocks: &Allow{Execution: "44444444", Actor: "mia", Reason: "the fix"}}, want: RejectReply, codes: "blocks healthy clear"},
		{name: "it blocks, and is ordered closed", given: g(clear, ordered(Closed)), plea: plea{blocks: &Allow{Execution: "44444444"}}, want: WaitReply, codes: "override"},
		{name: "entered, black", given: g(black), plea: entered, want: ApproveReply, codes: "healthy entered"},
		{name: "entered, black, without checks", given: g(black, unchecked), plea: entered, want: ApproveReply, codes: "entered"},
		{name: "entered, black, blind", given: g(black, unchecked, blind), plea: entered, want: WaitReply, codes: "blind"},
		{name: "entered, black and unhealthy", given: g(black, sick), plea: entered, want: WaitReply, codes: "unhealthy entered"},
		{name: "entered, black and unhealthy, on_black: reject", given: g(black, sick), gate: func(g *Gate) { g.OnBlack = RejectReply }, plea: entered, want: WaitReply, codes: "unhealthy entered"},
		{name: "entered, black and unhealthy, and it expires", given: g(never, sick), plea: entered, asks: expiring, want: WaitReply, codes: "unhealthy entered"},
		{name: "entered, unreadable", given: g(unreadable), plea: entered, want: WaitReply, codes: "calendar-unreadable"},
		{name: "entered, midway: wait", given: g(black), gate: func(g *Gate) { g.Midway = WaitMidway }, plea: entered, want: WaitReply, codes: "blackday"},
		{name: "entered, midway unset waits", given: g(black), gate: func(g *Gate) { g.Midway = "" }, plea: entered, want: WaitReply, codes: "blackday"},
		{name: "a person stops it", given: g(clear), asks: asking(func(a *Approval) { a.Stopping = true }), want: RejectReply, codes: "stopping healthy clear"},
		{name: "a person stops it, and it is ordered open", given: g(clear, ordered(Opened)), asks: asking(func(a *Approval) { a.Stopping = true }), want: WaitReply, codes: "override"},
		{name: "S6: a person stops it, starved", given: g(clear, starved), asks: asking(func(a *Approval) { a.Stopping = true }), want: WaitReply, codes: "starved"},
		{name: "a person stops it, blind", given: g(clear, blind), asks: asking(func(a *Approval) { a.Stopping = true }), want: WaitReply, codes: "blind"},
	} {
		e := Evidence{Now: friday, Gate: "blackday"}
		check(probes.Healthy, 1)(&e)
		for _, change := range c.given {
			change(&e)
		}
		gate := Gate{Name: "blackday", Instance: "shop", Action: "BlackDay", OnBlack: WaitReply, OnUnhealthy: WaitReply, RejectBefore: time.Hour, Midway: FinishMidway, May: []Verb{Approve, Reject}}
		if c.gate != nil {
			c.gate(&gate)
		}
		if c.asks.Run == "" {
			c.asks = asking(nil)
		}
		got := gate.judge(e, c.seen, c.asks, c.plea)
		var codes []string
		for _, r := range got.Decision.Reasons {
			codes = append(codes, r.Code)
		}
		if got.Reply != c.want || strings.Join(codes, " ") != c.codes {
			t.Errorf("%s: %s because %v, want %s because %s", c.name, got.Reply, codes, c.want, c.codes)
		}
		text := Summary(Mark{"shop", "blackday", "k3f9"}, got)
		if mark, ok := ParseMark(text); !ok || mark.Intent != "k3f9" || utf8.RuneCountInString(text) > SummaryLimit || !strings.HasSuffix(text, "Execution 11111111, revision 9fceb02d.") {
			t.Errorf("%s: the summary is %q", c.name, text)
		}
	}
}

// The zero values of a gate's rules are the safe ones.
func TestJudgeZero(t *testing.T) {
	t.Parallel()
	if c := (Gate{}).judge(Evidence{}, Seen{}, Approval{}, plea{}); c.Reply != WaitReply {
		t.Errorf("nothing is known, and it says %s", c.Reply)
	}
}

// What people wrote, of any length and alphabet, leaves room for mark and execution.
func TestSummary(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"", "短い", strings.Repeat("年末年始の繁忙期 ", 100), "two\nlines\x00and \u202eturned", "\xff\xfe", strings.Repeat("x", 5000)} {
		c := Case{Approval: asking(nil), Reply: RejectReply, Decision: Decision{Reasons: []Reason{{Text: reason}, {Text: reason}}}}
		text := Summary(Mark{"shop-prod", "blackday", "k3f9"}, c)
		if n := utf8.RuneCountInString(text); n > SummaryLimit || !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) ||
			!strings.HasPrefix(text, "(andon shop-prod blackday k3f9) Rejected: ") || !strings.HasSuffix(text, ". Execution 11111111, revision 9fceb02d.") {
			t.Errorf("%.20q becomes %d characters: %q", reason, n, text)
		}
	}
}

// S3: a release is judged over all the time it may take, by every clock within
// the allowed skew, and until its answer has come to AWS.
func TestSpanOfAnApproval(t *testing.T) {
	t.Parallel()
	from, to := Gate{Action: "BlackDay", Fits: 45 * time.Minute}.span(friday)
	if early, late := friday.Sub(from), to.Sub(friday)-45*time.Minute; early != MaxSkew || late < MaxSkew+freshFor {
		t.Errorf("it is judged from %v before to %v after", early, late)
	}
}

// S4: how often a check has to pass, in a row, before something is approved by it.
func TestNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		check  CheckEvidence
		forgot bool
		want   int
	}{
		{"it is well", CheckEvidence{Verdict: probes.Healthy, Up: 10}, false, 1},
		{"andon was blind", CheckEvidence{Verdict: probes.Healthy, Up: 10, Unseen: true}, false, 10},
		{"the journal is lost", CheckEvidence{Verdict: probes.Healthy, Up: 10}, true, 10},
		{"it is not known", CheckEvidence{Up: 10}, false, 10},
		{"it is sick", CheckEvidence{Verdict: probes.Unhealthy, Up: 10}, false, 10},
	} {
		if got := needed(c.check, c.forgot); got != c.want {
			t.Errorf("%s: %d passes, want %d", c.name, got, c.want)
		}
	}
}

// What finishes is what another gate with a calendar has approved, and nobody else.
func TestLetIn(t *testing.T) {
	t.Parallel()
	release := Execution{ID: "11111111-aaaa"}
	for name, c := range map[string]struct {
		ruling   Ruling
		calendar string
		want     string
	}{
		"approved":                  {Ruling{Verb: Approve, Execution: release}, "blackdays", "canary"},
		"rejected":                  {Ruling{Verb: Reject, Execution: release}, "blackdays", ""},
		"answered by somebody else": {Ruling{Verb: Approve, Execution: release, By: "alice rejected it"}, "blackdays", ""},
		"another was approved":      {Ruling{Verb: Approve, Execution: Execution{ID: "other"}}, "blackdays", ""},
		"without a calendar":        {Ruling{Verb: Approve, Execution: release}, "", ""},
	} {
		l := NewLine(nil, nil)
		l.Add(Gate{Name: "canary", Calendar: c.calendar, Action: "Canary"}, nil, nil)
		l.Add(Gate{Name: "rest", Calendar: "blackdays", Action: "Rest"}, nil, nil)
		l.members[0].notes.past.Rulings = []Ruling{c.ruling}
		if got := l.letIn(l.members[1], release.ID); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
		if got := l.letIn(l.members[0], release.ID); got != "" {
			t.Errorf("%s: a gate is asked about itself: %q", name, got)
		}
	}
}
