package exporters

import (
	"fmt"
	"time"

	"github.com/andon-project/andon/gates"
)

// ConfigState is what became of the configuration.
type ConfigState struct {
	Loaded  time.Time // when the one at work was put to work
	Failed  time.Time // since when the file says something else, which cannot be
	Problem string    // why not; "" if the file is at work
}

// OrphanView is a hold that no gate answers for.
type OrphanView struct {
	Gate     string    `json:"gate"` // that left it
	Pipeline string    `json:"pipeline"`
	Stage    string    `json:"stage"`
	Region   string    `json:"region,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Why      string    `json:"why"`
	Do       string    `json:"do"`
}

// problems are those of andon as a whole.
func (s Sources) problems() []gates.Reason {
	rs := []gates.Reason{}
	if c := s.Config(); c.Problem != "" {
		rs = append(rs, gates.Reason{Code: "config", Since: c.Failed.UTC(),
			Text: clip(fmt.Sprintf("the configuration has changed and was not reloaded, the one of %s is at work: %s", stamp(c.Loaded), c.Problem)),
			Do:   "mend the file; andon notices by itself, and the log has all of it"})
	}
	return rs
}

func (s Sources) orphans() []OrphanView {
	vs := []OrphanView{}
	for _, o := range s.Orphans() {
		vs = append(vs, OrphanView{clip(o.Gate), clip(o.Pipeline), clip(o.Stage), clip(o.Region), o.Since.UTC(), clip(o.Why), clip(o.Do)})
	}
	return vs
}

// wholeNotes is what the page says of andon as a whole.
func (s Sources) wholeNotes(now time.Time) []note {
	ns := notes(s.problems(), now)
	for _, o := range s.orphans() {
		ns = append(ns, note{fmt.Sprintf("Gate %s left a hold at stage %s of pipeline %s: %s.", o.Gate, o.Stage, o.Pipeline, o.Why), o.Do, moment{o.Since, now}})
	}
	return ns
}
