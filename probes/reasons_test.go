package probes

import (
	"fmt"
	"testing"
	"time"
)

type numbered int

func (n numbered) Error() string  { return n.Reason() }
func (n numbered) Reason() string { return fmt.Sprint("class ", int(n)) }

// S12: a class of failure becomes a series, so their number has an end, and no
// failure is lost by it.
func TestReasonsAreBounded(t *testing.T) {
	t.Parallel()
	s := NewStatus(Policy{}, Unknown, time.Time{})
	for n := range 500 {
		s = s.Add(Result{Start: t0, Err: numbered(n)})
	}
	s = s.Add(Result{Start: t0, Err: numbered(0)})
	sum := uint64(0)
	for _, n := range s.ByReason {
		sum += n
	}
	if len(s.ByReason) > maxReasons+1 || sum != 501 || s.ByReason["class 0"] != 2 || s.ByReason["other"] != 500-maxReasons {
		t.Errorf("%d classes of %d failures: %v", len(s.ByReason), sum, s.ByReason)
	}
}
