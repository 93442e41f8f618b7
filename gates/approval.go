package gates

import (
	"slices"
	"time"
)

// An Approval is a release that waits at an approval action to be let on.
type Approval struct {
	Execution Execution `json:"execution"`
	Run       string    `json:"run"`                // of the action: its action execution id
	Token     string    `json:"token,omitempty"`    // which an answer has to name
	Since     time.Time `json:"since,omitzero"`     // on AWS's clock
	Expires   time.Time `json:"expires,omitzero"`   // on AWS's clock: then it fails by itself
	Stopping  bool      `json:"stopping,omitempty"` // a person stops the execution, which waits for the answer alone
}

// same tells whether a and b are one question: an answer to the one is an answer to
// the other (S5).
func (a Approval) same(b Approval) bool {
	return a.Run == b.Run && a.Token == b.Token && a.Execution.ID == b.Execution.ID && a.Token != ""
}

// An Answered is a run of an approval action that is over, as AWS tells it.
type Answered struct {
	Run     string    `json:"run"`
	Status  string    `json:"status"`            // approved, rejected or abandoned
	By      string    `json:"by,omitempty"`      // ARN; "" where AWS tells none, as after a timeout
	At      time.Time `json:"at,omitzero"`       // on AWS's clock
	Summary string    `json:"summary,omitempty"` // what was said for it
}

// Who names the one who ended it, and how.
func (a Answered) Who() string {
	by := a.By
	if by == "" {
		by = "somebody whom AWS does not name, or time,"
	}
	return by + " " + a.Status + " it"
}

// Others are the answers that AWS shows and that are not the gate's own.
func (r Report) Others() (list []Answered) {
	for _, a := range r.Seen.Answered {
		if !slices.ContainsFunc(r.Rulings, func(b Ruling) bool { return b.Run == a.Run }) {
			list = append(list, a)
		}
	}
	return list
}

// What became of an approval.
const (
	Approved  = "approved"
	Rejected  = "rejected"
	Abandoned = "abandoned" // its execution was stopped
)

// past is what AWS shows after v.
func (v Verb) past() string {
	return map[Verb]string{Approve: Approved, Reject: Rejected}[v]
}
