package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/config"
)

// checked runs andon check on a file of testdata/check at noon.
func checked(t *testing.T, file string, strict bool, out output) (exit int, stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	p := &program{Stdout: &o, Stderr: &e}
	file = "testdata/check/" + file
	cfg, err := config.Load(file, config.Overrides{Environ: []string{"TOKEN=hunter2", "ANDON_LISTEN=0.0.0.0:80", "ANDON_EGRESS_REFUSE_LOOPBACK=true"}})
	var calendars calendar.Snapshot
	if err == nil {
		calendars = daemon.CalendarFiles(t.Context(), cfg)
	}
	exit = exitGood
	if err := p.check(file, cfg, calendars, err, noon(), strict, out); err != nil {
		exit = err.(*exitError).code
		e.WriteString(err.Error())
	}
	for _, secret := range []string{"hunter2", "plain-secret"} {
		if strings.Contains(o.String()+e.String(), secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	return exit, o.String(), e.String()
}

func TestCheckSaysWhatWillHappen(t *testing.T) {
	t.Parallel()
	for ext, out := range map[string]output{"txt": outputText, "json": outputJSON} {
		golden := "testdata/check/andon." + ext
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		exit, got, _ := checked(t, "andon.yaml", false, out)
		if exit != exitGood || got != string(want) {
			t.Errorf("exit %d, got\n%s\nwant what is in %s", exit, got, golden)
		}
	}
}

func TestCheckStrict(t *testing.T) {
	t.Parallel()
	if exit, _, _ := checked(t, "andon.yaml", true, outputText); exit != exitBad {
		t.Errorf("warnings: exit %d", exit)
	}
}

func TestCheckInvalid(t *testing.T) {
	t.Parallel()
	exit, stdout, stderr := checked(t, "invalid.yaml", false, outputText)
	want := `testdata/check/invalid.yaml:3:3: checks[0].evry: unknown field, did you mean "every"?
testdata/check/invalid.yaml:4:15: checks[0].http.url: is missing; write one such as https://shop.example.com/
andon: testdata/check/invalid.yaml is not valid: 2 mistakes
`
	if exit != exitBad || stdout != "" || !strings.HasPrefix(stderr, want) {
		t.Errorf("exit %d, got\n%s%s", exit, stdout, stderr)
	}
	exit, stdout, _ = checked(t, "invalid.yaml", false, outputJSON)
	var o outlook
	if err := json.Unmarshal([]byte(stdout), &o); err != nil {
		t.Fatal(err)
	}
	if exit != exitBad || o.Valid || len(o.Errors) != 2 || o.Errors[0].Line != 3 || o.effects != nil {
		t.Errorf("exit %d, got %s", exit, stdout)
	}
	if exit, stdout, _ = checked(t, "none.yaml", false, outputJSON); exit != exitBad || !strings.Contains(stdout, "there is no such file") {
		t.Errorf("no file: exit %d, got %s", exit, stdout)
	}
}
