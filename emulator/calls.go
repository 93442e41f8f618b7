package emulator

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxCalls bounds the log of calls; the oldest are forgotten.
const maxCalls = 10_000

// A Call is one request as it arrived and what became of it.
type Call struct {
	Seq       int       `json:"seq"`  // 1 is the first call
	Time      time.Time `json:"time"` // of arrival, by the model's clock
	Operation string    `json:"operation"`
	AccessKey string    `json:"accessKey,omitempty"`
	ARN       string    `json:"arn,omitempty"`
	Pipeline  string    `json:"pipeline,omitempty"`
	Stage     string    `json:"stage,omitempty"`
	Action    string    `json:"action,omitempty"`
	Execution string    `json:"execution,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Resource  string    `json:"resource,omitempty"` // of SSM the document or documents, of S3 bucket/key
	Fault     FaultKind `json:"fault,omitempty"`    // what struck, if anything did
	Applied   bool      `json:"applied"`            // the model executed it without an error
	Status    int       `json:"status,omitempty"`   // HTTP status; 0: not answered, or not yet
	Code      string    `json:"code,omitempty"`     // the error's
}

type callLog struct {
	mu    sync.Mutex
	last  int // Seq of the newest
	calls []Call
}

// begin logs a call at its arrival, so that a hanging one can be seen.
func (l *callLog) begin(c Call) Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	c.Seq = l.last
	if len(l.calls) == maxCalls {
		l.calls = slices.Delete(l.calls, 0, maxCalls/2)
	}
	l.calls = append(l.calls, c)
	return c
}

// end replaces what begin logged.
func (l *callLog) end(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := slices.BinarySearchFunc(l.calls, c.Seq, func(have Call, seq int) int { return have.Seq - seq })
	if ok {
		l.calls[i] = c
	}
}

// after returns the calls younger than seq.
func (l *callLog) after(seq int) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []Call{}
	for _, c := range l.calls {
		if c.Seq > seq {
			all = append(all, c)
		}
	}
	return all
}

// about fills in what the request speaks of.
func (c *Call) about(request map[string]any) {
	word := func(names ...string) string {
		for _, name := range names {
			if s, ok := request[name].(string); ok {
				return s
			}
		}
		return ""
	}
	c.Pipeline = word("pipelineName", "name")
	if p, ok := request["pipeline"].(map[string]any); ok {
		c.Pipeline, _ = p["name"].(string)
	}
	c.Stage = word("stageName")
	c.Action = word("actionName")
	c.Execution = word("pipelineExecutionId")
	c.Reason = word("reason")
	c.Resource = word("Name")
	if names, ok := request["CalendarNames"].([]any); ok {
		c.Resource = strings.Trim(fmt.Sprint(names...), "[]")
	}
	if result, ok := request["result"].(map[string]any); ok {
		c.Reason, _ = result["summary"].(string)
	}
}
