package codepipeline_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// S5, P9: whatever the wire does to an answer, it is taken once, and nothing is
// forgotten because a call failed.
func TestAnswerOverABadWire(t *testing.T) {
	t.Parallel()
	for _, kind := range []emulator.FaultKind{emulator.FaultThrottle, emulator.FaultErrorJSON, emulator.FaultErrorHTML, emulator.FaultHang, emulator.FaultDrop} {
		for _, after := range []bool{false, true} {
			for _, operation := range []string{"PutApprovalResult", "GetPipelineState", "GetPipeline"} {
				if after && kind == emulator.FaultThrottle {
					continue
				}
				t.Run(fmt.Sprintf("%s of %s, after: %v", kind, operation, after), func(t *testing.T) {
					releasing(t, nil, func(t *testing.T, r *release) {
						r.start()
						time.Sleep(time.Duration(5-2) * time.Minute) // what the pipeline declares is asked for again
						r.goesWrong(emulator.Fault{Kind: kind, Operation: operation, After: after, Count: 2})
						id := r.ask("rev-1")
						time.Sleep(54 * time.Second)
						if r.status(id) != "Succeeded" {
							t.Fatalf("L3: the approval is %s; %s", r.status(id), r.says())
						}
						if got := r.report(); len(got.Rulings) != 1 || got.Rulings[0].By != "" || len(got.Problems) > 0 {
							t.Errorf("%s", r.says())
						}
						r.auditAnswers()
					})
				})
			}
		}
	}
}

// P9: no row of refusals makes it forget.
func TestAnswerDenied(t *testing.T) {
	denied := true
	releasing(t, func(r *release) {
		r.comes("PutApprovalResult", func(w http.ResponseWriter) bool {
			if denied {
				w.Header().Set("Content-Type", "application/x-amz-json-1.1")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"User is not authorized to perform: codepipeline:PutApprovalResult"}`)
			}
			return denied
		})
	}, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		time.Sleep(20 * time.Minute)
		got := r.report()
		if got.Enforced || len(got.Problems) != 1 || got.Problems[0].Code != "denied" || !strings.Contains(got.Problems[0].Text, "allow it for andon's role") {
			t.Fatalf("%s", r.says())
		}
		r.stage(func() { denied = false })
		time.Sleep(20 * time.Second)
		if r.status(id) != "Succeeded" {
			t.Errorf("the approval is %s; %s", r.status(id), r.says())
		}
		r.auditAnswers()
	})
}

// P9: a person answers between our look and our answer. We read who it was, and tell.
func TestPersonAnswersFirst(t *testing.T) {
	for status, did := range map[types.ApprovalStatus]string{types.ApprovalStatusApproved: "approved", types.ApprovalStatusRejected: "rejected"} {
		t.Run(did, func(t *testing.T) {
			releasing(t, nil, func(t *testing.T, r *release) {
				var id string
				r.comes("PutApprovalResult", func(http.ResponseWriter) bool {
					if err := r.person("alice", id, status); err != nil {
						t.Error(err)
					}
					return false
				})
				r.start()
				r.stage(func() { id = r.ask("rev-1") })
				time.Sleep(time.Minute)
				got := r.report()
				if len(got.Rulings) != 1 || !strings.HasSuffix(got.Rulings[0].By, "/alice "+did+" it") || got.Approvals != 0 || len(got.Problems) > 0 {
					t.Errorf("%s", r.says())
				}
				r.comes("PutApprovalResult", nil)
				next := r.ask("rev-2")
				time.Sleep(20 * time.Second)
				if r.status(next) != "Succeeded" {
					t.Errorf("the next one is %s", r.status(next))
				}
				r.auditAnswers()
			})
		})
	}
}

// S5: what is stopped, or followed by another, between our looks is not answered, and
// the next one is answered for its own sake.
func TestTokenIsSuperseded(t *testing.T) {
	for _, operation := range []string{"GetPipelineState", "PutApprovalResult"} {
		t.Run("before "+operation, func(t *testing.T) {
			releasing(t, nil, func(t *testing.T, r *release) {
				r.start()
				var first, second string
				r.comes(operation, func(http.ResponseWriter) bool {
					if first != "" && second == "" && (operation == "PutApprovalResult" || r.intended()) {
						second = "coming"
						r.halt(first)
						second = r.push("rev-2")
					}
					return false
				})
				id := r.push("rev-1")
				r.stage(func() { first = id })
				time.Sleep(2 * time.Minute)
				r.comes(operation, nil)
				if second == "" || r.status(id) != "Abandoned" || r.status(second) != "Succeeded" {
					t.Errorf("the first is %s, the second (%s) %s; %s", r.status(id), second, r.status(second), r.says())
				}
				if _, said := r.said(second); !strings.Contains(said, "Execution "+second[:8]) {
					t.Errorf("AWS shows %q", said)
				}
				r.auditAnswers()
			})
		})
	}
}

// S5, S9: the answer to an answer is lost, AWS is away for a while, and meanwhile
// another release asks. What became of the first is looked up before anything else.
func TestLostAnswerOfAWhileAgo(t *testing.T) {
	for _, applied := range []bool{true, false} {
		t.Run(fmt.Sprint("applied ", applied), func(t *testing.T) {
			releasing(t, nil, func(t *testing.T, r *release) {
				r.start()
				r.goesWrong(emulator.Fault{Kind: emulator.FaultDrop, Operation: "PutApprovalResult", After: applied, Count: 1})
				r.comes("PutApprovalResult", func(http.ResponseWriter) bool {
					r.goesWrong(emulator.Fault{Kind: emulator.FaultErrorHTML, Operation: "GetPipelineState", Count: 30})
					return false
				})
				first := r.ask("rev-1")
				time.Sleep(time.Minute)
				if !applied {
					r.halt(first)
				}
				r.comes("PutApprovalResult", nil)
				second := r.ask("rev-2")
				time.Sleep(time.Minute)
				r.server.ClearFaults()
				time.Sleep(time.Minute)
				if r.status(second) != "Succeeded" {
					t.Fatalf("the second is %s; andon says %s", r.status(second), r.says())
				}
				rs := r.report().Rulings
				if ours := rs[0].Execution.ID == first && rs[0].By == ""; applied != ours || rs[len(rs)-1].Execution.ID != second {
					t.Errorf("andon says %s", r.says())
				}
				r.auditAnswers()
			})
		})
	}
}

// intended tells whether the journal has an intent without an outcome.
func (r *release) intended() bool {
	records, err := r.store.Read(r.t.Context(), r.gate.Stream(), 0, 0)
	return err == nil && len(records) > 0 && records[len(records)-1].Kind == "intent"
}

// An execution that a person stops waits for its approval, and others behind it: it
// is rejected, inside a BlackDay too.
func TestStoppingIsRejected(t *testing.T) {
	releasing(t, func(r *release) { r.black(blackout{0, time.Hour}) }, func(t *testing.T, r *release) {
		r.start()
		id := r.ask("rev-1")
		r.stopGently(id)
		time.Sleep(time.Minute)
		if _, said := r.said(id); r.status(id) != "Failed" || !strings.Contains(said, "Rejected: its execution is being stopped") {
			t.Errorf("it is %s: %q; andon says %s", r.status(id), said, r.says())
		}
		r.auditAnswers()
	})
}

// S8: killed at any step, with the journal or without it, the approval is given, and
// given once.
func TestKilledWhileAnswering(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"intent", "PutApprovalResult", "read-back", "outcome"} {
		for _, when := range []string{"before ", "after "} {
			for _, lost := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s%s, journal lost: %v", when, what, lost), func(t *testing.T) {
					releasing(t, nil, func(t *testing.T, r *release) { r.killedAt(when+what, lost) })
				})
			}
		}
	}
}

// S4, S8: production was sick, and the journal that told so is lost. Every check proves
// itself anew, as it would have had to.
func TestSpellIsForgotten(t *testing.T) {
	releasing(t, nil, func(t *testing.T, r *release) {
		r.start()
		r.sick.Store(true)
		time.Sleep(time.Minute)
		id := r.ask("rev-1")
		r.stop()
		r.store = newDisk()
		r.sick.Store(false)
		begun := time.Now()
		r.start()
		if took := r.answers()[0].Sub(begun); took < 90*time.Second {
			t.Errorf("S4: the approval is %s, %v after the start", r.status(id), took)
		}
	})
}

func (r *release) killedAt(step string, lost bool) {
	real := r.store
	r.mortal = &deadman{}
	r.store = mortalStore{real, r.mortal}
	r.start()
	r.mortal.doom(step)
	id := r.ask("rev-1")
	time.Sleep(time.Minute)
	if !r.mortal.dead.Load() {
		r.t.Fatalf("the process was not killed %s: this test tests nothing", step)
	}
	r.stop()
	r.store, r.mortal = real, nil
	if lost {
		r.store = newDisk()
	}
	r.start()
	if r.status(id) != "Succeeded" {
		r.t.Fatalf("two minutes after the restart the approval is %s; %s", r.status(id), r.says())
	}
	next := r.ask("rev-2")
	time.Sleep(30 * time.Second)
	if r.status(next) != "Succeeded" {
		r.t.Fatalf("the next one is %s; %s", r.status(next), r.says())
	}
	if !lost {
		r.auditAnswers()
		if n := len(r.report().Rulings); n != 2 {
			r.t.Errorf("the journal knows %d answers, want both: %+v", n, r.report().Rulings)
		}
	}
	if got := r.report(); got.Rulings[len(got.Rulings)-1].Verb != gates.Approve || len(got.Problems) > 0 {
		r.t.Errorf("%s", r.says())
	}
}
