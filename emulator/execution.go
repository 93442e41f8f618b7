package emulator

import (
	"slices"
	"time"
)

// Statuses of executions, stages and actions in the service model.
const (
	inProgress = "InProgress"
	succeeded  = "Succeeded"
	failed     = "Failed"
	stopping   = "Stopping"
	stopped    = "Stopped"
	superseded = "Superseded"
	cancelled  = "Cancelled"
	abandoned  = "Abandoned"
)

const (
	maxHistory    = 1000 // executions kept of a pipeline [assumed: AWS keeps 12 months]
	maxConcurrent = 50   // executions in flight in QUEUED and in PARALLEL mode [documented: quotas]
	standard      = "STANDARD"
)

// execution is one set of changes on its way through a pipeline.
type execution struct {
	id        string
	number    int // greater than that of every earlier execution
	pipeline  *pipeline
	version   int        // of the pipeline, when it began
	mode      string     // of the pipeline, when it began [assumed to stay]
	variety   string     // STANDARD or ROLLBACK
	target    *execution // of a rollback: where it takes its revisions from
	status    string
	trigger   executionTrigger
	launch    launch
	variables []resolvedVariable
	sources   map[string]revision // by source action, fixed when it began [documented]
	reason    string              // for which it was stopped
	started   time.Time
	updated   time.Time

	stage   string // it is inside this one, or waits before it
	inside  bool
	arrived int  // number given when it began to wait
	lapsed  bool // waited where the transition was disabled for more than 30 days: enters nothing any more
	visits  []*visit
}

// visit is the stay of one execution in one stage.
type visit struct {
	execution *execution
	stage     string
	status    string
	order     int // run order of the actions started last
	runs      []*run
}

// launch is what StartPipelineExecution can ask of an execution.
type launch struct {
	token     string // clientRequestToken
	revisions map[string]string
	variables map[string]string
}

// visit returns the stay in the stage that the execution is inside.
func (e *execution) visit() *visit { return e.visits[len(e.visits)-1] }

// runs returns all runs of an execution's actions, oldest first.
func (e *execution) runs() []*run {
	var all []*run
	for _, v := range e.visits {
		all = append(all, v.runs...)
	}
	return all
}

// room refuses an execution more than the pipeline's mode takes.
func (p *pipeline) room() error {
	if p.decl.ExecutionMode != supersededMode && len(p.live) >= maxConcurrent {
		return errorf("ConcurrentPipelineExecutionsLimitExceededException", "Pipeline '%s' has %d executions in flight, the limit in %s mode", p.decl.Name, len(p.live), p.decl.ExecutionMode)
	}
	return nil
}

// start begins an execution. It waits before the first stage if that is
// locked, as it would before any other [documented].
func (m *Model) start(p *pipeline, t executionTrigger, l launch) *execution {
	e := m.register(p, t, l)
	m.arrive(e, p.decl.Stages[0].Name)
	m.admit(p)
	return e
}

// register makes an execution known to its pipeline.
func (m *Model) register(p *pipeline, t executionTrigger, l launch) *execution {
	e := &execution{
		id:        m.uuid(),
		number:    m.number(),
		pipeline:  p,
		version:   p.decl.Version,
		mode:      p.decl.ExecutionMode,
		variety:   standard,
		status:    inProgress,
		trigger:   t,
		launch:    l,
		variables: p.decl.resolve(l.variables),
		sources:   make(map[string]revision),
		started:   m.now,
		updated:   m.now,
	}
	for _, a := range p.decl.Stages[0].Actions {
		e.sources[a.Name] = p.heads[a.Name]
		if id := l.revisions[a.Name]; id != "" {
			e.sources[a.Name] = revision{id: id, created: m.now}
		}
	}
	p.history = append(p.history, e)
	p.live = append(p.live, e)
	if len(p.history) > maxHistory {
		if oldest := slices.IndexFunc(p.history, func(e *execution) bool { return !e.going() }); oldest >= 0 {
			p.history = slices.Delete(p.history, oldest, oldest+1)
		}
	}
	return e
}

// going tells whether an execution is still in its pipeline.
func (e *execution) going() bool { return e.status == inProgress || e.status == stopping }

// execution finds one by its id, nil if the pipeline has none.
func (p *pipeline) execution(id string) *execution {
	i := slices.IndexFunc(p.history, func(e *execution) bool { return e.id == id })
	if i < 0 {
		return nil
	}
	return p.history[i]
}
