package config

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A reader is who watches: it reads the file again whenever it has changed.
type reader struct {
	path string

	mu    sync.Mutex
	files Files
	read  chan string // what each reading found
}

func watchFile(t *testing.T, path string) *reader {
	r := &reader{path: path, read: make(chan string, 100)}
	r.look()
	<-r.read
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { Watch(ctx, r.now, r.look, func(err error) { t.Error(err) }) })
	t.Cleanup(func() { cancel(); done.Wait() })
	return r
}

func (r *reader) now() Files { r.mu.Lock(); defer r.mu.Unlock(); return r.files }

func (r *reader) look() {
	c, files, err := LoadFiles(r.path, Overrides{})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files = files
	if err != nil {
		r.read <- "error"
		return
	}
	r.read <- c.Instance
}

// comes waits until a reading finds want; what was found on the way is not
// asked about, because an editor may be met between two steps.
func (r *reader) comes(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(10 * time.Second) // the patrol would take 30
	for {
		select {
		case got := <-r.read:
			if got == want {
				return
			}
		case <-deadline:
			t.Fatalf("nobody noticed that the file says %s", want)
		}
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWatchNoticesEveryWayOfSaving(t *testing.T) {
	t.Parallel()
	for name, save := range map[string]func(t *testing.T, file, text string){
		"in place": put,
		"beside, and renamed over": func(t *testing.T, file, text string) {
			put(t, file+".new", text)
			must(t, os.Rename(file+".new", file))
		},
		"moved away, and created": func(t *testing.T, file, text string) {
			must(t, os.Rename(file, file+"~"))
			put(t, file, text)
		},
		"removed, and created": func(t *testing.T, file, text string) {
			must(t, os.Remove(file))
			put(t, file, text)
		},
		"removed, and created later": func(t *testing.T, file, text string) {
			must(t, os.Remove(file))
			time.Sleep(2 * settle)
			put(t, file, text)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "andon.yaml")
			put(t, file, "instance: zero")
			r := watchFile(t, file)
			for _, word := range []string{"one", "two", "three"} { // koanf's own watch sees one at most
				save(t, file, "instance: "+word)
				r.comes(t, word)
			}
		})
	}
}

// Kubernetes mounts a ConfigMap as links into a folder that is swapped.
func TestWatchNoticesTheSwapOfALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mount := func(version string) {
		t.Helper()
		must(t, os.Mkdir(filepath.Join(dir, version), 0o700))
		put(t, filepath.Join(dir, version, "andon.yaml"), "instance: "+version[2:])
		must(t, os.Symlink(version, filepath.Join(dir, "..data_tmp")), os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")))
	}
	mount("..v0")
	file := filepath.Join(dir, "andon.yaml")
	must(t, os.Symlink("..data/andon.yaml", file))
	r := watchFile(t, file)
	for i, version := range []string{"..v1", "..v2", "..v3"} {
		mount(version)
		r.comes(t, version[2:])
		must(t, os.RemoveAll(filepath.Join(dir, []string{"..v0", "..v1", "..v2"}[i])))
	}
}

func TestWatchNoticesWhatTheFileRefersTo(t *testing.T) {
	t.Parallel()
	dir, secrets := t.TempDir(), t.TempDir()
	secret := filepath.Join(secrets, "name")
	file := filepath.Join(dir, "andon.yaml")
	put(t, file, "instance: ${file:"+secret+"}")
	r := watchFile(t, file) // it is not there yet: an error, and worth another attempt
	put(t, secret, "one")
	r.comes(t, "one")
	put(t, secret, "two")
	r.comes(t, "two")
	put(t, file, "instance: 'half") // half written
	r.comes(t, "error")
	put(t, file, "instance: ${file:"+secret+"}")
	r.comes(t, "two")
}

func TestWatchLeavesWhatHasNotChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "andon.yaml")
	put(t, file, "instance: one")
	r := watchFile(t, file)
	for range 10 {
		put(t, filepath.Join(dir, "journal.db"), time.Now().String())
		put(t, file, "instance: one")
		time.Sleep(settle / 5)
	}
	put(t, file, "instance: two")
	if got := <-r.read; got != "two" && got != "error" {
		t.Errorf("read %q, though nothing had changed", got)
	}
}

// What keeps a file from being read is told, so another reason is news.
func TestFilesTellWhatCannotBeReadApart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "andon.yaml")
	files := Files{}
	files.note(file)
	for _, c := range []struct {
		name string
		make func() error
	}{
		{"a folder", func() error { return os.Mkdir(file, 0o700) }},
		{"a link to itself", func() error { return os.Symlink(file, file) }},
		{"an empty file", func() error { return os.WriteFile(file, nil, 0o600) }},
	} {
		if files.Changed() {
			t.Errorf("before %s: it has changed, and nobody touched it", c.name)
		}
		must(t, c.make())
		if !files.Changed() {
			t.Errorf("%s takes the place of what could not be read, and is not noticed", c.name)
		}
		must(t, os.Remove(file))
	}
	must(t, os.Mkdir(file, 0o700))
	files.note(file)
	must(t, os.Remove(file), os.Symlink(file, file))
	if !files.Changed() {
		t.Error("a link to itself takes the place of a folder, and is not noticed")
	}
}
