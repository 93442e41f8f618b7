package emulator

import "time"

// lapse is how long a transition can be disabled and what waits still resumes
// when it is enabled [documented: user guide, "Working with stage transitions"].
const lapse = 30 * 24 * time.Hour

// transition is one end of the link between two stages. Each stage has its
// own two: an execution passes if the outbound one of the stage it leaves and
// the inbound one of the next are both enabled [assumed: AWS shows only the
// inbound ones].
type transition struct {
	disabled  bool
	since     time.Time // when it was disabled, however often the reason changed since
	reason    string
	changedBy string // ARN
	changedAt time.Time
}

// state of a transition. As long as nobody changed it, there is neither a
// lastChangedBy nor a lastChangedAt [documented: examples of the user guide];
// a reason stands only while it is disabled [assumed].
func (t transition) state() *transitionState {
	return &transitionState{!t.disabled, t.changedBy, Time{t.changedAt}, t.reason}
}

type stageTransitionInput struct {
	PipelineName   string `json:"pipelineName"`
	StageName      string `json:"stageName"`
	TransitionType string `json:"transitionType"`
	Reason         string `json:"reason"` // to disable
}

// disableStageTransition: the last writer wins, also over a transition that
// is disabled already; whoever is inside the stage goes on [documented].
func (m *Model) disableStageTransition(c Caller, in stageTransitionInput) (any, error) {
	_, t, _, err := m.transition(in)
	if err != nil {
		return nil, err
	}
	since := m.now
	if t.disabled {
		since = t.since
	}
	*t = transition{true, since, in.Reason, c.ARN, m.now}
	return nil, nil
}

// enableStageTransition lets the execution that waits enter, unless the
// transition was disabled for more than 30 days: then it takes a new
// execution to go on [documented], and the old one waits until that
// supersedes it [assumed]. Enabling what is enabled only changes who changed
// it last [assumed].
func (m *Model) enableStageTransition(c Caller, in stageTransitionInput) (any, error) {
	p, t, into, err := m.transition(in)
	if err != nil {
		return nil, err
	}
	if t.disabled && m.now.Sub(t.since) > lapse {
		for _, e := range p.waiting(into) {
			e.lapsed = true
		}
	}
	*t = transition{changedBy: c.ARN, changedAt: m.now}
	m.admit(p)
	return nil, nil
}

// transition finds the transition that a request names, and the stage it
// leads into. None leads into the first stage nor out of the last [assumed].
func (m *Model) transition(in stageTransitionInput) (*pipeline, *transition, string, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, nil, "", err
	}
	i := p.decl.position(in.StageName)
	if i < 0 {
		return nil, nil, "", errNoStage(in.PipelineName, in.StageName)
	}
	s := p.stages[in.StageName]
	if in.TransitionType == "Outbound" {
		if next := p.decl.after(in.StageName); next != "" {
			return p, &s.outbound, next, nil
		}
		return nil, nil, "", errorf("ValidationException", "Stage '%s' is the last of pipeline '%s': there is no transition out of it", in.StageName, in.PipelineName)
	}
	if i == 0 {
		return nil, nil, "", errorf("ValidationException", "Stage '%s' is the first of pipeline '%s': there is no transition into it", in.StageName, in.PipelineName)
	}
	return p, &s.inbound, in.StageName, nil
}

func errNoStage(pipeline, stage string) error {
	return errorf("StageNotFoundException", "Pipeline '%s' does not have a stage with name '%s'", pipeline, stage)
}
