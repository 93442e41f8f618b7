package calendar

import "time"

// A SourceState is how a source is doing, for metrics, pages and people. It holds no
// secret; what comes from the source itself (warnings, reasons of what is kept) may
// be any text.
type SourceState struct {
	Ref      Ref           `json:"source"`
	Kind     string        `json:"kind"`               // file, https, s3, ssm
	Every    time.Duration `json:"-"`                  // how often it is read
	Tried    time.Time     `json:"tried,omitzero"`     // the last attempt; zero: none yet
	Read     time.Time     `json:"read,omitzero"`      // when the last good copy was last said to be so; zero: there is none
	Stale    time.Time     `json:"stale_at,omitzero"`  // from then on that copy is not believed
	Failures int           `json:"failures"`           // in a row, since the last good answer
	Failed   *Problem      `json:"failed,omitempty"`   // the last attempt
	Doubt    *Problem      `json:"doubt,omitempty"`    // the source contradicts itself
	Events   int           `json:"events"`             // of the last good copy
	Refused  int           `json:"refused"`            // events of it that make no sense and do not count
	Warned   int           `json:"warned"`             // what is doubtful in it
	Warnings []string      `json:"warnings,omitempty"` // the first of these
	Kept     []Cause       `json:"kept,omitempty"`     // freezes that vanished, and block until acknowledged
	Refusal  *Refusal      `json:"refusal,omitempty"`  // an answer that waits to be believed
}

// A Refusal is an answer that lacks most of what the last good one had ahead: it is
// not believed before it has been the same for a while, or a person acknowledges it.
type Refusal struct {
	Since    time.Time `json:"since"`
	Believed time.Time `json:"believed"` // if it stays as it is until then
	Lost     int       `json:"lost"`     // events ahead that it lacks
	Of       int       `json:"of"`       // events ahead in the last good copy
}
