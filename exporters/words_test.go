package exporters

import (
	"testing"
	"time"
)

// A time is told to the nearest, not rounded down: what stands for an hour does
// so in the answer, too, that comes a little later.
func TestAway(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                                "now",
		-999 * time.Millisecond:          "now",
		1400 * time.Millisecond:          "in 1 s",
		59600 * time.Millisecond:         "in 1 min",
		90 * time.Second:                 "in 1 min 30 s",
		10*time.Minute - time.Second/10:  "in 10 min",
		time.Hour - 40*time.Millisecond:  "in 1 h",
		time.Hour - 31*time.Second:       "in 59 min",
		30*time.Minute - time.Second:     "in 30 min",
		90 * time.Minute:                 "in 1 h 30 min",
		12*time.Hour - time.Millisecond:  "in 12 h",
		24*time.Hour - 10*time.Second:    "in 1 d",
		168*time.Hour - time.Millisecond: "in 7 d",
		-25 * time.Hour:                  "1 d 1 h ago",
		-5 * time.Minute:                 "5 min ago",
	} {
		if got := Away(time.Unix(0, 0).Add(d), time.Unix(0, 0)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
