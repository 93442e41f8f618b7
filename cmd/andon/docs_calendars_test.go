package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What docs/calendars.md shows of the program is what the program prints.
func TestCalendarsDocumentShowsTheProgram(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/calendars.md")
	if err != nil {
		t.Fatal(err)
	}
	file, command := filepath.Join(t.TempDir(), "andon.yaml"), ""
	n := 0
	for _, b := range blocks("docs/calendars.md", string(text)) {
		switch b.kind {
		case "yaml":
			if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
		case "":
			command = b.text
		case "text", "json":
			n++
			var out strings.Builder
			p := program{Stdout: &out, Stderr: &out}
			p.Main(t.Context(), strings.Fields(strings.NewReplacer("andon.yaml", file, "andon ", "").Replace(command)))
			if out.String() != b.text {
				t.Errorf("%s: %sprints\n%s", b.place, command, out.String())
			}
		}
	}
	if n < 2 {
		t.Errorf("%d answers are shown", n)
	}
}

var metricName = regexp.MustCompile(`\bandon_[a-z_]+`)

// A block marked yaml rules is one for Prometheus, about metrics that there are.
func TestRulesInDocuments(t *testing.T) {
	t.Parallel()
	all := documents(t)
	n := 0
	for name, text := range all {
		for _, b := range blocks(name, text) {
			if b.kind != "yaml rules" {
				continue
			}
			n++
			for _, metric := range metricName.FindAllString(b.text, -1) {
				if !strings.Contains(all["docs/metrics.md"], "`"+metric+"`") {
					t.Errorf("%s: there is no metric %s", b.place, metric)
				}
			}
			file := filepath.Join(t.TempDir(), "rules.yaml")
			if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
			tool, err := exec.LookPath("promtool")
			if err != nil && os.Getenv("ANDON_REQUIRE_REAL") == "1" {
				t.Fatal("promtool is not on PATH (Debian: prometheus)")
			} else if err != nil {
				t.Skip("promtool is not on PATH (Debian: prometheus)")
			}
			if out, err := exec.CommandContext(t.Context(), tool, "check", "rules", file).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", b.place, err, out)
			}
		}
	}
	if n == 0 {
		t.Error("no document shows rules")
	}
}
