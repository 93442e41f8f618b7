package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func exported(t *testing.T, dir string, args ...string) string {
	t.Helper()
	s := andon(t, nil, append([]string{"journal", "export", "--data", dir}, args...)...)
	if s.exit != exitGood || s.stderr != "" {
		t.Fatalf("%+v", s)
	}
	return s.out
}

// What is exported verifies elsewhere, whole or from the middle of a stream,
// and what was changed does not.
func TestJournalExport(t *testing.T) {
	t.Parallel()
	all := exported(t, eveningJournal(t))
	lines := strings.SplitAfter(strings.TrimRight(all, "\n"), "\n")
	swapped := append([]string{lines[1], lines[0]}, lines[2:]...)
	for _, c := range []struct {
		name, text string
		exit       int
		says       string
	}{
		{"all", all, exitGood, "gate/production     whole  3 records, last hash "},
		{"from the middle", strings.Join(lines[2:], ""), exitGood, "whole  from record 3 on, "},
		{"nothing", "", exitGood, "no records"},
		{"a word changed", strings.Replace(all, "enabled the transition", "enabled a transition", 1), exitBad, "does not match its hash"},
		{"a space in a body", strings.Replace(all, `"actor":"`, `"actor": "`, 1), exitBad, "does not match its hash"},
		{"one taken out", strings.Join(append(lines[:1:1], lines[2:]...), ""), exitBad, "record 2: missing"},
		{"two swapped", strings.Join(swapped, ""), exitBad, "damaged"},
		{"cut off in a line", all[:len(all)-20], exitUnknown, "is not one of a journal"},
		{"another file", "hello\n", exitUnknown, "record 1 of the file is not one of a journal"},
	} {
		file := filepath.Join(t.TempDir(), "journal.jsonl")
		write(t, file, c.text)
		s := andon(t, nil, "journal", "verify", "--file", file)
		if s.exit != c.exit || !strings.Contains(s.out+s.stderr, c.says) {
			t.Errorf("%s: %+v, want %d %q", c.name, s, c.exit, c.says)
		}
	}
}

func TestJournalExportSelects(t *testing.T) {
	t.Parallel()
	dir := eveningJournal(t)
	all := exported(t, dir)
	one := exported(t, dir, "--stream", "gate/production")
	later := exported(t, dir, "--stream", "gate/production", "--since", noon().Add(time.Second).Format(time.RFC3339Nano))
	if one == "" || len(one) >= len(all) || later == "" || !strings.HasSuffix(one, later) || len(later) >= len(one) {
		t.Errorf("all has %d bytes, one stream %d, its end %d", len(all), len(one), len(later))
	}
	if got := exported(t, dir, "--since", "1s"); got != "" {
		t.Errorf("of the last second: %s", got)
	}
	for arg, says := range map[string]string{"--since=yesterday": "want a time like 24h", "--since=-3h": "want a time like 24h", "--stream=gate/none": "there are gate/production"} {
		if s := andon(t, nil, "journal", "export", "--data", dir, arg); s.exit == exitGood || !strings.Contains(s.stderr, says) {
			t.Errorf("%s: %+v", arg, s)
		}
	}
}

// The lines of Python in the document do what it says.
func TestJournalVerifiesWithoutUs(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("ANDON_REQUIRE_REAL") == "1" {
			t.Fatal("python3 is not on PATH")
		}
		t.Skip("python3 is not on PATH")
	}
	document, err := os.ReadFile("../../docs/journal.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(document), "```python\n")
	script, _, _ := strings.Cut(rest, "```")
	dir := eveningJournal(t)
	all := exported(t, dir)
	ours := andon(t, nil, "journal", "verify", "--data", dir).out
	run := func(text string) (string, error) {
		cmd := exec.CommandContext(t.Context(), python, "-c", script)
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run(all)
	if err != nil {
		t.Fatal(err, out)
	}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) != 3 || !strings.Contains(ours, f[2]) {
			t.Errorf("python says %q, andon %q", line, ours)
		}
	}
	if out, err := run(strings.Replace(all, "enabled the transition", "enabled a transition", 1)); err == nil || !strings.Contains(out, "gate/production, record 3, is not what was written") {
		t.Errorf("a word was changed: %v %s", err, out)
	}
}
