package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var inlineGo = regexp.MustCompile("`((?:[A-Z_]+=\\S+ )?go (?:run|test) [^`]*)`")

// What documents tell to run or to test is there: the folder of the package,
// and a test of the name that -run or -fuzz gives.
func TestGoCommandsInDocumentsExist(t *testing.T) {
	t.Parallel()
	n := 0
	for name, text := range documents(t) {
		var lines []string
		for _, b := range blocks(name, text) {
			if b.kind == "" || b.kind == "sh" {
				lines = append(lines, strings.Split(b.text, "\n")...)
			}
		}
		for _, m := range inlineGo.FindAllStringSubmatch(text, -1) {
			lines = append(lines, strings.Join(strings.Fields(m[1]), " "))
		}
		for _, line := range lines {
			for _, words := range shellCommands(line) {
				for len(words) > 0 && strings.Contains(words[0], "=") {
					words = words[1:]
				}
				if len(words) > 2 && words[0] == "go" && (words[1] == "run" || words[1] == "test") {
					n++
					checkGo(t, name+": "+line, words[2:])
				}
			}
		}
	}
	if n < 5 {
		t.Errorf("found %d commands only", n)
	}
}

func checkGo(t *testing.T, where string, words []string) {
	pattern, dir := "", ""
	for i, w := range words {
		if (w == "-run" || w == "-fuzz") && i+1 < len(words) {
			pattern, _, _ = strings.Cut(words[i+1], "/")
		}
		if dir == "" && strings.HasPrefix(w, "./") {
			dir = filepath.Join("../..", strings.TrimSuffix(w, "..."))
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	if pattern == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	test := regexp.MustCompile(`(?m)^func (?:Test|Fuzz|Benchmark)?\w*` + pattern)
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && test.Match(text) {
			return
		}
	}
	t.Errorf("%s: no test in %s is called like %s", where, dir, pattern)
}
