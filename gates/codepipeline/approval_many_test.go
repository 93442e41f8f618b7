package codepipeline_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// L3: what waits is answered however much has run since, and further back than a page
// of the list: to ask for each alone takes longer than what is known may be old.
func TestWaitingFurtherBackThanAPage(t *testing.T) {
	for _, waiting := range []int{25, 49} {
		t.Run(fmt.Sprint(waiting), func(t *testing.T) {
			const ends = time.Hour
			releasing(t, func(r *release) {
				r.mode = types.ExecutionModeParallel
				r.black(blackout{0, ends})
			}, func(t *testing.T, r *release) {
				for n := range waiting {
					r.ask(fmt.Sprint("rev-", n))
				}
				r.comeAndGo(60)
				time.Sleep(time.Until(storyBegins.Add(ends - 5*time.Minute)))
				r.start()
				time.Sleep(time.Until(storyBegins.Add(ends + gates.MaxSkew + time.Minute)))
				if n := len(r.answers()); n != waiting {
					t.Errorf("L3: a minute after the BlackDay %d of %d are answered; %.500s", n, waiting, r.says())
				}
				r.auditAnswers()
			})
		})
	}
}

// L3, S5: one that cannot be answered, for whatever reason, does not keep the others
// waiting.
func TestOneCannotBeAnswered(t *testing.T) {
	for name, refuse := range map[string]func(w http.ResponseWriter){
		"a token that AWS does not know": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"InvalidApprovalTokenException","message":"no such token"}`)
		},
		"an internal failure": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			releasing(t, func(r *release) {
				r.mode = types.ExecutionModeParallel
				r.black(blackout{0, 10 * time.Minute})
			}, func(t *testing.T, r *release) {
				r.start()
				first := r.ask("rev-0")
				r.comes("PutApprovalResult", func(w http.ResponseWriter) bool {
					bad := r.intends(first)
					if bad {
						refuse(w)
					}
					return bad
				})
				others := []string{r.ask("rev-1"), r.ask("rev-2"), r.ask("rev-3")}
				time.Sleep(time.Until(storyBegins.Add(10*time.Minute + gates.MaxSkew + time.Minute)))
				for _, id := range others {
					if r.status(id) != "Succeeded" {
						t.Errorf("L3: one behind it is %s; %s", r.status(id), r.says())
					}
				}
				r.comes("PutApprovalResult", nil)
				time.Sleep(20 * time.Second)
				if r.status(first) != "Succeeded" {
					t.Errorf("P9: it is %s; %s", r.status(first), r.says())
				}
				r.auditAnswers()
			})
		})
	}
}

// intends tells whether the last intent in the journal is to answer that execution.
func (r *release) intends(execution string) bool {
	records, err := r.store.Read(r.t.Context(), r.gate.Stream(), 0, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	records = slices.DeleteFunc(records, func(x journal.Record) bool { return x.Kind != "intent" })
	return len(records) > 0 && strings.Contains(string(records[len(records)-1].Body), `"approval":{"execution":{"id":"`+execution)
}

// A BlackDay that may be over by one of the clocks rejects nothing: what comes with
// its end, as one that is started then, waits for the few seconds and is approved.
func TestComesAsTheBlackDayEnds(t *testing.T) {
	releasing(t, func(r *release) {
		r.gate.OnBlack = gates.RejectReply
		r.black(blackout{0, 10 * time.Minute})
	}, func(t *testing.T, r *release) {
		r.start()
		time.Sleep(time.Until(storyBegins.Add(10 * time.Minute)))
		id := r.ask("rev-1")
		time.Sleep(gates.MaxSkew + 10*time.Second)
		if _, said := r.said(id); r.status(id) != "Succeeded" {
			t.Errorf("it is %s: %q; %s", r.status(id), said, r.says())
		}
		r.auditAnswers()
	})
}

// The pipeline is made anew under its name, as a stack that is replaced does it: what
// waited in the old one is nobody's any more, and what asks in the new one is answered,
// also where an answer of before was lost.
func TestPipelineIsMadeAnew(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint("an answer is lost: ", lost), func(t *testing.T) {
			releasing(t, func(r *release) {
				r.mode = types.ExecutionModeParallel
				r.black(blackout{0, 10 * time.Minute})
			}, func(t *testing.T, r *release) {
				r.start()
				r.ask("rev-0")
				r.ask("rev-1")
				if lost {
					time.Sleep(time.Until(storyBegins.Add(10*time.Minute + 20*time.Second)))
					r.goesWrong(emulator.Fault{Kind: emulator.FaultErrorHTML, Operation: "PutApprovalResult"})
					r.goesWrong(emulator.Fault{Kind: emulator.FaultErrorHTML, Operation: "ListActionExecutions"})
					time.Sleep(time.Minute)
				}
				if _, err := r.as("ADMIN").DeletePipeline(t.Context(), &sdk.DeletePipelineInput{Name: &r.gate.Pipeline}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				r.createRelease()
				r.server.ClearFaults()
				id := r.ask("rev-2")
				time.Sleep(time.Until(storyBegins.Add(14 * time.Minute)))
				if r.status(id) != "Succeeded" {
					t.Errorf("L3: it is %s; %s", r.status(id), r.says())
				}
			})
		})
	}
}

// S5: of those further back than a page most are not asked for at each look; but one is
// before it is answered, and after.
func TestFurtherBackIsLookedAtAgain(t *testing.T) {
	const waiting, ends = 12, 30 * time.Minute
	prepare := func(r *release) {
		r.mode = types.ExecutionModeParallel
		r.black(blackout{0, ends})
	}
	begin := func(r *release) (ids []string) {
		r.start()
		for n := range waiting {
			ids = append(ids, r.ask(fmt.Sprint("rev-", n)))
		}
		r.comeAndGo(55)
		time.Sleep(time.Until(storyBegins.Add(ends)))
		return ids
	}
	t.Run("a person answers the others meanwhile", func(t *testing.T) {
		releasing(t, prepare, func(t *testing.T, r *release) {
			ids := begin(r)
			r.before = map[string]func(http.ResponseWriter) bool{"PutApprovalResult": func(http.ResponseWriter) bool {
				for _, id := range ids {
					if r.status(id) == "InProgress" && !r.intends(id) {
						if err := r.person("alice", id, types.ApprovalStatusRejected); err != nil {
							t.Error(err)
						}
					}
				}
				return false
			}}
			time.Sleep(gates.MaxSkew + time.Minute)
			if n := r.calledBy("ANDON", "PutApprovalResult"); n != 1 {
				t.Errorf("%d answers were sent, want the one that was asked for; %s", n, r.says())
			}
			r.auditAnswers()
		})
	})
	t.Run("the first answer is lost on its way back", func(t *testing.T) {
		releasing(t, prepare, func(t *testing.T, r *release) {
			begin(r)
			r.goesWrong(emulator.Fault{Kind: emulator.FaultDrop, Operation: "PutApprovalResult", After: true, Count: 1})
			time.Sleep(gates.MaxSkew + time.Minute)
			if n, got := r.calledBy("ANDON", "PutApprovalResult"), r.report(); n != waiting || got.Approvals != waiting || len(got.Rulings) != waiting {
				t.Errorf("%d answers were sent to %d; %s", n, waiting, r.says())
			}
			r.auditAnswers()
		})
	})
}

// comeAndGo fills more than a page of the list, over more than listing goes back.
func (r *release) comeAndGo(n int) {
	for range n {
		r.halt(r.ask("halted"))
		time.Sleep(15 * time.Second)
	}
}

func (r *release) calledBy(key, operation string) (n int) {
	for _, c := range r.server.Calls() {
		if c.AccessKey == key && c.Operation == operation {
			n++
		}
	}
	return n
}
