package emulator

// The declaration of a pipeline, as clients send it and get it back. Members
// that the service model knows are kept, others are dropped, as AWS does.

type pipelineDeclaration struct {
	Name           string                   `json:"name"`
	RoleARN        string                   `json:"roleArn"`
	ArtifactStore  *artifactStore           `json:"artifactStore,omitempty"`
	ArtifactStores map[string]artifactStore `json:"artifactStores,omitempty"`
	Stages         []stageDeclaration       `json:"stages"`
	Version        int                      `json:"version,omitempty"`
	ExecutionMode  string                   `json:"executionMode,omitempty"`
	PipelineType   string                   `json:"pipelineType,omitempty"`
	Variables      []variableDeclaration    `json:"variables,omitempty"`
	Triggers       []triggerDeclaration     `json:"triggers,omitempty"`
}

type artifactStore struct {
	Type          string         `json:"type"`
	Location      string         `json:"location"`
	EncryptionKey *encryptionKey `json:"encryptionKey,omitempty"`
}

type encryptionKey struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type stageDeclaration struct {
	Name        string               `json:"name"`
	Blockers    []blockerDeclaration `json:"blockers,omitempty"`
	Actions     []actionDeclaration  `json:"actions"`
	OnFailure   *failureConditions   `json:"onFailure,omitempty"`
	OnSuccess   *conditions          `json:"onSuccess,omitempty"`
	BeforeEntry *conditions          `json:"beforeEntry,omitempty"`
}

type blockerDeclaration struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type actionDeclaration struct {
	Name                 string                `json:"name"`
	ActionTypeID         actionTypeID          `json:"actionTypeId"`
	RunOrder             int                   `json:"runOrder,omitempty"`
	Configuration        map[string]string     `json:"configuration"`
	Commands             []string              `json:"commands,omitempty"`
	OutputArtifacts      []outputArtifact      `json:"outputArtifacts"`
	InputArtifacts       []inputArtifact       `json:"inputArtifacts"`
	OutputVariables      []string              `json:"outputVariables,omitempty"`
	RoleARN              string                `json:"roleArn,omitempty"`
	Region               string                `json:"region,omitempty"`
	Namespace            string                `json:"namespace,omitempty"`
	TimeoutInMinutes     int                   `json:"timeoutInMinutes,omitempty"`
	EnvironmentVariables []environmentVariable `json:"environmentVariables,omitempty"`
}

type actionTypeID struct {
	Category string `json:"category"`
	Owner    string `json:"owner"`
	Provider string `json:"provider"`
	Version  string `json:"version"`
}

type outputArtifact struct {
	Name  string   `json:"name"`
	Files []string `json:"files,omitempty"`
}

type inputArtifact struct {
	Name string `json:"name"`
}

type environmentVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type,omitempty"`
}

type variableDeclaration struct {
	Name         string `json:"name"`
	DefaultValue string `json:"defaultValue,omitempty"`
	Description  string `json:"description,omitempty"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
