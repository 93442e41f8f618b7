package exporters

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/andon-project/andon/probes"
)

// sheetSize is how many series are held at a time. Thousands of targets have
// hundreds of thousands of series: all of them at once, as a registry gathers
// them, are worth a hundred megabytes at each scrape.
const sheetSize = 256

// A sheet holds a part of one family's series while they are written. It is
// then used again, for the next part and the next family.
type sheet struct {
	family dto.MetricFamily
	cells  []*cell
	used   int
	flush  func(*dto.MetricFamily) // writes what the sheet holds
}

// A cell is one series, with all that it points to.
type cell struct {
	metric  dto.Metric
	gauge   dto.Gauge
	counter dto.Counter
	value   float64
	pairs   [maxPairs]dto.LabelPair
	labels  [maxPairs]*dto.LabelPair
	names   [maxPairs]string
	values  [maxPairs]string
	bins    *bins // for a histogram
}

// maxPairs is how many labels a series may have.
const maxPairs = 3

// begin starts a family.
func (s *sheet) begin(name, help string, kind dto.MetricType) {
	s.family.Name, s.family.Help, s.family.Type = &name, &help, &kind
}

// end writes what is left of the family.
func (s *sheet) end() {
	if s.used > 0 {
		s.flush(&s.family)
	}
	s.family.Metric, s.used = s.family.Metric[:0], 0
}

// value adds a series of the family. Labels are names and values in turn,
// sorted by name.
func (s *sheet) value(v float64, labels ...string) {
	c := s.next(labels)
	c.value = v
	c.metric.Gauge, c.metric.Counter, c.metric.Histogram = nil, nil, nil
	if s.family.GetType() == dto.MetricType_COUNTER {
		c.metric.Counter = &c.counter
	} else {
		c.metric.Gauge = &c.gauge
	}
}

// histogram adds a series with what h counts.
func (s *sheet) histogram(h *probes.Histogram, labels ...string) {
	c := s.next(labels)
	if c.bins == nil {
		c.bins = newBins()
	}
	c.metric.Gauge, c.metric.Counter, c.metric.Histogram = nil, nil, c.bins.of(h)
}

func (s *sheet) next(labels []string) *cell {
	if s.used == sheetSize {
		s.end()
	}
	if s.used == len(s.cells) {
		s.cells = append(s.cells, newCell())
	}
	c := s.cells[s.used]
	s.used++
	s.family.Metric = append(s.family.Metric, &c.metric)
	n := len(labels) / 2
	for i := range n {
		c.names[i], c.values[i] = labels[2*i], labels[2*i+1]
	}
	c.metric.Label = c.labels[:n]
	return c
}

func newCell() *cell {
	c := new(cell)
	c.gauge.Value, c.counter.Value = &c.value, &c.value
	for i := range c.pairs {
		c.pairs[i].Name, c.pairs[i].Value = &c.names[i], &c.values[i]
		c.labels[i] = &c.pairs[i]
	}
	return c
}
