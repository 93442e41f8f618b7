package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// What a gate may ask for.
const (
	maxHold         = 24 * time.Hour
	minPersonEnable = time.Second
	maxPersonEnable = 7 * 24 * time.Hour
)

// Names of pipelines and stages, by the CodePipeline service model; regions as
// the AWS partitions write them.
var (
	pipelinePattern = regexp.MustCompile(`^[A-Za-z0-9.@\-_]{1,100}$`)
	regionPattern   = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
)

// IsRegion tells whether s is written like the name of an AWS region.
func IsRegion(s string) bool { return regionPattern.MatchString(s) }

// A Gate is a rule over checks for one point of a pipeline.
type Gate struct {
	Name         string        `koanf:"name"`          // lower case letters, digits, dots, hyphens; at most 40
	May          []gates.Verb  `koanf:"may"`           // what it may do; without it the gate observes and changes nothing
	Checks       []string      `koanf:"checks"`        // their names, at least one; it closes when any is unhealthy, and opens when all are healthy
	CodePipeline Transition    `koanf:"codepipeline"`  // where it stands
	MinHold      time.Duration `koanf:"min_hold"`      // how long a close lasts at least
	Reopen       gates.Reopen  `koanf:"reopen"`        // who opens after a close: a person if the release inside may be the cause, andon, or a person
	OnBlind      gates.OnBlind `koanf:"on_blind"`      // what to decide when blind for long
	PersonEnable time.Duration `koanf:"person_enable"` // how long a person's enable overrides a closed decision

	Pos Pos `koanf:"-"`
}

func (g *Gate) defaults() {
	g.MinHold = 10 * time.Minute
	g.Reopen = gates.AskIfSuspect
	g.OnBlind = gates.KeepBlind
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

func (d *decoder) checkGates(c *Config) {
	names := map[string]path{}
	points := map[Transition][]int{} // without region: gates that may share a point
	for i := range c.Gates {
		p, g := path("gates").item(i), &c.Gates[i]
		g.Pos = d.pos(p).value
		d.checkName(p.key("name"), g.Name)
		d.checkUnique(p.key("name"), g.Name, names)
		d.checkActs(p.key("may"), g.May)
		d.checkRefs(p, g, c)
		d.checkRange(p.key("min_hold"), g.MinHold, 0, maxHold)
		d.checkRange(p.key("person_enable"), g.PersonEnable, minPersonEnable, maxPersonEnable)
		d.checkReopen(p.key("reopen"), g.Reopen)
		d.checkOnBlind(p.key("on_blind"), g.OnBlind)
		d.checkPoint(p.key("codepipeline"), g.CodePipeline)
		anywhere := Transition{Pipeline: g.CodePipeline.Pipeline, Stage: g.CodePipeline.Stage}
		d.checkShared(p.key("codepipeline"), g, c.Gates, points[anywhere])
		points[anywhere] = append(points[anywhere], i)
		if g.Writes() && !d.given("instance") {
			d.report("instance", "missing: %s may write, and what andon holds is marked with the name of the instance: write one like `instance: shop-prod`", p)
		}
	}
}

func (d *decoder) checkActs(p path, may []gates.Verb) {
	for i, act := range may {
		at := p.item(i)
		switch act {
		case gates.Close, gates.Open:
			if slices.Index(may, act) < i {
				d.report(at, "%s stands here twice: remove one", act)
			}
		case "approve", "reject", "stop", "rollback":
			d.report(at, "a gate at a transition cannot %s: it may close and open", act)
		default:
			d.report(at, "want close or open, %s%s", got(at, string(act)), meant(string(act), "close", "open"))
		}
	}
}

// meant is the end of a message that already lists what there is.
func meant(word string, known ...string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}

// checkRefs refuses checks that do not exist. A gate without any would never
// have a reason to close, nor the evidence to open.
func (d *decoder) checkRefs(p path, g *Gate, c *Config) {
	in := p.key("checks")
	if len(g.Checks) == 0 {
		d.report(in, "a gate decides by checks and this one has none: name at least one, like `checks: [storefront]`")
	}
	known, witnesses := map[string]bool{}, map[string]bool{}
	for _, check := range c.Checks {
		known[check.Name] = check.Name != ""
	}
	for _, w := range c.Witnesses {
		witnesses[w.Name] = w.Name != ""
	}
	for i, name := range g.Checks {
		at := in.item(i)
		switch {
		case known[name] && slices.Index(g.Checks, name) < i:
			d.report(at, "%s stands here twice: remove one", name)
		case known[name]:
		case witnesses[name]:
			d.report(at, "%s is a witness, which tells whether andon sees, not whether production is well: name a check", name)
		default:
			d.report(at, "there is no such check, %s%s", got(at, name), suggest(name, slices.Collect(maps.Keys(known))))
		}
	}
}

func (d *decoder) checkReopen(p path, r gates.Reopen) {
	switch r {
	case gates.AskIfSuspect, gates.AutoReopen, gates.AskReopen:
	default:
		d.report(p, "want ask-if-suspect, auto or ask, %s%s", got(p, string(r)), meant(string(r), string(gates.AskIfSuspect), string(gates.AutoReopen), string(gates.AskReopen)))
	}
}

func (d *decoder) checkOnBlind(p path, b gates.OnBlind) {
	if b != gates.KeepBlind && b != gates.CloseBlind {
		d.report(p, "want keep or close, %s%s", got(p, string(b)), meant(string(b), string(gates.KeepBlind), string(gates.CloseBlind)))
	}
}

func (d *decoder) checkPoint(p path, t Transition) {
	if !d.given(p) {
		d.report(p, "missing: say where the gate stands, like `codepipeline: {pipeline: shop, transition: Production}`")
		return
	}
	d.checkAWSName(p.key("pipeline"), t.Pipeline, "the name of a pipeline")
	d.checkAWSName(p.key("transition"), t.Stage, "the name of the stage that the transition leads into")
	region := p.key("region")
	if d.given(region) && !IsRegion(t.Region) {
		d.report(region, "want a region like eu-central-1, %s", got(region, t.Region))
	}
}

// checkShared refuses a gate at a point where one of the others stands. No
// region may turn out to be any region, so it has to be told.
func (d *decoder) checkShared(p path, g *Gate, all []Gate, others []int) {
	t := g.CodePipeline
	if t.Pipeline == "" || t.Stage == "" {
		return
	}
	for _, i := range others {
		other := path("gates").item(i)
		switch o := all[i].CodePipeline; {
		case o == t:
			d.report(p, "%s is already the point of %s (%s): a point has one gate, put the checks of both into it", t, other, all[i].Pos)
		case o.Region == "" || t.Region == "":
			d.report(p, "%s and %s of %s (%s) may be one point: write the region at both", t, o, other, all[i].Pos)
		default:
			continue
		}
		return
	}
}

func (d *decoder) checkAWSName(p path, name, what string) {
	switch {
	case !d.given(p):
		d.report(p, "missing: give %s", what)
	case !pipelinePattern.MatchString(name):
		d.report(p, "want %s, 1 to 100 letters, digits and . @ - _, %s", what, got(p, name))
	}
}
