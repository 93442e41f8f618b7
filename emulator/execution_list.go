package emulator

import (
	"cmp"
	"slices"
)

const maxListed = 100 // default and most of the listings of history [documented]

type getPipelineExecutionInput struct {
	PipelineName        string `json:"pipelineName"`
	PipelineExecutionID string `json:"pipelineExecutionId"`
}

type getPipelineExecutionOutput struct {
	PipelineExecution executionDetail `json:"pipelineExecution"`
}

func (m *Model) getPipelineExecution(_ Caller, in getPipelineExecutionInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	e := p.execution(in.PipelineExecutionID)
	if e == nil {
		return nil, errNoExecution(in.PipelineName, in.PipelineExecutionID)
	}
	return getPipelineExecutionOutput{executionDetail{
		PipelineName:        in.PipelineName,
		PipelineVersion:     e.version,
		PipelineExecutionID: e.id,
		Status:              e.status,
		ArtifactRevisions:   e.artifactRevisions(),
		Variables:           e.variables,
		Trigger:             e.trigger,
		ExecutionMode:       e.mode,
		ExecutionType:       e.variety,
		RollbackMetadata:    e.rollback(),
	}}, nil
}

func errNoExecution(pipeline, id string) error {
	return errorf("PipelineExecutionNotFoundException", "Pipeline '%s' does not have an execution with id '%s'", pipeline, id)
}

func (e *execution) rollback() *rollbackMetadata {
	if e.target == nil {
		return nil
	}
	return &rollbackMetadata{e.target.id}
}

// fetched returns the runs of source actions that succeeded: from then on the
// revisions of an execution are told [assumed]. A rollback shows those of its
// target [documented example].
func (e *execution) fetched() []*run {
	if e.target != nil {
		e = e.target
	}
	return slices.DeleteFunc(e.runs(), func(r *run) bool { return !r.action.source() || r.status != succeeded })
}

// artifactRevisions returns the revision of each source artifact. A source
// that declares no output, which AWS would refuse, stands under its own name.
func (e *execution) artifactRevisions() []artifactRevision {
	var all []artifactRevision
	for _, r := range e.fetched() {
		artifacts := r.action.OutputArtifacts
		if len(artifacts) == 0 {
			artifacts = []outputArtifact{{Name: r.action.Name}}
		}
		source := e.sources[r.action.Name]
		for _, a := range artifacts {
			all = append(all, artifactRevision{Name: a.Name, RevisionID: source.id, RevisionSummary: source.summary, Created: Time{source.created}})
		}
	}
	return all
}

func (e *execution) sourceRevisions() []sourceRevision {
	var all []sourceRevision
	for _, r := range e.fetched() {
		source := e.sources[r.action.Name]
		all = append(all, sourceRevision{r.action.Name, source.id, source.summary})
	}
	return all
}

type listPipelineExecutionsInput struct {
	PipelineName string `json:"pipelineName"`
	MaxResults   int    `json:"maxResults"`
	Filter       struct {
		SucceededInStage struct {
			StageName string `json:"stageName"`
		} `json:"succeededInStage"`
	} `json:"filter"`
	NextToken string `json:"nextToken"`
}

type listPipelineExecutionsOutput struct {
	PipelineExecutionSummaries []executionSummary `json:"pipelineExecutionSummaries"`
	NextToken                  string             `json:"nextToken,omitempty"`
}

// listPipelineExecutions lists the newest first [documented: most recent
// executions]. The filter keeps those that succeeded in a stage in the
// current version of the pipeline [documented].
func (m *Model) listPipelineExecutions(_ Caller, in listPipelineExecutionsInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	stage := in.Filter.SucceededInStage.StageName
	all := make([]*execution, 0, len(p.history))
	for _, e := range slices.Backward(p.history) {
		if stage == "" || e.version == p.decl.Version && e.succeededIn(stage) {
			all = append(all, e)
		}
	}
	scope := "executions\n" + in.PipelineName + "\n" + stage
	some, next, err := page(all, func(e *execution) string { return e.id }, scope, in.NextToken, cmp.Or(in.MaxResults, maxListed))
	if err != nil {
		return nil, err
	}
	out := listPipelineExecutionsOutput{make([]executionSummary, 0, len(some)), next}
	for _, e := range some {
		out.PipelineExecutionSummaries = append(out.PipelineExecutionSummaries, e.summarize())
	}
	return out, nil
}

func (e *execution) succeededIn(stage string) bool {
	return slices.ContainsFunc(e.visits, func(v *visit) bool { return v.stage == stage && v.status == succeeded })
}

func (e *execution) summarize() executionSummary {
	s := executionSummary{
		PipelineExecutionID: e.id,
		Status:              e.status,
		StartTime:           Time{e.started},
		LastUpdateTime:      Time{e.updated},
		SourceRevisions:     e.sourceRevisions(),
		Trigger:             e.trigger,
		ExecutionMode:       e.mode,
		ExecutionType:       e.variety,
		RollbackMetadata:    e.rollback(),
	}
	if e.reason != "" {
		s.StopTrigger = &stopExecutionTrigger{e.reason}
	}
	return s
}
