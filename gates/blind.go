package gates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/probes"
)

// OnBlind says what a gate decides when andon has been blind for a while: when
// it is andon, rather than production, that cannot be reached.
type OnBlind string

// KeepBlind is the default: change nothing.
const (
	KeepBlind  OnBlind = "keep"
	CloseBlind OnBlind = "close"
)

// blindFor is how long blindness lasts before a gate closes for it, with the
// glimpses in between that were too short to judge production by.
const blindFor = 15 * time.Minute

// blinded decides without sight: nothing is changed, unless the gate would
// rather be closed than not know for long.
func (e Evidence) blinded() Decision {
	black, _ := e.blackReasons() // told, and not acted upon: a person's order still is
	d := Decision{Reasons: append([]Reason{blindReason(e.Blind)}, black...), Since: e.Blind.Began()}
	if e.OnBlind != CloseBlind {
		return d
	}
	end := e.Blind.Began().Add(blindFor)
	if e.Now.Before(end) {
		d.Until = end
		return d
	}
	d.State = Closed // its cause is as old as the blindness: who enabled since then knew what they did
	return d
}

func blindReason(b probes.Blindness) Reason {
	text := "andon is blind: nothing of production passes, and the witnesses %s fail too"
	if b.Began().Before(b.Since) {
		text = "andon is blind, on and off: nothing of production has passed since it began, and the witnesses %s fail too"
	}
	return Reason{Code: "blind", Since: b.Began(), Text: fmt.Sprintf(text, witnesses(b)),
		Do: "look at this machine's network, resolver and proxy; if production and the witnesses really are down, close by hand"}
}

// flickerReason tells of a moment of sight, which is not the end of blindness.
func flickerReason(b probes.Blindness) Reason {
	return Reason{Code: "flickers", Since: b.Began(),
		Text: fmt.Sprintf("andon's sight comes and goes: it sees at this moment, but nothing of production has passed, and the witnesses %s have not passed often enough in a row to be believed", witnesses(b)),
		Do:   "look at this machine's network, resolver and proxy, and at production; if it is down, close by hand: what fails in the dark does not count"}
}

// witnesses names those that fail, as many as a person reads.
func witnesses(b probes.Blindness) string {
	const most = 3
	names := names(b)
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("%d more", more))
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// names are those of the witnesses that fail, each once.
func names(b probes.Blindness) []string {
	var all []string
	for _, w := range b.Witnesses {
		all = append(all, w.Check)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// proveAnew makes a hold that rests on no failure: every check has to prove
// itself after now.
func (h Hold) proveAnew(now time.Time) Hold {
	h.Checks, h.Failure = nil, now
	return h
}

// starving tells which checks ran so late that it may be this machine that is
// slow.
func (e Evidence) starving() []Reason {
	rs := e.where("starved", func(c CheckEvidence) (string, bool) {
		return c.Name + " ran too late to be believed: this machine is short of time or was asleep", c.Starved
	})
	for i := range rs {
		rs[i].Do = "give this machine more CPU, or andon fewer checks"
	}
	return rs
}
