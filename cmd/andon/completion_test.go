package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// peerProgram is a program that is not ours. Without it the test is skipped,
// and fails where all have to be there.
func peerProgram(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("ANDON_REQUIRE_REAL") == "1" {
		t.Fatalf("%s is missing, and ANDON_REQUIRE_REAL=1 wants it: install %s", name, debian)
	}
	if err != nil {
		t.Skipf("%s is missing: install %s", name, debian)
	}
	return path
}

// A real bash completes commands, flags, gates of a daemon and checks of a
// configuration, and is quiet where these cannot be asked.
func TestBashCompletes(t *testing.T) {
	t.Parallel()
	bash := peerProgram(t, "bash", "bash")
	const library = "/usr/share/bash-completion/bash_completion"
	if _, err := os.Stat(library); err != nil {
		if os.Getenv("ANDON_REQUIRE_REAL") == "1" {
			t.Fatal("bash-completion is missing, and ANDON_REQUIRE_REAL=1 wants it")
		}
		t.Skip("bash-completion is missing")
	}
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(dir, "andon")); err != nil { // the test's own binary is andon by that name
		t.Fatal(err)
	}
	config := "checks: [{name: storefront, http: {url: 'http://a/', headers: {Authorization: '${env:NOT_THERE}'}}}]\nwitnesses: [{name: resolver, tcp: {address: 'a:1'}}]\n"
	if err := os.WriteFile(filepath.Join(dir, "andon.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"gates":[{"name":"production"},{"name":"staging"}]}`))
	}))
	defer daemon.Close()
	script := `. ` + library + `
source <(andon completion bash)
compopt() { :; } # readline's, which is not here
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
__start_andon 2>&1
printf '%s\n' "${COMPREPLY[@]}"`
	for _, c := range []struct{ line, addr, want string }{
		{"andon overr", daemon.URL, "override"},
		{"andon gate ", daemon.URL, "explain list status wait"},
		{"andon gate status ", daemon.URL, "production staging"},
		{"andon gate status prod", daemon.URL, "production"},
		{"andon gate status ", "http://127.0.0.1:1", ""},
		{"andon override set production ", daemon.URL, "open closed"},
		{"andon probe ", daemon.URL, "storefront resolver"},
		{"andon probe --config nothing.yaml ", daemon.URL, ""},
		{"andon completion ", daemon.URL, "bash zsh fish"},
		{"andon iam --output ", daemon.URL, "text json"},
	} {
		cmd := exec.Command(bash, append([]string{"--norc", "-c", script, "bash"}, strings.Split(c.line, " ")...)...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir, "ANDON_ADDR=" + c.addr}
		out, err := cmd.CombinedOutput()
		var words []string
		for line := range strings.Lines(string(out)) {
			if word := strings.Fields(line); len(word) > 0 { // without the description
				words = append(words, word[0])
			}
		}
		if got := strings.Join(words, " "); err != nil || got != c.want {
			t.Errorf("%q: %q, want %q (%v)", c.line, out, c.want, err)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for shell, want := range map[string]string{"bash": "__start_andon", "zsh": "#compdef andon", "fish": "complete -c andon"} {
		var out, err bytes.Buffer
		p := program{Stdout: &out, Stderr: &err}
		if exit := p.Main(t.Context(), []string{"completion", shell}); exit != exitGood || err.Len() > 0 || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit %d, %s, %d bytes", shell, exit, &err, out.Len())
		}
	}
	p := program{Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)}
	if exit := p.Main(t.Context(), []string{"completion", "tcsh"}); exit != exitMisuse {
		t.Errorf("a shell that is not known: exit %d", exit)
	}
}

// Every command has a page, and a checker of pages finds nothing.
func TestManualPages(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man1")
	p := program{Stdout: new(bytes.Buffer), Stderr: new(bytes.Buffer)}
	if exit := p.Main(t.Context(), []string{"man", dir}); exit != exitGood {
		t.Fatalf("exit %d: %s", exit, p.Stderr)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "andon-override-set.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".SH NAME\nandon\\-override\\-set \\- Order", ".B \\-\\-reason TEXT", ".BR andon\\-override (1)", "in place of an order", ".B \\-\\-addr URL"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page of override set lacks %q:\n%s", want, text)
		}
	}
	mandoc := peerProgram(t, "mandoc", "mandoc")
	// Without a date a page is the same whenever it is written.
	out, err := exec.Command(mandoc, append([]string{"-T", "lint", "-W", "warning"}, pages...)...).CombinedOutput()
	var wrong []string
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "missing date") {
			wrong = append(wrong, line)
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%v: %s", err, strings.Join(wrong, ""))
	}
}
