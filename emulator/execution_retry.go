package emulator

import "slices"

type retryStageExecutionInput struct {
	PipelineName        string `json:"pipelineName"`
	StageName           string `json:"stageName"`
	PipelineExecutionID string `json:"pipelineExecutionId"`
	RetryMode           string `json:"retryMode"`
}

// retryStageExecution runs the failed actions of a stage again, or all of them
// from the first; FAILED_ACTIONS leaves alone what is still in progress, and
// ALL_ACTIONS is refused while anything is [documented]. The execution is the
// same, its action runs are new: an approval asks again, with a token of its own
// [documented that each open approval has its token]. Abandoned actions count as
// failed ones [assumed]. ConflictException is never raised.
func (m *Model) retryStageExecution(_ Caller, in retryStageExecutionInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	if p.decl.stage(in.StageName) == nil {
		return nil, errNoStage(in.PipelineName, in.StageName)
	}
	e := p.execution(in.PipelineExecutionID)
	// The model lists no PipelineExecutionNotFoundException here [assumed].
	if e == nil || e.mode != parallelMode && (p.stages[in.StageName].latest == nil || p.stages[in.StageName].latest.execution != e) {
		return nil, errorf("NotLatestPipelineExecutionException", "Execution '%s' is not the latest in stage '%s' of pipeline '%s'", in.PipelineExecutionID, in.StageName, in.PipelineName)
	}
	again, err := e.retryable(in.StageName, in.RetryMode == "ALL_ACTIONS")
	if err != nil {
		return nil, err
	}
	if !e.going() {
		if err := p.room(); err != nil {
			return nil, err
		}
		p.live = append(p.live, e)
		slices.SortFunc(p.live, func(a, b *execution) int { return a.number - b.number })
	}
	v := e.visit()
	e.status, e.inside, e.updated = inProgress, true, m.now
	v.status = inProgress
	for _, r := range again {
		r.replaced = true
	}
	if in.RetryMode == "ALL_ACTIONS" {
		v.order = 0
		m.runNext(v)
		return executionID{e.id}, nil
	}
	for _, r := range again {
		m.run(v, r.action)
	}
	return executionID{e.id}, nil
}

// retryable returns the runs to make again, of an execution whose last stage this
// is, that failed there in the pipeline's present version [documented].
func (e *execution) retryable(stage string, all bool) ([]*run, error) {
	refused := func(why string) ([]*run, error) {
		return nil, errorf("StageNotRetryableException", "Stage '%s' of execution '%s' cannot be retried: %s", stage, e.id, why)
	}
	switch {
	case len(e.visits) == 0 || e.visit().stage != stage:
		return refused("the execution is not in it")
	case e.status == stopping:
		return refused("the execution is stopping")
	}
	var again []*run
	bad := 0
	for _, r := range e.visit().runs {
		switch {
		case r.replaced:
			continue
		case r.version != e.pipeline.decl.Version:
			return refused("the pipeline's structure has changed")
		case r.status == inProgress && all:
			return refused("action " + r.action.Name + " is in progress")
		case r.status == failed || r.status == abandoned:
			bad++
		case !all:
			continue
		}
		again = append(again, r)
	}
	if bad == 0 {
		return refused("none of its actions has failed")
	}
	return again, nil
}
