package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
)

// What a gate may ask for.
const (
	maxHold         = 24 * time.Hour
	minPersonEnable = time.Second
	maxPersonEnable = 7 * 24 * time.Hour
	maxFits         = 7 * 24 * time.Hour
	minRejectBefore = time.Minute // andon looks several times in between
	maxRejectBefore = 7 * 24 * time.Hour
)

// A Gate is a rule over checks and a calendar for one point of a pipeline.
type Gate struct {
	Name         string       `koanf:"name"`         // lower case letters, digits, dots, hyphens; at most 40
	May          []gates.Verb `koanf:"may"`          // what it may do: close and open a transition, approve and reject at an approval; without it the gate observes and changes nothing
	Checks       []string     `koanf:"checks"`       // their names; it closes when any is unhealthy, and opens when all are healthy
	Calendar     string       `koanf:"calendar"`     // the name of one; it closes while that is black, and opens while it is clear
	CodePipeline Point        `koanf:"codepipeline"` // where it stands

	Fits time.Duration `koanf:"fits"` // what a release takes with all deploys and bakes: it closes that much before its calendar turns black

	MinHold      time.Duration `koanf:"min_hold"`      // how long a close lasts at least
	Reopen       gates.Reopen  `koanf:"reopen"`        // who opens after a close: a person if the release inside may be the cause, andon, or a person
	OnBlind      gates.OnBlind `koanf:"on_blind"`      // what to decide when blind for long
	PersonEnable time.Duration `koanf:"person_enable"` // how long a person's enable overrides a closed decision

	OnBlack      gates.Reply   `koanf:"on_black"`      // what a release gets that comes while the calendar is black: it waits, or is rejected
	OnUnhealthy  gates.Reply   `koanf:"on_unhealthy"`  // what it gets while a check is unhealthy
	RejectBefore time.Duration `koanf:"reject_before"` // how long before its own end an approval is rejected, when nothing opens in time
	Yield        bool          `koanf:"yield"`         // when it opens, reject a release behind which a newer one waits
	Midway       gates.Midway  `koanf:"midway"`        // what becomes of a release that has entered when it turns black: it finishes, or waits

	Pos Pos `koanf:"-"`
}

func (g *Gate) defaults() {
	g.MinHold = 10 * time.Minute
	g.Reopen = gates.AskIfSuspect
	g.OnBlind = gates.KeepBlind
	g.PersonEnable = time.Hour
	g.OnBlack = gates.WaitReply
	g.OnUnhealthy = gates.WaitReply
	g.RejectBefore = time.Hour
	g.Midway = gates.FinishMidway
}

// Keys that mean something at one kind of point alone, and what has to be there
// for others to mean anything.
func transitionKeys() []string { return []string{"min_hold", "reopen", "on_blind", "person_enable"} }
func approvalKeys() []string {
	return []string{"on_black", "on_unhealthy", "reject_before", "yield", "midway"}
}
func calendarKeys() []string { return []string{"fits", "on_black", "midway"} }

// Writes tells whether the gate may change anything in AWS.
func (g Gate) Writes() bool { return len(g.May) > 0 }

func (d *decoder) checkGates(c *Config) {
	names := map[string]path{}
	points := map[Point][]int{} // without region: gates that may share a point
	for i := range c.Gates {
		p, g := path("gates").item(i), &c.Gates[i]
		g.Pos = d.pos(p).value
		d.checkName(p.key("name"), g.Name)
		d.checkUnique(p.key("name"), g.Name, names)
		d.checkPoint(p.key("codepipeline"), g.CodePipeline)
		d.checkActs(p.key("may"), g.May, g.CodePipeline)
		d.checkEvidence(p, g, c)
		d.checkKeys(p, g)
		d.checkTimes(p, g)
		d.checkWords(p, g)
		anywhere := g.CodePipeline
		anywhere.Region = ""
		d.checkShared(p.key("codepipeline"), g, c.Gates, points[anywhere])
		points[anywhere] = append(points[anywhere], i)
		if g.Writes() && !d.given("instance") {
			d.report("instance", "missing: %s may write, and what andon holds is marked with the name of the instance: write one like `instance: shop-prod`", p)
		}
	}
}

func (d *decoder) checkTimes(p path, g *Gate) {
	d.checkRange(p.key("min_hold"), g.MinHold, 0, maxHold)
	d.checkRange(p.key("person_enable"), g.PersonEnable, minPersonEnable, maxPersonEnable)
	d.checkRange(p.key("fits"), g.Fits, 0, maxFits)
	d.checkRange(p.key("reject_before"), g.RejectBefore, minRejectBefore, maxRejectBefore)
}

func (d *decoder) checkWords(p path, g *Gate) {
	checkWord(d, p.key("reopen"), g.Reopen, gates.AskIfSuspect, gates.AutoReopen, gates.AskReopen)
	checkWord(d, p.key("on_blind"), g.OnBlind, gates.KeepBlind, gates.CloseBlind)
	checkWord(d, p.key("on_black"), g.OnBlack, gates.WaitReply, gates.RejectReply)
	checkWord(d, p.key("on_unhealthy"), g.OnUnhealthy, gates.WaitReply, gates.RejectReply)
	if in := p.key("midway"); g.Midway == "rollback" {
		d.report(in, "andon rolls nothing back by itself yet: write wait, and roll back by hand (aws codepipeline rollback-stage), which passes the calendar")
	} else {
		checkWord(d, in, g.Midway, gates.FinishMidway, gates.WaitMidway)
	}
}

// checkWord refuses a word that is not one of known.
func checkWord[W ~string](d *decoder, p path, word W, known ...W) {
	if slices.Contains(known, word) {
		return
	}
	var names []string
	for _, k := range known {
		names = append(names, string(k))
	}
	d.report(p, "want %s, %s%s", list(names, "or"), got(p, string(word)), meant(string(word), names...))
}

// list is a, b or c.
func list(words []string, last string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return strings.Join(words, "")
}

// meant is the end of a message that already lists what there is.
func meant(word string, known ...string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}

// checkKeys refuses what means nothing where the gate stands, or without what it
// is about.
func (d *decoder) checkKeys(p path, g *Gate) {
	refuse := func(keys []string, format string, args ...any) {
		for _, k := range keys {
			if in := p.key(k); d.given(in) {
				d.reportAt(d.pos(in).key, in, format, args...)
			}
		}
	}
	switch {
	case g.CodePipeline.Transition != "" && g.CodePipeline.Approval == "":
		refuse(approvalKeys(), "this is about approvals, and the gate stands at a transition: remove it")
	case g.CodePipeline.Approval != "" && g.CodePipeline.Transition == "":
		refuse(transitionKeys(), "this is about transitions, and the gate stands at an approval: remove it")
	}
	if !d.given(p.key("calendar")) {
		refuse(calendarKeys(), "this is about a calendar, and the gate has none: name one, like `calendar: blackdays`, or remove this")
	}
	if len(g.Checks) == 0 {
		refuse([]string{"on_unhealthy", "on_blind"}, "this is about checks, and the gate has none: name some, like `checks: [storefront]`, or remove this")
	}
}

// checkEvidence refuses checks and calendars that do not exist. A gate without
// any would never have a reason to close, nor the evidence to open.
func (d *decoder) checkEvidence(p path, g *Gate, c *Config) {
	if in := p.key("checks"); len(g.Checks) == 0 && !d.given(p.key("calendar")) {
		d.report(in, "a gate decides by checks, a calendar or both, and this one has neither: name some, like `checks: [storefront]` or `calendar: blackdays`")
	}
	d.checkCalendarRef(p.key("calendar"), g.Calendar, c)
	d.checkCheckRefs(p.key("checks"), g.Checks, c)
}

func (d *decoder) checkCheckRefs(in path, checks []string, c *Config) {
	known, witnesses := map[string]bool{}, map[string]bool{}
	for _, check := range c.Checks {
		known[check.Name] = check.Name != ""
	}
	for _, w := range c.Witnesses {
		witnesses[w.Name] = w.Name != ""
	}
	for i, name := range checks {
		at := in.item(i)
		switch {
		case known[name] && slices.Index(checks, name) < i:
			d.report(at, "%s stands here twice: remove one", name)
		case known[name]:
		case witnesses[name]:
			d.report(at, "%s is a witness, which tells whether andon sees, not whether production is well: name a check", name)
		default:
			d.report(at, "there is no such check, %s%s", got(at, name), suggest(name, slices.Collect(maps.Keys(known))))
		}
	}
}

func (d *decoder) checkCalendarRef(in path, name string, c *Config) {
	var known []string
	for _, calendar := range c.Calendars {
		known = append(known, calendar.Name)
	}
	if d.given(in) && (name == "" || !slices.Contains(known, name)) {
		d.report(in, "there is no such calendar, %s%s", got(in, name), suggest(name, known))
	}
}
