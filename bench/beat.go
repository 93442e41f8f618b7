package main

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A beat is how regularly checks came.
type beat struct {
	checks    int
	missed    int
	deviation time.Duration // of the time between two runs from the period, 99 of 100 are within
	peak      float64       // the busiest 100 ms, in means of all
}

// beatOf looks at arrivals by target, in nanoseconds, from an instant to
// another.
func beatOf(arrivals [][]int64, from, to time.Time, every time.Duration) beat {
	const slot = 100 * time.Millisecond
	var b beat
	var deviations []time.Duration
	slots := make([]int, to.Sub(from)/slot)
	for _, times := range arrivals {
		before, first := from.UnixNano(), true
		for _, at := range times {
			if at < from.UnixNano() || at >= to.UnixNano() {
				continue
			}
			b.checks++
			if i := int((at - from.UnixNano()) / int64(slot)); i < len(slots) {
				slots[i]++
			}
			gap := time.Duration(at - before)
			b.missed += skipped(gap, every)
			if !first {
				deviations = append(deviations, (gap - every).Abs())
			}
			before, first = at, false
		}
		b.missed += skipped(time.Duration(to.UnixNano()-before), every)
	}
	if len(deviations) > 0 {
		slices.Sort(deviations)
		b.deviation = deviations[(len(deviations)*99+99)/100-1]
	}
	if b.checks > 0 && len(slots) > 0 {
		b.peak = float64(slices.Max(slots)) * float64(len(slots)) / float64(b.checks)
	}
	return b
}

// skipped is how many runs should have been in a gap between two. Half a
// period is lateness, not a run.
func skipped(gap, every time.Duration) int {
	return max(0, int(math.Round(float64(gap)/float64(every)))-1)
}

// median of what f tells of each.
func median[T any, N cmp.Ordered](all []T, f func(T) N) N {
	values := make([]N, len(all))
	for i, x := range all {
		values[i] = f(x)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func asIs[T any](x T) T { return x }
