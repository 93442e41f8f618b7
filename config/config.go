// Package config loads andon's configuration: a YAML file, then ANDON_…
// variables, then flags, merged by koanf and decoded into plain typed values.
//
// A key that nobody reads is an error, and so is a value of the wrong type or
// a name that does not exist: all of them are reported at once, each with the
// line and column where it is to be mended. What loads is complete: defaults
// are filled in, and no reader of a Config has to know them.
package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes/kinds"
)

// A Config is what one andon watches and stops.
type Config struct {
	Instance   string   `koanf:"instance"`   // the name in andon's mark; required if a gate may write
	Listen     string   `koanf:"listen"`     // host:port of the HTTP server
	Hosts      []string `koanf:"hosts"`      // names the server is asked by, besides its addresses
	Data       string   `koanf:"data"`       // folder of the journal
	Checks     []Check  `koanf:"checks"`     // questions to production, names unique
	Gates      []Gate   `koanf:"gates"`      // rules, one for each point, names unique
	Principals []string `koanf:"principals"` // roles that are also ours, beside the one andon runs as
	Machines   []string `koanf:"machines"`   // callers that are not persons
}

func (c *Config) defaults() {
	c.Listen = "127.0.0.1:9797"
	c.Data = "./andon-data"
	c.Machines = []string{"CloudFormation"}
}

// A Check is one question to production, asked on a schedule.
type Check struct {
	Name    string        `koanf:"name"`
	Every   time.Duration `koanf:"every"`   // from start to start, 100ms to 24h
	Timeout time.Duration `koanf:"timeout"` // of one run; starts that come due while it lasts are missed
	Down    Down          `koanf:"down"`
	Up      int           `koanf:"up"` // passes in a row after which it is healthy again

	Kind     string         `koanf:"-"` // the key the settings stood under, such as http
	Settings kinds.Settings `koanf:"-"` // valid; never nil
	Pos      Pos            `koanf:"-"`
}

// The timeout depends on every, so Config.check fills it in.
func (c *Check) defaults() {
	c.Every = 30 * time.Second
	c.Down = Down{N: 3, Of: 5}
	c.Up = 10
}

// Down is how many failures among how many runs make a target unhealthy.
type Down struct{ N, Of int }

// UnmarshalText reads `3 of 5`, or `3` for three in a row.
func (d *Down) UnmarshalText(text []byte) error {
	first, second, both := strings.Cut(string(text), "of")
	if !both {
		second = first
	}
	n, err := strconv.Atoi(strings.TrimSpace(first))
	of, err2 := strconv.Atoi(strings.TrimSpace(second))
	if err != nil || err2 != nil {
		return fmt.Errorf("want failures of runs like 3 of 5, or a number like 3")
	}
	*d = Down{n, of}
	return nil
}

// String is what UnmarshalText reads.
func (d Down) String() string { return fmt.Sprintf("%d of %d", d.N, d.Of) }

// A Gate is a rule over checks for one point of a pipeline.
type Gate struct {
	Name         string        `koanf:"name"`
	May          []gates.Verb  `koanf:"may"`    // what it may do to its point; empty: it observes
	Checks       []string      `koanf:"checks"` // names of Config.Checks, at least one
	CodePipeline Transition    `koanf:"codepipeline"`
	MinHold      time.Duration `koanf:"min_hold"` // how long a close lasts at least
	Reopen       gates.Reopen  `koanf:"reopen"`
	PersonEnable time.Duration `koanf:"person_enable"` // how long a person's enable overrides a closed decision

	Pos Pos `koanf:"-"`
}

func (g *Gate) defaults() {
	g.MinHold = 10 * time.Minute
	g.Reopen = gates.AskIfSuspect
	g.PersonEnable = time.Hour
}

// Writes tells whether the gate may change anything in AWS.
func (g Gate) Writes() bool { return len(g.May) > 0 }

// A Transition is the way into a stage of a pipeline.
type Transition struct {
	Pipeline string `koanf:"pipeline"`
	Stage    string `koanf:"transition"` // the stage that it leads into
	Region   string `koanf:"region"`     // empty: the region andon runs with
}

// String is how errors and logs name t.
func (t Transition) String() string {
	if t.Region == "" {
		return t.Pipeline + "/" + t.Stage
	}
	return t.Pipeline + "/" + t.Stage + " in " + t.Region
}
