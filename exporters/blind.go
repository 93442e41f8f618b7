package exporters

import (
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// What the metrics tell of andon's own sight, beside what they tell of checks.
const (
	blindName   = "andon_blind"
	flickerName = "andon_sight_flickers"
	starvedName = "andon_self_starved_checks"
)

// clockSkew is the largest difference between AWS's clock and ours; not known
// before a read.
func clockSkew(reports []gates.Report) (skew time.Duration, known bool) {
	for _, r := range reports {
		known = known || !r.Seen.Begun.IsZero()
		if r.Seen.Skew.Abs() > skew.Abs() {
			skew = r.Seen.Skew
		}
	}
	return skew, known
}

func starvedChecks(checks []namedCheck) float64 {
	n := 0
	for _, c := range checks {
		if c.Starved() {
			n++
		}
	}
	return float64(n)
}

// BlindView tells that it is andon that cannot see.
type BlindView struct {
	Since     time.Time     `json:"since"`              // when a second network was seen to fail, at the first of the spells that count as one
	Flickers  bool          `json:"flickers,omitempty"` // it sees at this moment, and not for long enough
	Witnesses []WitnessView `json:"witnesses"`
}

// WitnessView is a witness that fails.
type WitnessView struct {
	Name    string    `json:"name"`
	Target  string    `json:"target"`
	Network string    `json:"network"`
	Since   time.Time `json:"since"` // start of the first of its failures, in a row or since it was steady
	Why     string    `json:"why"`
}

func viewBlind(b probes.Blindness) *BlindView {
	if !b.Blind() && !b.Flickers() {
		return nil
	}
	v := &BlindView{Since: b.Began().UTC(), Flickers: b.Flickers()}
	for _, w := range b.Witnesses[:min(len(b.Witnesses), fewTargets)] {
		why := ""
		if w.Err != nil {
			why = clip(w.Err.Error())
		}
		v.Witnesses = append(v.Witnesses, WitnessView{w.Check, clip(w.Target), clip(w.Network), w.Since.UTC(), why})
	}
	return v
}

func witnessFailing(s *sheet, c namedCheck, now time.Time) {
	if !c.Witness {
		return
	}
	fails := false
	for i := range c.Targets {
		fails = fails || c.Targets[i].Status.Fails(now)
	}
	s.value(flag(fails), "check", c.label, "network", label(c.Network))
}

// blindNote is what the page says of blindness.
func blindNote(b probes.Blindness, now time.Time) *note {
	if b.Flickers() {
		return &note{Text: "andon's sight comes and goes: it sees at this moment, but its witnesses have not passed often enough in a row to be believed, and no check of production has passed.",
			Do: "look at this machine's network, resolver and proxy, and at production", Since: moment{b.Began(), now}}
	}
	if !b.Blind() {
		return nil
	}
	return &note{Text: "andon cannot see: its witnesses fail, and no check of production passes. What fails now says nothing of production.",
		Do: "look at this machine's network, resolver and proxy", Since: moment{b.Began(), now}}
}
