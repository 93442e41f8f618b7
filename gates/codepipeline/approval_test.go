package codepipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
)

// L3: outside a BlackDay a release is approved within a minute, and AWS shows who
// did it, why, and for which execution and revision.
func TestApprovesOutsideABlackDay(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{24 * time.Hour, 48 * time.Hour}) }, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		time.Sleep(54 * time.Second)
		d, said := r.said(id)
		if d.Status != "Succeeded" {
			t.Fatalf("the approval is %s; %s", d.Status, r.says())
		}
		for _, want := range []string{"(andon shop-prod blackday ", "Approved: storefront is healthy; calendar blackdays is clear until Sun 2000-01-02 00:00 UTC",
			"Execution " + id[:8] + ", revision rev-1."} {
			if !strings.Contains(said, want) {
				t.Errorf("AWS shows %q, which lacks %q", said, want)
			}
		}
		if got := r.report(); got.Approvals != 1 || len(got.Rulings) != 1 || got.Rulings[0].Execution.ID != id || !got.Enforced || len(got.Problems) > 0 {
			t.Errorf("%s", r.says())
		}
		r.auditAnswers()
	})
}

// S3, L3: inside one it waits, and is approved once that is over under every clock
// within the allowed skew.
func TestWaitsThroughABlackDay(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, time.Hour}) }, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		time.Sleep(time.Minute)
		got := r.report()
		if len(got.Cases) != 1 || got.Cases[0].Reply != gates.WaitReply || got.Cases[0].Decision.State != gates.Closed || got.Cases[0].Execution.ID != id ||
			!got.Cases[0].Opening.Equal(storyBegins.Add(time.Hour+gates.MaxSkew)) || !got.Enforced {
			t.Fatalf("%s", r.says())
		}
		time.Sleep(time.Until(storyBegins.Add(time.Hour + gates.MaxSkew - time.Second)))
		if r.called("PutApprovalResult") > 0 {
			t.Fatalf("S3: answered inside the BlackDay; AWS shows %s", r.status(id))
		}
		time.Sleep(time.Minute)
		if r.status(id) != "Succeeded" {
			t.Errorf("L3: a minute after the BlackDay the approval is %s; %s", r.status(id), r.says())
		}
		r.auditAnswers()
	})
}
