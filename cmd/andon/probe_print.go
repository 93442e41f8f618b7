package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/probes"
)

// probedAll is what `andon probe --output json` prints.
type probedAll struct {
	Outcome string        `json:"outcome"` // pass, fail, inconclusive; timeout
	Checks  []probedCheck `json:"checks"`  // in the order of the configuration
}

type probedCheck struct {
	Name    string         `json:"name"`
	Kind    string         `json:"kind"`
	Outcome string         `json:"outcome"` // of the last run of its worst target
	Targets []probedTarget `json:"targets"`
}

type probedTarget struct {
	Name    string             `json:"name"`
	Outcome string             `json:"outcome"` // of the last run
	Passes  int                `json:"passes"`  // in a row, up to the last run
	Wanted  int                `json:"wanted"`  // so many make it healthy
	Runs    uint64             `json:"runs"`
	Last    *exporters.RunView `json:"last"` // null if none was made
}

// why is a sentence about a target that is not as wanted, "" about one that is.
func (t probedTarget) why() string {
	switch {
	case t.Last == nil:
		return "it was not asked: there was no time left"
	case t.Last.Error != "":
		return t.Last.Error
	case t.Passes < t.Wanted:
		return fmt.Sprintf("it has passed %d times in a row, and %d are wanted", t.Passes, t.Wanted)
	}
	return ""
}

func (p *program) printProbed(v probedAll, out output) error {
	switch out {
	case outputJSON:
		text, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		return p.printJSON(append(text, '\n'))
	case outputJUnit:
		return printJUnit(p.Stdout, v)
	}
	t := newTable("CHECK", "TARGET", "OUTCOME", "PASSES", "TOOK", "PHASES", "WHY")
	for _, c := range v.Checks {
		for _, target := range c.Targets {
			took, phases := "-", "-"
			if r := target.Last; r != nil {
				took, phases = millis(r.Duration), phasesText(r.Phases)
			}
			t.row(c.Name, target.Name, target.Outcome, fmt.Sprintf("%d of %d", min(target.Passes, target.Wanted), target.Wanted), took, phases, target.why())
		}
	}
	return t.print(p.Stdout)
}

// millis is a time in seconds for people.
func millis(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Microsecond).String()
}

func phasesText(phases []exporters.PhaseView) string {
	words := make([]string, len(phases))
	for i, p := range phases {
		words[i] = p.Name + " " + millis(p.Seconds)
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ", ")
}

// JUnit's report, as far as its readers agree about it: suites with counts, a
// case per target. (There is no one schema; this is the part that the Jenkins,
// Maven Surefire and GitLab readers share.)
type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Time     string `xml:"time,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Cases []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"` // could not tell
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func printJUnit(w io.Writer, v probedAll) error {
	all := junitSuites{}
	total := 0.0
	for _, c := range v.Checks {
		suite := junitSuite{Name: c.Name}
		took := 0.0
		for _, t := range c.Targets {
			one := junitOf(c, t)
			suite.Cases = append(suite.Cases, one)
			suite.Tests++
			if one.Failure != nil {
				suite.Failures++
			}
			if one.Error != nil {
				suite.Errors++
			}
			if t.Last != nil {
				took += t.Last.Duration
			}
		}
		suite.Time = seconds(took)
		total += took
		all.Tests, all.Failures, all.Errors = all.Tests+suite.Tests, all.Failures+suite.Failures, all.Errors+suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	all.Time = seconds(total)
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func junitOf(c probedCheck, t probedTarget) junitCase {
	one := junitCase{Class: "andon." + c.Name, Name: plain(t.Name), Time: seconds(0)}
	kind := ""
	if t.Last != nil {
		one.Time, kind = seconds(t.Last.Duration), t.Last.Reason
	}
	why := plain(t.why())
	switch {
	case why == "":
	case t.Outcome == probes.Inconclusive.String():
		one.Error = &junitProblem{why, kind, why}
	default:
		one.Failure = &junitProblem{why, kind, why}
	}
	return one
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
