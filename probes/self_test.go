package probes

import (
	"errors"
	"testing"
	"time"
)

func TestAsleep(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for _, c := range []struct {
		err  error
		jump time.Duration
		want bool // it still counts
	}{
		{reset, 0, true},
		{reset, time.Second, true},
		{reset, time.Hour, false},
		{reset, -time.Hour, false},
		{nil, time.Hour, true},
	} {
		got := asleep(c.err, c.jump)
		if counts := !errors.Is(got, ErrInconclusive); counts != c.want || c.err != nil && !errors.Is(got, c.err) {
			t.Errorf("%v during a jump of %v is %v", c.err, c.jump, got)
		}
	}
	begun := time.Now()
	if got := jumped(begun, begun.Add(time.Minute)); got != 0 {
		t.Errorf("both clocks moved by a minute: jumped %v", got)
	}
	if got := jumped(begun, begun.Add(time.Minute).Round(0)); got != 0 {
		t.Errorf("with one clock alone nothing can be told: jumped %v", got)
	}
}

func TestStarved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		every, late time.Duration
		want        bool
	}{
		{time.Second, 2 * time.Second, false},
		{time.Second, 2*time.Second + 1, true},
		{time.Minute, 30 * time.Second, false},
		{time.Minute, 30*time.Second + 1, true},
	} {
		s := CheckState{Every: c.every, Targets: []TargetState{{}, {Status: Status{Last: Result{Late: c.late}}}}}
		if got := s.Starved(); got != c.want {
			t.Errorf("every %v, %v late: starved %v", c.every, c.late, got)
		}
	}
}
