package codepipeline_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// lets gives a person's order to let an execution through.
func (r *release) lets(execution string, blocker bool) gates.Way {
	r.t.Helper()
	way, err := r.life.line.Allow(context.Background(), gates.WayOrder{Execution: execution, Actor: "mia", Reason: "the fix for #4711", Blocker: blocker}, r.life.track, time.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	return way
}

// P12: a fix goes through inside a BlackDay, and nobody else: what locks its way is
// rejected, if the person says so, and told why.
func TestFixAtAnApproval(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, day}) }, func(t *testing.T, r *release) {
		r.start()
		first := r.ask("rev-1")
		fix := r.ask("the-fix")
		way := r.lets(fix, false)
		i := slices.IndexFunc(way.Blocks, func(b gates.Reason) bool { return b.Code == "approval" })
		if i < 0 || !strings.Contains(way.Blocks[i].Text, first[:8]) || !strings.Contains(way.Blocks[i].Do, "--reject-blocker") {
			t.Errorf("in the way are %+v, want the approval of the first", way.Blocks)
		}
		if len(way.Track.Riders) == 0 || way.Track.Riders[0].ID != first {
			t.Errorf("%+v rides along, want the first", way.Track.Riders)
		}
		time.Sleep(time.Minute)
		if r.status(first) != "InProgress" || r.status(fix) != "" {
			t.Fatalf("the first is %s and the fix %s, want both to wait", r.status(first), r.status(fix))
		}
		if way = r.lets(fix, true); way.Before == nil || !way.Allow.Blocker {
			t.Errorf("%+v", way)
		}
		time.Sleep(30 * time.Second)
		if _, said := r.said(first); r.status(first) != "Failed" || !strings.Contains(said, "Rejected: mia lets execution "+fix[:8]+" through, which waits behind it: the fix for #4711") {
			t.Errorf("the first is %s: %q", r.status(first), said)
		}
		if _, said := r.said(fix); r.status(fix) != "Succeeded" || !strings.Contains(said, "Approved: mia lets execution "+fix[:8]+" through: the fix for #4711") {
			t.Errorf("the fix is %s: %q", r.status(fix), said)
		}
		next := r.ask("rev-3")
		time.Sleep(time.Hour)
		if r.status(next) != "InProgress" {
			t.Errorf("S3: what came behind the fix is %s", r.status(next))
		}
		r.auditAnswers()
	})
}

// S7: one whom a person lets through is not rejected for another.
func TestTwoFixes(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, day}) }, func(t *testing.T, r *release) {
		r.gate.May = []gates.Verb{gates.Reject} // so that both wait
		r.start()
		first := r.ask("fix-1")
		second := r.ask("fix-2")
		r.lets(first, false)
		r.lets(second, true)
		time.Sleep(time.Minute)
		if r.status(first) != "InProgress" {
			t.Errorf("the first fix is %s", r.status(first))
		}
	})
}

// S8: killed after the order, or while it answers, andon still lets the fix through,
// once.
func TestKilledAtAFix(t *testing.T) {
	for _, step := range []string{"after allow", "after intent", "before PutApprovalResult", "after PutApprovalResult", "before outcome"} {
		t.Run(step, func(t *testing.T) {
			releasing(t, func(r *release) { r.black(blackout{0, day}) }, func(t *testing.T, r *release) {
				store := r.store
				r.mortal = &deadman{}
				r.store = mortalStore{store, r.mortal}
				r.start()
				fix := r.ask("the-fix")
				r.mortal.doom(step)
				_, _ = r.life.line.Allow(t.Context(), gates.WayOrder{Execution: fix, Actor: "mia", Reason: "the fix"}, r.life.track, time.Now)
				time.Sleep(20 * time.Second)
				if !r.mortal.dead.Load() {
					t.Fatalf("it never came to %s", step)
				}
				r.stop()
				r.mortal, r.store = nil, store
				r.start()
				time.Sleep(30 * time.Second)
				if r.status(fix) != "Succeeded" {
					t.Errorf("the fix is %s; %s", r.status(fix), r.says())
				}
				r.auditAnswers()
			})
		})
	}
}

// A person's order is for all gates of the pipeline: it outlives a reload that calls one
// otherwise.
func TestFixOutlivesANewName(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, day}) }, func(t *testing.T, r *release) {
		r.start()
		first := r.ask("rev-1")
		fix := r.ask("the-fix")
		r.lets(fix, false)
		time.Sleep(time.Minute)
		g := r.gate
		g.Name = "campaigns"
		resume, err := r.life.line.Pause(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pipeline := codepipeline.NewAccount(r.config("ANDON"), &r.calls).Pipeline(g.Pipeline)
		r.life.line.Set(t.Context(), time.Now(), []gates.Post{{Gate: g, Point: pipeline.Approval(g.Stage, g.Action)}}, r.store)
		resume()
		if err := r.person("alice", first, types.ApprovalStatusRejected); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, said := r.said(fix); r.status(fix) != "Succeeded" || !strings.Contains(said, "mia lets execution") {
			t.Errorf("the fix is %s: %q; %s", r.status(fix), said, r.says())
		}
	})
}
