package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
			if got := c.Warnings.Error(); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}
