package config

import (
	"bytes"
	"errors"
	"fmt"
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
	f.Add([]byte(quoting))
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
		const secret = "s3cr3t V4lue"
		real, err := load("andon.yaml", text, Overrides{Environ: []string{"TOKEN=" + secret}}, kinds.Table())
		if err != nil && err.Error() == "" {
			t.Error("refused without a word")
		}
		if shown := told(real, err); !bytes.Contains(bytes.ToLower(text), []byte("s3cr")) && strings.Contains(strings.ToLower(shown), secret[:6]) {
			t.Errorf("shows what a reference stands for: %s", shown)
		}
		c, err := load("andon.yaml", text, Overrides{}, table())
		if err == nil {
			for _, check := range c.Checks {
				if check.Settings == nil || check.Timeout <= 0 || check.Every <= 0 || check.Schedule == nil || check.Pos.Line == 0 {
					t.Errorf("loaded an incomplete check %+v", check)
				}
			}
			for _, calendar := range c.Calendars {
				if calendar.Calendar == nil || calendar.Pos.Line == 0 || len(calendar.windows) != len(calendar.Windows) {
					t.Errorf("loaded an incomplete calendar %+v", calendar)
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

// quoting has references wherever a check may have them.
const quoting = `checks:
- {name: web, http: {url: "https://${env:TOKEN}@a.test/${env:TOKEN}?${env:TOKEN}", expect: ['text == "${env:TOKEN}"', "${env:TOKEN}"], headers: {A: "${env:TOKEN}"}, method: "${env:TOKEN}"}}
- {name: tcp, tcp: {address: "${env:TOKEN}:1", tls: {server_name: "${env:TOKEN}"}, steps: [{send_hex: "${env:TOKEN}", expect: "(${env:TOKEN}"}, {send: "${env:TOKEN}", expect: "${env:TOKEN}"}]}}
- {name: tls, tls: {address: "a:${env:TOKEN}", min_version: "${env:TOKEN}", alpn: ["${env:TOKEN}"]}}
- {name: dns, dns: {name: "${env:TOKEN}", type: TXT, server: "${env:TOKEN}", answers: ["${env:TOKEN}"], rcode: "${env:TOKEN}"}}
- {name: proxy, every: "${env:TOKEN}", http: {url: "http://a.test/", client: {proxy_url: "http://${env:TOKEN}:1", authorization: {credentials: "${env:TOKEN}"}}, sigv4: {region: "${env:TOKEN}"}}}
- {name: fine, http: {url: "https://a.test/${env:TOKEN}/x", expect: ['text == "${env:TOKEN}"']}}
calendars:
- {name: "${env:TOKEN}", timezone: "${env:TOKEN}", windows: [{name: "${env:TOKEN}", days: "${env:TOKEN}", hours: "${env:TOKEN}", except: "${env:TOKEN}"}]}
- {name: feeds, timezone: UTC, windows: [{name: a, ics: "${env:TOKEN}"}, {name: b, ics: "https://a.test/${env:TOKEN}"}, {name: c, ssm: "${env:TOKEN}"}, {name: d, ics: {s3: "s3://${env:TOKEN}"}}]}
- {name: more, timezone: UTC, windows: [{name: a, from: "${env:TOKEN}", to: "${env:TOKEN}"}, {name: b, rrule: "${env:TOKEN}", start: "${env:TOKEN}", for: "${env:TOKEN}"}, {name: c, cron: "${env:TOKEN}", for: 1h}, {name: d, holidays: "${env:TOKEN}"}]}
witnesses:
- {name: a, dns: {name: a.test, server: "[${env:TOKEN}]:53"}}
`

// told is what people see of the checks of a configuration, or of its mistakes.
func told(c *Config, err error) string {
	if err != nil {
		return err.Error()
	}
	all := fmt.Sprint(c.WarningsAt(monday()))
	for _, w := range c.Witnesses {
		c.Checks = append(c.Checks, w.Check)
		all += w.Network
	}
	for _, check := range c.Checks {
		all += fmt.Sprintf("%v %q", check.Settings, check.Settings.Targets()[0].Name)
		if s, ok := check.Settings.(interface{ Expects() []string }); ok {
			all += fmt.Sprintf("%q", s.Expects())
		}
	}
	return all
}
