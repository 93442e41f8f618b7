package emulator

import (
	"slices"
	"time"
)

// advance computes all that happened up to now: each action run that ended,
// in the order of their ends, with all that followed from it.
func (m *Model) advance(now time.Time) {
	for r := m.nextRun(); r != nil && !r.ends.After(now); r = m.nextRun() {
		m.now = r.ends
		m.expire(r)
	}
	if now.After(m.now) {
		m.now = now
	}
}

// nextRun returns the run in progress that ends first, the older of two that
// end at once; nil if nothing runs.
func (m *Model) nextRun() *run {
	var next *run
	for _, p := range m.pipelines {
		for _, e := range p.live {
			if !e.inside {
				continue
			}
			for _, r := range e.visit().runs {
				if r.status != inProgress {
					continue
				}
				if next == nil || r.ends.Before(next.ends) || r.ends.Equal(next.ends) && r.number < next.number {
					next = r
				}
			}
		}
	}
	return next
}

// arrive puts an execution before a stage, where it waits until admitted.
func (m *Model) arrive(e *execution, stage string) {
	e.stage, e.inside, e.lapsed, e.arrived = stage, false, false, m.number()
	m.supersede(e.pipeline, stage)
}

// supersede lets only the newest of the executions wait before a stage. One
// inside a stage is never superseded [documented: executions are superseded
// only in between stages].
func (m *Model) supersede(p *pipeline, stage string) {
	if p.decl.ExecutionMode != supersededMode {
		return
	}
	var newest *execution
	for _, e := range p.waiting(stage) {
		switch {
		case e.mode == parallelMode: // begun before the mode changed: independent of all
		case newest == nil:
			newest = e
		case e.number > newest.number:
			m.end(newest, superseded)
			newest = e
		default:
			m.end(e, superseded)
		}
	}
}

// admit lets executions enter where the way is open and the stage unlocked.
// It is called after everything that may have opened a way.
func (m *Model) admit(p *pipeline) {
	for i := range p.decl.Stages {
		for e := p.candidate(i); e != nil; e = p.candidate(i) {
			m.enter(e)
		}
	}
}

// candidate returns the execution that may enter a stage now: the first that
// arrived [documented for QUEUED; SUPERSEDED leaves only one to wait].
func (p *pipeline) candidate(i int) *execution {
	s := &p.decl.Stages[i]
	if i > 0 && (p.stages[s.Name].inbound.disabled || p.stages[p.decl.Stages[i-1].Name].outbound.disabled) {
		return nil
	}
	locked := p.locked(s.Name)
	for _, e := range p.waiting(s.Name) {
		if !e.lapsed && (!locked || e.mode == parallelMode) {
			return e
		}
	}
	return nil
}

// locked tells whether an execution is inside a stage: a stage processes one
// at a time [documented], except in PARALLEL mode [documented].
func (p *pipeline) locked(stage string) bool {
	return slices.ContainsFunc(p.live, func(e *execution) bool {
		return e.inside && e.stage == stage && e.mode != parallelMode
	})
}

// waiting returns the executions before a stage in the order they arrived.
func (p *pipeline) waiting(stage string) []*execution {
	var w []*execution
	for _, e := range p.live {
		if !e.inside && e.stage == stage {
			w = append(w, e)
		}
	}
	slices.SortFunc(w, func(a, b *execution) int { return a.arrived - b.arrived })
	return w
}

func (m *Model) enter(e *execution) {
	v := &visit{execution: e, stage: e.stage, status: inProgress}
	e.inside = true
	e.visits = append(e.visits, v)
	e.pipeline.stages[e.stage].latest = v
	m.runNext(v)
}

// runNext starts the next group of actions of a visit, and tells whether
// there was one.
func (m *Model) runNext(v *visit) bool {
	group := v.execution.pipeline.decl.stage(v.stage).following(v.order)
	for _, a := range group {
		v.order = a.RunOrder
		m.run(v, a)
	}
	v.execution.updated = m.now
	return group != nil
}

// proceed decides how an execution goes on after one of its runs ended. A
// failed action lets those in parallel with it end, and fails the stage and
// the execution; that unlocks the stage [documented].
func (m *Model) proceed(e *execution) {
	v := e.visit()
	failure := false
	for _, r := range v.runs {
		if r.status == inProgress {
			return
		}
		failure = failure || r.status == failed && !r.replaced
	}
	switch {
	case e.status == stopping:
		m.leave(e, stopped)
		m.end(e, stopped)
	case failure:
		m.leave(e, failed)
		m.end(e, failed)
	case !m.runNext(v):
		m.leave(e, succeeded)
		if next := e.pipeline.decl.after(e.stage); next != "" && e.variety != rollback {
			m.arrive(e, next)
		} else {
			m.end(e, succeeded)
		}
	}
	m.admit(e.pipeline)
}

// leave ends an execution's stay in a stage.
func (m *Model) leave(e *execution, status string) {
	e.visit().status = status
	e.inside = false
	e.updated = m.now
}

// end takes an execution out of the pipeline for good.
func (m *Model) end(e *execution, status string) {
	e.status, e.updated = status, m.now
	e.pipeline.live = slices.DeleteFunc(e.pipeline.live, func(other *execution) bool { return other == e })
}

// abandon ends an execution wherever it is, without waiting for its actions.
// The caller admits who waited for the stage.
func (m *Model) abandon(e *execution, status string) {
	if e.inside {
		for _, r := range e.visit().runs {
			if r.status == inProgress {
				r.status, r.updated = abandoned, m.now
			}
		}
		m.leave(e, status)
	}
	m.end(e, status)
}
