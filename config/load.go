package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"syscall"
	"time"

	"github.com/knadh/koanf/v2"

	"github.com/andon-project/andon/probes/kinds"
)

// Load reads the file at path, lets o override its scalars, and returns the
// configuration if all of it is valid. Otherwise the error is an Errors with
// everything there is to mend; or, if the file cannot be read, why not.
func Load(path string, o Overrides) (*Config, error) {
	c, _, err := LoadFiles(path, o)
	return c, err
}

// LoadFiles is Load that also tells from which files, in vain too: a change of
// one of them is worth another attempt.
func LoadFiles(path string, o Overrides) (*Config, Files, error) {
	files := Files{}
	files.note(path)
	text, err := read(path)
	if err != nil {
		return nil, files, err
	}
	c, errs := decode(path, text, o, kinds.Table(), files)
	if len(errs) > 0 {
		return nil, files, errs
	}
	return c, files, nil
}

// LoadGates is Load for who needs the gates only, in an emergency: mistakes in
// the checks, such as a secret that is not at hand, or in who may write, do not
// matter then, and neither is to be used.
func LoadGates(path string, o Overrides) (*Config, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	c, errs := decode(path, text, o, kinds.Table(), nil)
	errs = slices.DeleteFunc(errs, func(e Error) bool { return needless.MatchString(e.Path) })
	if len(errs) > 0 {
		return nil, errs
	}
	return c, nil
}

// needless is what no hold has to do with.
var needless = regexp.MustCompile(`^(checks|witnesses|calendars|writers)\[|^(web_config|writers)$`)

// read returns at most one byte more than a configuration may have. It does not
// wait for long: the file may have become a pipe that nobody writes to, and
// whoever waits for it would not even stop when told to.
func read(path string) ([]byte, error) {
	const deadline = 5 * time.Second
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file: name another with --config FILE, or begin with a copy of config.example.yaml: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be opened: %w", err)
	}
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(deadline)) // what is no pipe knows none, and needs none
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	return text, nil
}

func load(file string, text []byte, o Overrides, table map[string]func() kinds.Settings) (*Config, error) {
	c, errs := decode(file, text, o, table, nil)
	if len(errs) > 0 {
		return nil, errs
	}
	return c, nil
}

// decode returns what can be understood, and everything that cannot. It notes
// in files what the configuration refers to.
func decode(file string, text []byte, o Overrides, table map[string]func() kinds.Settings, files Files) (*Config, Errors) {
	p := &parser{file: file}
	from, errs := o.origins()
	k := koanf.New(".")
	if err := k.Load(source(text), p); err != nil {
		return nil, append(errs, p.errs...).sorted()
	}
	if err := o.merge(k); err != nil {
		return nil, append(errs, Error{File: file, Msg: "the overrides cannot be merged: " + err.Error()})
	}
	d := &decoder{
		kinds:  table,
		env:    kinds.NewEnv(kinds.Env{}),
		refs:   &references{dir: filepath.Dir(file), environ: o.Environ, files: files},
		at:     p.index,
		from:   from,
		failed: map[path]bool{},
		around: map[path]bool{},
		zones:  map[string]*time.Location{},
		hosts:  map[string]string{},
		known:  map[reflect.Type]map[string][]int{},
	}
	var c Config
	d.decode("", k.Raw(), reflect.ValueOf(&c).Elem())
	d.check(&c)
	d.nameWindows(c.Calendars)
	if len(d.errs) == 0 {
		d.warnAll(&c)
	}
	c.Warnings, c.Replaced = d.warnings.sorted(), map[string]string{}
	for p, by := range from {
		c.Replaced[p.shown()] = by.File
	}
	return &c, append(append(errs, p.errs...), d.errs...).sorted()
}

// source is a koanf.Provider of a file that has been read.
type source []byte

func (s source) ReadBytes() ([]byte, error) { return s, nil }

func (s source) Read() (map[string]any, error) {
	return nil, errors.New("config: a file is read with its parser")
}
