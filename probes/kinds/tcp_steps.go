package kinds

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// Caps on one run.
const (
	mostSteps    = 32
	mostAnswer   = 64 << 10 // bytes that wait for a step's pattern; bytes that a step sends
	mostSearched = 4 << 20  // bytes that patterns look through: a drip makes them look at all of it again and again
)

// A line is a compiled Step.
type line struct {
	send     string         // "": nothing
	expect   *regexp.Regexp // nil: nothing is waited for
	shown    string         // expect, as it was written
	starttls bool
}

// compileSteps adds to wrong by field, steps[N].expect.
func compileSteps(steps []Step, refs References, wrong *problems) (lines []line) {
	if len(steps) > mostSteps {
		wrong.add("steps", "%d are more than %d; make it several checks", len(steps), mostSteps)
		return nil
	}
	secured := -1
	for i, s := range steps {
		in := fmt.Sprintf("steps[%d]", i)
		if s == (Step{}) {
			wrong.add(in+".send", "is missing, and so are send_hex, expect and starttls; write one of them at least")
		}
		send := s.sends(in, wrong)
		if s.StartTLS && secured >= 0 {
			wrong.add(in+".starttls", "TLS has begun already, with steps[%d]", secured)
		} else if s.StartTLS {
			secured = i
		}
		shown := refs.Shown(s.Expect)
		expect, problem := compilePattern(s.Expect, shown != s.Expect)
		if problem != "" {
			wrong.add(in+".expect", "%s", problem)
		}
		lines = append(lines, line{send, expect, shown, s.StartTLS})
	}
	return lines
}

// sends are the bytes of send or send_hex. What is wrong is told without them.
func (s Step) sends(in string, wrong *problems) string {
	send := s.Send
	switch bytes, err := hex.DecodeString(strings.Join(strings.Fields(s.SendHex), "")); {
	case s.SendHex == "":
	case s.Send != "":
		wrong.add(in+".send_hex", "is given beside send; keep one of the two, or make it two steps")
	case err != nil || len(bytes) == 0:
		wrong.add(in+".send_hex", "is not hexadecimal; write two digits a byte, such as 00 00 00 08 04 d2 16 2f")
	default:
		send = string(bytes)
	}
	if len(send) > mostAnswer {
		wrong.add(in+".send", "has %d bytes, more than %d", len(send), mostAnswer)
	}
	return send
}

// compilePattern returns nil for no pattern. Of a secret one it shows nothing.
func compilePattern(pattern string, secret bool) (expect *regexp.Regexp, problem string) {
	if pattern == "" {
		return nil, ""
	}
	if _, err := regexp.Compile(pattern); err != nil { // alone, so that nothing of ours is in the message
		bad, _ := errors.AsType[*syntax.Error](err)
		if secret {
			return nil, fmt.Sprintf("is not a regular expression (RE2) with its references put in: %s", bad.Code)
		}
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
