package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/andon-project/andon/gates"
)

// Names of pipelines, stages and actions, by the CodePipeline service model;
// regions as the AWS partitions write them.
var (
	pipelinePattern = regexp.MustCompile(`^[A-Za-z0-9.@\-_]{1,100}$`)
	regionPattern   = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
)

// IsRegion tells whether s is written like the name of an AWS region.
func IsRegion(s string) bool { return regionPattern.MatchString(s) }

// A Point is one place in a pipeline where a release can be stopped: the way
// into a stage, or a manual approval.
type Point struct {
	Pipeline   string `koanf:"pipeline"`
	Transition string `koanf:"transition"` // the stage that it leads into
	Approval   string `koanf:"approval"`   // instead of transition: a stage and its action of manual approval, like Release/BlackDay
	Region     string `koanf:"region"`     // empty: the region andon runs with
}

// Stage is the one that the point leads into, or in which its approval is.
func (t Point) Stage() string {
	if t.Approval == "" {
		return t.Transition
	}
	stage, _, _ := strings.Cut(t.Approval, "/")
	return stage
}

// Action is the one of an approval, "" at a transition.
func (t Point) Action() string {
	_, action, _ := strings.Cut(t.Approval, "/")
	return action
}

// String is how errors and logs name t.
func (t Point) String() string {
	name := t.Pipeline + "/" + t.Transition + t.Approval
	if t.Region == "" {
		return name
	}
	return name + " in " + t.Region
}

func (d *decoder) checkPoint(p path, t Point) {
	if !d.given(p) {
		d.report(p, "missing: say where the gate stands, like `codepipeline: {pipeline: shop, transition: Production}`")
		return
	}
	d.checkAWSName(p.key("pipeline"), t.Pipeline, "the name of a pipeline")
	transition, approval := p.key("transition"), p.key("approval")
	switch stage, action, both := strings.Cut(t.Approval, "/"); {
	case d.given(transition) && d.given(approval):
		d.reportAt(d.pos(approval).key, approval, "a gate stands at one point, and this one has a transition already: make it two gates")
	case !d.given(transition) && !d.given(approval):
		d.report(transition, "missing: name the stage that the transition leads into, or `approval: Release/BlackDay` for a manual approval")
	case d.given(transition):
		d.checkAWSName(transition, t.Transition, "the name of the stage that the transition leads into")
	case !both || !pipelinePattern.MatchString(stage) || !pipelinePattern.MatchString(action):
		d.report(approval, "want the names of a stage and of its manual approval action, like Release/BlackDay, %s", got(approval, t.Approval))
	}
	d.checkRegion(p.key("region"), t.Region)
}

// checkShared refuses a gate at a point where one of the others stands. No
// region may turn out to be any region, so it has to be told.
func (d *decoder) checkShared(p path, g *Gate, all []Gate, others []int) {
	t := g.CodePipeline
	if t.Pipeline == "" || t.Stage() == "" {
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

// acts are what a gate at t may do, and what such a point is called; all there
// is where that is not known.
func (t Point) acts() (may []gates.Verb, point string) {
	switch {
	case t.Transition != "" && t.Approval == "":
		return []gates.Verb{gates.Close, gates.Open}, "a transition"
	case t.Approval != "" && t.Transition == "":
		return []gates.Verb{gates.Approve, gates.Reject}, "an approval"
	}
	return []gates.Verb{gates.Close, gates.Open, gates.Approve, gates.Reject}, "its point"
}

func (d *decoder) checkActs(p path, may []gates.Verb, t Point) {
	can, point := t.acts()
	var known []string
	for _, v := range can {
		known = append(known, string(v))
	}
	for i, act := range may {
		at := p.item(i)
		switch {
		case slices.Contains(can, act) && slices.Index(may, act) < i:
			d.report(at, "%s stands here twice: remove one", act)
		case slices.Contains(can, act):
		case slices.Contains([]gates.Verb{gates.Close, gates.Open, gates.Approve, gates.Reject, "stop", "rollback"}, act):
			d.report(at, "a gate at %s cannot %s: it may %s", point, act, list(known, "and"))
		default:
			d.report(at, "want %s, %s%s", list(known, "or"), got(at, string(act)), meant(string(act), known...))
		}
	}
}
