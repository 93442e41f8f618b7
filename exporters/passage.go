package exporters

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// MaxWait is the most that one request may wait for a gate.
const MaxWait = 50 * time.Second

const (
	poll     = 250 * time.Millisecond
	lookAge  = 60 * time.Second // a look at AWS, or a decision, older than this says nothing of now
	retry    = 10 * time.Second // when to ask again, where nothing better is known
	maxRetry = 60 * time.Second
)

// A passage is what a gate answers to one who asks whether to go on.
type passage struct {
	status int         // 200 go, 423 stop, 503 cannot tell
	why    string      // one sentence
	would  gates.State // of an observing gate: what it would answer if it were allowed to act
}

func (p passage) mayGo() bool { return p.status == http.StatusOK }

// pass asks the gate. An observing gate stops nothing, so it says go, and what
// it would have said. A report that was never made says nothing at all.
func pass(r gates.Report, now time.Time) passage { return passFor(r, now, "") }

// passFor asks the gate about one execution; "" is any release.
func passFor(r gates.Report, now time.Time, execution string) passage {
	p := judge(r, now, execution)
	if r.At.IsZero() || !r.Gate.Observing() {
		return p
	}
	would := map[int]gates.State{http.StatusOK: gates.Opened, http.StatusLocked: gates.Closed}[p.status]
	return passage{http.StatusOK, "the gate observes and stops nothing; otherwise: " + p.why, would}
}

// reports are those of the last ticks, without any that says open while one of
// its checks has become unhealthy since: a tick that waits for AWS takes
// seconds, and meanwhile nobody may be let through on the word of the one
// before. What the gate makes of the check, the tick will tell.
func (s Sources) reports() []gates.Report {
	reports := slices.Clone(s.Gates())
	checks, now := s.Checks(), s.Clock()
	for i := range reports {
		r := &reports[i]
		if r.Decision.State != gates.Opened || r.Override != nil {
			continue
		}
		for _, name := range r.Gate.Checks {
			c, _ := checks.Check(name)
			if c.At(now) == probes.Unhealthy {
				r.Enforced = false
				r.Decision = gates.Decision{State: gates.Keep, Reasons: []gates.Reason{{Code: "undecided", Check: name,
					Text: name + " has become unhealthy, and the gate is being decided anew"}}}
				r.Cases = undecided(r.Cases, r.Decision)
				break
			}
		}
	}
	return reports
}

// undecided lets what was about to be approved wait.
func undecided(cases []gates.Case, d gates.Decision) []gates.Case {
	cases = slices.Clone(cases)
	for i := range cases {
		if c := &cases[i]; c.Reply == gates.ApproveReply {
			c.Reply, c.Decision = gates.WaitReply, d
		}
	}
	return cases
}

// judge lets through what was decided to be open, is held by nobody, and was
// looked at lately. Everything else is a stop, or not known.
func judge(r gates.Report, now time.Time, execution string) passage {
	stop := func(format string, args ...any) passage {
		return passage{status: http.StatusLocked, why: fmt.Sprintf(format, args...)}
	}
	unknown := func(format string, args ...any) passage {
		return passage{status: http.StatusServiceUnavailable, why: fmt.Sprintf(format, args...)}
	}
	switch {
	case r.At.IsZero():
		return unknown("andon has not looked at this gate yet")
	case !recent(r.At, now):
		return unknown("andon decided last at %s, which says nothing of now", stamp(r.At))
	case r.Gate.Action != "" && !r.Seen.Begun.IsZero() && recent(r.Seen.Begun, now):
		return judgeApproval(r, execution)
	case r.Decision.State == gates.Closed:
		return stop("the gate is closed: %s", firstOf(r.Decision.Reasons))
	case r.Decision.Allow != "" && r.Decision.Allow != execution:
		return stop("the gate is open for execution %s alone: %s", clip(r.Decision.Allow), firstOf(r.Decision.Reasons))
	case r.Seen.Begun.IsZero():
		return unknown("CodePipeline has not been read yet%s", because(r.Problems))
	case !recent(r.Seen.Begun, now):
		return unknown("CodePipeline was read last at %s, which says nothing of now%s", stamp(r.Seen.Begun), because(r.Problems))
	case r.Holder == gates.Ours && r.Decision.State == gates.Keep:
		return stop("the transition is held by %s, and andon cannot tell: %s", heldBy(r), firstOf(r.Decision.Reasons))
	case r.Holder != gates.Nobody || !r.Seen.Enabled:
		return stop("the transition is held by %s", heldBy(r))
	case r.Decision.State != gates.Opened:
		return unknown("andon cannot tell: %s", firstOf(r.Decision.Reasons))
	}
	return passage{status: http.StatusOK, why: "the gate is open: " + firstOf(r.Decision.Reasons)}
}

// recent is false for a time to come as well: a clock that was set back proves
// nothing.
func recent(t, now time.Time) bool {
	age := now.Sub(t)
	return age >= 0 && age <= lookAge
}

func firstOf(rs []gates.Reason) string {
	switch len(rs) {
	case 0:
		return "no reason was given"
	case 1:
		return clip(rs[0].Text)
	}
	return fmt.Sprintf("%s (and %d more)", clip(rs[0].Text), len(rs)-1)
}

func because(problems []gates.Reason) string {
	if len(problems) == 0 {
		return ""
	}
	return ": " + firstOf(problems)
}

// mayGo answers 200 if a release may go on, 423 if not, 503 if that cannot be
// told, 404 if there is no such gate; the body is a GateView or an ErrorView.
// With ?wait= (Go's syntax or plain seconds, up to MaxWait) it answers as soon
// as it is 200, else what holds at the end. With ?execution= it answers for that
// release, as far as the gate tells one from the other.
func (s Sources) mayGo(w http.ResponseWriter, r *http.Request) {
	wait, err := waitOf(r.URL.Query())
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	name, execution := r.PathValue("name"), r.URL.Query().Get("execution")
	s.await(r.Context(), name, execution, wait)
	report, status, why := s.gate(name)
	if status != http.StatusOK {
		s.refuse(w, status, why)
		return
	}
	now := s.Clock()
	view := viewGateFor(report, now, execution)
	p := passFor(report, now, execution)
	if !p.mayGo() {
		w.Header().Set("Retry-After", retryAfter(report.Decision.Until, now))
	}
	writeJSON(w, p.status, view)
}

// await returns when the gate lets through, when there is nothing to wait for,
// or when the time is over.
func (s Sources) await(ctx context.Context, name, execution string, wait time.Duration) {
	if wait <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	look := time.NewTicker(poll)
	defer look.Stop()
	for {
		report, status, _ := s.gate(name)
		if status == http.StatusNotFound || status == http.StatusOK && passFor(report, s.Clock(), execution).mayGo() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

func waitOf(q url.Values) (time.Duration, error) {
	if !q.Has("wait") {
		return 0, nil
	}
	text := q.Get("wait")
	d, err := time.ParseDuration(text)
	if n, nerr := strconv.ParseUint(text, 10, 31); nerr == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	switch {
	case err != nil || d < 0:
		return 0, fmt.Errorf("wait=%.40q is not a time to wait: give seconds like 30, or a duration like 45s", text)
	case d > MaxWait:
		return 0, fmt.Errorf("wait=%.40q is longer than %v, the most one request may wait: ask again when it has answered", text, MaxWait)
	}
	return d, nil
}

// retryAfter is in whole seconds: until the stop ends by itself, if that is
// soon and known.
func retryAfter(until, now time.Time) string {
	after := retry
	if left := until.Sub(now); !until.IsZero() && left > 0 {
		after = min(left, maxRetry)
	}
	return strconv.Itoa(int(math.Ceil(after.Seconds())))
}
