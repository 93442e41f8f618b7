package calendar

import (
	"fmt"
	"strings"
)

// An Error is one thing to mend in the settings of a calendar.
type Error struct {
	Path string // of the key, within the calendar: windows[2].hours
	Text string // what is wrong, and what to write instead
}

func (e *Error) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

// Field is the path of the key.
func (e *Error) Field() string { return e.Path }

// Errors is everything that is to be mended in a calendar, in the order of the
// settings.
type Errors []*Error

func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each of them.
func (es Errors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// A place is where in the settings one is, and gathers what is wrong there.
type place struct {
	path string
	errs *Errors
}

func (p place) key(name string) place {
	if p.path != "" {
		name = p.path + "." + name
	}
	return place{name, p.errs}
}

func (p place) item(i int) place { return place{fmt.Sprintf("%s[%d]", p.path, i), p.errs} }

func (p place) report(format string, args ...any) {
	*p.errs = append(*p.errs, &Error{p.path, fmt.Sprintf(format, args...)})
}

// count is how much has been reported.
func (p place) count() int { return len(*p.errs) }
