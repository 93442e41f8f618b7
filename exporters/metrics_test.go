package exporters

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// busy has all that metrics can tell.
func busy() Sources {
	tcp, dns, tls := check("database", target("db:5432", nil)), check("name", target("shop.example.com", nil)), check("mail", target("mail:25", nil))
	tcp.Kind, dns.Kind, tls.Kind = "tcp", "dns", "tls"
	for _, c := range []probes.CheckState{tcp, dns, tls} {
		s := &c.Targets[0].Status
		s.Last.Facts = probes.Facts{Phases: s.Last.Facts.Phases, Remote: "[2001:db8::7]:443"}
	}
	tls.Targets[0].Status.Last.Facts.CertExpiry = noon().Add(24 * time.Hour)
	r := with(closed(), func(r *gates.Report) {
		r.Override = &gates.Override{Actor: "mia", Expires: noon().Add(time.Hour)}
		r.Problems = []gates.Reason{{Code: "throttled"}, {Code: "journal"}, {Code: "throttled"}}
		r.Late = 2
	})
	s := world(probes.Snapshot{sick(), tcp, dns, tls, witness("resolver-a", errors.New("refused"))}, r, blackday())
	s.JournalErrors = func() uint64 { return 3 }
	var delays *probes.Histogram
	delays = delays.Add(time.Millisecond)
	s.Delays = func() *probes.Histogram { return delays }
	s.Config = func() ConfigState { return ConfigState{Loaded: ago(time.Hour)} }
	feed := fresh(campaigns)
	feed.Failed = &calendar.Problem{Code: "status", Text: "it answered with status 503"}
	feed.Kept = []calendar.Cause{{Window: "campaigns", Reason: "sale", Start: noon(), End: noon().Add(time.Hour)}}
	with := dated(feed)
	s.Calendars, s.Feeds = with.Calendars, with.Feeds
	return s
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	families, err := ours(t, busy()).Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "testdata/metrics.txt", b.String())
}

// golden compares a file with what was agreed on. ANDON_UPDATE=1 agrees.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("ANDON_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	t.Errorf("%s is no longer so; if that is meant, run this test with ANDON_UPDATE=1 and look at what it changes", file)
	for line := range strings.Lines(got) {
		if !strings.Contains(string(want), line) {
			t.Errorf("it is new: %s", line)
		}
	}
}

func TestMetricsLint(t *testing.T) {
	t.Parallel()
	problems, err := testutil.GatherAndLint(scrape(t, busy(), ""))
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
	families, err := scrape(t, busy(), "").Gather()
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
	for _, accept := range formats() {
		if _, err := scrape(t, s, accept).Gather(); err != nil {
			t.Errorf("a scrape as %s fails: %v", accept, err)
		}
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
	families, err := ours(t, s).Gather()
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
	r := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return scrape(t, s, "").Gather() })
	before, err := testutil.GatherAndCount(r, "probe_success", "andon_check_verdict", "andon_gate_enforced")
	if err != nil || before != 5 {
		t.Fatalf("%d series, %v; want 5", before, err)
	}
	checks, reports = nil, nil
	if after, err := testutil.GatherAndCount(r, "probe_success", "andon_check_verdict", "andon_gate_enforced"); err != nil || after != 0 {
		t.Errorf("%d series, %v; want none", after, err)
	}
}

// How many series a check has is decided by its configuration, whatever its
// target answers and however it fails.
func TestTargetsMakeNoSeries(t *testing.T) {
	t.Parallel()
	const answers, classes = 500, 33 // the last of these is other
	s := target("https://shop.example.com/", nil)
	want := names(t, world(probes.Snapshot{check("storefront", s)}))
	for i := range answers {
		r := run(0, reasoned{fmt.Sprint("class", i), fmt.Sprint("answer ", i)})
		f := &r.Facts
		f.StatusCode, f.Redirects, f.Bytes = i, i, int64(i)
		f.Version, f.Remote = fmt.Sprintf("%d.%d", i, i), fmt.Sprintf("192.0.2.%d:%d", i%256, i)
		f.CertExpiry = noon().Add(time.Duration(i) * time.Hour)
		r.Duration = time.Duration(i) * time.Millisecond
		s.Status = s.Status.Add(r)
	}
	for name, n := range names(t, world(probes.Snapshot{check("storefront", s)})) {
		if most := max(want[name], 1); n > most && !(name == "probe_failures_total" && n <= classes) {
			t.Errorf("%d different answers make %d series of %s, not %d", answers, n, name, most)
		}
	}
}
