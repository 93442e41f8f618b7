package emulator

import (
	"errors"
	"fmt"
	"time"
)

// An Outcome is how an action ends.
type Outcome int

const (
	Succeed Outcome = iota
	Fail
	Hang // goes on until AWS would time it out
)

// A Behaviour is what an action does when it runs. Manual approvals have
// none: they wait for their answer.
type Behaviour struct {
	Duration time.Duration // 0 is the model's default
	Outcome  Outcome
	Reason   string // why it fails, for errorDetails
}

type actionName struct{ stage, action string }

// SetAction says how an action behaves from now on. A run in progress takes
// part: it ends when it would have ended had it begun with this behaviour, or
// at once if that has passed. It errs if there is no such action.
func (m *Model) SetAction(pipeline, stage, action string, b Behaviour) error {
	if len(b.Reason) > 5000 {
		return errors.New("the reason of a failure is too long for AWS's errorDetails: shorten it to 5000 bytes")
	}
	m.lock()
	defer m.mu.Unlock()
	p, err := m.pipeline(pipeline)
	if err != nil {
		return err
	}
	s := p.decl.stage(stage)
	if s == nil || s.action(action) == nil {
		return fmt.Errorf("pipeline %s has no action %s in a stage %s: look at its declaration with GetPipeline", pipeline, action, stage)
	}
	p.behaviours[actionName{stage, action}] = b
	for _, e := range p.live {
		for _, r := range e.runs() {
			if r.status == inProgress && r.stage == stage && r.action.Name == action && r.token == "" {
				m.schedule(r)
			}
		}
	}
	m.advance(m.now)
	return nil
}

// SetRevision puts a revision at the head of every source of a pipeline. The
// next execution takes it; none is started.
func (m *Model) SetRevision(pipeline, id, summary string) error {
	m.lock()
	defer m.mu.Unlock()
	p, err := m.pipeline(pipeline)
	if err != nil {
		return err
	}
	return m.setRevision(p, id, summary)
}

// Push is SetRevision followed by the execution that a source's webhook or
// poll starts. It returns the execution's id, and errs where AWS would not
// start one.
func (m *Model) Push(pipeline, id, summary string) (string, error) {
	m.lock()
	defer m.mu.Unlock()
	e, err := m.push(pipeline, id, summary)
	if err != nil {
		return "", err
	}
	return e.id, nil
}

func (m *Model) push(pipeline, id, summary string) (*execution, error) {
	p, err := m.pipeline(pipeline)
	if err != nil {
		return nil, err
	}
	if err := m.setRevision(p, id, summary); err != nil {
		return nil, err
	}
	if err := p.room(); err != nil {
		return nil, err
	}
	return m.start(p, executionTrigger{TriggerType: "PollForSourceChanges"}, launch{}), nil
}

// PushTo is Push to the door of a stage: what runs in the stages before it succeeds
// at once, approvals too, and the execution enters as it would have later. If it
// has to wait on its way, for another execution or at a disabled transition, it
// stays there, and the error says so beside its id.
func (m *Model) PushTo(pipeline, stage, id, summary string) (string, error) {
	m.lock()
	defer m.mu.Unlock()
	e, err := m.push(pipeline, id, summary)
	if err != nil {
		return "", err
	}
	d := e.pipeline.decl
	if d.stage(stage) == nil {
		return e.id, fmt.Errorf("pipeline %s has no stage %s: look at its declaration with GetPipeline", pipeline, stage)
	}
	for e.inside && d.position(e.stage) < d.position(stage) {
		for _, r := range e.visit().runs {
			if r.status == inProgress {
				r.outcome = Succeed
				m.expire(r)
			}
		}
	}
	if e.stage != stage {
		return e.id, fmt.Errorf("execution %s waits before stage %s of pipeline %s, and does not come to %s now", e.id, e.stage, pipeline, stage)
	}
	return e.id, nil
}

func (m *Model) setRevision(p *pipeline, id, summary string) error {
	if id == "" || len(id) > 1500 || len(summary) > 2048 {
		return errors.New("a revision needs an id of 1-1500 bytes and a summary of at most 2048")
	}
	for _, a := range p.decl.Stages[0].Actions {
		p.heads[a.Name] = revision{id: id, summary: summary, created: m.now}
	}
	return nil
}

// Advance brings the model up to its clock. Every operation does so by itself.
func (m *Model) Advance() {
	m.lock()
	m.mu.Unlock()
}

// Next returns when something will happen next if nobody intervenes, and
// false if nothing will.
func (m *Model) Next() (time.Time, bool) {
	m.lock()
	defer m.mu.Unlock()
	if r := m.nextRun(); r != nil {
		return r.ends, true
	}
	return time.Time{}, false
}
