package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

// A block is a fenced block of a document.
type block struct {
	place string // file:line
	kind  string // what follows the fence
	text  string
}

// documents are all texts for people, by their name.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			text, err := os.ReadFile(path)
			texts[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = string(text)
			return err
		}
		return nil
	})
	if err != nil || texts["README.md"] == "" {
		t.Fatal("no documents", err)
	}
	return texts
}

func blocks(name, text string) []block {
	var all []block
	var open *block
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open == nil:
			open = &block{place: fmt.Sprintf("%s:%d", name, i+1), kind: fence}
		case isFence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return all
}

var (
	variable   = regexp.MustCompile(`\$\{env:([^}]*)\}`)
	secretFile = regexp.MustCompile(`\$\{file:[^}]*\}`)
)

// A block marked yaml alone is a configuration, and loads. One that is a part of
// a configuration, or of something else, says so after the word.
func TestConfigurationsInDocumentsLoad(t *testing.T) {
	t.Parallel()
	n := 0
	for name, text := range documents(t) {
		for _, b := range blocks(name, text) {
			if b.kind != "yaml" {
				continue
			}
			n++
			var environ []string
			for _, m := range variable.FindAllStringSubmatch(b.text, -1) {
				environ = append(environ, m[1]+"=https://example.com/something")
			}
			file := filepath.Join(t.TempDir(), "andon.yaml")
			if err := os.WriteFile(file, []byte(secretFile.ReplaceAllString(b.text, "something")), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(file, config.Overrides{Environ: environ}); err != nil {
				t.Errorf("%s: %v", b.place, strings.ReplaceAll(err.Error(), file+":", "line "))
			}
		}
	}
	if n == 0 {
		t.Error("no document shows a configuration")
	}
}

var inlineCommand = regexp.MustCompile("`(andon [^`]*)`")

// Command lines of andon in documents and help texts name commands, flags and
// arguments that there are.
func TestCommandsInDocumentsExist(t *testing.T) {
	t.Parallel()
	lines := map[string]string{} // by line: where
	for name, text := range documents(t) {
		for _, b := range blocks(name, text) {
			if slices.Contains([]string{"", "sh", "shell", "bash", "console"}, b.kind) {
				for line := range strings.Lines(strings.ReplaceAll(b.text, "\\\n", " ")) {
					lines[line] = b.place
				}
			}
		}
		for _, m := range inlineCommand.FindAllStringSubmatch(text, -1) {
			lines[strings.Join(strings.Fields(m[1]), " ")] = name
		}
	}
	walk(new(program).root(), func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			lines[line] = cmd.CommandPath() + " --help"
		}
	})
	n := 0
	for line, place := range lines {
		for _, args := range callsIn(line) {
			n++
			if err := parses(args); err != nil {
				t.Errorf("%s: %s: %v", place, strings.TrimSpace(line), err)
			}
		}
	}
	if n < 10 {
		t.Errorf("found %d commands only", n)
	}
}

func walk(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, sub := range cmd.Commands() {
		walk(sub, f)
	}
}

// parses tells what is wrong with arguments, without doing what they say.
func parses(args []string) error {
	cmd, rest, err := new(program).root().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if !cmd.HasParent() && cmd.Flags().NArg() > 0 {
		return fmt.Errorf("there is no command %s", cmd.Flags().Arg(0))
	}
	if cmd.HasSubCommands() && cmd.Flags().NArg() == 0 {
		return nil // it shows its help
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// callsIn are the arguments of andon in a line of shell, for each time it is
// called there.
func callsIn(line string) [][]string {
	var all [][]string
	for _, words := range shellCommands(line) {
		for len(words) > 0 && (strings.Contains(words[0], "=") || slices.Contains([]string{"$", "exec", "if", "until"}, words[0])) {
			words = words[1:]
		}
		switch {
		case len(words) > 0 && (words[0] == "andon" || words[0] == "./andon"):
			all = append(all, words[1:])
		case len(words) > 2 && slices.Equal(words[:3], []string{"go", "run", "./cmd/andon"}):
			all = append(all, words[3:])
		case len(words) > 2 && words[0] == "docker" && words[1] == "exec":
			if i := slices.Index(words, "/andon"); i > 0 {
				all = append(all, words[i+1:])
			}
		case len(words) > 2 && words[0] == "docker" && words[1] == "run":
			if image := lastIndex(words, "andon"); image > 0 && image < len(words)-1 {
				all = append(all, words[image+1:])
			}
		}
	}
	return all
}

func lastIndex(words []string, word string) int {
	for i, w := range slices.Backward(words) {
		if w == word {
			return i
		}
	}
	return -1
}

// shellCommands splits a line into commands and these into words, as a shell
// does. What a redirection names counts as a command of its own.
func shellCommands(line string) [][]string {
	all := [][]string{nil}
	word, has, quote := "", false, rune(0)
	flush := func() {
		if has {
			all[len(all)-1] = append(all[len(all)-1], word)
		}
		word, has = "", false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, has = r, true
		case r == '#' && !has:
			return all
		case strings.ContainsRune("|&;<>()\n", r):
			flush()
			all = append(all, nil)
		case r == ' ' || r == '\t':
			flush()
		default:
			word += string(r)
			has = true
		}
	}
	flush()
	return all
}
