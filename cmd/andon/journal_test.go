package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/cmd/andon/daemon"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/sqlite"
	"github.com/andon-project/andon/probes"
)

// A paperPoint is a transition that does what it is told.
type paperPoint struct{ seen gates.Seen }

const (
	roleARN = "arn:aws:sts::123456789012:assumed-role/andon/task-1"
	miaARN  = "arn:aws:iam::123456789012:user/mia"
)

func (p *paperPoint) Read(_ context.Context, notBefore time.Time) (gates.Seen, error) {
	p.seen.Begun = notBefore
	return p.seen, nil
}

func (p *paperPoint) Do(_ context.Context, a gates.Action) error {
	p.seen.Enabled, p.seen.ChangedBy, p.seen.Reason = a.Verb == gates.Open, roleARN, a.Reason
	return nil
}

// sickShop has failed three times, the last time ten seconds before now.
func sickShop(now time.Time, why string) probes.Snapshot {
	s := probes.NewStatus(probes.DefaultPolicy(10*time.Second, 3*time.Second), probes.Unknown, time.Time{})
	for i := range 3 {
		s = s.Add(probes.Result{Start: now.Add(time.Duration(10*i-30) * time.Second), Err: errors.New(why)})
	}
	return probes.Snapshot{{Name: "storefront", Every: 10 * time.Second,
		Targets: []probes.TargetState{{Target: probes.Target{Name: "https://shop.example.com/"}, Status: s}}}}
}

// An eveningJournal is a data directory whose journal tells of an evening: the
// shop became unwell, andon closed, and mia opened.
func eveningJournal(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	ctx, now := t.Context(), noon()
	clock := func() time.Time { now = now.Add(100 * time.Millisecond); return now }
	store, err := sqlite.Open(ctx, filepath.Join(dir, daemon.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	health := sickShop(noon(), "status is 500\x1b[2J\u009b2J")
	if err := gates.NewVerdicts(store, "shop-prod").Record(ctx, clock(), health); err != nil {
		t.Fatal(err)
	}
	point := &paperPoint{gates.Seen{Enabled: true}}
	line := gates.NewLine(func() probes.Snapshot { return health }, nil)
	line.Add(gates.Gate{Name: "production", Instance: "shop-prod", Pipeline: "shop", Stage: "Production", Checks: []string{"storefront"},
		May: []gates.Verb{gates.Close, gates.Open}, PersonEnable: time.Hour, Principals: []string{roleARN}}, point, store)
	line.Tick(ctx, clock)
	point.seen.Enabled, point.seen.ChangedBy, point.seen.ChangedAt = true, miaARN, now
	line.Tick(ctx, clock)
	return dir
}

// add appends a record of any kind.
func add(t *testing.T, dir, stream, kind string, at time.Time, body any) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, daemon.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	l, _, err := journal.Open(t.Context(), store, stream)
	if err == nil {
		_, err = l.Append(t.Context(), at, kind, body)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestJournalTail(t *testing.T) {
	t.Parallel()
	dir := eveningJournal(t)
	s := andon(t, []string{"ANDON_DATA=" + dir}, "journal", "tail")
	want := []string{
		`2026-11-20 12:00:00.100 UTC  instance/shop-prod         1  verdict       storefront https://shop.example.com/ is unhealthy since 2026-11-20 11:59:50 UTC: status is 500 [2J 2J`,
		`2026-11-20 12:00:00\.\d00 UTC  gate/production            1  intent        [0-9a-f]{10}: close shop/Production because .*storefront.*status is 500`,
		`2026-11-20 12:00:00\.\d00 UTC  gate/production            2  outcome       [0-9a-f]{10}: done`,
		`2026-11-20 12:00:0\d\.\d00 UTC  gate/production            3  override      [0-9a-f]{10}: arn:aws:iam::123456789012:user/mia ordered it open: enabled the transition in AWS while andon wanted it closed; until 2026-11-20 13:00:0\d UTC at the latest`,
	}
	lines := strings.Split(strings.TrimSuffix(s.out, "\n"), "\n")
	if s.exit != exitGood || len(lines) != len(want) {
		t.Fatalf("exit %d, %d lines, want %d:\n%s%s", s.exit, len(lines), len(want), s.out, s.stderr)
	}
	want[0] = regexp.QuoteMeta(want[0])
	for i, w := range want {
		if !regexp.MustCompile("^" + w).MatchString(lines[i]) {
			t.Errorf("line %d is\n%s\nwant\n%s", i, lines[i], w)
		}
	}
	if strings.ContainsAny(s.out, "\x1b\u009b") {
		t.Errorf("a character that a terminal obeys: %q", s.out)
	}
}

func TestJournalTailSelects(t *testing.T) {
	t.Parallel()
	dir := eveningJournal(t)
	add(t, dir, "gate/staging", "intent", noon().Add(time.Hour), map[string]any{"verb": 7, "of": "another shape"})
	add(t, dir, "gate/staging", "weather", noon().Add(-time.Hour), "r\x1b[31mr")
	for _, c := range []struct {
		args string
		says []string // one line each
	}{
		{"-n 2", []string{"override", `intent        {"of":"another shape","verb":7}`}},
		{"-n 0", nil},
		{"-n 9 --stream gate/staging", []string{`weather       "r\u001b[31mr"`, "another shape"}},
		{"-n 1 --stream gate/production", []string{"override"}},
		{"--stream instance/shop-prod", []string{"verdict"}},
	} {
		s := andon(t, nil, append([]string{"journal", "tail", "--data", dir}, strings.Fields(c.args)...)...)
		lines := strings.SplitAfter(s.out, "\n")
		if s.exit != exitGood || len(lines) != len(c.says)+1 {
			t.Errorf("%s: exit %d, want %d lines:\n%s%s", c.args, s.exit, len(c.says), s.out, s.stderr)
			continue
		}
		for i, want := range c.says {
			contains(t, lines[i], want)
		}
	}
}

// What is printed as JSON is what was written: its chain verifies.
func TestJournalTailJSON(t *testing.T) {
	t.Parallel()
	s := andon(t, nil, "journal", "tail", "--data", eveningJournal(t), "--stream", "gate/production", "--output", "json")
	var records []journal.Record
	for line := range strings.Lines(s.out) {
		var r journal.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		records = append(records, r)
	}
	if err := journal.Verify(records); err != nil || len(records) != 3 {
		t.Errorf("%d records, %v; want the three of the stream as they are", len(records), err)
	}
}

func TestJournalTailFollows(t *testing.T) {
	t.Parallel()
	dir := eveningJournal(t)
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	p := program{Stdout: w, Stderr: io.Discard}
	exit := make(chan int, 1)
	go func() { exit <- p.Main(ctx, []string{"journal", "tail", "--follow", "-n", "1", "--data", dir}) }()
	lines := bufio.NewScanner(r)
	for _, want := range []string{"override", "a new stream", "and again"} {
		if !lines.Scan() {
			t.Fatal("the output ended")
		}
		contains(t, lines.Text(), want)
		switch want {
		case "override":
			add(t, dir, "gate/staging", "weather", noon(), "a new stream")
		case "a new stream":
			add(t, dir, "gate/staging", "weather", noon(), "and again")
		}
	}
	cancel()
	if code := <-exit; code != exitGood {
		t.Errorf("exit %d when interrupted, want 0", code)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, body, want string }{
		{"outcome", `{"intent":"k3","result":"unknown","error":"no answer"}`, "k3: unknown: no answer"},
		{"adopt", `{"mark":{"intent":"k3"},"seen":{"reason":"(andon a b k3) sick"}}`, "k3: a hold of ours that the journal did not know: (andon a b k3) sick"},
		{"release", `{"why":"it is no longer ours"}`, "it is no longer ours"},
		{"override-end", `{"id":"k4","why":"its time is over"}`, "k4 ended: its time is over"},
		{"late", `{"kind":"outcome","time":"2026-11-20T12:00:00Z","why":"disk full","body":{"intent":"k3","result":"done"}}`, "outcome of 2026-11-20 12:00:00 UTC, written late (disk full): k3: done"},
		{"late", `{"kind":"late","body":{"kind":"late"}}`, `{"kind":"late","body":{"kind":"late"}}`},
		{"intent", `[]`, `[]`},
		{"outcome", `{}`, `{}`},
		{"verdict", `{"changes":[]}`, `{"changes":[]}`},
		{"weather", `"` + strings.Repeat("é", 3000) + `"`, `"` + strings.Repeat("é", 1999) + "…"},
	} {
		if got := describe(c.kind, json.RawMessage(c.body)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.body, got, c.want)
		}
	}
}

func TestJournalVerify(t *testing.T) {
	t.Parallel()
	dir := eveningJournal(t)
	add(t, dir, "gate/staging", "weather", noon(), "rain")
	s := andon(t, nil, "journal", "verify", "--data", dir)
	if ok := regexp.MustCompile(`^gate/production     whole  3 records, last hash [0-9a-f]{64}
gate/staging        whole  1 records, last hash [0-9a-f]{64}
instance/shop-prod  whole  1 records, last hash [0-9a-f]{64}
$`).MatchString(s.out); s.exit != exitGood || !ok {
		t.Errorf("exit %d, got\n%s%s", s.exit, s.out, s.stderr)
	}
	alter(t, dir, `DROP TRIGGER records_do_not_change`, `UPDATE records SET body = replace(body, 'close', 'open') WHERE kind = 'intent'`)
	s = andon(t, nil, "journal", "verify", "--data", dir)
	if s.exit != exitBad {
		t.Errorf("exit %d for an altered record, want 1", s.exit)
	}
	contains(t, s.out, `stream "gate/production", record 1: the content does not match its hash`, "keep it aside", "gate/staging        whole")
	s = andon(t, nil, "journal", "verify", "--data", dir, "--output", "json")
	var view struct{ Streams []examined }
	if err := json.Unmarshal([]byte(s.out), &view); err != nil || s.exit != exitBad || len(view.Streams) != 3 || view.Streams[0].Damage == "" || view.Streams[1].Last == "" {
		t.Errorf("%v, exit %d: %s", err, s.exit, s.out)
	}
}

// alter changes a journal behind its back.
func alter(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, daemon.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJournalMistakes(t *testing.T) {
	t.Parallel()
	dir, empty := eveningJournal(t), t.TempDir()
	torn := eveningJournal(t)
	path := filepath.Join(torn, daemon.JournalFile)
	if b, err := os.ReadFile(path); err != nil || os.WriteFile(path, append(b[:4096:4096], make([]byte, len(b)-4096)...), 0o600) != nil {
		t.Fatal(err)
	}
	website := t.TempDir()
	if err := os.WriteFile(filepath.Join(website, daemon.JournalFile), []byte("<html>"+strings.Repeat("x", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		exit int
		says string
	}{
		{"tail --data " + empty, exitUnknown, "there is none: name the data directory"},
		{"verify --data " + empty, exitUnknown, "there is none"},
		{"verify --data " + website, exitUnknown, "it is not a journal"},
		{"verify --data " + torn, exitBad, "it is damaged: keep it aside"},
		{"tail --data " + torn, exitUnknown, "it is damaged"},
		{"tail --data " + dir + " --stream gate/nope", exitUnknown, `there is no stream "gate/nope": there are gate/production, instance/shop-prod`},
		{"tail --config " + empty + "/andon.yaml", exitUnknown, "there is no such file"},
		{"tail -n -1 --data " + dir, exitMisuse, "0 or more"},
		{"frob", exitMisuse, "frob"},
	} {
		s := andon(t, nil, append([]string{"journal"}, strings.Fields(c.args)...)...)
		if s.exit != c.exit {
			t.Errorf("%s: exit %d, want %d", c.args, s.exit, c.exit)
		}
		contains(t, s.stderr, c.says)
	}
}
