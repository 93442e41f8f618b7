package exporters

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/andon-project/andon/probes"
)

// probeMetrics tell of checks, by names that users of the blackbox exporter
// and of Grafana's synthetic monitoring know. What the last run measured is
// told while that run is evidence: not when it could not tell, and not when it
// is too old. A target that never ran has no series.
type probeMetrics struct{ sources Sources }

// A row is what one target gives to the families about targets.
type row struct {
	check, target string
	kind          string
	missed        uint64
	status        *probes.Status
	last          *probes.Result // nil: no evidence
}

// rows are the targets of a snapshot. Two series of one name and the same
// labels would spoil the whole scrape, so each pair of labels comes once.
func (m probeMetrics) rows(checks []namedCheck) []row {
	now := m.sources.Clock()
	var rows []row
	for _, c := range checks {
		targets := make(once, len(c.Targets))
		for i := range c.Targets {
			t := &c.Targets[i]
			target := label(t.Target.Name)
			if len(c.Targets) > 1 && !targets.more(target) {
				continue
			}
			if s := &t.Status; s.Runs > 0 || t.Missed > 0 {
				r := row{check: c.label, target: target, kind: c.Kind, missed: t.Missed, status: s}
				if s.Last.Outcome() != probes.Inconclusive && !s.Stale(now) {
					r.last = &s.Last
				}
				rows = append(rows, r)
			}
		}
	}
	return rows
}

// A namedCheck is a check and its label.
type namedCheck struct {
	probes.CheckState
	label string
}

func namedChecks(snapshot probes.Snapshot) []namedCheck {
	checks := make([]namedCheck, 0, len(snapshot))
	names := make(once, len(snapshot))
	for _, c := range snapshot {
		if name := label(c.Name); names.more(name) {
			checks = append(checks, namedCheck{c, name})
		}
	}
	return checks
}

// write sends all families, one after the other.
func (m probeMetrics) write(w *familyWriter) {
	snapshot := m.sources.Checks()
	checks := namedChecks(snapshot)
	rows := m.rows(checks)
	s := &sheet{flush: w.part}
	w.begin()
	s.begin(blindName, "Whether andon cannot see: witnesses in two networks fail, and nothing of production passes.", dto.MetricType_GAUGE)
	blind := snapshot.Blind(m.sources.Clock())
	s.value(flag(blind.Blind()))
	s.end()
	w.begin()
	s.begin(flickerName, "Whether andon sees at this moment only: it was blind, its witnesses are not steady yet, and nothing of production has passed.", dto.MetricType_GAUGE)
	s.value(flag(blind.Flickers()))
	s.end()
	w.begin()
	s.begin(starvedName, "Checks whose last run began too late to be believed: this machine is short of time or was asleep.", dto.MetricType_GAUGE)
	s.value(starvedChecks(checks))
	s.end()
	for _, f := range checkFamilies() {
		w.begin()
		s.begin(f.name, f.help, f.kind)
		for _, c := range checks {
			f.fill(s, c, m.sources.Clock())
		}
		s.end()
	}
	for _, f := range targetFamilies() {
		w.begin()
		s.begin(f.name, f.help, f.kind)
		for i := range rows {
			f.fill(s, &rows[i])
		}
		s.end()
	}
}

// A checkFamily has series about checks.
type checkFamily struct {
	name string
	kind dto.MetricType
	help string
	fill func(*sheet, namedCheck, time.Time)
}

func checkFamilies() []checkFamily {
	return []checkFamily{
		{"andon_check_verdict", dto.MetricType_GAUGE, "1 for the verdict that the check has, 0 for the others.", verdicts},
		{"probe_failures_total", dto.MetricType_COUNTER, "Failed runs since start, over all targets, by the class of the failure.", failures},
		{"andon_witness_failing", dto.MetricType_GAUGE, "Whether the last run of a witness failed, for any of its targets. Witnesses tell nothing of production.", witnessFailing},
	}
}

func verdicts(s *sheet, c namedCheck, now time.Time) {
	is := c.At(now)
	for _, v := range []probes.Verdict{probes.Unknown, probes.Healthy, probes.Unhealthy} {
		s.value(flag(v == is), "check", c.label, "verdict", v.String())
	}
}

// failures adds up the targets of a check. A reason has a series from its
// first failure on.
func failures(s *sheet, c namedCheck, _ time.Time) {
	var sum map[string]uint64
	for i := range c.Targets {
		for reason, n := range c.Targets[i].Status.ByReason {
			if sum == nil {
				sum = map[string]uint64{}
			}
			sum[label(reason)] += n
		}
	}
	for reason, n := range sum {
		s.value(float64(n), "check", c.label, "reason", reason)
	}
}
