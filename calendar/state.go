package calendar

import (
	"fmt"
	"time"
)

// A Word is the short answer of a calendar.
type Word uint8

// Unreadable is the zero value: what a calendar says is not known, and nothing
// is approved or opened by it.
const (
	Unreadable Word = iota
	Clear
	Black
)

func (w Word) String() string { return [...]string{"unreadable", "clear", "black"}[w] }

// MarshalText writes the word.
func (w Word) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads a word.
func (w *Word) UnmarshalText(b []byte) error {
	for _, v := range []Word{Unreadable, Clear, Black} {
		if v.String() == string(b) {
			*w = v
			return nil
		}
	}
	return fmt.Errorf("unknown answer of a calendar %q", b)
}

// A Cause is one time in which no release may start, and whose wish that is.
type Cause struct {
	Window    string    `json:"window"`
	Reason    string    `json:"reason"` // of the window, or the summary of the event
	Owner     string    `json:"owner,omitempty"`
	Start     time.Time `json:"start,omitzero"` // zero: before what has been worked out
	End       time.Time `json:"end,omitzero"`   // exclusive; zero: after what has been worked out
	Predicted bool      `json:"predicted,omitempty"`
}

// A Problem is what keeps a calendar, or a source of it, from being believed, or
// what a person should know of it.
type Problem struct {
	Window string    `json:"window,omitempty"`
	Code   string    `json:"code"` // bounded: see Copy
	Text   string    `json:"text"` // what happened, never with a secret
	Do     string    `json:"do,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// A State is what a calendar says of an instant, or of a stretch of time. Its zero
// value is unreadable.
type State struct {
	Word     Word      `json:"state"`
	Causes   []Cause   `json:"causes"`               // by start; if it is unreadable, what would make it black if it were believed
	Warns    []Cause   `json:"warns,omitempty"`      // windows in force that only warn
	Problems []Problem `json:"problems,omitempty"`   // why it is unreadable, or about to become so
	Next     time.Time `json:"next_change,omitzero"` // when Word changes; zero: not within ten years, or it cannot be told
}
