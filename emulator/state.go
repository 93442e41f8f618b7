package emulator

type getPipelineStateInput struct {
	Name string `json:"name"`
}

// getPipelineState: stages and actions in the order of the declaration
// [documented].
func (m *Model) getPipelineState(_ Caller, in getPipelineStateInput) (any, error) {
	p, err := m.pipeline(in.Name)
	if err != nil {
		return nil, err
	}
	out := getPipelineStateOutput{
		PipelineName:    in.Name,
		PipelineVersion: p.decl.Version,
		StageStates:     make([]stageState, 0, len(p.decl.Stages)),
		Created:         Time{p.created},
		Updated:         Time{p.updated},
	}
	for i := range p.decl.Stages {
		s := m.stageState(p, &p.decl.Stages[i])
		// Nothing leads into the first stage [documented: the examples of the
		// user guide; some answers of AWS that people published show it enabled].
		if i > 0 {
			s.InboundTransitionState = p.stages[s.StageName].inbound.state()
		}
		out.StageStates = append(out.StageStates, s)
	}
	return out, nil
}

func (m *Model) stageState(p *pipeline, d *stageDeclaration) stageState {
	s := p.stages[d.Name]
	out := stageState{StageName: d.Name, ActionStates: make([]actionState, 0, len(d.Actions))}
	for _, e := range p.waiting(d.Name) {
		out.InboundExecutions = append(out.InboundExecutions, stageExecution{e.id, e.status, e.variety})
	}
	if n := len(out.InboundExecutions); n > 0 {
		out.InboundExecution = &out.InboundExecutions[n-1] // the last that arrived [assumed]
	}
	if s.latest != nil {
		out.LatestExecution = &stageExecution{s.latest.execution.id, s.latest.status, s.latest.execution.variety}
	}
	for _, a := range d.Actions {
		out.ActionStates = append(out.ActionStates, m.actionState(a.Name, s.runs[a.Name]))
	}
	return out
}

// actionState tells of the last run of an action, which may be one of an
// earlier execution than the one inside the stage [documented].
func (m *Model) actionState(name string, r *run) actionState {
	out := actionState{ActionName: name}
	if r == nil {
		return out
	}
	out.LatestExecution = &actionExecution{
		ActionExecutionID:   r.id,
		Status:              r.status,
		Summary:             r.summary,
		LastStatusChange:    Time{r.updated},
		LastUpdatedBy:       r.updatedBy,
		ExternalExecutionID: r.external,
		PercentComplete:     m.progress(r),
		ErrorDetails:        r.failure,
	}
	// The token stays when the approval is over [assumed], and is not told in
	// PARALLEL mode [documented].
	if r.visit.execution.mode != parallelMode {
		out.LatestExecution.Token = r.token
	}
	if r.action.source() && r.status == succeeded {
		source := r.visit.execution.sources[r.action.Name]
		out.CurrentRevision = &actionRevision{source.id, r.id, Time{source.created}}
	}
	return out
}

// progress is how much of an action is done, of one that is known to end.
func (m *Model) progress(r *run) *int {
	if r.status != inProgress || r.outcome == Hang {
		return nil
	}
	percent := int(100 * m.now.Sub(r.started) / r.ends.Sub(r.started))
	return &percent
}
