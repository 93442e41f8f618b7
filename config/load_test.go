package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

const everything = `
instance: shop-prod
listen: 0.0.0.0:80
hosts: [andon.example.com]
data: /var/lib/andon
principals: [arn:aws:iam::123456789012:role/andon-old]
machines: []
checks:
- &storefront
  name: storefront
  every: 10s
  timeout: 3s
  http:
    url: https://shop.example.com/
    expect: ['status == 200']
    headers: {X-Version: 1.10, X.Odd: 0900, X-Day: 2026-11-20, X-Null: "null"}
    follow_redirects: false
    max_bytes: 4096
    share: 0.5
    tls: {server_name: shop}
  down: 2 of 4
  up: 3
- <<: *storefront
  name: strict
  down: 1
- name: db
  every: 5s
  tcp: {address: "db.example.com:5432"}
- name: orders
  cron: "*/5 9-18 * * mon-fri"
  timezone: Asia/Tokyo
  tcp: {address: "db.example.com:5432"}
witnesses:
- {name: dns-a, every: 10s, tcp: {address: "1.1.1.1:53"}}
- {name: site-b, network: b, http: {url: "https://b.example.com:8443/"}}
max_opens: 3 per 1h
web_config: testdata/web.yaml
writers: [alice]
egress: {refuse_private: true, refuse_loopback: true}
gates:
- name: production
  may: [close, open]
  on_blind: close
  checks: [storefront, db]
  codepipeline: {pipeline: shop, transition: Production, region: eu-central-1}
  min_hold: 1m
  reopen: auto
  person_enable: 2h
- name: staging
  checks: [db]
  codepipeline: {pipeline: shop, transition: Staging}
`

func at(line, col int) Pos { return Pos{"andon.yaml", line, col} }

func TestLoadEverything(t *testing.T) {
	t.Parallel()
	got, err := load("andon.yaml", []byte(everything), Overrides{}, table())
	if err != nil {
		t.Fatal(err)
	}
	no := false
	site := &web{
		URL: "https://shop.example.com/", Expect: []string{"status == 200"},
		Headers:         map[string]string{"X-Version": "1.10", "X.Odd": "0900", "X-Day": "2026-11-20", "X-Null": "null"},
		FollowRedirects: &no, MaxBytes: 4096, Share: 0.5,
	}
	site.TLS.ServerName = "shop"
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	officeHours, err := probes.Timetable("*/5 9-18 * * mon-fri", tokyo)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Instance:   "shop-prod",
		Listen:     "0.0.0.0:80",
		Hosts:      []string{"andon.example.com"},
		Data:       "/var/lib/andon",
		Principals: []string{"arn:aws:iam::123456789012:role/andon-old"},
		Machines:   []string{},
		MaxOpens:   Rate{3, time.Hour},
		WebConfig:  "testdata/web.yaml",
		Writers:    []string{"alice"},
		Egress:     Egress{RefusePrivate: true, RefuseLoopback: true},
		Checks: []Check{
			{Name: "storefront", Every: 10 * time.Second, Timeout: 3 * time.Second, Down: Down{2, 4}, Up: 3, Schedule: probes.Every(10 * time.Second), Kind: "http", Settings: site, Pos: at(9, 3)},
			{Name: "strict", Every: 10 * time.Second, Timeout: 3 * time.Second, Down: Down{1, 1}, Up: 3, Schedule: probes.Every(10 * time.Second), Kind: "http", Settings: site, Pos: at(23, 3)},
			{Name: "db", Every: 5 * time.Second, Timeout: 5 * time.Second, Down: Down{3, 5}, Up: 10, Schedule: probes.Every(5 * time.Second), Kind: "tcp", Settings: &port{"db.example.com:5432"}, Pos: at(26, 3)},
			{Name: "orders", Every: 5 * time.Minute, Cron: "*/5 9-18 * * mon-fri", Timezone: "Asia/Tokyo", Timeout: 10 * time.Second,
				Down: Down{3, 5}, Up: 10, Schedule: officeHours, Kind: "tcp", Settings: &port{"db.example.com:5432"}, Pos: at(29, 3)},
		},
		Witnesses: []Witness{
			{Check{Name: "dns-a", Every: 10 * time.Second, Timeout: 10 * time.Second, Down: Down{3, 5}, Up: 10,
				Schedule: probes.Every(10 * time.Second), Kind: "tcp", Settings: &port{"1.1.1.1:53"}, Pos: at(34, 3)}, "1.1.1.1"},
			{Check{Name: "site-b", Every: 30 * time.Second, Timeout: 10 * time.Second, Down: Down{3, 5}, Up: 10,
				Schedule: probes.Every(30 * time.Second), Kind: "http", Settings: &web{URL: "https://b.example.com:8443/"}, Pos: at(35, 3)}, "b"},
		},
		Gates: []Gate{
			{
				Name: "production", May: []gates.Verb{gates.Close, gates.Open}, Checks: []string{"storefront", "db"},
				CodePipeline: Point{Pipeline: "shop", Transition: "Production", Region: "eu-central-1"},
				MinHold:      time.Minute, Reopen: gates.AutoReopen, OnBlind: gates.CloseBlind, PersonEnable: 2 * time.Hour,
				OnBlack: gates.WaitReply, OnUnhealthy: gates.WaitReply, RejectBefore: time.Hour, Midway: gates.FinishMidway, Pos: at(41, 3),
			},
			{
				Name: "staging", Checks: []string{"db"}, CodePipeline: Point{Pipeline: "shop", Transition: "Staging"},
				MinHold: 10 * time.Minute, Reopen: gates.AskIfSuspect, OnBlind: gates.KeepBlind, PersonEnable: time.Hour,
				OnBlack: gates.WaitReply, OnUnhealthy: gates.WaitReply, RejectBefore: time.Hour, Midway: gates.FinishMidway, Pos: at(49, 3),
			},
		},
	}
	want.Warnings, want.Replaced = got.Warnings, map[string]string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !got.Gates[0].Writes() || got.Gates[1].Writes() {
		t.Error("the first gate writes, the second observes")
	}
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	got, err := load("andon.yaml", []byte("checks: [{name: db, tcp: {address: a:1}}]"), Overrides{}, table())
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Listen:   "127.0.0.1:9797",
		Data:     "./andon-data",
		Machines: []string{"CloudFormation"},
		MaxOpens: Rate{10, 10 * time.Minute},
		Replaced: map[string]string{},
		Checks: []Check{{
			Name: "db", Every: 30 * time.Second, Timeout: 10 * time.Second, Down: Down{3, 5}, Up: 10,
			Schedule: probes.Every(30 * time.Second), Kind: "tcp", Settings: &port{"a:1"}, Pos: at(1, 10),
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Down{"3 of 5": {3, 5}, "3of5": {3, 5}, " 1  of 1 ": {1, 1}, "4": {4, 4}} {
		var d Down
		if err := d.UnmarshalText([]byte(text)); err != nil || d != want {
			t.Errorf("%q is %v, %v; want %v", text, d, err, want)
		}
	}
}

func TestLoadFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none.yaml"), Overrides{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "--config FILE") {
		t.Errorf("no file: %v", err)
	}
	if _, err := Load(dir, Overrides{}); err == nil {
		t.Error("a folder was loaded")
	}
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, maxBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	want := large + ":1:1: the file is larger than 4 MiB: a configuration is text of a few pages"
	if _, err := Load(large, Overrides{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The example is what people begin with: it holds every key there is.
func TestExample(t *testing.T) {
	t.Parallel()
	c, err := Load("../config.example.yaml", Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Checks) < 2 || len(c.Gates) < 2 || !c.Gates[0].Writes() {
		t.Errorf("got %+v", c)
	}
	text, err := os.ReadFile("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shown := func(in, key string) {
		if !strings.Contains(string(text), key+":") {
			t.Errorf("the example does not show %s of %s", key, in)
		}
	}
	keysOf(reflect.TypeFor[Config](), shown)
	for kind, settings := range kinds.Table() {
		shown("checks", kind)
		keysOf(reflect.TypeOf(settings()), shown)
	}
}

// keysOf tells the keys of a type and of all types within, but for those of
// other projects.
func keysOf(t reflect.Type, tell func(in, key string)) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isForeign(t) {
		return
	}
	for _, f := range fieldsOf(t) {
		tell(t.Name(), keyOf(f))
		keysOf(f.Type, tell)
	}
}

// The real kinds say which field is wrong, and it is placed there.
func TestKinds(t *testing.T) {
	t.Parallel()
	const file = `checks:
- name: shop
  http:
    url: https://shop.test/
    headers: {"Not a name hunter2": x}
    expect:
    - status == 200
    - statuss == 200
- name: db
  tcp: {address: nowhere}
`
	_, err := load("andon.yaml", []byte(file), Overrides{}, kinds.Table())
	var all Errors
	if !errors.As(err, &all) || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, e := range all {
		got = append(got, e.pos().String()+" "+e.Path)
	}
	want := []string{
		"andon.yaml:5:37 checks[0].http.headers[…]",
		"andon.yaml:8:7 checks[0].http.expect[1]",
		"andon.yaml:10:18 checks[1].tcp.address",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Thousands of checks are no attack.
func TestManyChecks(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("checks:\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "- {name: c%d, every: 1m, timeout: 5s, http: {url: http://c%d.test/, expect: [a, b]}}\n", i, i)
	}
	c, err := load("andon.yaml", []byte(b.String()), Overrides{}, table())
	if err != nil || len(c.Checks) != 5000 {
		t.Errorf("got %v", err)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"url", "headers", "expect", "max_bytes", "up"}
	for name, want := range map[string]string{
		"urll": "url", "ulr": "url", "URL": "url", "header": "headers", "expects": "expect", "max-bytes": "max_bytes",
		"u": "up", "us": "up", "colour": "", "": "", "uu": "up",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
