// Package gates decides whether a release may go on, and sees to it.
//
// Decide is pure: evidence comes in as values, the time too, and a Decision
// with all its reasons comes out. Plan is pure: from what was decided and what
// was seen at the point it says the one thing to do. A Line does it, for all
// gates of one pipeline: read, plan, intent, act, read back, outcome. Loops
// around it are dumb, because every step can be taken again.
package gates

import (
	"regexp"
	"slices"
	"time"
)

// A Gate is a named rule over checks for exactly one point of a pipeline.
type Gate struct {
	Name     string
	Instance string // who we are in marks; required where May is not empty
	Pipeline string
	Stage    string
	Action   string // of an approval; empty: the gate stands at the transition into Stage
	Region   string // "" is the account's default

	Checks       []string      // all of these must be healthy
	Calendar     string        // that must be clear, by name; "" is none
	Fits         time.Duration // what a release takes, to its last bake: all of it has to be clear
	May          []Verb        // what the gate may do; empty: it observes, and writes nothing
	MinHold      time.Duration // a close stands at least this long
	Reopen       Reopen
	PersonEnable time.Duration // how long a person's enable passes our own judgement
	OnBlind      OnBlind       // what to decide when blind for long

	// Of approvals alone.
	OnBlack      Reply         // to a release that comes inside a BlackDay
	OnUnhealthy  Reply         // … while production is unwell
	RejectBefore time.Duration // how long before an approval expires it is rejected, when nothing opens in time
	Yield        bool          // reject what is approved no more when a newer execution waits behind it
	Midway       Midway        // what becomes of a release that has entered when it turns black

	Principals []string // further names of ours in lastChangedBy
	Machines   []string // who is not one of us and not a person either
}

// A Verb is something a gate may do.
type Verb string

// The verbs of a transition.
const (
	Close Verb = "close" // DisableStageTransition
	Open  Verb = "open"  // EnableStageTransition
)

// The verbs of an approval, both PutApprovalResult.
const (
	Approve Verb = "approve"
	Reject  Verb = "reject"
)

// A Reply is what a closed decision gives to a pending approval.
type Reply string

// WaitReply is the default.
const (
	WaitReply   Reply = "wait"
	RejectReply Reply = "reject"
)

// Midway says what becomes of a release that has entered production when the
// calendar turns black.
type Midway string

// FinishMidway is the default: no mixed fleet over a weekend because it turned six.
const (
	FinishMidway Midway = "finish"
	WaitMidway   Midway = "wait"
)

// Reopen says who opens after production is well again.
type Reopen string

// AskIfSuspect is the default: a person opens if the release that was inside
// the stage may be the cause, because what waits may carry the same fault.
const (
	AskIfSuspect Reopen = "ask-if-suspect"
	AutoReopen   Reopen = "auto"
	AskReopen    Reopen = "ask"
)

// suspectFor is how long after it left the stage a release is suspected.
const suspectFor = 60 * time.Minute

// MaxSkew is how far our clock may be from AWS's before we doubt ourselves.
const MaxSkew = 30 * time.Second

// Observing tells whether the gate may write nothing.
func (g Gate) Observing() bool { return len(g.May) == 0 }

func (g Gate) may(v Verb) bool { return slices.Contains(g.May, v) }

// Stream is where the gate's records are kept in the journal.
func (g Gate) Stream() string { return gateStream + g.Name }

const gateStream = "gate/"

// NamePattern is what instances, gates and checks may be called: it fits into
// the alphabet of a transition's reason.
const NamePattern = `[a-z0-9][a-z0-9.-]{0,39}`

// ValidName tells whether s may be the name of an instance, gate or check.
func ValidName(s string) bool {
	ok, err := regexp.MatchString(`^`+NamePattern+`$`, s)
	return ok && err == nil
}
