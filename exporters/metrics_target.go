package exporters

import (
	"net/netip"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// A targetFamily has series about targets.
type targetFamily struct {
	name string
	kind dto.MetricType
	help string
	fill func(*sheet, *row)
}

// targetFamilies are in the order of their names.
func targetFamilies() []targetFamily {
	return []targetFamily{
		{"probe_all_duration_seconds", dto.MetricType_HISTOGRAM, "How long runs took that passed or failed, since start.", allDurations},
		{"probe_dns_duration_seconds", dto.MetricType_GAUGE, "How long each phase of the last DNS run took.", phasesOf("dns")},
		{"probe_dns_lookup_time_seconds", dto.MetricType_GAUGE, "How long the last run looked up names.", lookup},
		{"probe_duration_seconds", dto.MetricType_GAUGE, "How long the last run took.", duration},
		{"probe_http_duration_seconds", dto.MetricType_GAUGE, "How long each phase of the last HTTP run took, redirects added up.", phasesOf("http")},
		{"probe_http_redirects", dto.MetricType_GAUGE, "How many redirects the last HTTP run met.", redirects},
		{"probe_http_ssl", dto.MetricType_GAUGE, "Whether the last HTTP run used TLS.", ssl},
		{"probe_http_status_code", dto.MetricType_GAUGE, "HTTP status of the last run.", statusCode},
		{"probe_http_uncompressed_body_length", dto.MetricType_GAUGE, "How many bytes of the body the last HTTP run read, after decompression.", bodyLength},
		{"probe_http_version", dto.MetricType_GAUGE, "HTTP version of the last answer.", version},
		{"probe_ip_protocol", dto.MetricType_GAUGE, "4 or 6, the version of IP that the last run used.", ipProtocol},
		{"probe_missed_total", dto.MetricType_COUNTER, "Starts that came due while the run before went on, since start.", missed},
		{"probe_runs_total", dto.MetricType_COUNTER, "Runs since start, whatever their outcome.", runs},
		{"probe_ssl_earliest_cert_expiry", dto.MetricType_GAUGE, "When the first certificate of the chain expires, in seconds since 1970.", expiry},
		{"probe_success", dto.MetricType_GAUGE, "Whether the last run passed.", success},
		{"probe_tcp_duration_seconds", dto.MetricType_GAUGE, "How long each phase of the last TCP run took.", phasesOf("tcp")},
		{"probe_tls_duration_seconds", dto.MetricType_GAUGE, "How long each phase of the last TLS run took.", phasesOf("tls")},
	}
}

// value adds the row's series of a family.
func (r *row) value(s *sheet, v float64) { s.value(v, "check", r.check, "target", r.target) }

func runs(s *sheet, r *row)   { r.value(s, float64(r.status.Runs)) }
func missed(s *sheet, r *row) { r.value(s, float64(r.missed)) }

func allDurations(s *sheet, r *row) {
	if h := r.status.Durations; h != nil {
		s.histogram(h, "check", r.check, "target", r.target)
	}
}

func success(s *sheet, r *row) {
	if r.last != nil {
		r.value(s, flag(r.last.Err == nil))
	}
}

func duration(s *sheet, r *row) {
	if r.last != nil {
		r.value(s, r.last.Duration.Seconds())
	}
}

// phasesOf has a series for each phase of checks of a kind. Their names are
// ours, and few.
func phasesOf(kind string) func(*sheet, *row) {
	return func(s *sheet, r *row) {
		if r.last == nil || r.kind != kind {
			return
		}
		for _, p := range phases(r.last.Facts) {
			s.value(p.Duration.Seconds(), "check", r.check, "phase", label(p.Name), "target", r.target)
		}
	}
}

func lookup(s *sheet, r *row) {
	if r.last == nil {
		return
	}
	took, any := time.Duration(0), false
	for _, p := range r.last.Facts.Phases {
		if p.Name == "resolve" {
			took, any = took+p.Duration, true
		}
	}
	if any {
		r.value(s, took.Seconds())
	}
}

// answered tells whether the last run got the head of an HTTP response.
func (r *row) answered() bool { return r.last != nil && r.last.Facts.StatusCode != 0 }

func statusCode(s *sheet, r *row) {
	if r.answered() {
		r.value(s, float64(r.last.Facts.StatusCode))
	}
}

func redirects(s *sheet, r *row) {
	if r.answered() {
		r.value(s, float64(r.last.Facts.Redirects))
	}
}

func ssl(s *sheet, r *row) {
	if r.answered() {
		r.value(s, flag(!r.last.Facts.CertExpiry.IsZero()))
	}
}

func bodyLength(s *sheet, r *row) {
	if r.answered() {
		r.value(s, float64(r.last.Facts.Bytes))
	}
}

func version(s *sheet, r *row) {
	if r.answered() {
		if v, err := strconv.ParseFloat(r.last.Facts.Version, 64); err == nil {
			r.value(s, v)
		}
	}
}

func expiry(s *sheet, r *row) {
	if r.last != nil && !r.last.Facts.CertExpiry.IsZero() {
		r.value(s, seconds(r.last.Facts.CertExpiry))
	}
}

func ipProtocol(s *sheet, r *row) {
	if r.last == nil {
		return
	}
	if at, err := netip.ParseAddrPort(r.last.Facts.Remote); err == nil {
		v := 6.0
		if at.Addr().Unmap().Is4() {
			v = 4
		}
		r.value(s, v)
	}
}

// seconds since 1970, to the millisecond: what a float holds is finer than
// what anybody compares.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
