package gates

import (
	"context"
	"time"
)

// Times between ticks: when all is as it should be, and the first pause after
// a tick that did not reach what it wanted.
const (
	pace  = 10 * time.Second
	retry = time.Second
)

// Run ticks until ctx is done: at its pace, at once when wake receives, and
// sooner while something that is wanted has not been reached. After each tick
// it tells tell, which may be nil.
func (l *Line) Run(ctx context.Context, wake <-chan struct{}, tell func([]Report)) {
	pause := retry
	for ctx.Err() == nil {
		reports := l.Tick(ctx, time.Now)
		if tell != nil {
			tell(reports)
		}
		wait := untilNext(reports)
		if wanting(reports) {
			wait = min(wait, pause)
			pause = min(pause*2, pace)
		} else {
			pause = retry
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// untilNext is the pace, or less where a decision is about to end by itself.
func untilNext(reports []Report) time.Duration {
	wait := pace
	for _, r := range reports {
		if !r.Decision.Until.IsZero() {
			wait = min(wait, max(r.Decision.Until.Sub(r.At), retry/10))
		}
	}
	return wait
}

func wanting(reports []Report) bool {
	for _, r := range reports {
		if r.Wakes() {
			return true
		}
	}
	return false
}
