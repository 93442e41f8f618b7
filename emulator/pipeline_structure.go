package emulator

import "slices"

// Execution modes and pipeline types of the service model.
const (
	supersededMode = "SUPERSEDED"
	queuedMode     = "QUEUED"
	parallelMode   = "PARALLEL"
	typeV1         = "V1"
)

// complete puts in what AWS fills in when a client leaves it out.
func (d *pipelineDeclaration) complete() {
	if d.ExecutionMode == "" {
		d.ExecutionMode = supersededMode // [documented]
	}
	if d.PipelineType == "" {
		d.PipelineType = typeV1 // [assumed: what the API chose before there were types]
	}
	for i := range d.Stages {
		for j := range d.Stages[i].Actions {
			a := &d.Stages[i].Actions[j]
			if a.RunOrder == 0 {
				a.RunOrder = 1 // [documented]
			}
			if a.Configuration == nil {
				a.Configuration = map[string]string{}
			}
			if a.InputArtifacts == nil {
				a.InputArtifacts = []inputArtifact{}
			}
			if a.OutputArtifacts == nil {
				a.OutputArtifacts = []outputArtifact{}
			}
		}
	}
}

// stage returns a stage by its name, nil if there is none.
func (d *pipelineDeclaration) stage(name string) *stageDeclaration {
	if i := d.position(name); i >= 0 {
		return &d.Stages[i]
	}
	return nil
}

// position returns the index of a stage, -1 if there is none.
func (d *pipelineDeclaration) position(name string) int {
	return slices.IndexFunc(d.Stages, func(s stageDeclaration) bool { return s.Name == name })
}

// after returns the name of the stage that follows, "" after the last.
func (d *pipelineDeclaration) after(name string) string {
	if i := d.position(name) + 1; i < len(d.Stages) {
		return d.Stages[i].Name
	}
	return ""
}

// action returns an action by its name, nil if there is none.
func (s *stageDeclaration) action(name string) *actionDeclaration {
	for i := range s.Actions {
		if s.Actions[i].Name == name {
			return &s.Actions[i]
		}
	}
	return nil
}

// following returns the actions to run after those of a run order: the next
// group, whose members run in parallel [documented].
func (s *stageDeclaration) following(order int) []*actionDeclaration {
	var group []*actionDeclaration
	for i := range s.Actions {
		a := &s.Actions[i]
		switch {
		case a.RunOrder <= order:
		case group == nil || a.RunOrder < group[0].RunOrder:
			group = []*actionDeclaration{a}
		case a.RunOrder == group[0].RunOrder:
			group = append(group, a)
		}
	}
	return group
}

func (a *actionDeclaration) source() bool   { return a.ActionTypeID.Category == "Source" }
func (a *actionDeclaration) approval() bool { return a.ActionTypeID.Category == "Approval" }
