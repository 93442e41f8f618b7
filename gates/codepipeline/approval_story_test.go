package codepipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

const day = 24 * time.Hour

// A freeze of ten days, a release every day, and approvals that expire after seven
// days: each is superseded, or waits, or is rejected in time with word of when to come
// again; and the newest is approved within a minute of the thaw, not the stalest.
func TestTenDayFreeze(t *testing.T) {
	for _, yield := range []bool{false, true} {
		t.Run(fmt.Sprint("yield ", yield), func(t *testing.T) {
			releasing(t, func(r *release) { r.gate.Yield = yield; r.black(blackout{0, 10 * day}) }, func(t *testing.T, r *release) {
				var ids []string
				for n := range 10 {
					if n == 7 { // an hour before the first expires
						r.wakeAt(7*day + 7*time.Hour)
						time.Sleep(time.Minute)
					}
					r.wakeAt(time.Duration(n)*day + 8*time.Hour)
					ids = append(ids, r.ask(fmt.Sprint("rev-", n)))
					time.Sleep(time.Minute)
				}
				r.wakeAt(10*day - 3*time.Minute)
				time.Sleep(time.Until(storyBegins.Add(10*day + gates.MaxSkew + time.Minute)))
				var got []string
				for _, id := range ids {
					got = append(got, r.status(id))
				}
				first, said := r.said(ids[0])
				if first.Status != "Failed" || !strings.Contains(said, "the calendar opens next at Tue 2000-01-11 00:00 UTC: start a release then") {
					t.Errorf("the first is %s: %q", first.Status, said)
				}
				if left := first.StartTime.Add(7 * day).Sub(*first.LastUpdateTime); left > time.Hour || left < 59*time.Minute {
					t.Errorf("it was rejected %v before it expired", left)
				}
				want, waited := "Succeeded", r.waitedAt(ids)
				if yield {
					want = "Failed"
				}
				if waited < 0 || got[waited] != want {
					t.Errorf("waiting was %d; all are %v", waited, r.says())
				}
				if last := ids[9]; yield && got[9] != "Succeeded" {
					t.Errorf("the newest is %s", got[9])
				} else if _, said := r.said(ids[waited]); yield && !strings.Contains(said, "the newer execution "+last[:8]+", revision rev-9 waits behind it") {
					t.Errorf("AWS shows %q", said)
				}
				r.auditAnswers()
			})
		})
	}
}

// wakeAt lets andon be away until then: ten days of looking every ten seconds take
// their time in a test as well.
func (r *release) wakeAt(at time.Duration) {
	r.stop()
	time.Sleep(time.Until(storyBegins.Add(at)))
	r.start()
}

// waitedAt is the second that asked: the first was rejected.
func (r *release) waitedAt(ids []string) int {
	for n, id := range ids[1:] {
		if d, _ := r.said(id); d.ActionName != nil {
			return n + 1
		}
	}
	return -1
}

// In PARALLEL mode each is answered for itself, with its own token.
func TestParallel(t *testing.T) {
	releasing(t, func(r *release) {
		r.mode = types.ExecutionModeParallel
		r.black(blackout{0, 10 * time.Minute})
	}, func(t *testing.T, r *release) {
		r.start()
		var ids []string
		for n := range 7 {
			ids = append(ids, r.ask(fmt.Sprint("rev-", n)))
		}
		time.Sleep(time.Minute)
		if got := r.report(); len(got.Cases) != 7 || r.called("PutApprovalResult") != 0 {
			t.Fatalf("%d wait; %s", len(got.Cases), r.says())
		}
		if err := r.person("alice", ids[3], types.ApprovalStatusRejected); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(storyBegins.Add(10*time.Minute + gates.MaxSkew + time.Minute)))
		for n, id := range ids {
			want := "Succeeded"
			if n == 3 {
				want = "Failed"
			}
			if _, said := r.said(id); r.status(id) != want || n != 3 && !strings.Contains(said, "Execution "+id[:8]) {
				t.Errorf("L3: release %d is %s: %q; %s", n, r.status(id), said, r.says())
			}
		}
		late := r.ask("rev-late")
		time.Sleep(20 * time.Second)
		if r.status(late) != "Succeeded" {
			t.Errorf("one more is %s", r.status(late))
		}
		r.auditAnswers()
	})
}

// P12: neither a BlackDay nor sick production keeps a rollback from mending.
func TestRollbackPasses(t *testing.T) {
	releasing(t, nil, func(t *testing.T, r *release) {
		r.start()
		good := r.ask("rev-1")
		time.Sleep(time.Minute)
		r.black(blackout{0, day})
		r.sick.Store(true)
		bad := r.ask("rev-2")
		time.Sleep(time.Minute)
		if r.status(bad) != "InProgress" {
			t.Fatalf("inside a BlackDay and with sick production a release is %s", r.status(bad))
		}
		r.halt(bad)
		out, err := r.as("alice").RollbackStage(context.Background(), &sdk.RollbackStageInput{PipelineName: &r.gate.Pipeline,
			StageName: aws.String(releaseStage), TargetPipelineExecutionId: &good})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, said := r.said(*out.PipelineExecutionId); r.status(*out.PipelineExecutionId) != "Succeeded" || !strings.Contains(said, "it is a rollback") {
			t.Errorf("the rollback is %s: %q; %s", r.status(*out.PipelineExecutionId), said, r.says())
		}
		r.auditAnswers()
	})
}

// S4: production falls sick; a release waits until it has passed often enough since.
func TestSickProduction(t *testing.T) {
	for _, reply := range []gates.Reply{gates.WaitReply, gates.RejectReply} {
		t.Run(string(reply), func(t *testing.T) {
			releasing(t, func(r *release) { r.gate.OnUnhealthy = reply }, func(t *testing.T, r *release) {
				r.start()
				r.sick.Store(true)
				time.Sleep(time.Minute)
				id := r.ask("rev-1")
				time.Sleep(time.Minute)
				if reply == gates.RejectReply {
					if _, said := r.said(id); r.status(id) != "Failed" || !strings.Contains(said, "Rejected: storefront is unhealthy: status is 500") {
						t.Errorf("it is %s: %q", r.status(id), said)
					}
					return
				}
				r.sick.Store(false)
				time.Sleep(80 * time.Second)
				if r.status(id) != "InProgress" {
					t.Errorf("S4: answered after 8 passes: it is %s", r.status(id))
				}
				time.Sleep(40 * time.Second)
				if r.status(id) != "Succeeded" {
					t.Errorf("it is %s; %s", r.status(id), r.says())
				}
				r.auditAnswers()
			})
		})
	}
}

// What has entered production finishes there, though it has turned black meanwhile;
// what has not does not begin. With midway: wait it is judged again.
func TestMidway(t *testing.T) {
	for _, midway := range []gates.Midway{gates.FinishMidway, gates.WaitMidway} {
		t.Run(string(midway), func(t *testing.T) {
			releasing(t, func(r *release) { r.gate.Midway = midway }, func(t *testing.T, r *release) {
				rest := r.gate
				rest.Name, rest.Stage, rest.Action = "rest", "Rest", "Next"
				r.start(rest)
				id := r.push("rev-1")
				for r.status(id) != "Succeeded" {
					time.Sleep(100 * time.Millisecond)
				}
				r.black(blackout{0, day})
				time.Sleep(30 * time.Second)
				want := map[gates.Midway]string{gates.FinishMidway: "Succeeded", gates.WaitMidway: "InProgress"}[midway]
				if d, said := r.saidAt(id, "Next"); string(d.Status) != want || midway == gates.FinishMidway && !strings.Contains(said, "gate blackday let it into production before it turned black") {
					t.Errorf("further on it is %s: %q", d.Status, said)
				}
				other := r.ask("rev-2")
				time.Sleep(time.Minute)
				if r.status(other) != "InProgress" {
					t.Errorf("what has not entered is %s", r.status(other))
				}
			})
		})
	}
}

// S7: what a person orders is done: to open inside a BlackDay, to close outside.
func TestOrdersAtAnApproval(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, day}) }, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		order := gates.Order{State: gates.Opened, Actor: "mia", Reason: "the fix for #4711", For: time.Hour}
		if _, err := r.life.line.Order(t.Context(), "blackday", order, time.Now); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if _, said := r.said(id); r.status(id) != "Succeeded" || !strings.Contains(said, "mia ordered it open: the fix for #4711") {
			t.Fatalf("ordered open, it is %s: %q; %s", r.status(id), said, r.says())
		}
		r.black()
		order.State, order.Reason = gates.Closed, "stocktaking"
		if _, err := r.life.line.Order(t.Context(), "blackday", order, time.Now); err != nil {
			t.Fatal(err)
		}
		next := r.ask("rev-2")
		time.Sleep(59 * time.Minute)
		if r.status(next) != "InProgress" {
			t.Fatalf("ordered closed, it is %s", r.status(next))
		}
		time.Sleep(time.Minute + 20*time.Second)
		if r.status(next) != "Succeeded" {
			t.Errorf("after the order it is %s; %s", r.status(next), r.says())
		}
		r.auditAnswers()
	})
}
