package codepipeline_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// A desk is the approval of the simulated pipeline, behind production.
type desk struct {
	gate gates.Gate

	mu    sync.Mutex
	taken map[string]bool // tokens that AWS took an answer of andon's to
}

// newDesk appends a stage with an approval to the pipeline.
func newDesk(s *simulation) *desk {
	g := s.world.gate
	g.Name, g.Stage, g.Action, g.Checks, g.Calendar = "release", releaseStage, askAction, checkNames, "blackdays"
	g.May = []gates.Verb{gates.Approve, gates.Reject}
	g.OnBlack, g.OnUnhealthy = pick(s, gates.WaitReply, gates.WaitReply, gates.RejectReply), pick(s, gates.WaitReply, gates.RejectReply)
	g.RejectBefore, g.Midway, g.Yield, g.Fits = time.Hour, gates.FinishMidway, s.chance(50), pick(s, 0, 20*time.Minute)
	d := &desk{gate: g, taken: map[string]bool{}}
	admin := s.as("ADMIN")
	was, err := admin.GetPipeline(context.Background(), &sdk.GetPipelineInput{Name: aws.String(pipelineName)})
	if err != nil {
		s.t.Fatal(err)
	}
	was.Pipeline.Stages = append(was.Pipeline.Stages, types.StageDeclaration{Name: aws.String(releaseStage), Actions: []types.ActionDeclaration{
		{Name: aws.String(askAction), ActionTypeId: &types.ActionTypeId{Category: types.ActionCategoryApproval, Owner: types.ActionOwnerAws, Provider: aws.String("Manual"), Version: aws.String("1")}}}})
	if _, err := admin.UpdatePipeline(context.Background(), &sdk.UpdatePipelineInput{Pipeline: was.Pipeline}); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// pending is what really waits for approval.
func (s *simulation) pending() (actionShown, string, bool) {
	stage := s.door.look()[releaseStage]
	for _, a := range stage.ActionStates {
		if a.ActionName == askAction && a.LatestExecution.Status == "InProgress" {
			return a, stage.LatestExecution.PipelineExecutionID, true
		}
	}
	return actionShown{}, "", false
}

// decides lets alice answer what waits, or stop it.
func (s *simulation) decides() {
	a, execution, waits := s.pending()
	if !waits {
		return
	}
	var err error
	if s.chance(30) {
		s.note("alice stops execution %s", execution)
		_, err = s.as("alice").StopPipelineExecution(context.Background(), &sdk.StopPipelineExecutionInput{PipelineName: aws.String(pipelineName), PipelineExecutionId: &execution, Abandon: s.chance(70)})
	} else {
		status := pick(s, types.ApprovalStatusApproved, types.ApprovalStatusRejected)
		s.note("alice answers execution %s: %s", execution, status)
		_, err = s.as("alice").PutApprovalResult(context.Background(), &sdk.PutApprovalResultInput{PipelineName: aws.String(pipelineName), StageName: aws.String(releaseStage),
			ActionName: aws.String(askAction), Token: &a.LatestExecution.Token, Result: &types.ApprovalResult{Status: status, Summary: aws.String("I know")}})
	}
	if err != nil {
		s.note("it is too late: %v", err)
	}
}

// pointOf is where g stands.
func pointOf(p *codepipeline.Pipeline, g gates.Gate) gates.Point {
	if g.Action != "" {
		return p.Approval(g.Stage, g.Action)
	}
	return p.Transition(g.Stage)
}

// auditAnswer holds an answer of andon against what it promises.
func (s *simulation) auditAnswer(w write) {
	g := s.desk.gate
	c, err := chronicleOf(context.Background(), s.store, g.Stream())
	if err != nil {
		s.violated("S9: the journal: %v", err)
		return
	}
	i := slices.IndexFunc(w.shown.ActionStates, func(a actionShown) bool { return a.ActionName == askAction })
	intent, known := c.answering()
	mark, ours := gates.ParseMark(w.reason)
	ordered, age := c.ordered(w.time), w.time.Sub(w.shown.begun)
	halted := s.halted.Load()
	s.desk.mu.Lock()
	taken := s.desk.taken[w.token]
	s.desk.mu.Unlock()
	switch {
	case w.pipeline != pipelineName || w.stage != g.Stage || w.action != g.Action || w.key != "ANDON":
		s.violated("S10: %s answers %s/%s/%s", w.key, w.pipeline, w.stage, w.action)
	case w.shown.begun.IsZero() || age > 2*time.Second:
		s.violated("S5: an answer on a read begun %v ago", age)
	case i < 0 || w.shown.ActionStates[i].LatestExecution.Token != w.token || w.shown.ActionStates[i].LatestExecution.Status != "InProgress":
		s.violated("S5: an answer with token %s, and the read showed %+v", w.token, w.shown.ActionStates)
	case taken:
		s.violated("S8: an answer to %s, which AWS has taken one to", w.token)
	case !known || intent.Approval == nil || intent.Approval.Token != w.token || intent.Approval.Execution.ID != w.shown.LatestExecution.PipelineExecutionID:
		s.violated("S9: an answer to %s of %s, and the journal intends %+v", w.token, w.shown.LatestExecution.PipelineExecutionID, intent.Approval)
	case !ours || mark.Intent != intent.ID || mark.Instance != g.Instance || mark.Gate != g.Name || (intent.Verb == gates.Approve) != (w.status == "Approved"):
		s.violated("S9: the summary is %q, the intent %s to %s", w.reason, intent.ID, intent.Verb)
	case halted != 0 && w.time.UnixNano() > halted:
		s.violated("L5: an answer after SIGTERM")
	case !s.ran(g):
		s.violated("S8: an answer before every check has run")
	case ordered == gates.Opened, s.letsThrough(c, w):
	case ordered == gates.Closed:
		s.violated("S7: an answer against the order of %s", c.override.Actor)
	case w.status == "Approved" && w.shown.skew.Abs() > gates.MaxSkew+time.Second:
		s.violated("S3: an approval while the clock is doubtful by %v", w.shown.skew)
	default:
		s.auditDark(w, g, c)
		if w.status == "Approved" {
			s.auditApproval(w, g)
		}
	}
}

// letsThrough tells whether a person lets the execution through that is answered for.
func (s *simulation) letsThrough(c chronicle, w write) bool {
	return c.ordered(w.time) != gates.Closed && slices.ContainsFunc(c.allows, func(a gates.Allow) bool {
		return a.Execution == w.shown.LatestExecution.PipelineExecutionID && w.time.Before(a.Expires)
	})
}

// auditApproval: S3, under any clock within the skew, and S4.
func (s *simulation) auditApproval(w write, g gates.Gate) {
	if s.forbids(g, w.time, gates.MaxSkew) {
		s.violated("S3: an approval inside a BlackDay, or while nobody can read the calendar")
	}
	s.auditEvidence(w, g, gates.Hold{}, true)
	s.mu.Lock()
	runs := slices.Clone(s.runs)
	s.mu.Unlock()
	for i, name := range checkNames {
		before := slices.DeleteFunc(slices.Clone(runs[i]), func(o outcome) bool { return o.ended.Equal(w.time) }) // which may not be known yet
		if unwell(runs[i]) && unwell(before) {
			s.violated("S4: an approval, and %s has not passed 10 times in a row since it failed 3 times of 5", name)
		}
	}
}

// unwell tells whether these runs end in a spell of sickness.
func unwell(runs []outcome) (sick bool) {
	for i, r := range runs {
		failures, streak := 0, 0
		for _, o := range runs[max(0, i-4) : i+1] {
			if !o.pass {
				failures++
			}
		}
		for j := i; j >= 0 && runs[j].pass; j-- {
			streak++
		}
		sick = !sick && failures >= 3 && !r.pass || sick && streak < 10
	}
	return sick
}

// answering is the last intent, if it has no outcome.
func (c chronicle) answering() (i gates.Intent, known bool) {
	if len(c.records) == 0 || c.records[len(c.records)-1].Kind != "intent" {
		return i, false
	}
	return i, json.Unmarshal(c.records[len(c.records)-1].Body, &i) == nil
}

// answered keeps what AWS took.
func (s *simulation) answered(w write, after stageShown) {
	for _, a := range after.ActionStates {
		if l := a.LatestExecution; w.key == "ANDON" && a.ActionName == askAction && l.Token == w.token && l.Status != "InProgress" && l.Summary == w.reason {
			s.desk.mu.Lock()
			s.desk.taken[w.token] = true
			s.desk.mu.Unlock()
		}
	}
	s.note("  %s: %s of %s: %.60s", w.key, w.status, w.token, w.reason)
}

// expectAnswered: L3. Everything is well and clear, so what asks is answered within
// a minute, and so is the next one.
func (s *simulation) expectAnswered() {
	for range 2 {
		if a, execution, waits := s.pending(); waits {
			time.Sleep(time.Minute)
			if b, _, waits := s.pending(); waits && a == b {
				s.violated("L3: execution %s still waits for approval; andon says %+v", execution, s.reportOf(s.desk.gate))
			}
		}
		for _, g := range s.gates {
			s.move("alice", g.Stage, "")
		}
		s.push("rev-last")
		time.Sleep(20 * time.Second)
	}
}
