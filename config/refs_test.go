package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"${env:TOKEN}":                 "from-env",
		"a ${env:TOKEN}-${env:TOKEN}":  "a from-env-from-env",
		"${file:token}":                "from-file",
		"${file:" + dir + "/token}":    "from-file",
		"$${env:TOKEN} ${env:TOKEN}":   "${env:TOKEN} from-env",
		"$5 ${x} $${other:x} $${y} ${": "$5 ${x} ${other:x} $${y} ${",
		"${x ${env:TOKEN}":             "${x from-env",
		"${env":                        "${env",
		"${file:token}${env:TOKEN}end": "from-filefrom-envend",
	} {
		r := &references{dir: dir, environ: []string{"TOKE=no", "TOKEN=from-env"}}
		if got, err := r.expand(text); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestReferencedFileTooLarge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big"), make([]byte, maxReference+1), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &references{dir: dir}
	if _, err := r.expand("Bearer ${evn:TOKEN}"); err == nil || !strings.Contains(err.Error(), "no reference ${evn:…}, want ${env:NAME}") {
		t.Errorf("a mistyped reference: %v", err)
	}
	if _, err := r.expand("${file:big}"); err == nil || !strings.Contains(err.Error(), "larger than 64 KiB") {
		t.Errorf("got %v", err)
	}
}
