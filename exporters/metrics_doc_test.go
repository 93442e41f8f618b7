package exporters

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// The document has every metric, and no other.
func TestMetricsDocument(t *testing.T) {
	t.Parallel()
	const file, head = "../docs/metrics.md", "| metric | type | labels | meaning |\n|---|---|---|---|\n"
	families, err := ours(t, busy()).Gather()
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(document), head)
	var b strings.Builder
	b.WriteString(text + head)
	for _, f := range families {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labelNames(f), ", "), f.GetHelp())
	}
	golden(t, file, b.String())
}

func labelNames(f *dto.MetricFamily) []string {
	var names []string
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			if !slices.Contains(names, l.GetName()) {
				names = append(names, l.GetName())
			}
		}
	}
	return names
}

// What the fixture leaves out, no other test of metrics sees.
func TestFixtureHasAllMetrics(t *testing.T) {
	t.Parallel()
	families, err := ours(t, busy()).Gather()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range families {
		there[f.GetName()] = len(f.GetMetric()) > 0
	}
	for _, name := range allNames() {
		if !there[name] {
			t.Errorf("%s is not among the metrics of busy: give it a series there", name)
		}
	}
}

func allNames() (names []string) {
	names = append(names, blindName, starvedName)
	for _, f := range checkFamilies() {
		names = append(names, f.name)
	}
	for _, f := range targetFamilies() {
		names = append(names, f.name)
	}
	descs := make(chan *prometheus.Desc)
	go func() {
		newGateMetrics(busy()).Describe(descs)
		newCalendarMetrics(busy()).Describe(descs)
		newDaemonMetrics(busy()).Describe(descs)
		close(descs)
	}()
	for d := range descs {
		_, name, _ := strings.Cut(d.String(), `fqName: "`)
		name, _, _ = strings.Cut(name, `"`)
		names = append(names, name)
	}
	return names
}
