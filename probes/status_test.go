package probes

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)

// story replays runs ten seconds apart: + pass, - fail, ? inconclusive.
func story(s Status, runs string) Status {
	for i, c := range runs {
		r := Result{Check: "shop", Start: t0.Add(time.Duration(i) * 10 * time.Second), Duration: time.Second}
		switch c {
		case '-':
			r.Err = errors.New("status is 500")
		case '?':
			r.Err = fmt.Errorf("%w: too many open files", ErrInconclusive)
		}
		s = s.Add(r)
	}
	return s
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	policy := Policy{Down: 3, Of: 5, Up: 4, Stale: 33 * time.Second}
	for _, c := range []struct {
		runs string
		want Verdict
	}{
		{"", Unknown},
		{"?", Unknown},
		{"????????", Unknown},
		{"+", Healthy},
		{"-", Unknown},
		{"--", Unknown},
		{"---", Unhealthy},
		{"-+-+-", Unhealthy},
		{"-++--", Unhealthy},
		{"-+++--", Healthy},       // the first failure has left the window
		{"+-+-+-", Unhealthy},     // three of five, though never two in a row
		{"+--+", Healthy},         // two failures are not three
		{"---?", Unhealthy},       // inconclusive is not a pass
		{"---+++", Unhealthy},     // three passes are not four
		{"---++++", Healthy},      // four are
		{"---+++-", Unhealthy},    //
		{"---+++-+", Unhealthy},   // the streak was broken
		{"---++?++", Healthy},     // inconclusive does not break a streak
		{"---++++-", Healthy},     // failures of the spell before count no more
		{"---++++---", Unhealthy}, // three new ones do
		{"?-?-?-", Unhealthy},     // inconclusive does not dilute failures
	} {
		s := story(NewStatus(policy, Unknown, time.Time{}), c.runs)
		if got := s.At(s.Last.End()); got != c.want {
			t.Errorf("%q: %v, want %v", c.runs, got, c.want)
		}
	}
}

func TestStaleEvidenceIsUnknown(t *testing.T) {
	t.Parallel()
	policy := DefaultPolicy(10*time.Second, 3*time.Second)
	for _, runs := range []string{"+", "---", "+???"} {
		s := story(NewStatus(policy, Unknown, time.Time{}), runs)
		conclusive := t0
		if runs == "---" {
			conclusive = t0.Add(20 * time.Second)
		}
		end := conclusive.Add(time.Second)
		if s.At(end.Add(33*time.Second)) == Unknown {
			t.Errorf("%q: unknown already 33 s after the last conclusive run", runs)
		}
		if got := s.At(end.Add(33*time.Second + 1)); got != Unknown {
			t.Errorf("%q: %v more than 33 s after the last conclusive run, want unknown", runs, got)
		}
	}
}

// The clock was set back by hours, and the check hangs: what it said last must
// not stand until the clock is there again.
func TestEvidenceOfTheFutureIsStale(t *testing.T) {
	t.Parallel()
	s := story(NewStatus(DefaultPolicy(10*time.Second, 3*time.Second), Unknown, time.Time{}), "+")
	if got := s.At(t0.Add(-3 * time.Hour)); got != Unknown {
		t.Errorf("3 h before its run: %v, want unknown", got)
	}
	if got := s.At(t0.Add(-time.Second)); got != Healthy {
		t.Errorf("1 s before its run: %v, want healthy: a small step is none", got)
	}
}

func TestUnhealthySurvivesRestart(t *testing.T) {
	t.Parallel()
	s := NewStatus(Policy{Down: 3, Of: 5, Up: 4, Stale: time.Minute}, Unhealthy, t0.Add(-time.Hour))
	if got := s.At(t0); got != Unknown {
		t.Errorf("before the first run: %v, want unknown", got)
	}
	if got := story(s, "+++").At(t0.Add(21 * time.Second)); got != Unhealthy {
		t.Errorf("after 3 passes of 4: %v, want unhealthy", got)
	}
	if got := story(s, "++++").At(t0.Add(31 * time.Second)); got != Healthy {
		t.Errorf("after 4 passes: %v, want healthy", got)
	}
	if got := NewStatus(Policy{}, Healthy, t0).At(t0); got != Unknown {
		t.Errorf("healthy was carried over a restart: %v", got)
	}
}

func TestPassesSince(t *testing.T) {
	t.Parallel()
	s := story(NewStatus(Policy{Down: 3, Of: 5, Up: 4}, Unknown, time.Time{}), "+-++++")
	for after, want := range map[time.Duration]int{0: 4, 20 * time.Second: 3, 25 * time.Second: 3, 50 * time.Second: 0, time.Hour: 0} {
		if got := s.PassesSince(t0.Add(after)); got != want {
			t.Errorf("passes begun after %v: %d, want %d", after, got, want)
		}
	}
}

// A status is a value: somebody's snapshot must not change under them.
func TestAddLeavesTheOldStatusAlone(t *testing.T) {
	t.Parallel()
	s := story(NewStatus(Policy{Down: 2, Of: 2, Up: 2, Stale: time.Hour}, Unknown, time.Time{}), "++")
	a, b := story(s, "--"), story(s, "++")
	at := t0.Add(time.Minute)
	if s.At(at) != Healthy || a.At(at) != Unhealthy || b.At(at) != Healthy {
		t.Errorf("verdicts %v %v %v, want healthy unhealthy healthy", s.At(at), a.At(at), b.At(at))
	}
}

func TestZeroStatusIsUnknown(t *testing.T) {
	t.Parallel()
	if got := (Status{}).At(t0); got != Unknown {
		t.Errorf("zero status: %v, want unknown", got)
	}
	if got := (CheckState{}).At(t0); got != Unknown {
		t.Errorf("a check without targets: %v, want unknown", got)
	}
}

func BenchmarkStatusAdd(b *testing.B) {
	s := NewStatus(DefaultPolicy(10*time.Second, 3*time.Second), Unknown, time.Time{})
	r := Result{Check: "shop", Start: t0, Duration: 30 * time.Millisecond}
	b.ReportAllocs()
	for b.Loop() {
		s = s.Add(r)
	}
}
