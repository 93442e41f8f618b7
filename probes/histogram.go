package probes

import (
	"math"
	"time"
)

// A Histogram counts durations in two ways at once: below fixed bounds, and in
// exponential buckets as Prometheus' native histograms have them. It is a
// value: Add returns the next one, and nil is one without observations.
type Histogram struct {
	Count  uint64
	Sum    time.Duration
	Within [fixed]uint64 // observations that are above the bound before, and not above this one of Bounds

	// Buckets[i] holds what is above 2^((First+i-1)/2^Schema) seconds and not
	// above 2^((First+i)/2^Schema). They lie side by side, at most maxBuckets of
	// them, and never change once they are here.
	Schema  int32
	First   int
	Buckets []uint64
}

const (
	finest     = 3   // of schemas: each bucket is 2^(1/8), 9 %, wider than the one before
	maxBuckets = 100 // what does not fit is counted in buckets twice as wide
)

const fixed = 10

// Bounds are the fixed bounds, ascending.
func Bounds() [fixed]time.Duration {
	const ms = time.Millisecond
	return [fixed]time.Duration{10 * ms, 25 * ms, 50 * ms, 100 * ms, 250 * ms, 500 * ms, 1000 * ms, 2500 * ms, 5000 * ms, 10_000 * ms}
}

// Add returns the histogram with d in it.
func (h *Histogram) Add(d time.Duration) *Histogram {
	next := &Histogram{Schema: finest, First: index(d, finest)}
	if h != nil {
		*next = *h
	}
	next.Count++
	next.Sum += d
	for i, bound := range Bounds() {
		if d <= bound {
			next.Within[i]++
			break
		}
	}
	next.count(d)
	return next
}

// count puts d into buckets of h's own: those of the histogram before may be
// somebody's snapshot.
func (h *Histogram) count(d time.Duration) {
	old, last := h.Buckets, h.First+max(len(h.Buckets), 1)-1
	at := index(d, h.Schema)
	first, shift := h.First, 0
	lo, hi := min(first, at), max(last, at)
	for hi-lo >= maxBuckets {
		lo, hi, at = half(lo), half(hi), half(at)
		h.Schema--
		shift++
	}
	h.First, h.Buckets = lo, make([]uint64, hi-lo+1)
	for i, n := range old {
		i += first
		for range shift {
			i = half(i)
		}
		h.Buckets[i-lo] += n
	}
	h.Buckets[at-lo]++
}

// half is where bucket i is found once buckets are twice as wide.
func half(i int) int { return (i + 1) >> 1 }

// index is the bucket of d. What is shorter than a microsecond counts as one.
func index(d time.Duration, schema int32) int {
	log := math.Log2(max(d, time.Microsecond).Seconds())
	return int(math.Ceil(math.Ldexp(log, int(schema))))
}
