package emulator

import (
	"encoding/json"
	"fmt"
)

// operations returns the semantics of each operation by its name on the wire.
func operations() map[string]operation {
	return map[string]operation{
		"ListPipelines": op((*Model).listPipelines),
	}
}

// op makes a method with a typed input an operation.
func op[In any](do func(*Model, Caller, In) (any, error)) operation {
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
