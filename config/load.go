package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/knadh/koanf/v2"

	"github.com/andon-project/andon/probes/kinds"
)

// Load reads the file at path, lets o override its scalars, and returns the
// configuration if all of it is valid. Otherwise the error is an Errors with
// everything there is to mend; or, if the file cannot be read, why not.
func Load(path string, o Overrides) (*Config, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	return load(path, text, o, kinds.Table())
}

// read returns at most one byte more than a configuration may have.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file: name another with --config FILE, or begin with a copy of config.example.yaml: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be opened: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	return text, nil
}

func load(file string, text []byte, o Overrides, table map[string]func() kinds.Settings) (*Config, error) {
	p := &parser{file: file}
	from, errs := o.origins()
	k := koanf.New(".")
	if err := k.Load(source(text), p); err != nil {
		return nil, append(errs, p.errs...).sorted()
	}
	if err := o.merge(k); err != nil {
		return nil, fmt.Errorf("the overrides of %s cannot be merged: %w", file, err)
	}
	d := &decoder{
		kinds:  table,
		refs:   &references{dir: filepath.Dir(file), environ: o.Environ},
		at:     p.index,
		from:   from,
		failed: map[path]bool{},
	}
	var c Config
	d.decode("", k.Raw(), reflect.ValueOf(&c).Elem())
	d.check(&c)
	errs = append(append(errs, p.errs...), d.errs...)
	if len(errs) > 0 {
		return nil, errs.sorted()
	}
	return &c, nil
}

// source is a koanf.Provider of a file that has been read.
type source []byte

func (s source) ReadBytes() ([]byte, error) { return s, nil }

func (s source) Read() (map[string]any, error) {
	return nil, errors.New("config: a file is read with its parser")
}
