package ical

import "fmt"

// What a file may be at most. No feed that people keep comes near, and what a
// hostile one costs is bounded by them.
const (
	maxOctets = 10 << 20 // of the whole file
	maxLines  = 500_000  // as they stand in the file, folded or not
	maxLine   = 75_000   // octets of one content line, unfolded
	maxDepth  = 8        // components within components
	maxZones  = 100      // VTIMEZONEs that events refer to
)

// A RefusedError says why a file cannot be trusted as a whole: nothing that it says
// counts then. Its text is one line that says what to do as well.
type RefusedError struct {
	Line   int // counted from 1; 0 if it is no line's fault
	Reason string
}

func (e *RefusedError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

func refuse(line int, format string, args ...any) error {
	return &RefusedError{Line: line, Reason: fmt.Sprintf(format, args...)}
}

// A Warning tells of something in a file that stands nevertheless.
type Warning struct {
	Line    int    // counted from 1
	Event   string // its summary, shortened; "" if it is about no event
	Text    string // what is wrong, and what was made of it
	Refused bool   // the event does not count at all
}

func (w Warning) String() string {
	if w.Event == "" {
		return fmt.Sprintf("line %d: %s", w.Line, w.Text)
	}
	return fmt.Sprintf("line %d: event %q: %s", w.Line, w.Event, w.Text)
}

// maxWarnings are kept of a file; all are counted.
const maxWarnings = 100
