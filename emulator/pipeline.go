package emulator

// pipeline is one pipeline with its history.
type pipeline struct{}

type listPipelinesInput struct {
	NextToken  string `json:"nextToken"`
	MaxResults int    `json:"maxResults"`
}

func (m *Model) listPipelines(_ Caller, in listPipelinesInput) (any, error) { return struct{}{}, nil }
