package emulator

import (
	"cmp"
	"time"
)

// run is one run of an action.
type run struct {
	id        string
	number    int
	visit     *visit
	version   int // of the pipeline
	stage     string
	action    *actionDeclaration
	status    string
	started   time.Time
	updated   time.Time
	ends      time.Time // if nobody intervenes
	outcome   Outcome   // at its end; an approval ends by itself only by its timeout
	reason    string
	summary   string
	updatedBy string // ARN of who answered an approval
	token     string // of an approval
	answered  bool
	replaced  bool   // a retry ran the action again
	external  string // id at the provider that does the work
	failure   *errorDetails
}

// run starts an action.
func (m *Model) run(v *visit, a *actionDeclaration) {
	p := v.execution.pipeline
	r := &run{
		id:      m.uuid(),
		number:  m.number(),
		visit:   v,
		version: p.decl.Version,
		stage:   v.stage,
		action:  a,
		status:  inProgress,
		started: m.now,
		updated: m.now,
	}
	if _, known := v.execution.sources[a.Name]; a.source() && !known {
		v.execution.sources[a.Name] = p.heads[a.Name] // of a source that an update added while the execution waited
	}
	if a.approval() {
		r.token = m.uuid()
		r.outcome = Hang
		r.ends = m.now.Add(a.timeout())
	} else {
		r.external = m.uuid() // [assumed]
		m.schedule(r)
	}
	v.runs = append(v.runs, r)
	p.stages[v.stage].runs[a.Name] = r
}

// schedule sets when and how a run ends, never in the past.
func (m *Model) schedule(r *run) {
	b := r.visit.execution.pipeline.behaviours[actionName{r.stage, r.action.Name}]
	if b.Duration <= 0 {
		b.Duration = m.options.ActionDuration
	}
	if limit := r.action.timeout(); b.Outcome == Hang || b.Duration > limit {
		b.Outcome, b.Duration = Hang, limit
	}
	r.outcome, r.reason, r.ends = b.Outcome, b.Reason, r.started.Add(b.Duration)
	if r.ends.Before(m.now) {
		r.ends = m.now
	}
}

// timeout is how long AWS lets an action run [documented: quotas, and
// timeoutInMinutes for approvals].
func (a *actionDeclaration) timeout() time.Duration {
	const day = 24 * time.Hour
	switch t := a.ActionTypeID; {
	case a.TimeoutInMinutes > 0:
		return time.Duration(a.TimeoutInMinutes) * time.Minute
	case a.approval():
		return 7 * day
	case t.Provider == "CodeDeploy", t.Provider == "CodeDeployToECS":
		return 5 * day
	case t.Provider == "CloudFormation":
		return 3 * day
	case t.Provider == "Lambda":
		return day
	case t.Provider == "CodeBuild":
		return 8 * time.Hour
	case t.Provider == "S3" && t.Category == "Deploy":
		return 90 * time.Minute
	}
	return time.Hour
}

// expire ends a run whose time has come.
func (m *Model) expire(r *run) {
	status := failed
	switch {
	case r.outcome == Succeed:
		status = succeeded
		r.summary = m.outcome(r)
	case r.outcome == Fail:
		r.failure = &errorDetails{"JobFailed", cmp.Or(r.reason, "The action failed")}
	default: // a timed-out approval too is processed as a failed action [documented]
		r.failure = &errorDetails{"ActionTimedOut", "The action did not end within " + r.action.timeout().String()} // [assumed code]
	}
	m.finish(r, status)
}

// outcome returns the summary of a run that succeeded: the commit's message
// for a source, AWS's own words for CodeDeploy [documented examples].
func (m *Model) outcome(r *run) string {
	switch {
	case r.action.source():
		source := r.visit.execution.sources[r.action.Name]
		r.external = source.id
		return source.summary
	case r.action.ActionTypeID.Provider == "CodeDeploy":
		return "Deployment Succeeded"
	}
	return ""
}

// finish records the end of a run and lets its execution go on.
func (m *Model) finish(r *run, status string) {
	r.status, r.updated = status, m.now
	r.visit.execution.updated = m.now
	m.proceed(r.visit.execution)
}
