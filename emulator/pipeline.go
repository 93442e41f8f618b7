package emulator

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"
)

const (
	maxPipelines = 1000 // [documented: quotas, default per account and region]
	maxVersions  = 100  // of one declaration that GetPipeline can show [assumed]
)

// pipeline is one pipeline with its history.
type pipeline struct {
	decl       *pipelineDeclaration // never changed in place: an update puts a new one
	versions   map[int]*pipelineDeclaration
	created    time.Time
	updated    time.Time
	stages     map[string]*stage
	heads      map[string]revision // newest at each source, by the source action's name
	behaviours map[actionName]Behaviour
	history    []*execution // oldest first
	live       []*execution // those of the history that have not ended, oldest first
}

// stage is what the pipeline remembers of a stage across executions.
type stage struct {
	inbound  transition
	outbound transition
	latest   *visit          // the last execution that entered
	runs     map[string]*run // the last of each action, by its name
}

type revision struct {
	id      string
	summary string
	created time.Time
}

type pipelineSummary struct {
	Name          string `json:"name"`
	Version       int    `json:"version"`
	PipelineType  string `json:"pipelineType,omitempty"`
	ExecutionMode string `json:"executionMode,omitempty"`
	Created       Time   `json:"created,omitzero"`
	Updated       Time   `json:"updated,omitzero"`
}

type pipelineMetadata struct {
	PipelineARN string `json:"pipelineArn"`
	Created     Time   `json:"created,omitzero"`
	Updated     Time   `json:"updated,omitzero"`
}

type createPipelineInput struct {
	Pipeline pipelineDeclaration `json:"pipeline"`
	Tags     []tag               `json:"tags"`
}

type createPipelineOutput struct {
	Pipeline *pipelineDeclaration `json:"pipeline"`
	Tags     []tag                `json:"tags,omitempty"`
}

// createPipeline: the new pipeline runs at once [documented].
func (m *Model) createPipeline(_ Caller, in createPipelineInput) (any, error) {
	d := &in.Pipeline
	d.complete()
	if err := d.validate(); err != nil {
		return nil, err
	}
	if err := validateTags(in.Tags); err != nil {
		return nil, err
	}
	if m.pipelines[d.Name] != nil {
		return nil, errorf("PipelineNameInUseException", "A pipeline with the name '%s' already exists in account '%s'", d.Name, m.options.Account)
	}
	if len(m.pipelines) >= maxPipelines {
		return nil, errorf("LimitExceededException", "The account has %d pipelines, which is the limit", maxPipelines)
	}
	d.Version = 1
	p := &pipeline{
		versions:   make(map[int]*pipelineDeclaration),
		created:    m.now,
		stages:     make(map[string]*stage),
		heads:      make(map[string]revision),
		behaviours: make(map[actionName]Behaviour),
	}
	m.declare(p, d)
	m.pipelines[d.Name] = p
	m.start(p, executionTrigger{TriggerType: "CreatePipeline"}, launch{})
	return createPipelineOutput{Pipeline: d, Tags: in.Tags}, nil
}

// declare gives a pipeline its structure. A stage keeps its transitions and
// its last runs under its name; a stage renamed is a new one, with its
// transition enabled [assumed].
func (m *Model) declare(p *pipeline, d *pipelineDeclaration) {
	p.decl, p.updated = d, m.now
	p.versions[d.Version] = d
	delete(p.versions, d.Version-maxVersions)
	kept := make(map[string]*stage)
	for _, s := range d.Stages {
		kept[s.Name] = p.stages[s.Name]
		if kept[s.Name] == nil {
			kept[s.Name] = &stage{runs: make(map[string]*run)}
		}
	}
	p.stages = kept
	for _, a := range d.Stages[0].Actions {
		if _, ok := p.heads[a.Name]; !ok {
			p.heads[a.Name] = revision{id: m.commit(), created: m.now}
		}
	}
}

type getPipelineInput struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

type getPipelineOutput struct {
	Pipeline *pipelineDeclaration `json:"pipeline"`
	Metadata pipelineMetadata     `json:"metadata"`
}

func (m *Model) getPipeline(_ Caller, in getPipelineInput) (any, error) {
	p, err := m.pipeline(in.Name)
	if err != nil {
		return nil, err
	}
	d := p.versions[cmp.Or(in.Version, p.decl.Version)]
	if d == nil {
		return nil, errorf("PipelineVersionNotFoundException", "Pipeline '%s' does not have a version %d", in.Name, in.Version)
	}
	return getPipelineOutput{d, pipelineMetadata{m.arn(in.Name), Time{p.created}, Time{p.updated}}}, nil
}

type updatePipelineInput struct {
	Pipeline pipelineDeclaration `json:"pipeline"`
}

type updatePipelineOutput struct {
	Pipeline *pipelineDeclaration `json:"pipeline"`
}

// updatePipeline adds one to the version, whatever version was sent, and runs
// nothing [documented]. Executions in flight go on by the new structure; one
// whose stage is gone, or was changed under it, is Cancelled: "the pipeline's
// definition was updated before the execution could be completed"
// [documented that it is cancelled, assumed when].
func (m *Model) updatePipeline(_ Caller, in updatePipelineInput) (any, error) {
	d := &in.Pipeline
	d.complete()
	if err := d.validate(); err != nil {
		return nil, err
	}
	p := m.pipelines[d.Name]
	if p == nil {
		// The model lists no PipelineNotFoundException here [assumed].
		return nil, errorf("InvalidStructureException", "A pipeline with the name '%s' does not exist", d.Name)
	}
	before := p.decl
	d.Version = before.Version + 1
	m.declare(p, d)
	for _, e := range slices.Clone(p.live) {
		was, is := before.stage(e.stage), d.stage(e.stage)
		if is == nil || e.inside && !reflect.DeepEqual(was, is) {
			m.abandon(e, cancelled)
		}
	}
	for _, s := range d.Stages {
		m.supersede(p, s.Name) // the mode may have changed to SUPERSEDED
	}
	m.admit(p)
	return updatePipelineOutput{d}, nil
}

type deletePipelineInput struct {
	Name string `json:"name"`
}

// deletePipeline forgets a pipeline with all that runs in it. Deleting what
// does not exist succeeds: the model lists no error for it [assumed].
func (m *Model) deletePipeline(_ Caller, in deletePipelineInput) (any, error) {
	delete(m.pipelines, in.Name)
	return nil, nil
}

type listPipelinesInput struct {
	NextToken  string `json:"nextToken"`
	MaxResults int    `json:"maxResults"`
}

type listPipelinesOutput struct {
	Pipelines []pipelineSummary `json:"pipelines"`
	NextToken string            `json:"nextToken,omitempty"`
}

// listPipelines lists by name [assumed].
func (m *Model) listPipelines(_ Caller, in listPipelinesInput) (any, error) {
	all := make([]pipelineSummary, 0, len(m.pipelines))
	for _, name := range slices.Sorted(maps.Keys(m.pipelines)) {
		p := m.pipelines[name]
		all = append(all, pipelineSummary{name, p.decl.Version, p.decl.PipelineType, p.decl.ExecutionMode, Time{p.created}, Time{p.updated}})
	}
	name := func(s pipelineSummary) string { return s.Name }
	some, next, err := page(all, name, "pipelines", in.NextToken, cmp.Or(in.MaxResults, maxPipelines))
	if err != nil {
		return nil, err
	}
	return listPipelinesOutput{some, next}, nil
}
