package emulator

// The shapes of GetPipelineState. Names and types are the service model's.

type getPipelineStateOutput struct {
	PipelineName    string       `json:"pipelineName,omitempty"`
	PipelineVersion int          `json:"pipelineVersion,omitempty"`
	StageStates     []stageState `json:"stageStates"`
	Created         Time         `json:"created,omitzero"`
	Updated         Time         `json:"updated,omitzero"`
}

type stageState struct {
	StageName              string           `json:"stageName,omitempty"`
	InboundExecution       *stageExecution  `json:"inboundExecution,omitempty"`
	InboundExecutions      []stageExecution `json:"inboundExecutions,omitempty"`
	InboundTransitionState *transitionState `json:"inboundTransitionState,omitempty"`
	ActionStates           []actionState    `json:"actionStates"`
	LatestExecution        *stageExecution  `json:"latestExecution,omitempty"`
}

type stageExecution struct {
	PipelineExecutionID string `json:"pipelineExecutionId"`
	Status              string `json:"status"`
	Type                string `json:"type,omitempty"`
}

type transitionState struct {
	Enabled        bool   `json:"enabled"`
	LastChangedBy  string `json:"lastChangedBy,omitempty"`
	LastChangedAt  Time   `json:"lastChangedAt,omitzero"`
	DisabledReason string `json:"disabledReason,omitempty"`
}

type actionState struct {
	ActionName      string           `json:"actionName,omitempty"`
	CurrentRevision *actionRevision  `json:"currentRevision,omitempty"`
	LatestExecution *actionExecution `json:"latestExecution,omitempty"`
}

type actionRevision struct {
	RevisionID       string `json:"revisionId"`
	RevisionChangeID string `json:"revisionChangeId"`
	Created          Time   `json:"created"`
}

type actionExecution struct {
	ActionExecutionID   string        `json:"actionExecutionId,omitempty"`
	Status              string        `json:"status,omitempty"`
	Summary             string        `json:"summary,omitempty"`
	LastStatusChange    Time          `json:"lastStatusChange,omitzero"`
	Token               string        `json:"token,omitempty"`
	LastUpdatedBy       string        `json:"lastUpdatedBy,omitempty"`
	ExternalExecutionID string        `json:"externalExecutionId,omitempty"`
	PercentComplete     *int          `json:"percentComplete,omitempty"`
	ErrorDetails        *errorDetails `json:"errorDetails,omitempty"`
}

type errorDetails struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}
