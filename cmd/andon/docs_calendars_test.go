package main

import (
	"os"
	"path/filepath"
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
