package calendar

import "time"

// An Ack is a person's word that what a source lacks may be gone: freezes that vanished
// and block nevertheless, and an answer that lacks most of what was ahead.
type Ack struct {
	Calendar string `json:"calendar"`
	Window   string `json:"window,omitempty"` // empty: all windows of the calendar
	Actor    string `json:"actor"`
	Reason   string `json:"reason"`
}

// An Acked is what somebody acknowledged. It is in the journal.
type Acked struct {
	Ack
	Time     time.Time `json:"time"`
	Freed    []Cause   `json:"freed,omitempty"`    // they block no longer
	Believed []string  `json:"believed,omitempty"` // windows whose waiting answer counts now
}

// An AckError says why nothing was acknowledged.
type AckError struct {
	Code string // no-calendar, no-window, nothing, invalid, journal
	Text string // what happened, and what to do
	Err  error  // of the journal
}

func (e *AckError) Error() string { return e.Text }
func (e *AckError) Unwrap() error { return e.Err }
