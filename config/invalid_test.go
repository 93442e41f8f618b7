package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/probes"
	"github.com/andon-project/andon/probes/kinds"
)

// web and port stand for the kinds of checks, so that these tests hold for any.
type web struct {
	URL             string                       `koanf:"url"`
	Headers         map[string]string            `koanf:"headers"`
	Body            string                       `koanf:"body"`
	Expect          []string                     `koanf:"expect"`
	FollowRedirects *bool                        `koanf:"follow_redirects"`
	MaxBytes        int64                        `koanf:"max_bytes"`
	Share           float64                      `koanf:"share"`
	Patience        time.Duration                `koanf:"patience"`
	Client          *promconfig.HTTPClientConfig `koanf:"client"`
	TLS             struct {
		ServerName string `koanf:"server_name"`
	} `koanf:"tls"`
}

type fieldError struct{ field, problem string }

func (e fieldError) Error() string { return e.field + ": " + e.problem }
func (e fieldError) Field() string { return e.field }

func (w *web) Validate() error {
	var errs []error
	if w.URL == "" {
		errs = append(errs, fieldError{"url", "missing: write the address to ask"})
	}
	for i, e := range w.Expect {
		if strings.Contains(e, "statuss") {
			errs = append(errs, fieldError{string(path("expect").item(i)), "undeclared reference to\n  'statuss'"})
		}
	}
	if strings.HasPrefix(w.URL, "ftp:") {
		errs = append(errs, errors.New("cannot ask "+w.URL))
	}
	return errors.Join(errs...)
}

func (w *web) Targets() []probes.Target { return []probes.Target{{Address: w.URL}} }

func (w *web) Probe(kinds.Env) (probes.Probe, error) { return nil, nil }

type port struct {
	Address string `koanf:"address"`
}

func (p *port) Validate() error {
	if p.Address == "" {
		return fieldError{"address", "missing: write host:port"}
	}
	return nil
}

func (p *port) Targets() []probes.Target { return []probes.Target{{Address: p.Address}} }

func (p *port) Probe(kinds.Env) (probes.Probe, error) { return nil, nil }

func table() map[string]func() kinds.Settings {
	return map[string]func() kinds.Settings{
		"http": func() kinds.Settings { return &web{} },
		"tcp":  func() kinds.Settings { return &port{} },
	}
}

// A mistake is an error that a file says it has, after its last line: as a
// comment that begins with #!, or with #~ if no schema can find it.
type mistake struct {
	text   string // line:column: path: message
	path   string
	beyond bool
}

func mistakesIn(text string) []mistake {
	var all []mistake
	for line := range strings.Lines(text) {
		msg, plain := strings.CutPrefix(line, "#! ")
		beyond := false
		if !plain {
			if msg, beyond = strings.CutPrefix(line, "#~ "); !beyond {
				continue
			}
		}
		m := mistake{text: strings.TrimSpace(msg), beyond: beyond}
		if parts := strings.SplitN(m.text, ":", 4); len(parts) == 4 && !strings.Contains(parts[2][1:], " ") {
			m.path = parts[2][1:]
		}
		all = append(all, m)
	}
	return all
}

// corpora are folders of invalid files, with the kinds of checks that they are
// written for.
func corpora() map[string]map[string]func() kinds.Settings {
	return map[string]map[string]func() kinds.Settings{"testdata/invalid": table(), "testdata/kinds": kinds.Table()}
}

func eachInvalid(t *testing.T, f func(file string, text []byte, table map[string]func() kinds.Settings)) {
	t.Helper()
	for dir, table := range corpora() {
		files, _ := filepath.Glob(dir + "/*.yaml")
		if len(files) < 3 {
			t.Fatalf("found %d files only in %s", len(files), dir)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f(file, text, table)
		}
	}
}

// Every file in these folders ends with the exact errors that it has.
func TestInvalid(t *testing.T) {
	t.Parallel()
	eachInvalid(t, func(file string, text []byte, table map[string]func() kinds.Settings) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var want []string
			for _, m := range mistakesIn(string(text)) {
				want = append(want, "andon.yaml:"+m.text)
			}
			c, err := load("andon.yaml", text, Overrides{Environ: []string{"TOKEN=hunter2"}}, table)
			if err == nil {
				t.Fatalf("loaded as %+v", c)
			}
			if got := err.Error(); got != strings.Join(want, "\n") || c != nil {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	})
}
