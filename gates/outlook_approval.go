package gates

import "fmt"

// atApproval says what an order, or its end, brings to the releases that ask.
func (l *Outlook) atApproval(r Report) {
	for _, c := range r.Cases {
		l.Waiting = append(l.Waiting, c.Execution)
	}
	if l.Order == nil {
		l.Will = "the gate decides by itself again: " + r.Own.outlook()
		return
	}
	until := " until " + clockTime(l.Order.Expires)
	if l.Order.Wants() == Closed {
		l.Will = "andon approves and rejects nothing" + until + "; a person may, in the console"
		return
	}
	l.Will = "andon approves every release that asks" + until + ", whatever checks and calendar say" + l.askers()
	if !r.Gate.may(Approve) {
		l.block("may", "the gate may not approve, so what asks goes on waiting", "list approve under its may, or approve in the console")
	}
	if !r.Asked {
		l.block("not-run", "not every check has run since andon started, and before that andon approves nothing",
			"wait for the first runs, or approve in the console")
	}
	for _, p := range r.Problems {
		if p.Code == "journal" {
			l.Blocks = append(l.Blocks, p)
		}
	}
}

// askers names who asks now.
func (l *Outlook) askers() string {
	switch len(l.Waiting) {
	case 0:
		return "; none asks now"
	case 1:
		return "; now asks " + rider(l.Waiting[0])
	}
	return fmt.Sprintf("; %d ask now, among them %s", len(l.Waiting), rider(l.Waiting[0]))
}
