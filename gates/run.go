package gates

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Times between ticks: when all is as it should be, and the first pause after
// a tick that did not reach what it wanted.
const (
	pace  = 10 * time.Second
	retry = time.Second
)

// Run ticks until ctx is done: at about its pace, at once when wake receives or
// a person gives an order, and sooner while something that is wanted has not
// been reached. After each tick it tells tell, which may be nil.
func (l *Line) Run(ctx context.Context, wake <-chan struct{}, tell func([]Report)) {
	pause, random, gave := retry, l.random(ctx), uint64(0)
	for ctx.Err() == nil {
		reports := l.Tick(ctx, time.Now)
		if tell != nil {
			tell(reports)
		}
		wait := untilNext(reports)
		if n := answers(reports); n != gave { // it goes on: many wait, and each tick answers a few
			gave, pause = n, retry
		}
		if wanting(reports) {
			wait = min(wait, pause)
			pause = min(pause*2, pace)
		} else {
			pause = retry
		}
		timer := time.NewTimer(wait - time.Duration(random.Int64N(int64(wait/4)+1)))
		select {
		case <-ctx.Done():
		case <-wake:
		case <-l.ordered:
		case <-timer.C:
		}
		timer.Stop()
	}
	l.endPassages(ctx, time.Now)
}

// random keeps lines apart that one change has woken together: else they would
// all want the same calls at the same time for ever. Each has its own beat.
func (l *Line) random(ctx context.Context) *rand.Rand {
	h := fnv.New64a()
	if resume, err := l.Pause(ctx); err == nil {
		for _, m := range l.members {
			h.Write([]byte(m.gate.Stream() + "\n"))
		}
		resume()
	}
	return rand.New(rand.NewPCG(h.Sum64(), 0))
}

// untilNext is the pace, or less where a decision is about to end by itself.
func untilNext(reports []Report) time.Duration {
	wait := pace
	for _, r := range reports {
		if r.Passage != nil && !r.Passage.Over {
			wait = min(wait, retry)
		}
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

// answers is how many approvals have been answered.
func answers(reports []Report) (n uint64) {
	for _, r := range reports {
		n += r.Approvals + r.Rejections
	}
	return n
}
