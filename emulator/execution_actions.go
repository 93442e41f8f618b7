package emulator

import (
	"cmp"
	"fmt"
	"slices"
)

type listActionExecutionsInput struct {
	PipelineName string `json:"pipelineName"`
	Filter       struct {
		PipelineExecutionID       string `json:"pipelineExecutionId"`
		LatestInPipelineExecution struct {
			PipelineExecutionID string `json:"pipelineExecutionId"`
			StartTimeRange      string `json:"startTimeRange"`
		} `json:"latestInPipelineExecution"`
	} `json:"filter"`
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type listActionExecutionsOutput struct {
	ActionExecutionDetails []actionExecutionDetail `json:"actionExecutionDetails"`
	NextToken              string                  `json:"nextToken,omitempty"`
}

// listActionExecutions lists the newest first [assumed], over the executions of
// the pipeline, so that the runs of one that has waited long are on a later page.
// Both filters select one execution; the range "Latest" of the one leaves out what
// a retry replaced [documented].
func (m *Model) listActionExecutions(_ Caller, in listActionExecutionsInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	id := cmp.Or(in.Filter.PipelineExecutionID, in.Filter.LatestInPipelineExecution.PipelineExecutionID)
	from := p.history
	if id != "" {
		e := p.execution(id)
		if e == nil {
			return nil, errNoExecution(in.PipelineName, id)
		}
		from = []*execution{e}
	}
	all, latest := newest(from), in.Filter.LatestInPipelineExecution.StartTimeRange == "Latest"
	if latest {
		all = slices.DeleteFunc(all, func(r *run) bool { return r.replaced })
	}
	scope := fmt.Sprintf("actions\n%s\n%s\n%v", in.PipelineName, id, latest)
	some, next, err := page(all, func(r *run) string { return r.id }, scope, in.NextToken, cmp.Or(in.MaxResults, maxListed))
	if err != nil {
		return nil, err
	}
	out := listActionExecutionsOutput{make([]actionExecutionDetail, 0, len(some)), next}
	for _, r := range some {
		out.ActionExecutionDetails = append(out.ActionExecutionDetails, r.detail())
	}
	return out, nil
}

// newest returns the action runs of executions, those started last first.
func newest(from []*execution) []*run {
	var all []*run
	for _, e := range from {
		all = append(all, e.runs()...)
	}
	slices.SortFunc(all, func(a, b *run) int { return b.number - a.number })
	return all
}

// detail tells of one run. The external id of an approval is its token: in
// PARALLEL mode this is where to find it [documented].
func (r *run) detail() actionExecutionDetail {
	a := r.action
	inputs := make([]artifactDetail, 0, len(a.InputArtifacts))
	for _, in := range a.InputArtifacts {
		inputs = append(inputs, artifactDetail(in))
	}
	outputs := make([]artifactDetail, 0, len(a.OutputArtifacts))
	if r.status == succeeded {
		for _, out := range a.OutputArtifacts {
			outputs = append(outputs, artifactDetail{out.Name})
		}
	}
	return actionExecutionDetail{
		PipelineExecutionID: r.visit.execution.id,
		ActionExecutionID:   r.id,
		PipelineVersion:     r.version,
		StageName:           r.stage,
		ActionName:          a.Name,
		StartTime:           Time{r.started},
		LastUpdateTime:      Time{r.updated},
		UpdatedBy:           r.updatedBy,
		Status:              r.status,
		Input: actionExecutionInput{
			ActionTypeID:          a.ActionTypeID,
			Configuration:         a.Configuration,
			ResolvedConfiguration: a.Configuration, // variables are not resolved
			RoleARN:               a.RoleARN,
			Region:                a.Region,
			InputArtifacts:        inputs,
			Namespace:             a.Namespace,
		},
		Output: actionExecutionOutput{
			OutputArtifacts: outputs,
			ExecutionResult: actionExecutionResult{cmp.Or(r.token, r.external), r.summary, r.failure},
		},
	}
}
