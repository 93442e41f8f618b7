package codepipeline_test

import (
	"fmt"
	"strings"
)

// auditAnswers: S9 for what was answered, S10 and S5: each answer that reached AWS
// has an intent in the journal, and no token two that were taken.
func (r *release) auditAnswers() {
	r.t.Helper()
	r.auditS9()
	taken := 0
	for _, c := range r.server.Calls() {
		if c.AccessKey == "ANDON" && c.Operation == "PutApprovalResult" && c.Applied {
			taken++
		}
		if c.AccessKey == "ANDON" && (c.Operation == "EnableStageTransition" || c.Operation == "DisableStageTransition") {
			r.t.Errorf("S10: %s", c.Operation)
		}
	}
	if n := r.report(); int(n.Approvals+n.Rejections) > taken {
		r.t.Errorf("andon counts %d approvals and %d rejections, and AWS took %d", n.Approvals, n.Rejections, taken)
	}
}

// says is andon's report in short.
func (r *release) says() string {
	got := r.report()
	var b strings.Builder
	fmt.Fprintf(&b, "andon decides %v, enforced %v, fresh %v, looked at %v, %d approvals, %d rejections", got.Decision.State, got.Enforced, got.Fresh, got.Seen.Begun, got.Approvals, got.Rejections)
	for _, x := range got.Decision.Reasons {
		fmt.Fprintf(&b, "\n\tbecause %s: %s", x.Code, x.Text)
	}
	for _, x := range got.Problems {
		fmt.Fprintf(&b, "\n\tproblem %s: %s", x.Code, x.Text)
	}
	for _, c := range got.Cases {
		fmt.Fprintf(&b, "\n\tcase %s of %s: %s, %+v", c.Execution.Revision, c.Since, c.Reply, c.Decision.Reasons)
	}
	for _, x := range got.Rulings {
		fmt.Fprintf(&b, "\n\truling %s %s %s by %q: %s", x.Verb, x.Execution.Revision, x.At, x.By, x.Summary)
	}
	return b.String()
}
