package gates

import (
	"context"
	"fmt"
	"time"
)

// A Point is one place in a pipeline where a release can be stopped.
type Point interface {
	// Read shows the point. A read begun at or after notBefore may be shared
	// among the gates of a pipeline. Errors are *CallError.
	Read(ctx context.Context, notBefore time.Time) (Seen, error)
	// Do closes or opens, approves or rejects. It makes one attempt. Errors are
	// *CallError.
	Do(ctx context.Context, a Action) error
}

// An Action is one write.
type Action struct {
	Verb   Verb
	Reason string    // for all but an open: as it will stand in AWS
	Before time.Time // for all but a close: it is not sent later, because what was read may have changed
	Token  string    // of the approval that is answered
	Run    string    // of its action
}

// CodeAnswered is the code of a CallError for an approval that waits no more.
const CodeAnswered = "answered"

// A CallError says why a call did not do what it should.
type CallError struct {
	Code      string // bounded: see the package of the point
	Operation string // GetPipelineState, …
	Text      string // what happened and what to do, for people
	Untouched bool   // AWS certainly changed nothing
	Err       error
}

func (e *CallError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("%s: %v", e.Operation, e.Err)
	}
	return e.Text
}

func (e *CallError) Unwrap() error { return e.Err }
