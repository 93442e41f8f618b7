package gates

import (
	"time"

	"github.com/andon-project/andon/calendar"
)

// Kinds of records in a gate's stream.
const (
	kindIntent   = "intent"       // we are about to write to AWS
	kindOutcome  = "outcome"      // what became of it
	kindAdopt    = "adopt"        // a hold of ours that the journal had lost
	kindRelease  = "release"      // a hold of ours ended without our opening
	kindOverride = "override"     // a person's order
	kindEnd      = "override-end" // it is over
	kindExtend   = "extend"       // a hold that stood for an order stands for production too
	kindAllow    = "allow"        // a person's order to let one execution through
	kindAllowEnd = "allow-end"    // a person ended it
	kindPassage  = "passage"      // what entered for it
	kindMove     = "move"         // the gate was put somewhere else
	kindLate     = "late"         // a record that could not be written when it was due
)

// An Intent is written before every write to AWS, with the evidence for it.
type Intent struct {
	ID   string `json:"id"`
	Verb Verb   `json:"verb"`
	Place
	Reason   string          `json:"reason,omitempty"` // as sent
	Decision Decision        `json:"decision"`
	Checks   []CheckEvidence `json:"checks"`
	Calendar *calendar.State `json:"calendar,omitempty"`
	Seen     Seen            `json:"seen"`
	Allow    *Allow          `json:"allow,omitempty"`    // for which one execution a transition is opened
	Hold     *Hold           `json:"hold,omitempty"`     // what a close begins
	Approval *Approval       `json:"approval,omitempty"` // what is answered
}

// Results of an intent.
const (
	Done    = "done"     // AWS shows it
	Refused = "refused"  // AWS said no, nothing was changed
	Lost    = "unknown"  // not known; the next read tells
	NotSeen = "not-seen" // a read shows that it did not happen
	Dropped = "dropped"  // not sent: what we saw last spoke against it
)

// An Outcome follows an intent. Lost is followed by another one, closed by a
// read: Done or NotSeen.
type Outcome struct {
	Intent    string `json:"intent"`
	Result    string `json:"result"`
	Error     string `json:"error,omitempty"`
	Principal string `json:"principal,omitempty"` // who AWS says did it
	By        string `json:"by,omitempty"`        // who answered an approval instead of us
	Seen      *Seen  `json:"seen,omitempty"`
}

// A Hold is our stop at a point and what it takes to lift it.
type Hold struct {
	Intent  string      `json:"intent"`
	Began   time.Time   `json:"began"`
	Failure time.Time   `json:"failure"`           // passes count when they began after it
	Checks  []string    `json:"checks,omitempty"`  // which were unhealthy; none: adopted, every check has to prove itself
	Suspect bool        `json:"suspect,omitempty"` // a release was inside or had just left
	Inside  []Execution `json:"inside,omitempty"`
	OldRead bool        `json:"old_read,omitempty"`
	Order   string      `json:"order,omitempty"`   // the person's order that closed, while production was not unwell
	Black   bool        `json:"black,omitempty"`   // the calendar closed, while production was not unwell
	Resumed bool        `json:"resumed,omitempty"` // one execution was let in through it: what was inside then is not suspected
	Changed time.Time   `json:"changed,omitzero"`  // AWS's time of our disable, once it was read
}

// bare: it stands for a person's order or for the calendar and for nothing else, so
// it has no failure to recover from, nobody is suspected, and its end was theirs
// to say.
func (h Hold) bare() bool { return (h.Order != "" || h.Black) && len(h.Checks) == 0 }

// needs is how many passes in a row, begun after the failure, c must show.
func (h Hold) needs(c CheckEvidence) int {
	switch {
	case h.bare() && c.Unseen: // it may have been down meanwhile
		return c.Up
	case h.bare():
		return 1
	case len(h.Checks) == 0:
		return c.Up
	}
	for _, name := range h.Checks {
		if name == c.Name {
			return c.Up
		}
	}
	return 1
}

// An extension is what a hold has become while it stood.
type extension struct {
	Why  []Reason `json:"why"`
	Hold Hold     `json:"hold"`
	Seen Seen     `json:"seen"`
}

type adoption struct {
	Mark Mark `json:"mark"`
	Place
	Hold Hold `json:"hold"`
	Seen Seen `json:"seen"`
}

type release struct {
	Why  string `json:"why"`
	Seen Seen   `json:"seen"`
}

type late struct {
	Kind string    `json:"kind"`
	Time time.Time `json:"time"`
	Why  string    `json:"why"`
	Body any       `json:"body"`
}
