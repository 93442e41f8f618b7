package codepipeline

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
)

// staleFor is how long an answer of the past is not believed. After that it is
// all there is: the clocks of AWS's servers may differ.
const staleFor = time.Minute

// newest is the newest that was told of each transition of a pipeline. Its zero
// value has been told nothing.
type newest struct {
	begun   time.Time            // of the read that told it
	changed map[string]time.Time // by stage
}

// outdates tells whether out, read at begun, is an answer from before the last
// one: a transition's time of change does not go back. If it is not, it is the
// newest. A transition without a time was never changed; the pipeline may be
// a new one of the same name.
func (n *newest) outdates(out *codepipeline.GetPipelineStateOutput, begun time.Time) bool {
	changed := make(map[string]time.Time, len(out.StageStates))
	for _, s := range out.StageStates {
		t := s.InboundTransitionState
		if t == nil || t.LastChangedAt == nil {
			continue
		}
		name := aws.ToString(s.StageName)
		changed[name] = *t.LastChangedAt
		if t.LastChangedAt.Before(n.changed[name]) && begun.Sub(n.begun) < staleFor {
			return true
		}
	}
	n.begun, n.changed = begun, changed
	return false
}
