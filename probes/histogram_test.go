package probes

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Each duration lies in the bucket that counts it, whatever the range of them.
func TestHistogram(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		from, to float64 // seconds
		schema   int32
	}{
		{"one place", 0.02, 0.06, 3},
		{"as far as fits", 0.002, 9, 3},
		{"a timeout now and then", 0.0002, 60, 2},
		{"from nothing to an age", 0.0000001, 1e9, 1},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		var h *Histogram
		var all []time.Duration
		for range 3000 {
			log := math.Log(c.from) + r.Float64()*math.Log(c.to/c.from)
			all = append(all, time.Duration(math.Exp(log)*float64(time.Second)))
			h = h.Add(all[len(all)-1])
		}
		if h.Count != 3000 || h.Schema != c.schema || len(h.Buckets) > maxBuckets || h.Buckets[0] == 0 {
			t.Errorf("%s: %d of 3000, schema %d of %d, %d buckets", c.name, h.Count, h.Schema, c.schema, len(h.Buckets))
		}
		below := 0.0
		for i, n := range h.Buckets {
			above := math.Exp2(math.Ldexp(float64(h.First+i), -int(h.Schema)))
			if got := between(all, below, above); got != n {
				t.Errorf("%s: %d in (%g, %g] s, counted %d", c.name, got, below, above, n)
			}
			below = above
		}
		below = 0
		for i, bound := range Bounds() {
			if got := between(all, below, bound.Seconds()); got != h.Within[i] {
				t.Errorf("%s: %d up to %v, counted %d", c.name, got, bound, h.Within[i])
			}
			below = bound.Seconds()
		}
	}
}

func between(all []time.Duration, above, upTo float64) (n uint64) {
	for _, d := range all {
		if s := max(d, time.Microsecond).Seconds(); s > above && s <= upTo {
			n++
		}
	}
	return n
}

// Whoever holds a histogram keeps what it was.
func TestHistogramIsAValue(t *testing.T) {
	t.Parallel()
	var none *Histogram
	one := none.Add(time.Second)
	before, buckets := *one, slices.Clone(one.Buckets)
	one.Add(time.Second)
	one.Add(time.Hour)
	one.Add(time.Microsecond)
	if after := *one; after.Count != before.Count || after.First != before.First || !slices.Equal(after.Buckets, buckets) || none != nil {
		t.Errorf("it was %+v and became %+v", before, after)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	checks := make([]Check, 10_000)
	for i := range checks {
		checks[i] = Check{Name: "shop", Schedule: Every(time.Minute), Targets: []Target{{Name: "shop"}}}
	}
	m := NewMonitor(checks, nil)
	b.ReportAllocs()
	for b.Loop() {
		m.Snapshot()
	}
}
