package exporters

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/andon-project/andon/probes"
)

// bins are a histogram as it is written: classic buckets for every format, and
// native ones, which only the protobuf format carries.
type bins struct {
	histogram dto.Histogram
	count     uint64
	sum       float64
	buckets   [len(bounds{})]dto.Bucket
	sums      [len(bounds{})]uint64
	bounds    bounds
	schema    int32
	zero      uint64
	threshold float64
	span      dto.BucketSpan
	offset    int32
	length    uint32
}

type bounds [10]float64

func newBins() *bins {
	b := &bins{threshold: prometheus.DefNativeHistogramZeroThreshold}
	h := &b.histogram
	h.SampleCount, h.SampleSum = &b.count, &b.sum
	h.Schema, h.ZeroCount, h.ZeroThreshold = &b.schema, &b.zero, &b.threshold
	for i, bound := range probes.Bounds() {
		b.bounds[i] = bound.Seconds()
		b.buckets[i].UpperBound, b.buckets[i].CumulativeCount = &b.bounds[i], &b.sums[i]
		h.Bucket = append(h.Bucket, &b.buckets[i])
	}
	b.span.Offset, b.span.Length = &b.offset, &b.length
	h.PositiveSpan = []*dto.BucketSpan{&b.span}
	return b
}

// of shows h, until b shows another. All buckets lie in one span, so each is
// written as its difference to the one before.
func (b *bins) of(h *probes.Histogram) *dto.Histogram {
	b.count, b.sum = h.Count, h.Sum.Seconds()
	total := uint64(0)
	for i, n := range h.Within {
		total += n
		b.sums[i] = total
	}
	b.schema, b.offset, b.length = h.Schema, int32(h.First), uint32(len(h.Buckets))
	deltas, before := b.histogram.PositiveDelta[:0], int64(0)
	for _, n := range h.Buckets {
		deltas = append(deltas, int64(n)-before)
		before = int64(n)
	}
	b.histogram.PositiveDelta = deltas
	return &b.histogram
}

// histogramMetric is h for a registry.
type histogramMetric struct {
	desc *prometheus.Desc
	h    *probes.Histogram
}

// Desc is one half of prometheus.Metric.
func (m histogramMetric) Desc() *prometheus.Desc { return m.desc }

// Write is the other half of prometheus.Metric.
func (m histogramMetric) Write(out *dto.Metric) error {
	out.Histogram = newBins().of(m.h)
	return nil
}
