package gates

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/probes"
)

func dark(since time.Time) probes.Blindness {
	w := func(name string) probes.FailingWitness {
		return probes.FailingWitness{Check: name, Network: name, Since: since, Err: errors.New("refused")}
	}
	return probes.Blindness{Since: since, Witnesses: []probes.FailingWitness{w("resolver-a"), w("resolver-b")}}
}

func TestDecideWhileBlindS6(t *testing.T) {
	t.Parallel()
	good, bad, none := said("shop", probes.Healthy, 10), said("shop", probes.Unhealthy, 0), said("shop", probes.Unknown, 0)
	hold := &Hold{Began: friday.Add(-time.Hour), Failure: friday.Add(-time.Hour), Checks: []string{"shop"}}
	for _, c := range []struct {
		name  string
		e     Evidence
		after time.Duration // of blindness
		want  State
		code  string
	}{
		{"unhealthy", Evidence{Checks: []CheckEvidence{bad}}, time.Minute, Keep, "blind"},
		{"healthy still", Evidence{Checks: []CheckEvidence{good}}, time.Minute, Keep, "blind"},
		{"unknown", Evidence{Checks: []CheckEvidence{none}}, time.Hour, Keep, "blind"},
		{"held, all proved", Evidence{Checks: []CheckEvidence{good}, Hold: hold}, time.Minute, Keep, "blind"},
		{"a person's order", Evidence{Checks: []CheckEvidence{none}, Override: &Override{Actor: "alice"}}, time.Hour, Opened, "override"},
		{"on_blind: keep", Evidence{Checks: []CheckEvidence{none}, OnBlind: KeepBlind}, 24 * time.Hour, Keep, "blind"},
		{"on_blind: close, not yet", Evidence{Checks: []CheckEvidence{none}, OnBlind: CloseBlind}, 15*time.Minute - 1, Keep, "blind"},
		{"on_blind: close", Evidence{Checks: []CheckEvidence{none}, OnBlind: CloseBlind}, 15 * time.Minute, Closed, "blind"},
		{"on_blind: close, a person's order", Evidence{Checks: []CheckEvidence{none}, OnBlind: CloseBlind, Override: &Override{Actor: "alice"}}, time.Hour, Opened, "override"},
	} {
		c.e.Now, c.e.Blind = friday.Add(c.after), dark(friday)
		d := Decide(c.e)
		if d.State != c.want || d.Reasons[0].Code != c.code {
			t.Errorf("%s: %v %+v, want %v because of %s", c.name, d.State, d.Reasons, c.want, c.code)
		}
		if c.code == "blind" && (!strings.Contains(d.Reasons[0].Text, "resolver-a and resolver-b") || d.Reasons[0].Do == "" || !d.Reasons[0].Since.Equal(friday)) {
			t.Errorf("%s: %+v; want the witnesses named, since when, and what to do", c.name, d.Reasons[0])
		}
	}
	again := dark(friday.Add(20 * time.Minute))
	again.First = friday
	for after, want := range map[time.Duration]State{21 * time.Minute: Closed, 14 * time.Minute: Keep} {
		d := Decide(Evidence{Now: friday.Add(after), Checks: []CheckEvidence{none}, OnBlind: CloseBlind, Blind: again})
		if d.State != want || !d.Since.Equal(friday) || !strings.Contains(d.Reasons[0].Text, "on and off") {
			t.Errorf("blind on and off for %v: %v %+v, want %v", after, d.State, d.Reasons, want)
		}
	}
	early := Decide(Evidence{Now: friday, Checks: []CheckEvidence{none}, OnBlind: CloseBlind, Blind: dark(friday)})
	if !early.Until.Equal(friday.Add(15 * time.Minute)) {
		t.Errorf("keeps until %v, want until it closes", early.Until)
	}
}

// What blindness closed was never seen to fail: every check has to prove itself
// afterwards, also where the close repeats an older one.
func TestHoldOfTheBlindProvesAnew(t *testing.T) {
	t.Parallel()
	now := friday.Add(time.Hour)
	e := Evidence{Now: now, Blind: dark(friday), Checks: []CheckEvidence{{Name: "shop", Verdict: probes.Unhealthy, Failure: friday}}}
	for name, old := range map[string]*Hold{"first": nil, "repeated": {Began: friday, Checks: []string{"shop"}, Failure: friday}} {
		h := (Gate{}).newHold("1", now, e, View{Fresh: true, Past: Memory{Hold: old}})
		if len(h.Checks) > 0 || !h.Failure.Equal(now) || h.needs(CheckEvidence{Name: "api", Up: 7}) != 7 {
			t.Errorf("%s: %+v, want a hold that every check lifts by its passes after now", name, h)
		}
	}
}

func TestManyWitnessesAreCutShort(t *testing.T) {
	t.Parallel()
	b := dark(friday)
	for _, name := range []string{"c", "c", "d", "e"} {
		b.Witnesses = append(b.Witnesses, probes.FailingWitness{Check: name})
	}
	if got := witnesses(b); got != "c, d, e and 2 more" {
		t.Errorf("%q", got)
	}
}

// A witness tells whether andon sees. Whether production is well, it does not
// know, whatever a gate names.
func TestWitnessIsNoEvidence(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("refused")} {
		s := well(friday, err)
		s[0].Witness = true
		g := Gate{Checks: []string{"shop"}}
		e := g.evidence(friday, facts{health: s}, ourHold, newMemory(), nil)
		if d := Decide(e); d.State != Keep || d.Reasons[0].Code != "unknown" || !strings.Contains(d.Reasons[0].Text, "witness") {
			t.Errorf("a witness that said %v makes %v %+v", err, d.State, d.Reasons)
		}
		if m := ready(t, nil); m.view(s).Ran {
			t.Error("a witness that ran counts as a check that has run")
		}
	}
}

// L4: what keeps a gate from deciding, or from opening, is a problem that is
// told, and not only a reason.
func TestDoubtInOneselfIsAProblem(t *testing.T) {
	t.Parallel()
	late := said("shop", probes.Healthy, 10)
	late.Starved = true
	e := Evidence{Now: friday, Checks: []CheckEvidence{late}, Blind: dark(friday), Hold: &Hold{}, Wait: friday.Add(time.Minute),
		Doubts: []Reason{{Code: "clock"}}}
	told := map[string]bool{}
	for _, p := range ready(t, nil).problems(Report{}, e) {
		told[p.Code] = p.Do != "" || p.Code == "clock"
	}
	e.Blind.First, e.Blind.Since = friday, time.Time{}
	for _, p := range ready(t, nil).problems(Report{}, e) {
		told[p.Code] = told[p.Code] || p.Do != "" && p.Since.Equal(friday)
	}
	for _, code := range []string{"blind", "flickers", "starved", "velocity", "clock"} {
		if !told[code] {
			t.Errorf("%s is not told, or not what to do", code)
		}
	}
}
