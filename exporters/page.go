package exporters

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// maxRows is how many checks the page shows; the worst come first then.
const maxRows = 200

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

// newPage serves the page at /: the line first, and why it is as it is, then
// what the checks say. It needs no script.
func newPage(s Sources) http.Handler {
	page := template.Must(template.New("page").Parse(pageHTML))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		if err := page.Execute(&b, s.look()); err != nil {
			writeText(w, http.StatusInternalServerError,
				"the page could not be drawn, which is a defect of andon: please report it. The same is told under /api/v1/gates. "+err.Error())
			return
		}
		write(w, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
	})
}

func style(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, "text/css; charset=utf-8", []byte(styleCSS))
}

// pageView is all that the page tells.
type pageView struct {
	Headline string
	Mood     string // open, closed or unknown: the colour, and never the only sign
	NotReady string
	Blind    *note
	Problems []note // of andon as a whole, and holds that no gate answers for
	Now      moment
	Gates    []gateCard
	Checks   []checkRow
	Dates    []calendarCard
	Hidden   int // checks that have no row
	Version  string
}

// gateCard is a gate and what to say about it.
type gateCard struct {
	GateView
	Mood  string // open, closed or unknown
	Word  string // open, closed, held, cannot tell; of an observing gate what it would be
	Lead  string // what that means for a release
	Above string // the reasons
	Since moment
	Until moment
	Holds moment // since when somebody holds
	Read  moment
	Next  string // what it takes to open again
	Opens moment // when that is at the earliest
	Order *orderNote

	Through     []note   // executions that a person lets through; until when
	HeldByParts []string // where the name may be broken

	Reasons, Problems []note
	Inside, Waiting   crowd

	Asking   []asking // at an approval
	Answered []note   // of late
}

// note is a sentence, since when, and what to do.
type note struct {
	Text, Do string
	Since    moment
}

// orderNote is an override in force.
type orderNote struct {
	Actor, Reason, State string
	Given, Expires       moment
	Then                 string // what the gate would decide without it
}

// crowd is executions at one place.
type crowd struct {
	Total, More int
	Members     []member
}

type member struct {
	ID, Revision, Action string
	Rollback             bool
	Since                moment
}

func (s Sources) look() pageView {
	reports, checks := s.reports(), s.Checks()
	now := s.Clock()
	v := pageView{Now: moment{now, now}, Version: s.Version.Version, Problems: s.wholeNotes(now)}
	if err := s.Ready(); err != nil {
		v.NotReady = clip(err.Error())
	}
	v.Blind = blindNote(checks.Blind(now), now)
	for _, r := range reports {
		v.Gates = append(v.Gates, drawGate(r, now))
	}
	v.Dates = s.calendarCards(now)
	v.Headline, v.Mood = headline(v.Gates, v.NotReady == "")
	if v.Hidden = len(checks) - maxRows; v.Hidden > 0 {
		checks = worstChecks(checks, now)[:maxRows]
	}
	for _, c := range checks {
		v.Checks = append(v.Checks, drawCheck(c, now))
	}
	return v
}

// headline says how the line is: gates that stop count, gates that observe do not.
func headline(cards []gateCard, ready bool) (text, mood string) {
	var acting, closed, unknown int
	for _, c := range cards {
		if c.Would != "" {
			continue
		}
		acting++
		switch c.Mood {
		case moodClosed:
			closed++
		case moodUnknown:
			unknown++
		}
	}
	switch {
	case len(cards) == 0 && !ready:
		return "No gate has been looked at yet", moodUnknown
	case len(cards) == 0:
		return "andon watches and stops nothing", moodOpen
	case acting == 0:
		return "andon observes and stops nothing", moodOpen
	case closed == 1 && acting == 1:
		return "The line is stopped", moodClosed
	case closed > 0:
		return fmt.Sprintf("The line is stopped at %d of %d gates", closed, acting), moodClosed
	case unknown > 0:
		return "andon cannot tell whether the line may move", moodUnknown
	}
	return "The line is open", moodOpen
}

func worstChecks(checks probes.Snapshot, now time.Time) probes.Snapshot {
	order := [...]int{probes.Unhealthy: 0, probes.Unknown: 1, probes.Healthy: 2}
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b probes.CheckState) int { return order[a.At(now)] - order[b.At(now)] })
	return sorted
}

func drawGate(r gates.Report, now time.Time) gateCard {
	p := pass(r, now)
	c := gateCard{GateView: viewGate(r, now)}
	at := func(t time.Time) moment { return moment{t, now} }
	c.Mood, c.Word, c.Lead = speak(c.GateView, p)
	c.Above = heading(c.Word, r.Decision.State)
	c.Since, c.Until = at(r.Decision.Since), at(r.Decision.Until)
	if c.AWS != nil {
		c.Read = at(r.Seen.Begun)
	}
	if c.HeldBy != "" {
		c.Holds = at(r.Seen.ChangedAt)
		c.HeldByParts = strings.SplitAfter(c.HeldBy, "/")
	}
	if h := c.Hold; h != nil {
		c.Next, c.Opens = next(*h, c.Ask), at(h.Earliest)
	}
	if o := c.GateView.Order; o != nil {
		c.Order = &orderNote{o.Actor, o.Reason, o.State.String(), at(o.At), at(o.Expires), c.Own.State.String()}
	}
	for _, a := range r.Allows {
		c.Through = append(c.Through, note{Text: clip(fmt.Sprintf("execution %s, by %s: %s", a.Execution, a.Actor, a.Reason)), Since: at(a.Expires)})
	}
	if e := c.GateView.Ended; e != nil && now.Sub(e.At) > 24*time.Hour {
		c.GateView.Ended = nil // no news any more
	}
	c.Reasons, c.Problems = notes(c.GateView.Reasons, now), notes(besides(c.GateView.Reasons, c.GateView.Problems), now)
	c.Asking, c.Answered = drawAsking(c.GateView.Approvals, now), drawAnswers(c.GateView.Answers, now)
	c.Inside = drawCrowd(c.GateView.Inside, c.InsideTotal, now)
	c.Waiting = drawCrowd(c.GateView.Waiting, c.WaitingTotal, now)
	return c
}

// besides leaves out what stands among the reasons already.
func besides(reasons, problems []gates.Reason) []gates.Reason {
	return slices.DeleteFunc(slices.Clone(problems), func(p gates.Reason) bool {
		return slices.ContainsFunc(reasons, func(r gates.Reason) bool { return r.Code == p.Code && r.Text == p.Text })
	})
}

func notes(rs []gates.Reason, now time.Time) []note {
	ns := make([]note, len(rs))
	for i, r := range rs {
		ns[i] = note{r.Text, r.Do, moment{r.Since, now}}
	}
	return ns
}

// drawCrowd names the first few; the rest are a number.
func drawCrowd(xs []gates.Execution, total int, now time.Time) crowd {
	const few = 5
	c := crowd{Total: total, More: max(total-few, 0)}
	for _, x := range xs[:min(len(xs), few)] {
		c.Members = append(c.Members, member{short(x.ID, 8), short(x.Revision, 12), clip(x.Action), x.Rollback, moment{x.Since, now}})
	}
	return c
}
