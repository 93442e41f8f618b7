package exporters

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// registry holds collectors over snapshots: nothing is counted here, so what
// is no longer configured leaves no series behind. What is told of checks is
// not among them: see scraper.
func registry(s Sources) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		newGateMetrics(s),
		newCalendarMetrics(s),
		newDaemonMetrics(s),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return r
}

// A family is all series of one name.
type family struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func (f family) send(ch chan<- prometheus.Metric, value float64, labels ...string) {
	m, err := prometheus.NewConstMetric(f.desc, f.kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(f.desc, err)
	}
	ch <- m
}

// oneOf sends one series per state, 1 for the one that is and 0 for the others.
func (f family) oneOf(ch chan<- prometheus.Metric, name, is string, states []string) {
	for _, state := range states {
		f.send(ch, flag(state == is), name, state)
	}
}

// families describes what a collector has.
type families []*prometheus.Desc

func (fs *families) add(kind prometheus.ValueType, name, help string, labels []string) family {
	d := prometheus.NewDesc(name, help, labels, nil)
	*fs = append(*fs, d)
	return family{d, kind}
}

func (fs *families) gauge(name, help string, labels ...string) family {
	return fs.add(prometheus.GaugeValue, name, help, labels)
}

func (fs *families) counter(name, help string, labels ...string) family {
	return fs.add(prometheus.CounterValue, name, help, labels)
}

// Describe is one half of prometheus.Collector.
func (fs families) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range fs {
		ch <- d
	}
}

// daemonMetrics tell of andon itself.
type daemonMetrics struct {
	families
	sources  Sources
	requests family
	build    family
	journal  family
	delays   family

	reloaded, loaded, orphans family
}

func newDaemonMetrics(s Sources) daemonMetrics {
	m := daemonMetrics{sources: s}
	m.requests = m.counter("andon_aws_requests_total", "Requests to AWS since start, by what became of them.", "operation", "code")
	m.journal = m.counter("andon_journal_errors_total", "Uses of the journal that failed, since start.")
	m.delays = m.counter("andon_start_delay_seconds", "How long after their scheduled starts runs of checks began, since start.")
	m.reloaded = m.gauge("andon_config_last_reload_successful", "Whether the configuration is what its file says; 0 while a changed one was refused.")
	m.loaded = m.gauge("andon_config_last_reload_success_timestamp_seconds", "When the configuration was put to work, in seconds since 1970.")
	m.orphans = m.gauge("andon_orphans", "Holds of andon's that no gate answers for.")
	m.build = m.gauge("andon_build_info", "1, with what this andon was built from.", "version", "revision", "goversion")
	return m
}

// Collect is the other half of prometheus.Collector.
func (m daemonMetrics) Collect(ch chan<- prometheus.Metric) {
	counts := map[Call]uint64{} // labels that become the same by being cut are one series
	for call, n := range m.sources.Calls() {
		counts[Call{label(call.Operation), label(call.Code)}] += n
	}
	for call, n := range counts {
		m.requests.send(ch, float64(n), call.Operation, call.Code)
	}
	m.journal.send(ch, float64(m.sources.JournalErrors()))
	if h := m.sources.Delays(); h != nil {
		ch <- histogramMetric{m.delays.desc, h}
	}
	c := m.sources.Config()
	m.reloaded.send(ch, flag(c.Problem == ""))
	if !c.Loaded.IsZero() {
		m.loaded.send(ch, seconds(c.Loaded))
	}
	m.orphans.send(ch, float64(len(m.sources.Orphans())))
	v := m.sources.Version
	m.build.send(ch, 1, label(v.Version), label(v.Revision), label(v.GoVersion))
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// label makes text fit to be the value of a label: valid UTF-8, and bounded.
func label(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxLabel)], "\uFFFD")
}

// once tells whether label has not come before. Two series of one name and the
// same labels would spoil the whole scrape.
type once map[string]bool

func (o once) more(label string) bool {
	before := o[label]
	o[label] = true
	return !before
}
