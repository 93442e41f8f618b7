package exporters

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/andon-project/andon/gates"
)

// gateMetrics tell of gates. What a read of AWS shows is told once one was
// made: no zero stands for "not known".
type gateMetrics struct {
	families
	sources Sources

	state, holder, enforced, ask, override, expires, allowed family
	inside, waiting, read, problem                           family
	approvals, pending, decisions, writes                    family
	late, skew                                               family
}

func newGateMetrics(s Sources) gateMetrics {
	m := gateMetrics{sources: s}
	m.state = m.gauge("andon_gate_state", "1 for what the gate decided: open, closed, or keep for changing nothing.", "gate", "state")
	m.holder = m.gauge("andon_gate_holder", "1 for who stops the line at the gate's transition.", "gate", "holder")
	m.enforced = m.gauge("andon_gate_enforced", "Whether AWS shows what the gate decided; 0 for a gate that may only observe.", "gate")
	m.ask = m.gauge("andon_gate_ask", "Whether a person has to open.", "gate")
	m.override = m.gauge("andon_override_active", "Whether a person's order is in force: to open, or to close.", "gate", "state")
	m.allowed = m.gauge("andon_override_executions", "Executions that a person lets through the gate.", "gate")
	m.expires = m.gauge("andon_override_expires_timestamp_seconds", "When the person's order in force ends, in seconds since 1970.", "gate", "state")
	m.inside = m.gauge("andon_gate_inside", "Executions in the stage behind the gate.", "gate")
	m.waiting = m.gauge("andon_gate_waiting", "Executions that wait before the gate.", "gate")
	m.read = m.gauge("andon_gate_last_read_timestamp_seconds", "When the last successful read of AWS began, in seconds since 1970.", "gate")
	m.problem = m.gauge("andon_gate_problem", "1 for each kind of problem that keeps the gate from its work.", "gate", "code")
	m.late = m.gauge("andon_journal_late_records", "Records that wait for the journal to be writable.", "gate")
	m.skew = m.gauge("andon_self_clock_skew_seconds", "How far AWS's clock is ahead of ours, at the gate where they differ most; beyond 30 s nothing is opened.")
	m.decisions = m.counter("andon_gate_decisions_total", "Changes of the gate's decision to a state, since start.", "gate", "state")
	m.writes = m.counter("andon_gate_writes_total", "Writes that AWS confirmed, since start.", "gate", "verb")
	m.approvals = m.counter("andon_approvals_total", "Approvals that the gate answered and AWS took the answer of, since start.", "gate", "result")
	m.pending = m.gauge("andon_approvals_pending", "Releases that wait at the gate's approval, by what the gate answers: approve, reject, wait.", "gate", "reply")
	return m
}

// Collect is one half of prometheus.Collector.
func (m gateMetrics) Collect(ch chan<- prometheus.Metric) {
	names := once{}
	reports := m.sources.reports()
	for _, r := range reports {
		if name := label(r.Gate.Name); names.more(name) {
			m.gate(ch, r, name)
		}
	}
	if skew, known := clockSkew(reports); known {
		m.skew.send(ch, skew.Seconds())
	}
}

func (m gateMetrics) gate(ch chan<- prometheus.Metric, r gates.Report, name string) {
	now := m.sources.Clock()
	states := []string{gates.Keep.String(), gates.Opened.String(), gates.Closed.String()}
	m.state.oneOf(ch, name, r.Decision.State.String(), states)
	for i, state := range states {
		m.decisions.send(ch, float64(r.Changes[i]), name, state)
	}
	if r.Gate.Action != "" {
		m.approval(ch, r, name)
	} else {
		m.transition(ch, r, name)
	}
	m.enforced.send(ch, flag(enforced(r, now)), name)
	m.ask.send(ch, flag(r.Decision.Ask), name)
	m.late.send(ch, float64(r.Late), name)
	if o := r.Override; o != nil {
		m.expires.send(ch, seconds(o.Expires), name, o.Wants().String())
	}
	m.allowed.send(ch, float64(len(r.Allows)), name)
	for _, state := range states[1:] { // to keep is no order
		m.override.send(ch, flag(r.Override != nil && r.Override.Wants().String() == state), name, state)
	}
	if begun := r.Seen.Begun; !begun.IsZero() {
		m.inside.send(ch, float64(len(r.Seen.Inside)), name)
		m.waiting.send(ch, float64(len(r.Seen.Waiting)), name)
		m.read.send(ch, seconds(begun), name)
	}
	codes := once{}
	for _, p := range problems(r, now) {
		if code := label(p.Code); codes.more(code) {
			m.problem.send(ch, 1, name, code)
		}
	}
}

func (m gateMetrics) transition(ch chan<- prometheus.Metric, r gates.Report, name string) {
	m.writes.send(ch, float64(r.Closes), name, string(gates.Close))
	m.writes.send(ch, float64(r.Opens), name, string(gates.Open))
	m.holder.oneOf(ch, name, holderWord(r.Holder), []string{holderWord(gates.Unread), holderWord(gates.Nobody), holderWord(gates.Ours),
		holderWord(gates.Adrift), holderWord(gates.Stranger), holderWord(gates.Dubious), holderWord(gates.Person)})
}

func (m gateMetrics) approval(ch chan<- prometheus.Metric, r gates.Report, name string) {
	m.approvals.send(ch, float64(r.Approvals), name, gates.Approved)
	m.approvals.send(ch, float64(r.Rejections), name, gates.Rejected)
	if r.Seen.Begun.IsZero() {
		return
	}
	waiting := map[gates.Reply]float64{}
	for _, c := range r.Cases {
		waiting[c.Reply]++
	}
	for _, reply := range []gates.Reply{gates.ApproveReply, gates.RejectReply, gates.WaitReply} {
		m.pending.send(ch, waiting[reply], name, string(reply))
	}
}

// holderWord is a holder as a label, which must not be empty.
func holderWord(h gates.Holder) string {
	if h == gates.Unread {
		return "unread"
	}
	return string(h)
}
