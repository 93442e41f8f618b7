package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/andon-project/andon/probes/kinds"
)

// FuzzLoad: no bytes make it panic; what fails says where in the file, in one
// line each; and what loads is complete.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(withClient + " {basic_auth: {username: a, password: b}, tls_config: {min_version: TLS12}, oauth2: {claims: {a: [1]}}}"))
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, file := range files {
		if strings.Contains(file, "bomb") { // slow, and every change of it is as slow
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		text, _, _ = bytes.Cut(text, []byte("#! ")) // without what TestInvalid wants of it
		text, _, _ = bytes.Cut(text, []byte("#~ "))
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := load("andon.yaml", text, Overrides{}, kinds.Table()); err != nil && err.Error() == "" {
			t.Error("refused without a word")
		}
		c, err := load("andon.yaml", text, Overrides{}, table())
		if err == nil {
			for _, check := range c.Checks {
				if check.Settings == nil || check.Timeout <= 0 || check.Every <= 0 || check.Schedule == nil || check.Pos.Line == 0 {
					t.Errorf("loaded an incomplete check %+v", check)
				}
			}
			return
		}
		var all Errors
		if !errors.As(err, &all) || len(all) == 0 {
			t.Fatalf("not Errors: %v", err)
		}
		lines := split(text)
		for _, e := range all {
			if e.Line < 1 || e.Line > len(lines) || e.Col < 1 || e.Col > utf8.RuneCountInString(lines[e.Line-1])+1 {
				t.Errorf("outside the file of %d lines: %v", len(lines), e)
			}
			if e.Msg == "" || strings.ContainsAny(e.Error(), "\r\n") {
				t.Errorf("not one line: %q", e.Error())
			}
		}
	})
}
