package config

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Pauses of Watch: an editor needs several steps to save a file, and not every
// file system tells of changes (NFS does not).
const (
	settle = 200 * time.Millisecond
	patrol = 30 * time.Second
)

// Watch calls changed whenever a file is not what files says it was, until ctx
// is done. It is told from anew after each call: changed has to see to it that
// what it has read is noted there. Folders are watched, not files, because a
// file that is replaced is another file: by an editor, a move, a removal, or
// the swap of a link, as Kubernetes does with ..data. Where that is not
// possible, trouble hears why, and Watch looks every 30 s.
func Watch(ctx context.Context, files func() Files, changed func(), trouble func(error)) {
	w := &watcher{trouble: trouble, told: map[string]bool{}}
	events, lost := w.open()
	defer w.close()
	wait := time.NewTimer(0)
	defer wait.Stop()
	for soon := true; ; {
		select {
		case <-ctx.Done():
			return
		case <-events:
		case <-lost: // whatever it was, there may have been events
		case <-wait.C:
			now := files()
			w.follow(now) // first: what changes from now on is told
			if soon = now.Changed(); soon {
				changed()
				wait.Reset(settle) // there may be other folders to follow
			} else {
				wait.Reset(patrol)
			}
			continue
		}
		if !soon { // not put off by further events: a busy folder never rests
			soon = true
			wait.Reset(settle)
		}
	}
}

// A watcher watches the folders in which something may happen to files.
type watcher struct {
	notify  *fsnotify.Watcher // nil: the system has none to give
	trouble func(error)
	told    map[string]bool // folders whose trouble has been told
}

func (w *watcher) open() (<-chan fsnotify.Event, <-chan error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.trouble(err)
		return nil, nil
	}
	w.notify = notify
	return notify.Events, notify.Errors
}

func (w *watcher) close() {
	if w.notify != nil {
		w.notify.Close()
	}
}

// follow watches the folders of files, and no others.
func (w *watcher) follow(files Files) {
	if w.notify == nil {
		return
	}
	want := map[string]bool{}
	for file := range files {
		for _, dir := range folders(file) {
			want[dir] = true
		}
	}
	have := w.notify.WatchList()
	for _, dir := range have {
		if !want[dir] {
			_ = w.notify.Remove(dir) // it is gone already, or soon forgotten
		}
	}
	for dir := range want {
		if slices.Contains(have, dir) {
			continue
		}
		err := w.notify.Add(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !w.told[dir] {
			w.told[dir] = true
			w.trouble(err)
		}
	}
}

// folders are those in which a step on the way to file can change: its own, and
// those that links lead to. Links of folders are followed: two names of one
// folder would be one watch.
func folders(file string) []string {
	const most = 10 // links
	var dirs []string
	for range most {
		dir := filepath.Dir(file)
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dirs = append(dirs, real)
		}
		next, err := os.Readlink(file)
		if err != nil {
			break
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(dir, next)
		}
		file = next
	}
	return dirs
}
