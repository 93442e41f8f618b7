package codepipeline

import (
	"maps"
	"sync"
)

// A Call is one kind of request and what became of it.
type Call struct{ Operation, Code string }

// Calls counts requests to AWS. Its zero value is ready for use.
type Calls struct {
	mu sync.Mutex
	n  map[Call]uint64
}

// Count adds a request, by the code of its error or "ok".
func (c *Calls) Count(operation, code string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[Call]uint64{}
	}
	c.n[Call{operation, code}]++
}

// Counts copies the counters.
// Count adds a request, by the code of its error or "ok".
func (c *Calls) Counts() map[Call]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
