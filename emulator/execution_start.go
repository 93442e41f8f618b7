package emulator

import (
	"cmp"
	"slices"
)

type startPipelineExecutionInput struct {
	Name               string                   `json:"name"`
	Variables          []variable               `json:"variables"`
	ClientRequestToken string                   `json:"clientRequestToken"`
	SourceRevisions    []sourceRevisionOverride `json:"sourceRevisions"`
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type sourceRevisionOverride struct {
	ActionName    string `json:"actionName"`
	RevisionType  string `json:"revisionType"`
	RevisionValue string `json:"revisionValue"`
}

type executionID struct {
	PipelineExecutionID string `json:"pipelineExecutionId"`
}

// startPipelineExecution is idempotent by clientRequestToken for as long as
// the execution is remembered [assumed duration].
func (m *Model) startPipelineExecution(c Caller, in startPipelineExecutionInput) (any, error) {
	p, err := m.pipeline(in.Name)
	if err != nil {
		return nil, err
	}
	if in.ClientRequestToken != "" {
		for _, e := range p.history {
			if e.launch.token == in.ClientRequestToken {
				return executionID{e.id}, nil
			}
		}
	}
	l := launch{token: in.ClientRequestToken}
	if l.revisions, err = p.overrides(in.SourceRevisions); err != nil {
		return nil, err
	}
	if l.variables, err = p.decl.values(in.Variables); err != nil {
		return nil, err
	}
	if err := p.room(); err != nil {
		return nil, err
	}
	e := m.start(p, executionTrigger{"StartPipelineExecution", c.ARN}, l)
	return executionID{e.id}, nil
}

// overrides reads the source revisions asked for; each must name a source
// action [assumed].
func (p *pipeline) overrides(asked []sourceRevisionOverride) (map[string]string, error) {
	revisions := make(map[string]string)
	for _, o := range asked {
		if p.decl.Stages[0].action(o.ActionName) == nil {
			return nil, errorf("ValidationException", "Source revision override names action '%s', which is not a source action of pipeline '%s'", o.ActionName, p.decl.Name)
		}
		revisions[o.ActionName] = o.RevisionValue
	}
	return revisions, nil
}

// values reads the variables asked for. It refuses one that is not declared,
// and a declared one left with neither a value nor a default [assumed].
func (d *pipelineDeclaration) values(asked []variable) (map[string]string, error) {
	values := make(map[string]string)
	for _, v := range asked {
		if !slices.ContainsFunc(d.Variables, func(known variableDeclaration) bool { return known.Name == v.Name }) {
			return nil, errorf("ValidationException", "Pipeline '%s' does not declare a variable '%s'", d.Name, v.Name)
		}
		values[v.Name] = v.Value
	}
	for _, v := range d.Variables {
		if values[v.Name] == "" && v.DefaultValue == "" {
			return nil, errorf("ValidationException", "Variable '%s' of pipeline '%s' has neither a value nor a default", v.Name, d.Name)
		}
	}
	return values, nil
}

// resolve gives each declared variable its value or its default.
func (d *pipelineDeclaration) resolve(values map[string]string) []resolvedVariable {
	var resolved []resolvedVariable
	for _, v := range d.Variables {
		resolved = append(resolved, resolvedVariable{v.Name, cmp.Or(values[v.Name], v.DefaultValue)})
	}
	return resolved
}

type stopPipelineExecutionInput struct {
	PipelineName        string `json:"pipelineName"`
	PipelineExecutionID string `json:"pipelineExecutionId"`
	Abandon             bool   `json:"abandon"`
	Reason              string `json:"reason"`
}

// stopPipelineExecution stops an execution: with abandon at once, leaving its
// actions Abandoned; else once the actions in progress have ended, an approval
// by being answered or timing out [documented]. An execution that waits
// between stages stops at once [assumed]. ConflictException is never raised.
func (m *Model) stopPipelineExecution(_ Caller, in stopPipelineExecutionInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	e := p.execution(in.PipelineExecutionID)
	switch {
	case e == nil: // the model lists no PipelineExecutionNotFoundException here [assumed]
		return nil, errorf("PipelineExecutionNotStoppableException", "Pipeline '%s' does not have an execution with id '%s'", in.PipelineName, in.PipelineExecutionID)
	case !e.going():
		return nil, errorf("PipelineExecutionNotStoppableException", "Execution '%s' is not in progress: it is %s", e.id, e.status)
	case e.status == stopping && !in.Abandon:
		return nil, errorf("DuplicatedStopRequestException", "Execution '%s' is already stopping. You can choose to stop and abandon it now", e.id)
	}
	e.reason = in.Reason
	if in.Abandon || !e.inside {
		m.abandon(e, stopped)
		m.admit(p)
	} else {
		e.status, e.visit().status, e.updated = stopping, stopping, m.now
	}
	return executionID{e.id}, nil
}
