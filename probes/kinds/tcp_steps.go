package kinds

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// Caps on one run.
const (
	mostSteps    = 32
	mostAnswer   = 64 << 10 // bytes that wait for a step's pattern; bytes that a step sends
	mostSearched = 4 << 20  // bytes that patterns look through: a drip makes them look at all of it again and again
)

// A line is a compiled Step.
type line struct {
	Step
	expect *regexp.Regexp // nil: nothing is waited for
}

// compileSteps adds to wrong by field, steps[N].expect.
func compileSteps(steps []Step, wrong *problems) (lines []line) {
	if len(steps) > mostSteps {
		wrong.add("steps", "%d are more than %d; make it several checks", len(steps), mostSteps)
		return nil
	}
	secured := -1
	for i, s := range steps {
		in := fmt.Sprintf("steps[%d]", i)
		if s.Send == "" && s.Expect == "" && !s.StartTLS {
			wrong.add(in+".send", "is missing, and so are expect and starttls; write one of them at least")
		}
		if len(s.Send) > mostAnswer {
			wrong.add(in+".send", "has %d bytes, more than %d", len(s.Send), mostAnswer)
		}
		if s.StartTLS && secured >= 0 {
			wrong.add(in+".starttls", "TLS has begun already, with steps[%d]", secured)
		} else if s.StartTLS {
			secured = i
		}
		expect, problem := compilePattern(s.Expect)
		if problem != "" {
			wrong.add(in+".expect", "%s", problem)
		}
		lines = append(lines, line{s, expect})
	}
	return lines
}

// compilePattern returns nil for no pattern.
func compilePattern(pattern string) (expect *regexp.Regexp, problem string) {
	if pattern == "" {
		return nil, ""
	}
	if _, err := regexp.Compile(pattern); err != nil { // alone, so that nothing of ours is in the message
		bad, _ := errors.AsType[*syntax.Error](err)
		return nil, fmt.Sprintf("is not a regular expression (RE2): %s in %q", bad.Code, printable(bad.Expr, 60))
	}
	expect, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return nil, "is not a regular expression (RE2) that can be matched at every line"
	}
	if expect.MatchString("") {
		return nil, "matches the empty text, so that anything and nothing would do; write what has to come"
	}
	return expect, ""
}
