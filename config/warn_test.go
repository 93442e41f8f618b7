package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every file in testdata/warnings is valid, and ends with the exact warnings
// that it causes, as comments that begin with #!.
func TestWarnings(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/warnings/*.yaml")
	if len(files) < 5 {
		t.Fatalf("found %d files only", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(text)) {
				if msg, ok := strings.CutPrefix(line, "#! "); ok {
					want = append(want, "andon.yaml:"+strings.TrimSpace(msg))
				}
			}
			c, err := load("andon.yaml", text, Overrides{Environ: []string{"TOKEN=hunter2"}}, table())
			if err != nil {
				t.Fatal(err)
			}
			if got := c.WarningsAt(monday()).Error(); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

// monday is when these tests load.
func monday() time.Time { return time.Date(2026, time.November, 23, 15, 0, 0, 0, time.UTC) }

// What is valid today is valid for ever: next year a calendar of this year is warned
// of, and nothing else (P16).
func TestOldCalendarsLoadP16(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/warnings/calendars.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := load("andon.yaml", text, Overrides{}, table())
	if err != nil {
		t.Fatal(err)
	}
	past := func(now time.Time) int { return strings.Count(c.WarningsAt(now).Error(), "closes nothing any more") }
	if before, after := past(monday()), past(monday().AddDate(2, 0, 0)); before != 4 || after != 5 {
		t.Errorf("%d windows in the past are told now and %d in two years, want 4 and 5", before, after)
	}
}
