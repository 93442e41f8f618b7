package sqlite

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/andon-project/andon/journal"
)

func mustOpenReadOnly(t *testing.T, path string) *Store {
	t.Helper()
	s, err := OpenReadOnly(t.Context(), path)
	check(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func files(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	check(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestReadOnlyNeedsAJournal(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	_, err := OpenReadOnly(t.Context(), path)
	wantError(t, err, path, "there is none", "data directory")
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("the directory was created")
	}
	check(t, os.Mkdir(filepath.Dir(path), 0o700))
	write("")(t, path)
	_, err = OpenReadOnly(t.Context(), path)
	wantError(t, err, path, "it is empty")
}

// A reader that was opened while no daemon ran follows the one that starts,
// stops and starts again, and leaves nothing behind itself.
func TestReadOnlyFollows(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	s := mustOpen(t, path)
	fill(t, s, 2)
	check(t, s.Close())

	reader := mustOpenReadOnly(t, path)
	wantStream(t, reader, 2)
	for want := 4; want < 10; want += 2 {
		daemon := mustOpen(t, path)
		fill(t, daemon, 2)
		wantStream(t, reader, want)
		check(t, daemon.Close())
		wantStream(t, reader, want)
		if got := files(t, path); !slices.Equal(got, []string{"journal.db"}) {
			t.Errorf("files left behind: %q", got)
		}
	}
	streams, err := reader.Streams(t.Context())
	if err != nil || !slices.Equal(streams, []string{"gate/a"}) {
		t.Errorf("Streams() = %q, %v", streams, err)
	}
	wantError(t, reader.Append(t.Context(), journal.Next(journal.Record{}, "gate/b", nine, "intent", nil)), "reading only")
}

// A copy that was taken while a daemon ran: the file and its -wal.
func TestReadOnlyCopyWithLog(t *testing.T) {
	t.Parallel()
	path, copied := fresh(t), fresh(t)
	s := mustOpen(t, path)
	fill(t, s, 3)
	check(t, os.Mkdir(filepath.Dir(copied), 0o700))
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		check(t, err)
		check(t, os.WriteFile(copied+suffix, b, 0o600))
	}
	wantStream(t, mustOpenReadOnly(t, copied), 3)
}
