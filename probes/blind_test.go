package probes

import (
	"errors"
	"testing"
	"time"
)

// looks is a witness and its runs.
type looks struct{ network, runs string }

// seen is a snapshot whose runs come every ten seconds, for all from t0 on.
func seen(production []string, witnesses ...looks) Snapshot {
	const every, timeout = 10 * time.Second, 3 * time.Second
	policy := DefaultPolicy(every, timeout)
	state := func(name, runs string) CheckState {
		return CheckState{Name: name, Every: every, Timeout: timeout,
			Targets: []TargetState{{Target: Target{Name: name}, Status: story(NewStatus(policy, Unknown, time.Time{}), runs)}}}
	}
	var s Snapshot
	for _, runs := range production {
		s = append(s, state("shop", runs))
	}
	for i, w := range witnesses {
		c := state("witness-"+string(rune('a'+i)), w.runs)
		c.Witness, c.Network = true, w.network
		s = append(s, c)
	}
	return s
}

func TestBlind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		production []string
		witnesses  []looks
		want       bool
	}{
		"all is well":                           {[]string{"++++"}, []looks{{"a", "++++"}, {"b", "++++"}}, false},
		"production alone fails":                {[]string{"++--"}, []looks{{"a", "++++"}, {"b", "++++"}}, false},
		"the cut, at the first failure":         {[]string{"+++-"}, []looks{{"a", "+++-"}, {"b", "+++-"}}, true},
		"no production at all passes any more":  {[]string{"+++-", "++--"}, []looks{{"a", "+++-"}, {"b", "+++-"}}, true},
		"one of production still passes":        {[]string{"+++-", "++++"}, []looks{{"a", "+++-"}, {"b", "+++-"}}, false},
		"one witness is dead":                   {[]string{"+++-"}, []looks{{"a", "----"}, {"b", "++++"}}, false},
		"one witness alone":                     {[]string{"+++-"}, []looks{{"a", "+++-"}}, false},
		"two witnesses of one network":          {[]string{"+++-"}, []looks{{"a", "+++-"}, {"a", "+++-"}}, false},
		"a network in which one still passes":   {[]string{"+++-"}, []looks{{"a", "+++-"}, {"a", "++++"}, {"b", "+++-"}}, false},
		"two of three networks":                 {[]string{"+++-"}, []looks{{"a", "+++-"}, {"b", "+++-"}, {"c", "++++"}}, true},
		"two dead witnesses, production passes": {[]string{"++++++"}, []looks{{"a", "------"}, {"b", "------"}}, false},
		"it passed one interval ago":            {[]string{"++++-"}, []looks{{"a", "-----"}, {"b", "-----"}}, false},
		"it passed three intervals ago":         {[]string{"+++---"}, []looks{{"a", "------"}, {"b", "------"}}, true},
		"no production has ever passed":         {[]string{"----"}, []looks{{"a", "----"}, {"b", "----"}}, true},
		"nothing but witnesses":                 {nil, []looks{{"a", "----"}, {"b", "----"}}, true},
		"witnesses that could not tell":         {[]string{"----"}, []looks{{"a", "????"}, {"b", "????"}}, false},
		"what witnesses could not tell later":   {[]string{"----"}, []looks{{"a", "+-??"}, {"b", "+-??"}}, true},
		"no witnesses":                          {[]string{"----"}, nil, false},
	} {
		s := seen(c.production, c.witnesses...)
		now := t0.Add(31 * time.Second)
		if len(c.witnesses) > 0 {
			now = t0.Add(time.Duration(len(c.witnesses[0].runs)-1)*10*time.Second + time.Second)
		}
		if got := s.Blind(now).Blind(); got != c.want {
			t.Errorf("%s: blind is %v, want %v", name, got, c.want)
		}
	}
}

// Old failures of witnesses say nothing: they may hang, or be configured away.
func TestBlindByFreshFailuresOnly(t *testing.T) {
	t.Parallel()
	s := seen([]string{"+---"}, looks{"a", "+---"}, looks{"b", "+---"})
	end := t0.Add(31 * time.Second)
	if !s.Blind(end.Add(33 * time.Second)).Blind() {
		t.Error("not blind, while the failures of the witnesses are fresh")
	}
	if s.Blind(end.Add(33*time.Second + 1)).Blind() {
		t.Error("blind, by failures that are too old to tell anything")
	}
}

func TestBlindSince(t *testing.T) {
	t.Parallel()
	// a fell at 20 s, b at 30 s; the light may have gone out after b's pass at 20 s.
	b := seen([]string{"++---"}, looks{"b", "+++--"}, looks{"a", "++---"}).Blind(t0.Add(41 * time.Second))
	if want := t0.Add(30 * time.Second); !b.Since.Equal(want) {
		t.Errorf("blind since %v, want %v, when the second network failed", b.Since, want)
	}
	if want := t0.Add(20 * time.Second); !b.From.Equal(want) {
		t.Errorf("in the dark from %v, want %v, when a witness passed last", b.From, want)
	}
	if len(b.Witnesses) != 2 || b.Witnesses[0].Check != "witness-b" || b.Witnesses[0].Network != "a" || b.Witnesses[0].Err == nil {
		t.Errorf("witnesses %+v, want both, the first to fail first, with its reason", b.Witnesses)
	}
	never := seen([]string{"---"}, looks{"a", "---"}, looks{"b", "---"}).Blind(t0.Add(21 * time.Second))
	if !never.Blind() || !never.From.IsZero() {
		t.Errorf("%+v, want blind from the beginning", never)
	}
}

// Blindness that comes again before anybody could judge production is one, and
// a glimpse is not its end.
func TestBlindOnAndOff(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return t0.Add(time.Duration(n) * 10 * time.Second) }
	for name, c := range map[string]struct {
		production      string
		witnesses       []looks
		blind, flickers bool
		first           int // run by which it began
	}{
		"the first spell":                       {"+++--", []looks{{"a", "+++--"}, {"b", "+++--"}}, true, false, 3},
		"dark again":                            {"+--------", []looks{{"a", "+-+-+-+-"}, {"b", "+-+-+-+-"}}, true, false, 1},
		"a glimpse":                             {"+--------", []looks{{"a", "+-+-+-++"}, {"b", "+-+-+-++"}}, false, true, 1},
		"one sees a little longer":              {"+--------", []looks{{"a", "+-+-+-+-"}, {"b", "+-+-+-++"}}, false, true, 1},
		"production passed in a glimpse":        {"+--+----", []looks{{"a", "+-+-+-+-"}, {"b", "+-+-+-+-"}}, true, false, 3},
		"production passes in this one":         {"+------+", []looks{{"a", "+-+-+-++"}, {"b", "+-+-+-++"}}, false, false, 0},
		"it passed, and not since, in this one": {"+--+----", []looks{{"a", "+-+-+-++"}, {"b", "+-+-+-++"}}, false, true, 3},
		"a is dead for long, b fails and fails": {"+--------", []looks{{"a", "--------"}, {"b", "++-+-+-+"}}, false, true, 2},
		"they have been dead, production fails": {"+++++---", []looks{{"a", "--------"}, {"b", "--------"}}, true, false, 4},
		"steady again":                          {"+------------", []looks{{"a", "+-++++++++++"}, {"b", "+-++++++++++"}}, false, false, 0},
		"a steady one in the same network":      {"+--------", []looks{{"a", "+-+-+-++"}, {"b", "+-+-+-++"}, {"b", "++++++++"}}, false, false, 0},
		"one network alone":                     {"+--------", []looks{{"a", "+-+-+-++"}, {"b", "++++++++"}}, false, false, 0},
	} {
		last := len(c.witnesses[0].runs) - 1
		b := seen([]string{c.production}, c.witnesses...).Blind(at(last).Add(time.Second))
		if b.Blind() != c.blind || b.Flickers() != c.flickers {
			t.Errorf("%s: blind %v, flickers %v; want %v, %v", name, b.Blind(), b.Flickers(), c.blind, c.flickers)
		}
		if (c.blind || c.flickers) && (!b.Began().Equal(at(c.first)) || len(b.Witnesses) == 0) {
			t.Errorf("%s: it began at %v, want %v; witnesses %+v", name, b.Began(), at(c.first), b.Witnesses)
		}
	}
}

func TestExcuse(t *testing.T) {
	t.Parallel()
	policy := Policy{Down: 3, Of: 5, Up: 4, Stale: 10 * time.Minute}
	dark := t0.Add(40 * time.Second)
	for _, c := range []struct {
		runs, then string // the first four are in the light
		want       Verdict
	}{
		{"++++---", "", Healthy},
		{"++++---", "-", Healthy}, // one failure afterwards is one, not four
		{"++++---", "---", Unhealthy},
		{"+++-+--", "", Healthy},
		{"++---", "", Healthy},        // two in the light are not three
		{"++---", "-", Unhealthy},     // but they count
		{"+------", "", Unhealthy},    // it was unhealthy before
		{"---+++---", "", Unhealthy},  // nor was it well yet
		{"---+---", "++", Unhealthy},  // and needs its passes
		{"---+---", "+++", Healthy},   // which the dark did not break
		{"----+++", "+", Healthy},     // passes stand
		{"????---", "", Unknown},      // never had evidence
		{"????---", "+", Healthy},     //
		{"????---", "---", Unhealthy}, //
	} {
		s := story(NewStatus(policy, Unknown, time.Time{}), c.runs).Excuse(dark)
		for i, r := range c.then {
			s = s.Add(again(t0.Add(time.Duration(len(c.runs)+i)*10*time.Second), r == '+'))
		}
		if got := s.Verdict(); got != c.want {
			t.Errorf("%s, excused, and %s: %v, want %v", c.runs, c.then, got, c.want)
		}
	}
}

func again(start time.Time, pass bool) Result {
	r := Result{Check: "shop", Start: start, Duration: time.Second}
	if !pass {
		r.Err = errors.New("status is 500")
	}
	return r
}

func TestExcuseLeavesNoTrace(t *testing.T) {
	t.Parallel()
	policy := Policy{Down: 3, Of: 5, Up: 4, Stale: 33 * time.Second}
	before := story(NewStatus(policy, Unknown, time.Time{}), "++++")
	dark := before
	for i := range 3 {
		dark = dark.Add(again(t0.Add(time.Duration(40+10*i)*time.Second), false))
	}
	s := dark.Excuse(t0.Add(40 * time.Second))
	switch {
	case !s.Since.Equal(before.Since) || !s.Failing.IsZero() || s.LastFailure.Err != nil:
		t.Errorf("since %v, failing %v, last failure %v; want what was before", s.Since, s.Failing, s.LastFailure)
	case before.PassesSince(time.Time{}) != 4 || s.PassesSince(time.Time{}) != 0:
		t.Errorf("%d passes before the dark and %d after a failure in it; want 4, and none that would open", before.PassesSince(time.Time{}), s.PassesSince(time.Time{}))
	case s.Add(again(t0.Add(70*time.Second), true)).PassesSince(time.Time{}) != 1:
		t.Error("a pass after the dark does not count")
	case before.Interrupted() || !s.Add(again(t0.Add(70*time.Second), true)).Interrupted():
		t.Error("the failure in the dark does not interrupt the passes, or something did before it")
	case s.Last.Outcome() != Inconclusive:
		t.Errorf("the last run is %v, want inconclusive", s.Last.Outcome())
	case s.At(t0.Add(64*time.Second)) != Unknown:
		t.Error("failures in the dark keep evidence fresh")
	case s.Failures != 3:
		t.Errorf("%d failures counted, want 3: a counter never falls", s.Failures)
	case dark.Verdict() != Unhealthy || dark.PassesSince(time.Time{}) != 0:
		t.Error("somebody's snapshot changed under them")
	}
	if s := NewStatus(policy, Unhealthy, t0).Add(again(t0.Add(time.Minute), false)).Excuse(time.Time{}); s.Verdict() != Unhealthy || !s.Since.Equal(t0) {
		t.Errorf("who was unhealthy before andon started is %v since %v", s.Verdict(), s.Since)
	}
}
