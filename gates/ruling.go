package gates

import (
	"slices"
	"time"
)

// A Ruling is an answer to an approval that counts: a gate's, or that of somebody
// who was first.
type Ruling struct {
	Intent    string    // as in the mark in AWS
	Verb      Verb      // Approve or Reject
	Execution Execution // about which
	Run       string    // of the action
	Token     string
	At        time.Time // when it was intended
	Summary   string    // as it stands in AWS
	By        string    // who answered instead, and what; "" is the gate itself
}

// rulingsKept bounds what a gate remembers. What entered longer ago has finished, or
// is long stuck.
const rulingsKept = 200

// ruled remembers what became of an answer, where that is the end of it: one that
// failed is given again.
func (m *Memory) ruled(i Intent, o Outcome) {
	if i.Approval == nil || o.Result != Done && o.By == "" {
		return
	}
	r := Ruling{Intent: i.ID, Verb: i.Verb, Execution: i.Approval.Execution, Run: i.Approval.Run, Token: i.Approval.Token,
		At: i.Seen.Begun, Summary: i.Reason, By: o.By}
	list := slices.DeleteFunc(slices.Clone(m.Rulings), func(b Ruling) bool { return b.Intent == r.Intent })
	list = append(list, r)
	m.Rulings = list[max(0, len(list)-rulingsKept):]
}

// over tells whether a has been answered, by us or by somebody else: what shows it
// waiting is an answer of the past (S5).
func (m Memory) over(a Approval) bool {
	return slices.ContainsFunc(m.Rulings, func(r Ruling) bool { return r.Token == a.Token })
}

// letIn tells whether the gate has approved an execution.
func (m Memory) letIn(execution string) bool {
	return slices.ContainsFunc(m.Rulings, func(r Ruling) bool {
		return r.Verb == Approve && r.By == "" && r.Execution.ID == execution
	})
}
