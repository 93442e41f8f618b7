package gates

import (
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/probes"
)

// A State is what a gate wants of its point.
type State uint8

// Keep is the zero value: change nothing.
const (
	Keep State = iota
	Opened
	Closed
)

func (s State) String() string { return [...]string{"keep", "open", "closed"}[s] }

// MarshalText writes the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's name.
func (s *State) UnmarshalText(b []byte) error {
	for _, v := range []State{Keep, Opened, Closed} {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("unknown state %q", b)
}

// A Reason is one cause of a decision. Code is from a bounded set; Text is a
// sentence for people; Do says what a person can do, where they can.
type Reason struct {
	Code  string    `json:"code"`
	Check string    `json:"check,omitempty"`
	Text  string    `json:"text"`
	Do    string    `json:"do,omitempty"`
	Since time.Time `json:"since,omitzero"`
	Until time.Time `json:"until,omitzero"` // when it ends by itself, if that is known

	brief string // for the reason of a transition, which has little room; "" is Text
}

// A Decision is what a gate wants and why. Its zero value changes nothing.
type Decision struct {
	State   State     `json:"state"`
	Reasons []Reason  `json:"reasons"`
	Since   time.Time `json:"since,omitzero"`  // since when the cause exists
	Until   time.Time `json:"until,omitzero"`  // when it ends by itself, if that is known
	Ask     bool      `json:"ask,omitempty"`   // a person has to open
	Allow   string    `json:"allow,omitempty"` // the one execution that it is open for
}

// codeUnhealthy is the code of a reason that production gave.
const codeUnhealthy = "unhealthy"

// Evidence is all that Decide knows.
type Evidence struct {
	Now      time.Time
	Gate     string // its name, for people
	Checks   []CheckEvidence
	Hold     *Hold     // what we closed and have not opened since
	Override *Override // a person's order in force
	Letting  *Allow    // a person's order to let in what waits, alone
	Resume   *Passage  // it is over, and the transition stands enabled
	Waiting  int       // executions before the point
	MinHold  time.Duration
	Reopen   Reopen
	Blind    probes.Blindness
	OnBlind  OnBlind
	Doubts   []Reason  // why we do not trust ourselves to open
	Wait     time.Time // when the limit of opens lets this gate open; zero: now

	Calendar     *calendar.State // of all the time that a release may take, whichever clock is right; nil: the gate has none
	CalendarName string
	Fits         time.Duration             // what a release takes
	Opening      time.Time                 // when the calendar lets the next release start; zero: it does, or that is not known
	Clear        time.Time                 // when the calendar last said otherwise; zero: not since andon started
	local        func(time.Time) time.Time // on the calendar's clocks; nil: as it is
}

// CheckEvidence is what a required check says.
type CheckEvidence struct {
	Name    string         `json:"name"`
	Verdict probes.Verdict `json:"-"`
	Word    string         `json:"verdict"`
	Since   time.Time      `json:"since,omitzero"`   // of the verdict
	Failure time.Time      `json:"failure,omitzero"` // start of the last failed run
	Text    string         `json:"text,omitempty"`   // why it is not healthy
	Passes  int            `json:"passes"`           // in a row, begun after the failure that closed
	Up      int            `json:"up"`               // passes that make it healthy
	Needs   int            `json:"needs,omitempty"`  // passes that the hold asks for
	Starved bool           `json:"starved,omitempty"`
	Unseen  bool           `json:"-"` // its passes are interrupted by what andon's blindness excused
	Every   time.Duration  `json:"-"` // from run to run
}

// Decide says what a gate wants. Closing needs bad evidence, opening needs
// good evidence of every check, and what is not known changes nothing.
func Decide(e Evidence) Decision {
	switch {
	case e.Override != nil:
		return e.overridden()
	case e.Letting != nil:
		return e.let()
	case e.Resume != nil:
		if own := e.own(); own.State == Keep {
			return e.resume(own)
		}
	}
	return e.decide()
}

// decide is Decide without what persons have ordered.
func (e Evidence) decide() Decision {
	if len(e.Checks) == 0 && e.Calendar == nil {
		return Decision{Reasons: []Reason{{Code: "no-checks", Text: "the gate has no checks and no calendar, so nothing can be told",
			Do: "name at least one check under the gate's checks, or a calendar"}}}
	}
	if e.Blind.Blind() {
		return e.blinded()
	}
	if r := e.starving(); r != nil {
		return Decision{Reasons: r}
	}
	if d := e.closing(); d.State == Closed {
		return d
	}
	if r := e.where("unknown", unknown); r != nil {
		return Decision{Reasons: r}
	}
	if e.Hold != nil {
		if d := e.held(); d.State == Closed {
			return d
		}
	}
	if r := slices.Concat(e.unreadableReasons(), e.Doubts); len(r) > 0 {
		return Decision{Reasons: r}
	}
	if e.waits() {
		return Decision{Reasons: []Reason{e.velocityReason()}, Until: e.Wait}
	}
	d := Decision{State: Opened, Until: e.closesAt()}
	if len(e.Checks) > 0 {
		d.Reasons = []Reason{{Code: "healthy", Text: e.wellText()}}
	}
	d.Reasons = append(d.Reasons, e.clearReasons()...)
	return d
}

// closing gives what speaks for closed now, all of it: production, the calendar,
// and, where that is all there is, what a hold still asks for.
func (e Evidence) closing() Decision {
	sick := e.where(codeUnhealthy, unhealthy)
	black, since := e.blackReasons()
	d := Decision{State: Closed, Reasons: slices.Concat(sick, black), Since: since}
	switch {
	case len(d.Reasons) == 0:
		return Decision{}
	case len(sick) > 0:
		if first := earliest(sick); len(black) == 0 || first.Before(since) {
			d.Since = first
		}
		return d
	}
	if e.Hold == nil {
		d.Until = e.Opening.UTC()
		return d
	}
	held := e.held() // nobody is asked before the calendar is clear
	if held.State == Keep {
		d.Until = e.Opening.UTC()
	}
	if held.State == Closed && held.Since.Before(d.Since) {
		d.Since = held.Since
	}
	d.Reasons = append(d.Reasons, held.Reasons...)
	return d
}

// held gives what still speaks for closed although every check is healthy.
func (e Evidence) held() Decision {
	h := e.Hold
	d := Decision{State: Closed, Since: h.Began}
	add := func(code, text, do string) {
		d.Reasons = append(d.Reasons, Reason{Code: code, Text: text, Do: do, Since: h.Began})
	}
	for _, c := range e.Checks {
		if want := h.needs(c); c.Passes < want {
			add("recovering", fmt.Sprintf("%s passed %d times in a row since it failed, %d are needed", c.Name, c.Passes, want), "")
		}
	}
	if end := h.Began.Add(e.MinHold); e.Now.Before(end) && !h.bare() {
		d.Until = end
		add("min-hold", fmt.Sprintf("production is well again, and a close stands at least %v", e.MinHold), "")
	}
	if why := e.askWhy(); why != "" {
		d.Ask = true
		add("ask", why+"; a person has to open", "look at what waits, then enable the transition: in the console, with aws codepipeline enable-stage-transition, or with andon override set")
	}
	if d.Reasons == nil {
		return Decision{}
	}
	return d
}

func (e Evidence) askWhy() string {
	h := e.Hold
	switch {
	case h.OldRead:
		return "CodePipeline did not let us look before we closed"
	case e.Reopen == AutoReopen:
		return ""
	case e.Reopen == AskReopen && !h.bare():
		return "the gate is configured to ask"
	case h.Suspect:
		return "a release was inside the stage or had just left it when production became unwell, and what waits may carry the same fault"
	case e.Waiting > 1:
		return fmt.Sprintf("%d executions wait, and all of them would follow", e.Waiting)
	}
	return ""
}

func unhealthy(c CheckEvidence) (string, bool) {
	return c.Name + " is unhealthy: " + c.Text, c.Verdict == probes.Unhealthy
}

func unknown(c CheckEvidence) (string, bool) {
	text := c.Name + " has no fresh evidence"
	if c.Text != "" {
		text += ": " + c.Text
	}
	return text, c.Verdict == probes.Unknown
}

func (e Evidence) where(code string, holds func(CheckEvidence) (string, bool)) []Reason {
	var rs []Reason
	for _, c := range e.Checks {
		if text, ok := holds(c); ok {
			rs = append(rs, Reason{Code: code, Check: c.Name, Text: text, Since: c.Since})
		}
	}
	return rs
}

func (e Evidence) wellText() string {
	if len(e.Checks) == 1 {
		return e.Checks[0].Name + " is healthy"
	}
	return fmt.Sprintf("all %d checks are healthy", len(e.Checks))
}

func earliest(rs []Reason) time.Time {
	t := rs[0].Since
	for _, r := range rs[1:] {
		if r.Since.Before(t) {
			t = r.Since
		}
	}
	return t
}
