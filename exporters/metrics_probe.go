package exporters

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/andon-project/andon/probes"
)

// probeMetrics tell of checks, by names that users of the blackbox exporter
// know. What the last run measured is told while that run is evidence: not
// when it could not tell, and not when it is too old. A target that never ran
// has no series.
type probeMetrics struct {
	families
	sources Sources

	verdict                   family
	success, duration, status family
	http, tcp, expiry         family
	runs, failures, missed    family
}

func newProbeMetrics(s Sources) probeMetrics {
	m := probeMetrics{sources: s}
	m.verdict = m.gauge("andon_check_verdict", "1 for the verdict that the check has, 0 for the others.", "check", "verdict")
	m.success = m.gauge("probe_success", "Whether the last run passed.", "check", "target")
	m.duration = m.gauge("probe_duration_seconds", "How long the last run took.", "check", "target")
	m.http = m.gauge("probe_http_duration_seconds", "How long each phase of the last HTTP run took, redirects added up.", "check", "target", "phase")
	m.tcp = m.gauge("probe_tcp_duration_seconds", "How long each phase of the last TCP run took.", "check", "target", "phase")
	m.status = m.gauge("probe_http_status_code", "HTTP status of the last run.", "check", "target")
	m.expiry = m.gauge("probe_ssl_earliest_cert_expiry", "When the first certificate of the chain expires, in seconds since 1970.", "check", "target")
	m.runs = m.counter("probe_runs_total", "Runs since start, whatever their outcome.", "check", "target")
	m.failures = m.counter("probe_failures_total", "Failed runs since start, over all targets, by the class of the failure.", "check", "reason")
	m.missed = m.counter("probe_missed_total", "Starts that came due while the run before went on, since start.", "check", "target")
	return m
}

// Collect is one half of prometheus.Collector.
func (m probeMetrics) Collect(ch chan<- prometheus.Metric) {
	checks := m.sources.Checks()
	now := m.sources.Clock()
	verdicts := []string{probes.Unknown.String(), probes.Healthy.String(), probes.Unhealthy.String()}
	names := once{}
	for _, c := range checks {
		check := label(c.Name)
		if !names.more(check) {
			continue
		}
		m.verdict.oneOf(ch, check, c.At(now).String(), verdicts)
		m.failed(ch, c, check)
		targets := make(once, len(c.Targets))
		for _, t := range c.Targets {
			if target := label(t.Target.Name); targets.more(target) {
				m.target(ch, c.Kind, t, now, check, target)
			}
		}
	}
}

func (m probeMetrics) target(ch chan<- prometheus.Metric, kind string, t probes.TargetState, now time.Time, check, target string) {
	s := t.Status
	if s.Runs == 0 && t.Missed == 0 {
		return
	}
	m.runs.send(ch, float64(s.Runs), check, target)
	m.missed.send(ch, float64(t.Missed), check, target)
	if s.Last.Outcome() != probes.Inconclusive && !s.Stale(now) {
		m.last(ch, kind, s.Last, check, target)
	}
}

// failed adds up the targets of a check. A reason has a series from its first
// failure on.
func (m probeMetrics) failed(ch chan<- prometheus.Metric, c probes.CheckState, check string) {
	sum := map[string]uint64{}
	for _, t := range c.Targets {
		for reason, n := range t.Status.ByReason {
			sum[label(reason)] += n
		}
	}
	for reason, n := range sum {
		m.failures.send(ch, float64(n), check, reason)
	}
}

func (m probeMetrics) last(ch chan<- prometheus.Metric, kind string, r probes.Result, check, target string) {
	m.success.send(ch, flag(r.Outcome() == probes.Pass), check, target)
	m.duration.send(ch, r.Duration.Seconds(), check, target)
	if phase, ok := m.phase(kind); ok {
		for _, p := range phases(r.Facts) {
			phase.send(ch, p.Duration.Seconds(), check, target, label(p.Name))
		}
	}
	if code := r.Facts.StatusCode; code != 0 {
		m.status.send(ch, float64(code), check, target)
	}
	if at := r.Facts.CertExpiry; !at.IsZero() {
		m.expiry.send(ch, seconds(at), check, target)
	}
}

func (m probeMetrics) phase(kind string) (family, bool) {
	switch kind {
	case "http":
		return m.http, true
	case "tcp":
		return m.tcp, true
	}
	return family{}, false
}

// seconds since 1970, to the millisecond: what a float holds is finer than
// what anybody compares.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
