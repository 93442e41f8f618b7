package exporters

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// busy has all that metrics can tell.
func busy() Sources {
	tcp := check("database", target("db:5432", nil))
	tcp.Kind = "tcp"
	r := with(closed(), func(r *gates.Report) {
		r.Override = &gates.Override{Actor: "mia"}
		r.Problems = []gates.Reason{{Code: "throttled"}, {Code: "journal"}, {Code: "throttled"}}
	})
	return world(probes.Snapshot{sick(), tcp}, r)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	want, err := os.Open("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	ours := prometheus.NewPedanticRegistry()
	s := busy()
	ours.MustRegister(newProbeMetrics(s), newGateMetrics(s), newDaemonMetrics(s))
	if err := testutil.GatherAndCompare(ours, want); err != nil {
		t.Error(err)
	}
}

func TestMetricsLint(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(registry(busy()))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestPromtool(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("promtool")
	if err != nil && os.Getenv("ANDON_REQUIRE_REAL") == "1" {
		t.Fatal("promtool is not on PATH (Debian: prometheus)")
	} else if err != nil {
		t.Skip("promtool is not on PATH (Debian: prometheus)")
	}
	_, body, _ := get(t, busy(), "/metrics")
	c := exec.CommandContext(t.Context(), tool, "check", "metrics")
	c.Stdin = strings.NewReader(body)
	if out, err := c.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// The server that scrapes sets these labels itself.
func TestMetricsOwnNoForeignLabels(t *testing.T) {
	t.Parallel()
	families, err := registry(busy()).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if slices.Contains([]string{"instance", "job"}, l.GetName()) {
					t.Errorf("%s has the label %s", f.GetName(), l.GetName())
				}
			}
		}
	}
}

// What a target or a person wrote stays inside the quotes of a label.
func TestHostileMetrics(t *testing.T) {
	t.Parallel()
	bad := "x\"} 1\nandon_gate_enforced{gate=\"production\"} 1\n\\\xff" + strings.Repeat("é", 500)
	err := errors.New(bad)
	check := check(bad, target(bad, err), target(bad, err), target(bad+"2", nil))
	check.Kind = bad
	report := with(closed(), func(r *gates.Report) {
		r.Gate.Name, r.Holder, r.Enforced = bad, gates.Holder(bad), false
		r.Problems = []gates.Reason{{Code: bad}, {Code: bad + "2"}}
	})
	s := world(probes.Snapshot{check, check}, report, report)
	s.Version = BuildInfo{bad, bad, bad}
	s.Calls = func() map[Call]uint64 { return map[Call]uint64{{bad, bad}: 1, {bad + "2", bad}: 2} }
	if _, err := registry(s).Gather(); err != nil {
		t.Errorf("a scrape fails: %v", err)
	}
	status, body, _ := get(t, s, "/metrics")
	if status != 200 || strings.Contains(body, "\nandon_gate_enforced{gate=\"production\"} 1") {
		t.Errorf("%d, or a label broke out of its quotes:\n%s", status, body)
	}
	if !strings.Contains(body, "andon_aws_requests_total{") || !strings.Contains(body, "} 3\n") {
		t.Error("calls whose labels are the same once cut are not added up")
	}
}

func names(t *testing.T, s Sources) map[string]int {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(newProbeMetrics(s), newGateMetrics(s), newDaemonMetrics(s))
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, f := range families {
		n[f.GetName()] = len(f.GetMetric())
	}
	return n
}

func TestNoSeriesWithoutEvidence(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	cannot := fmt.Errorf("%w: no sockets left", probes.ErrInconclusive)
	hung := target("a")
	hung.Missed = 3
	late := target("a")
	late.Status = late.Status.Add(run(60, nil))
	for _, c := range []struct {
		name       string
		target     probes.TargetState
		last, runs int
	}{
		{"never ran", target("a"), 0, 0},
		{"passed", target("a", nil), 1, 1},
		{"failed", target("a", refused), 1, 1},
		{"could not tell", target("a", nil, cannot), 0, 1},
		{"too old", late, 0, 1},
		{"hangs in its first run", hung, 0, 1},
	} {
		n := names(t, world(probes.Snapshot{check("storefront", c.target)}))
		for _, name := range []string{"probe_success", "probe_duration_seconds", "probe_http_status_code", "probe_ssl_earliest_cert_expiry"} {
			if n[name] != c.last {
				t.Errorf("%s: %d series of %s, want %d", c.name, n[name], name, c.last)
			}
		}
		for _, name := range []string{"probe_runs_total", "probe_missed_total"} {
			if n[name] != c.runs {
				t.Errorf("%s: %d series of %s, want %d", c.name, n[name], name, c.runs)
			}
		}
		if n["andon_check_verdict"] != 3 {
			t.Errorf("%s: %d verdicts, want 3", c.name, n["andon_check_verdict"])
		}
	}
}

func TestNoClaimsBeforeAWSWasRead(t *testing.T) {
	t.Parallel()
	n := names(t, world(nil, gates.Report{Gate: gates.Gate{Name: "production"}}))
	for _, name := range []string{"andon_gate_inside", "andon_gate_waiting", "andon_gate_last_read_timestamp_seconds", "andon_gate_problem"} {
		if n[name] != 0 {
			t.Errorf("%s is told of a gate that nobody looked at", name)
		}
	}
	if n["andon_gate_enforced"] != 1 || n["andon_gate_state"] != 3 || n["andon_gate_holder"] != 7 {
		t.Errorf("got %v; want enforced, three states and seven holders", n)
	}
}

// What is renamed or removed leaves nothing behind: metrics come from the
// snapshot alone.
func TestNoStaleSeries(t *testing.T) {
	t.Parallel()
	checks, reports := probes.Snapshot{sick()}, []gates.Report{open()}
	s := world(nil)
	s.Checks = func() probes.Snapshot { return checks }
	s.Gates = func() []gates.Report { return reports }
	r := registry(s)
	before, err := testutil.GatherAndCount(r, "probe_success", "andon_check_verdict", "andon_gate_enforced")
	if err != nil || before != 5 {
		t.Fatalf("%d series, %v; want 5", before, err)
	}
	checks, reports = nil, nil
	if after, err := testutil.GatherAndCount(r, "probe_success", "andon_check_verdict", "andon_gate_enforced"); err != nil || after != 0 {
		t.Errorf("%d series, %v; want none", after, err)
	}
}

// A scrape as a server on this machine makes it, encoded but not compressed.
func BenchmarkScrape(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%d targets", n), func(b *testing.B) {
			h := Handler(world(probes.Snapshot{many(n)}, open()))
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/metrics", nil))
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
