package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// operations returns the semantics of each operation by its name on the wire.
func operations() map[string]operation {
	return map[string]operation{
		"CreatePipeline":         handle((*Model).createPipeline),
		"GetPipeline":            handle((*Model).getPipeline),
		"UpdatePipeline":         handle((*Model).updatePipeline),
		"DeletePipeline":         handle((*Model).deletePipeline),
		"ListPipelines":          handle((*Model).listPipelines),
		"StartPipelineExecution": handle((*Model).startPipelineExecution),
		"StopPipelineExecution":  handle((*Model).stopPipelineExecution),
		"GetPipelineExecution":   handle((*Model).getPipelineExecution),
		"ListPipelineExecutions": handle((*Model).listPipelineExecutions),
		"ListActionExecutions":   handle((*Model).listActionExecutions),
		"GetPipelineState":       handle((*Model).getPipelineState),
		"EnableStageTransition":  handle((*Model).enableStageTransition),
		"DisableStageTransition": handle((*Model).disableStageTransition),
		"PutApprovalResult":      handle((*Model).putApprovalResult),
		"RetryStageExecution":    handle((*Model).retryStageExecution),
		"RollbackStage":          handle((*Model).rollbackStage),
	}
}

// handle makes an operation of a method with a typed input. The method runs
// with the model locked and up to date; what it returns is encoded later, so
// it must share nothing that changes.
func handle[In any](do func(*Model, Caller, In) (any, error)) operation {
	return func(m *Model, c Caller, body []byte) (any, error) {
		var in In
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, fmt.Errorf("decode a validated request: %w", err)
		}
		m.lock()
		defer m.mu.Unlock()
		return do(m, c, in)
	}
}

// page returns the part of a listing that follows token, at most max long,
// and the token of the part after it. scope names the listing: a token of
// another one is refused [assumed]. Tokens name the last item given, so that
// a listing can grow at its head between two pages.
func page[T any](items []T, id func(T) string, scope, token string, max int) ([]T, string, error) {
	if token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", errBadNextToken()
		}
		name, found := strings.CutPrefix(string(last), scope+"\n")
		for found && len(items) > 0 && id(items[0]) != name {
			items = items[1:]
		}
		if !found || len(items) == 0 {
			return nil, "", errBadNextToken()
		}
		items = items[1:]
	}
	if len(items) <= max {
		return items, "", nil
	}
	return items[:max], base64.RawURLEncoding.EncodeToString([]byte(scope + "\n" + id(items[max-1]))), nil
}

func errBadNextToken() error {
	return errorf("InvalidNextTokenException", "The next token is not one that a previous call of this listing returned")
}
