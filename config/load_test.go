package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

const everything = `
instance: shop-prod
listen: 0.0.0.0:80
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
gates:
- name: production
  may: [close, open]
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
	want := &Config{
		Instance:   "shop-prod",
		Listen:     "0.0.0.0:80",
		Data:       "/var/lib/andon",
		Principals: []string{"arn:aws:iam::123456789012:role/andon-old"},
		Machines:   []string{},
		Checks: []Check{
			{Name: "storefront", Every: 10 * time.Second, Timeout: 3 * time.Second, Down: Down{2, 4}, Up: 3, Kind: "http", Settings: site, Pos: at(8, 3)},
			{Name: "strict", Every: 10 * time.Second, Timeout: 3 * time.Second, Down: Down{1, 1}, Up: 3, Kind: "http", Settings: site, Pos: at(22, 3)},
			{Name: "db", Every: 5 * time.Second, Timeout: 5 * time.Second, Down: Down{3, 5}, Up: 10, Kind: "tcp", Settings: &port{"db.example.com:5432"}, Pos: at(25, 3)},
		},
		Gates: []Gate{
			{
				Name: "production", May: []Act{Close, Open}, Checks: []string{"storefront", "db"},
				CodePipeline: Transition{"shop", "Production", "eu-central-1"},
				MinHold:      time.Minute, Reopen: Auto, PersonEnable: 2 * time.Hour, Pos: at(29, 3),
			},
			{
				Name: "staging", Checks: []string{"db"}, CodePipeline: Transition{"shop", "Staging", ""},
				MinHold: 10 * time.Minute, Reopen: AskIfSuspect, PersonEnable: time.Hour, Pos: at(36, 3),
			},
		},
	}
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
		Checks: []Check{{
			Name: "db", Every: 30 * time.Second, Timeout: 10 * time.Second, Down: Down{3, 5}, Up: 10,
			Kind: "tcp", Settings: &port{"a:1"}, Pos: at(1, 10),
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
		"$5 ${x} ${other:x} $${y} ${":  "$5 ${x} ${other:x} $${y} ${",
		"${x ${env:TOKEN}":             "${x from-env",
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
	if _, err := r.expand("${file:big}"); err == nil || !strings.Contains(err.Error(), "larger than 64 KiB") {
		t.Errorf("got %v", err)
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	const file = "listen: 127.0.0.1:1\ndata: ./from-file\n"
	tests := []struct {
		name    string
		environ []string
		args    []string
		want    [3]string // instance, listen, data
		err     string
	}{
		{name: "the file alone", want: [3]string{"", "127.0.0.1:1", "./from-file"}},
		{
			name:    "the environment over the file",
			environ: []string{"ANDON_LISTEN=127.0.0.1:2", "ANDON_INSTANCE=env"},
			want:    [3]string{"env", "127.0.0.1:2", "./from-file"},
		},
		{
			name:    "flags over the environment",
			environ: []string{"ANDON_LISTEN=127.0.0.1:2", "ANDON_DATA=./from-env"},
			args:    []string{"--listen=127.0.0.1:3", "--config=x"},
			want:    [3]string{"", "127.0.0.1:3", "./from-env"},
		},
		{
			name: "variables of others, and empty ones, change nothing",
			environ: []string{
				"LISTEN=x", "ANDON_LISTEN=", "ANDON_PORT=tcp://10.0.0.1:9797", "ANDON_SERVICE_HOST=10.0.0.1",
				"ANDON_CHECKS_SERVICE_HOST=10.0.0.2", "ANDON_CONFIG=x", "ANDON_REQUIRE_REAL=1",
			},
			want: [3]string{"", "127.0.0.1:1", "./from-file"},
		},
		{
			name:    "errors name the variable",
			environ: []string{"ANDON_LISTEN=2", "ANDON_INSTANCE=A B", "ANDON_DATA=${env:NONE}"},
			err: `ANDON_DATA: data: ${env:NONE}: the variable is not set or empty: set it where andon starts
ANDON_INSTANCE: instance: want a name of 1 to 40 lower case letters, digits, dots and hyphens that begins with a letter or digit, got "A B"
ANDON_LISTEN: listen: want host:port like 127.0.0.1:9797, got "2"`,
		},
		{
			name:    "errors name the flag that hid the variable",
			environ: []string{"ANDON_LISTEN=127.0.0.1:2"},
			args:    []string{"--listen=3", "--data="},
			err: `--data: data: want the folder of the journal, like ./andon-data, got nothing
--listen: listen: want host:port like 127.0.0.1:9797, got "3"`,
		},
		{
			name:    "lists cannot be changed, slips are noticed",
			environ: []string{"ANDON_CHECKS_0_NAME=x", "ANDON_MACHINES=CloudFormation", "ANDON_LISTN=127.0.0.1:2"},
			err: "ANDON_CHECKS_0_NAME: a variable cannot change a list: change `checks:` in the file\n" +
				"ANDON_LISTN: unknown variable, did you mean \"ANDON_LISTEN\"?\n" +
				"ANDON_MACHINES: a variable cannot change a list: change `machines:` in the file",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			flags := pflag.NewFlagSet("andon", pflag.ContinueOnError)
			for _, name := range []string{"listen", "data", "instance", "config"} {
				flags.String(name, "default of "+name, "")
			}
			if err := flags.Parse(test.args); err != nil {
				t.Fatal(err)
			}
			c, err := load("andon.yaml", []byte(file), Overrides{test.environ, flags}, table())
			if err != nil {
				if err.Error() != test.err {
					t.Errorf("got\n%v\nwant\n%s", err, test.err)
				}
				return
			}
			if got := [3]string{c.Instance, c.Listen, c.Data}; got != test.want || test.err != "" {
				t.Errorf("got %q, want %q %s", got, test.want, test.err)
			}
		})
	}
}

// A mistake in the environment is told together with one that makes the file
// unreadable.
func TestOverridesBesideBrokenFile(t *testing.T) {
	t.Parallel()
	_, err := load("andon.yaml", []byte("["), Overrides{Environ: []string{"ANDON_LISTN=x"}}, table())
	var all Errors
	if !errors.As(err, &all) || len(all) != 2 || all[0].File != "ANDON_LISTN" || all[1].File != "andon.yaml" {
		t.Errorf("got %v", err)
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
	for _, v := range []any{Config{}, Check{}, Gate{}, Transition{}} {
		for _, key := range fieldNames(reflect.TypeOf(v)) {
			if !strings.Contains(string(text), key+":") {
				t.Errorf("the example does not show %s", key)
			}
		}
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
