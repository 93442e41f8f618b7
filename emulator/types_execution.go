package emulator

// The shapes that tell of executions: of a pipeline, and of its actions.

type executionDetail struct {
	PipelineName        string             `json:"pipelineName,omitempty"`
	PipelineVersion     int                `json:"pipelineVersion,omitempty"`
	PipelineExecutionID string             `json:"pipelineExecutionId,omitempty"`
	Status              string             `json:"status,omitempty"`
	ArtifactRevisions   []artifactRevision `json:"artifactRevisions,omitempty"`
	Variables           []resolvedVariable `json:"variables,omitempty"`
	Trigger             executionTrigger   `json:"trigger"`
	ExecutionMode       string             `json:"executionMode,omitempty"`
	ExecutionType       string             `json:"executionType,omitempty"`
	RollbackMetadata    *rollbackMetadata  `json:"rollbackMetadata,omitempty"`
}

type rollbackMetadata struct {
	RollbackTargetPipelineExecutionID string `json:"rollbackTargetPipelineExecutionId,omitempty"`
}

type executionTrigger struct {
	TriggerType   string `json:"triggerType,omitempty"`
	TriggerDetail string `json:"triggerDetail,omitempty"`
}

type artifactRevision struct {
	Name            string `json:"name,omitempty"`
	RevisionID      string `json:"revisionId,omitempty"`
	RevisionSummary string `json:"revisionSummary,omitempty"`
	Created         Time   `json:"created,omitzero"`
}

type resolvedVariable struct {
	Name          string `json:"name,omitempty"`
	ResolvedValue string `json:"resolvedValue,omitempty"`
}

type executionSummary struct {
	PipelineExecutionID string                `json:"pipelineExecutionId,omitempty"`
	Status              string                `json:"status,omitempty"`
	StartTime           Time                  `json:"startTime,omitzero"`
	LastUpdateTime      Time                  `json:"lastUpdateTime,omitzero"`
	SourceRevisions     []sourceRevision      `json:"sourceRevisions,omitempty"`
	Trigger             executionTrigger      `json:"trigger"`
	StopTrigger         *stopExecutionTrigger `json:"stopTrigger,omitempty"`
	ExecutionMode       string                `json:"executionMode,omitempty"`
	ExecutionType       string                `json:"executionType,omitempty"`
	RollbackMetadata    *rollbackMetadata     `json:"rollbackMetadata,omitempty"`
}

type sourceRevision struct {
	ActionName      string `json:"actionName"`
	RevisionID      string `json:"revisionId,omitempty"`
	RevisionSummary string `json:"revisionSummary,omitempty"`
}

type stopExecutionTrigger struct {
	Reason string `json:"reason,omitempty"`
}

type actionExecutionDetail struct {
	PipelineExecutionID string                `json:"pipelineExecutionId,omitempty"`
	ActionExecutionID   string                `json:"actionExecutionId,omitempty"`
	PipelineVersion     int                   `json:"pipelineVersion,omitempty"`
	StageName           string                `json:"stageName,omitempty"`
	ActionName          string                `json:"actionName,omitempty"`
	StartTime           Time                  `json:"startTime,omitzero"`
	LastUpdateTime      Time                  `json:"lastUpdateTime,omitzero"`
	UpdatedBy           string                `json:"updatedBy,omitempty"`
	Status              string                `json:"status,omitempty"`
	Input               actionExecutionInput  `json:"input"`
	Output              actionExecutionOutput `json:"output"`
}

type actionExecutionInput struct {
	ActionTypeID          actionTypeID      `json:"actionTypeId"`
	Configuration         map[string]string `json:"configuration"`
	ResolvedConfiguration map[string]string `json:"resolvedConfiguration"`
	RoleARN               string            `json:"roleArn,omitempty"`
	Region                string            `json:"region,omitempty"`
	InputArtifacts        []artifactDetail  `json:"inputArtifacts"`
	Namespace             string            `json:"namespace,omitempty"`
}

type artifactDetail struct {
	Name string `json:"name,omitempty"`
}

type actionExecutionOutput struct {
	OutputArtifacts []artifactDetail      `json:"outputArtifacts"`
	ExecutionResult actionExecutionResult `json:"executionResult"`
}

type actionExecutionResult struct {
	ExternalExecutionID      string        `json:"externalExecutionId,omitempty"`
	ExternalExecutionSummary string        `json:"externalExecutionSummary,omitempty"`
	ErrorDetails             *errorDetails `json:"errorDetails,omitempty"`
}
