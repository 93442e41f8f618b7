package emulator

type approvalResult struct {
	Summary string `json:"summary"`
	Status  string `json:"status"`
}

type putApprovalResultInput struct {
	PipelineName string         `json:"pipelineName"`
	StageName    string         `json:"stageName"`
	ActionName   string         `json:"actionName"`
	Result       approvalResult `json:"result"`
	Token        string         `json:"token"`
}

type putApprovalResultOutput struct {
	ApprovedAt Time `json:"approvedAt"`
}

// putApprovalResult answers an approval that waits. A token is good for one
// answer [documented]. A second answer to the run that the action shows is
// ApprovalAlreadyCompletedException; a token that never was, belongs to
// another action, or outlived its approval (timed out, abandoned, followed by
// a newer run) is InvalidApprovalTokenException [assumed: the documentation
// of the two overlaps].
func (m *Model) putApprovalResult(c Caller, in putApprovalResultInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	s := p.decl.stage(in.StageName)
	if s == nil {
		return nil, errNoStage(in.PipelineName, in.StageName)
	}
	if s.action(in.ActionName) == nil {
		return nil, errorf("ActionNotFoundException", "Stage '%s' of pipeline '%s' does not have an action with name '%s'", in.StageName, in.PipelineName, in.ActionName)
	}
	r := p.asked(in.StageName, in.ActionName, in.Token)
	switch {
	case r == nil:
		return nil, errorf("InvalidApprovalTokenException", "Invalid approval token provided")
	case r.answered:
		return nil, errorf("ApprovalAlreadyCompletedException", "The approval has already been approved or rejected by %s", r.updatedBy)
	}
	r.answered, r.summary, r.updatedBy = true, in.Result.Summary, c.ARN
	status := succeeded
	if in.Result.Status == "Rejected" {
		status = failed
	}
	m.finish(r, status)
	return putApprovalResultOutput{Time{m.now}}, nil
}

// asked returns the approval that a token belongs to, if it is in progress, or
// answered and shown: as the last of its action, or in PARALLEL mode, where
// executions are independent, the last of its action in its execution; else nil.
func (p *pipeline) asked(stage, action, token string) *run {
	for _, e := range p.history {
		for _, r := range e.runs() {
			if r.token != token || r.stage != stage || r.action.Name != action || !r.action.approval() {
				continue
			}
			shown := p.stages[stage].runs[action] == r || e.mode == parallelMode && !r.replaced
			if r.status == inProgress || r.answered && shown {
				return r
			}
		}
	}
	return nil
}
