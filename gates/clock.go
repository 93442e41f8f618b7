package gates

import "time"

// onClock is the hold as the clock at now tells it. What it says to be still to
// come was written while our clock was ahead: AWS's own time of the disable
// stands for it, or else nobody would open for as long as the clock was wrong.
func (h *Hold) onClock(now time.Time, skew time.Duration) *Hold {
	if !h.Began.After(now) && !h.Failure.After(now) || h.Changed.IsZero() {
		return h
	}
	changed := h.Changed.Add(-skew)
	told := *h
	if told.Began.After(now) {
		told.Began = changed
	}
	if told.Failure.After(now) {
		told.Failure = changed
	}
	return &told
}
