package sources_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
)

func openFile(t *testing.T, folder, name string) sources.Fetcher {
	t.Helper()
	f, ok := sources.World{Folder: folder}.Open(calendar.Source{ICS: &calendar.ICS{File: name}})
	if !ok {
		t.Fatal("a file is not opened")
	}
	return f
}

func TestFileIsReadWhereTheConfigurationIs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	name := filepath.Join(folder, "black.ics")
	write := func(text string, changed time.Time) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, changed, changed); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-time.Hour)
	write(empty, old)
	for _, f := range []sources.Fetcher{openFile(t, folder, "black.ics"), openFile(t, "elsewhere", name)} {
		first, err := fetch(t, f, sources.Version{})
		if err != nil || string(first.Body) != empty {
			t.Fatalf("%+v, %v", first, err)
		}
		if again, err := fetch(t, f, first.Version); err != nil || !again.Same {
			t.Errorf("%+v, %v, want the same", again, err)
		}
		write(empty+"\r\n", old) // longer
		if next, err := fetch(t, f, first.Version); err != nil || next.Same || len(next.Body) != len(empty)+2 {
			t.Errorf("%+v, %v, want what is new", next, err)
		}
		write(empty, old)
	}
	// What has just been written may be written again within what its time can tell.
	write(empty, time.Now())
	f := openFile(t, folder, "black.ics")
	first, _ := fetch(t, f, sources.Version{})
	if again, err := fetch(t, f, first.Version); err != nil || again.Same {
		t.Errorf("%+v, %v, want it read again", again, err)
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := syscall.Mkfifo(in("pipe-5ecre7"), 0o600); err != nil {
		t.Fatal(err)
	}
	huge, err := os.Create(in("huge-5ecre7"))
	if err != nil {
		t.Fatal(err)
	}
	if err := huge.Truncate(sources.MaxBody + 1); err != nil {
		t.Fatal(err)
	}
	huge.Close()
	if err := os.Symlink("loop-5ecre7", in("loop-5ecre7")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]sources.Code{
		"none-5ecre7": sources.Missing, "pipe-5ecre7": sources.Refused, ".": sources.Refused, "huge-5ecre7": sources.TooLarge, "loop-5ecre7": sources.Unknown,
		strings.Repeat("5ecre7", 100): sources.Unknown,
	} {
		_, err := fetch(t, openFile(t, folder, name), sources.Version{})
		what(t, err, want)
	}
}
