package codepipeline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// bubble gives a test the world, and no daemon.
func bubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		time.Sleep(time.Hour)
		test(t, w)
	})
}

// point is the production transition as andon sees it, with a configuration
// changed by change.
func (w *world) point(change func(*aws.Config)) gates.Point {
	cfg := w.config("ANDON")
	if change != nil {
		change(&cfg)
	}
	return codepipeline.NewAccount(cfg, &w.calls).Pipeline(pipelineName).Transition(stageName)
}

// S1: credentials that take their time, or a queue before our own limiter, do
// not let an open go out on a read that has become too old.
func TestOpenIsNotSentLate(t *testing.T) {
	t.Run("slow credentials", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			point := w.point(func(cfg *aws.Config) {
				next := cfg.Credentials
				cfg.Credentials = aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
					time.Sleep(3 * time.Second)
					return next.Retrieve(ctx)
				})
			})
			w.expectNotSent(point)
		})
	})
	t.Run("many pipelines", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			account := codepipeline.NewAccount(w.config("ANDON"), &w.calls)
			for range 100 { // as many as ask at once
				go account.Pipeline(pipelineName).Transition(stageName).Read(t.Context(), time.Now())
			}
			point := account.Pipeline(pipelineName).Transition(stageName)
			synctest.Wait()
			w.expectNotSent(point)
			for range 10 {
				begun := time.Now()
				if err := point.Do(t.Context(), gates.Action{Verb: gates.Close, Reason: "down"}); err != nil || time.Since(begun) > 0 {
					t.Errorf("a close had to wait %v: %v", time.Since(begun), err)
				}
			}
			time.Sleep(10 * time.Second)
		})
	})
}

func (w *world) expectNotSent(point gates.Point) {
	w.t.Helper()
	before := w.called("EnableStageTransition")
	err := point.Do(w.t.Context(), gates.Action{Verb: gates.Open, Before: time.Now().Add(2 * time.Second)})
	var c *gates.CallError
	if !errors.As(err, &c) || c.Code != "limited" || !c.Untouched {
		w.t.Errorf("%v, want an open that was not sent", err)
	}
	if n := w.called("EnableStageTransition") - before; n != 0 {
		w.t.Error("an open was sent after what was read had become too old")
	}
}

// Reads are shared among the gates of a pipeline, failures too: six gates do
// not wait six times for an AWS that hangs.
func TestReadsAreShared(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		account := codepipeline.NewAccount(w.config("ANDON"), &w.calls)
		pipeline := account.Pipeline(pipelineName)
		reads := func(begun time.Time) (failed int) {
			for range 6 {
				if _, err := pipeline.Transition(stageName).Read(t.Context(), begun); err != nil {
					failed++
				}
			}
			return failed
		}
		if failed, n := reads(time.Now()), w.called("GetPipelineState"); failed != 0 || n != 1 {
			t.Errorf("%d calls for 6 reads, %d failed", n, failed)
		}
		time.Sleep(time.Second)
		w.inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "GetPipelineState", Count: 1})
		begun := time.Now()
		if failed, took := reads(begun), time.Since(begun); failed != 6 || took > 5*time.Second {
			t.Errorf("%d of 6 reads failed after %v, want all together", failed, took)
		}
		if failed := reads(time.Now()); failed != 0 {
			t.Errorf("%d reads failed of a pipeline that answers again", failed)
		}
	})
}

// An answer from before what AWS has told already is none, for a minute.
func TestAnswersOfThePast(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		point := w.point(nil)
		w.enable("alice")
		point.Read(t.Context(), time.Now())
		time.Sleep(10 * time.Second)
		w.disable("alice", "mine")
		if seen, err := point.Read(t.Context(), time.Now()); err != nil || seen.Enabled {
			t.Fatalf("%+v, %v", seen, err)
		}
		w.inject(emulator.Fault{Kind: emulator.FaultStale, Operation: "GetPipelineState", By: 5 * time.Second})
		time.Sleep(time.Second)
		var c *gates.CallError
		if _, err := point.Read(t.Context(), time.Now()); !errors.As(err, &c) || c.Code != "stale" {
			t.Errorf("%v, want a refusal to believe", err)
		}
		time.Sleep(time.Minute)
		w.server.ClearFaults()
		w.inject(emulator.Fault{Kind: emulator.FaultStale, Operation: "GetPipelineState", By: 65 * time.Second})
		if seen, err := point.Read(t.Context(), time.Now()); err != nil || !seen.Enabled {
			t.Errorf("%+v, %v: after a minute it is all there is", seen, err)
		}
	})
}

// The SDK's own allowance for retries runs dry in a long outage; ours does not.
func TestLongOutageIsRetried(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		point := w.point(nil)
		w.inject(emulator.Fault{Kind: emulator.FaultErrorJSON, Operation: "GetPipelineState"})
		const reads = 150
		for range reads {
			time.Sleep(time.Second)
			point.Read(t.Context(), time.Now())
		}
		if n := w.called("GetPipelineState"); n != 2*reads {
			t.Errorf("%d calls for %d reads, want two for each to the end", n, reads)
		}
	})
}

// A read began when it was sent, not when it joined the queue of our limiter.
func TestReadIsDatedWhenSent(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		account := codepipeline.NewAccount(w.config("ANDON"), &w.calls)
		waited := false
		for range 34 {
			begun := time.Now()
			seen, err := account.Pipeline(pipelineName).Transition(stageName).Read(t.Context(), begun)
			calls := w.server.Calls()
			if sent := calls[len(calls)-1].Time; err != nil || !seen.Begun.Equal(sent) {
				t.Errorf("dated %v, sent %v: %v", seen.Begun, sent, err)
			}
			waited = waited || time.Since(begun) > 0
		}
		if !waited {
			t.Error("no read had to wait: this test tests nothing")
		}
	})
}

// Revisions are for people's eyes: while AWS does not tell them, it is asked
// once a minute, and reads go on.
func TestRevisionsThatAreNotTold(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.disable("alice", "mine")
		id := w.push("rev-2")
		time.Sleep(time.Minute)
		point := w.point(nil)
		w.inject(emulator.Fault{Kind: emulator.FaultHang, Operation: "GetPipelineExecution"})
		for range 5 {
			time.Sleep(5 * time.Second)
			if seen, err := point.Read(t.Context(), time.Now()); err != nil || len(seen.Waiting) != 1 || seen.Waiting[0].ID != id || seen.Waiting[0].Revision != "" {
				t.Errorf("%+v: %v", seen, err)
			}
		}
		if n := w.called("GetPipelineExecution"); n != 1 {
			t.Errorf("asked %d times within a minute, want once", n)
		}
		w.server.ClearFaults()
		time.Sleep(time.Minute)
		for range 3 {
			if seen, err := point.Read(t.Context(), time.Now()); err != nil || seen.Waiting[0].Revision != "rev-2" {
				t.Errorf("%+v: %v", seen, err)
			}
			time.Sleep(time.Second)
		}
		if n := w.called("GetPipelineExecution"); n != 2 {
			t.Errorf("asked %d times, want once more, and then never again", n)
		}
	})
}
