package emulator

const rollback = "ROLLBACK"

type rollbackStageInput struct {
	PipelineName              string `json:"pipelineName"`
	StageName                 string `json:"stageName"`
	TargetPipelineExecutionID string `json:"targetPipelineExecutionId"`
}

// rollbackStage enters a stage with a new execution of type ROLLBACK, which has
// the revisions and variables of the target and runs all actions of the stage, so
// also its approvals [documented]. It passes a disabled transition, for it does
// not come through it, and ends with the stage [assumed both]. ConflictException
// is never raised.
func (m *Model) rollbackStage(c Caller, in rollbackStageInput) (any, error) {
	p, err := m.pipeline(in.PipelineName)
	if err != nil {
		return nil, err
	}
	if p.decl.stage(in.StageName) == nil {
		return nil, errNoStage(in.PipelineName, in.StageName)
	}
	target := p.execution(in.TargetPipelineExecutionID)
	if target == nil {
		return nil, errNoExecution(in.PipelineName, in.TargetPipelineExecutionID)
	}
	if err := p.canRollBack(in.StageName, target); err != nil {
		return nil, err
	}
	e := m.register(p, executionTrigger{"ManualRollback", c.ARN}, launch{}) // the trigger is AWS's example
	e.variety, e.target = rollback, target
	e.variables, e.sources = target.variables, target.sources
	e.stage = in.StageName
	m.enter(e)
	return executionID{e.id}, nil
}

// canRollBack holds a target against the rules [documented: considerations for
// rollbacks, and the texts of the exceptions; assumed which is raised for which].
func (p *pipeline) canRollBack(stage string, target *execution) error {
	why := ""
	switch {
	case target.version != p.decl.Version:
		return errorf("PipelineExecutionOutdatedException", "Execution '%s' began in version %d of the pipeline, which is now at version %d", target.id, target.version, p.decl.Version)
	case p.decl.PipelineType == typeV1:
		why = "rollback requires pipeline type V2"
	case p.decl.ExecutionMode == parallelMode:
		why = "the pipeline is in PARALLEL mode"
	case p.decl.position(stage) == 0:
		why = "it is the source stage"
	case target.variety == rollback:
		why = "the target is itself a rollback"
	case !target.succeededIn(stage):
		why = "the target has not succeeded in it"
	case p.locked(stage):
		why = "the stage is currently running"
	default:
		return nil
	}
	return errorf("UnableToRollbackStageException", "Stage '%s' cannot be rolled back to execution '%s': %s", stage, target.id, why)
}
