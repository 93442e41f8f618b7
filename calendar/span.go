package calendar

import "time"

// A Span is a stretch of time in which a calendar says the same, for the same
// causes. Spans of a question follow each other without a gap.
type Span struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"` // exclusive
	Word   Word      `json:"state"`
	Causes []Cause   `json:"causes"`          // all that make it black, by start, each in its full length
	Warns  []Cause   `json:"warns,omitempty"` // windows in force that only warn
}
