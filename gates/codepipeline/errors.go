package codepipeline

import (
	"context"
	"errors"

	egressaws "github.com/andon-project/andon/egress/aws"
	"github.com/andon-project/andon/gates"
)

// limitedError: we ourselves did not let the call go, or not in time.
type limitedError struct{ err error }

func (e *limitedError) Error() string {
	return e.err.Error()
}
func (e *limitedError) Unwrap() error { return e.err }

// failed turns what the SDK says into what happened, what it means and what to
// do, and counts it. Codes are those of [egressaws.Trouble], and not-found, answered
// and limited; a read may also be stale.
func (a *Account) failed(operation string, err error) *gates.CallError {
	e := &gates.CallError{Operation: operation, Err: err}
	var limited *limitedError
	if errors.As(err, &limited) && !errors.Is(err, context.Canceled) {
		e.Code, e.Untouched = "limited", true
		e.Text = operation + " was not sent: " + limited.Error()
		a.calls.Count(operation, e.Code)
		return e
	}
	t := egressaws.Explain(egressaws.Call{Service: "CodePipeline", Operation: operation, Deadline: callDeadline}, err)
	switch t.Name {
	case "PipelineNotFoundException", "StageNotFoundException", "ActionNotFoundException":
		t.Code, t.Do = "not-found", "correct pipeline, transition and approval in the configuration, or create them"
	case "ApprovalAlreadyCompletedException", "InvalidApprovalTokenException":
		t.Code, t.Do = gates.CodeAnswered, "somebody answered first, or nobody is asked any more: andon looks who"
	}
	e.Code, e.Text, e.Untouched = t.Code, t.Sentence(), t.Untouched || limited != nil
	a.calls.Count(operation, countCode(t))
	return e
}

// countCode is the label `code`: the API's own name where there is one, since
// the set of those is bounded by the service model.
func countCode(t egressaws.Trouble) string {
	if t.Name != "" && t.Code != "other" {
		return t.Name
	}
	return t.Code
}
