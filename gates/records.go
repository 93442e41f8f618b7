package gates

import "time"

// Kinds of records in a gate's stream.
const (
	kindIntent   = "intent"       // we are about to write to AWS
	kindOutcome  = "outcome"      // what became of it
	kindAdopt    = "adopt"        // a hold of ours that the journal had lost
	kindRelease  = "release"      // a hold of ours ended without our opening
	kindOverride = "override"     // a person's order
	kindEnd      = "override-end" // it is over
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
	Seen     Seen            `json:"seen"`
	Hold     *Hold           `json:"hold,omitempty"` // what a close begins
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
	Changed time.Time   `json:"changed,omitzero"` // AWS's time of our disable, once it was read
}

// needs is how many passes in a row, begun after the failure, c must show.
func (h Hold) needs(c CheckEvidence) int {
	if len(h.Checks) == 0 {
		return c.Up
	}
	for _, name := range h.Checks {
		if name == c.Name {
			return c.Up
		}
	}
	return 1
}

// An Override is a person's order that passes our own judgement.
type Override struct {
	ID      string    `json:"id"`
	Actor   string    `json:"actor"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
	Enabled time.Time `json:"enabled,omitzero"` // AWS's time of the enable that is the order
	// Until another execution than this entered the stage; only where one
	// waited when the order was given.
	Latest string `json:"latest,omitempty"`
	Waited bool   `json:"waited,omitempty"`
}

// over tells why the override is no longer in force at now, "" while it is.
func (o Override) over(now time.Time, s Seen) string {
	switch {
	case !now.Before(o.Expires):
		return "its time is over"
	case o.Waited && s.known() && s.Enabled && s.Latest != o.Latest:
		return "the execution that waited has entered"
	}
	return ""
}

type overrideEnd struct {
	ID  string `json:"id"`
	Why string `json:"why"`
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
