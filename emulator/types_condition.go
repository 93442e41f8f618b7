package emulator

// The V2 parts of a declaration that are accepted, kept and given back, but not
// acted upon: stage conditions, triggers on git events [assumed harmless].

type failureConditions struct {
	Result             string              `json:"result,omitempty"`
	RetryConfiguration *retryConfiguration `json:"retryConfiguration,omitempty"`
	Conditions         []condition         `json:"conditions,omitempty"`
}

type retryConfiguration struct {
	RetryMode string `json:"retryMode,omitempty"`
}

type conditions struct {
	Conditions []condition `json:"conditions"`
}

type condition struct {
	Result string            `json:"result,omitempty"`
	Rules  []ruleDeclaration `json:"rules,omitempty"`
}

type ruleDeclaration struct {
	Name             string            `json:"name"`
	RuleTypeID       ruleTypeID        `json:"ruleTypeId"`
	Configuration    map[string]string `json:"configuration,omitempty"`
	Commands         []string          `json:"commands,omitempty"`
	InputArtifacts   []inputArtifact   `json:"inputArtifacts,omitempty"`
	RoleARN          string            `json:"roleArn,omitempty"`
	Region           string            `json:"region,omitempty"`
	TimeoutInMinutes int               `json:"timeoutInMinutes,omitempty"`
}

type ruleTypeID struct {
	Category string `json:"category"`
	Owner    string `json:"owner,omitempty"`
	Provider string `json:"provider"`
	Version  string `json:"version,omitempty"`
}

type triggerDeclaration struct {
	ProviderType     string           `json:"providerType"`
	GitConfiguration gitConfiguration `json:"gitConfiguration"`
}

type gitConfiguration struct {
	SourceActionName string                 `json:"sourceActionName"`
	Push             []gitPushFilter        `json:"push,omitempty"`
	PullRequest      []gitPullRequestFilter `json:"pullRequest,omitempty"`
}

type gitPushFilter struct {
	Tags      *patterns `json:"tags,omitempty"`
	Branches  *patterns `json:"branches,omitempty"`
	FilePaths *patterns `json:"filePaths,omitempty"`
}

type gitPullRequestFilter struct {
	Events    []string  `json:"events,omitempty"`
	Branches  *patterns `json:"branches,omitempty"`
	FilePaths *patterns `json:"filePaths,omitempty"`
}

type patterns struct {
	Includes []string `json:"includes,omitempty"`
	Excludes []string `json:"excludes,omitempty"`
}
