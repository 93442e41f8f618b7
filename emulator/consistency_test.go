package emulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestConsistency plays random calls by several actors, and after each holds
// the model against what must always be true of a pipeline. A failure names
// its seed and tells the calls that led to it.
func TestConsistency(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		mode := []string{supersededMode, queuedMode, parallelMode}[seed%3]
		t.Run(fmt.Sprint(mode, " ", seed), func(t *testing.T) {
			t.Parallel()
			g := &game{story: begin(t, storefront(mode, release())), random: rand.New(rand.NewPCG(seed, 0)), mode: mode,
				again: map[string]bool{}, closed: map[string]time.Time{}, answered: map[string]bool{}, ended: map[string]executionSummary{}, runs: map[string]int{}}
			for range 150 {
				g.play()
				g.check()
				if t.Failed() {
					for _, line := range g.told {
						t.Log(line)
					}
					return
				}
			}
		})
	}
}

// A game is a story that random makes up.
type game struct {
	*story
	random   *rand.Rand
	mode     string
	told     []string
	again    map[string]bool      // executions that were retried or are rollbacks: they come through no transition
	closed   map[string]time.Time // stages whose transition is disabled, and since when
	spells   []spell              // of being disabled, that are over
	tokens   []string             // all that were ever shown
	answered map[string]bool      // tokens that were accepted
	ended    map[string]executionSummary
	runs     map[string]int // how many action runs an execution had when it ended
}

type spell struct {
	stage    string
	from, to time.Time
}

func (g *game) tell(format string, args ...any) {
	g.told = append(g.told, g.now.Format("Jan 2 15:04:05 ")+fmt.Sprintf(format, args...))
}

// play makes one move.
func (g *game) play() {
	stages := []string{"Build", "Production", "Release"}
	stage := stages[g.random.IntN(len(stages))]
	switch g.random.IntN(12) {
	case 0, 1:
		if id, err := g.m.Push("shop", "r", ""); err == nil {
			g.tell("push starts %s", id)
		}
	case 2:
		g.disable(stage, "random")
		if _, ok := g.closed[stage]; !ok {
			g.closed[stage] = g.now
		}
		g.tell("disable %s", stage)
	case 3:
		g.enable(stage)
		if from, ok := g.closed[stage]; ok {
			g.spells = append(g.spells, spell{stage, from, g.now})
			delete(g.closed, stage)
		}
		g.tell("enable %s", stage)
	case 4:
		_, e := g.look()
		in := stopPipelineExecutionInput{"shop", e[g.random.IntN(len(e))].PipelineExecutionID, g.random.IntN(2) == 0, ""}
		g.tell("stop %+v: %s", in, g.try(bob, "StopPipelineExecution", in, nil))
	case 5:
		b := Behaviour{time.Duration(1+g.random.IntN(90)) * time.Second, Outcome(g.random.IntN(3)), ""}
		g.behave("Production", "Deploy", b)
		g.tell("Deploy does %+v", b)
	case 6:
		g.answer()
	case 7:
		g.repeat(stage)
	default:
		d := time.Duration(g.random.IntN(40)) * time.Second
		if g.random.IntN(20) == 0 {
			d = time.Duration(g.random.IntN(40)) * 24 * time.Hour
		}
		g.pass(d)
		g.tell("after %v", d)
	}
}

// repeat retries an execution in a stage, or rolls the stage back to it.
func (g *game) repeat(stage string) {
	_, all := g.look()
	id := all[g.random.IntN(min(len(all), 5))].PipelineExecutionID
	if g.random.IntN(2) == 0 {
		mode := []string{"FAILED_ACTIONS", "ALL_ACTIONS"}[g.random.IntN(2)]
		code := g.try(bob, "RetryStageExecution", retryStageExecutionInput{"shop", stage, id, mode}, nil)
		g.tell("retry %s in %s, %s: %s", id, stage, mode, code)
		if code == "" {
			g.again[id] = true
			delete(g.ended, id)
		}
		return
	}
	var out executionID
	code := g.try(bob, "RollbackStage", rollbackStageInput{"shop", stage, id}, &out)
	g.tell("roll %s back to %s: %s %s", stage, id, out.PipelineExecutionID, code)
	if code == "" {
		g.again[out.PipelineExecutionID] = true
	}
}

// answer puts any token that was ever shown.
func (g *game) answer() {
	if len(g.tokens) == 0 {
		return
	}
	token := g.tokens[g.random.IntN(len(g.tokens))]
	code := g.try(alice, "PutApprovalResult", answer([]string{"Approved", "Rejected"}[g.random.IntN(2)], token), nil)
	g.tell("answer %s: %s", token, code)
	if code == "" && g.answered[token] {
		g.Errorf("token %s was accepted twice", token)
	}
	g.answered[token] = g.answered[token] || code == ""
}

// look reads the history, newest first and at most 100 of each, without the
// wire: the stories hold every answer against the service model already.
func (g *game) look() ([]actionExecutionDetail, []executionSummary) {
	g.m.lock()
	defer g.m.mu.Unlock()
	actions, err := g.m.listActionExecutions(Caller{}, listActionExecutionsInput{PipelineName: "shop"})
	if err != nil {
		g.Fatal(err)
	}
	executions, err := g.m.listPipelineExecutions(Caller{}, listPipelineExecutionsInput{PipelineName: "shop"})
	if err != nil {
		g.Fatal(err)
	}
	return actions.(listActionExecutionsOutput).ActionExecutionDetails, executions.(listPipelineExecutionsOutput).PipelineExecutionSummaries
}

func (g *game) check() {
	actions, executions := g.look()
	g.checkStages(actions, executions)
	g.checkEntries(actions)
	g.checkEnds(actions, executions)
	for _, a := range actions {
		if token := a.Output.ExecutionResult.ExternalExecutionID; a.ActionName == "Ask" && !slices.Contains(g.tokens, token) {
			g.tokens = append(g.tokens, token)
		}
	}
}

// checkStages: a stage has one execution inside, and no older one ever enters
// it after a newer.
func (g *game) checkStages(actions []actionExecutionDetail, executions []executionSummary) {
	if g.mode == parallelMode {
		return
	}
	inside := make(map[string]string)
	for _, a := range actions {
		if a.Status != inProgress {
			continue
		}
		if other := inside[a.StageName]; other != "" && other != a.PipelineExecutionID {
			g.Errorf("%s and %s are both inside %s", other, a.PipelineExecutionID, a.StageName)
		}
		inside[a.StageName] = a.PipelineExecutionID
	}
	numbers, newest := make(map[string]int), make(map[string]int)
	for i, e := range executions {
		numbers[e.PipelineExecutionID] = len(executions) - i
	}
	for _, a := range actions { // newest first: the numbers may only fall
		if g.again[a.PipelineExecutionID] {
			continue
		}
		n, seen := numbers[a.PipelineExecutionID], newest[a.StageName]
		if seen != 0 && n > seen && n != 0 {
			g.Errorf("execution %d entered %s before execution %d", n, a.StageName, seen)
		}
		newest[a.StageName] = n
	}
}

// checkEntries: nothing starts in a stage while its transition is disabled,
// but later actions of what is inside.
func (g *game) checkEntries(actions []actionExecutionDetail) {
	spells := slices.Clone(g.spells)
	for stage, from := range g.closed {
		spells = append(spells, spell{stage, from, g.now.Add(time.Nanosecond)})
	}
	for _, a := range actions {
		if a.ActionName == "Roll" || g.again[a.PipelineExecutionID] {
			continue // Ask was the entry, or there was none
		}
		for _, s := range spells {
			if s.stage == a.StageName && a.StartTime.After(s.from) && a.StartTime.Before(s.to) {
				g.Errorf("%s entered %s at %v, disabled from %v to %v", a.PipelineExecutionID, s.stage, a.StartTime, s.from, s.to)
			}
		}
	}
}

// checkEnds: what has ended stays as it ended, and runs no more.
func (g *game) checkEnds(actions []actionExecutionDetail, executions []executionSummary) {
	runs := make(map[string]int)
	running := make(map[string]bool)
	for _, a := range actions {
		runs[a.PipelineExecutionID]++
		running[a.PipelineExecutionID] = running[a.PipelineExecutionID] || a.Status == inProgress
	}
	for _, e := range executions {
		id := e.PipelineExecutionID
		if e.Status == inProgress || e.Status == stopping {
			continue
		}
		before, known := g.ended[id]
		if known && before.Status != e.Status {
			g.Errorf("%s was %s and is %s", id, before.Status, e.Status)
		}
		if running[id] {
			g.Errorf("%s is %s and has an action in progress", id, e.Status)
		}
		if known && runs[id] > g.runs[id] {
			g.Errorf("%s was %s and ran another action", id, before.Status)
		}
		g.ended[id], g.runs[id] = e, runs[id]
	}
}
