package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andon-project/andon/journal"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		make     func(t *testing.T, path string)
		words    []string
		openOnly bool // OpenReadOnly is refused for another reason
	}{
		{"not a database", write(strings.Repeat("Dear diary, ", 200)), []string{"it is not a journal", "data directory"}, false},
		{"a directory", func(t *testing.T, path string) { check(t, os.Mkdir(path, 0o700)) }, []string{"it is not a file"}, false},
		{"another program's", statements("CREATE TABLE bookmarks (url)"), []string{"another program"}, false},
		{"another program's, empty", statements("PRAGMA application_id = 7"), []string{"another program"}, false},
		{"a newer schema", func(t *testing.T, path string) {
			check(t, mustOpen(t, path).Close())
			statements("PRAGMA user_version = 2")(t, path)
		}, []string{"a newer andon wrote it (schema 2, this one knows 1)"}, false},
		{"cut short", func(t *testing.T, path string) {
			s := mustOpen(t, path)
			fill(t, s, 30)
			check(t, s.Close())
			check(t, os.Truncate(path, 5000))
		}, []string{"it is damaged", "keep it aside"}, false},
		{"below a file", func(t *testing.T, path string) {
			check(t, os.Remove(filepath.Dir(path)))
			write("")(t, filepath.Dir(path))
		}, []string{"not a directory"}, false},
		{"no directory to write", func(t *testing.T, path string) {
			if os.Geteuid() == 0 {
				t.Skip("skipped: root may write everywhere")
			}
			check(t, os.Chmod(filepath.Dir(path), 0o500))
		}, []string{"cannot create it", "permission denied", "the user andon runs as"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := fresh(t)
			check(t, os.MkdirAll(filepath.Dir(path), 0o700))
			c.make(t, path)
			_, err := Open(t.Context(), path)
			wantError(t, err, append(c.words, path)...)
			if !c.openOnly {
				_, err = OpenReadOnly(t.Context(), path)
				wantError(t, err, append(c.words, path)...)
			}
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(text string) func(*testing.T, string) {
	return func(t *testing.T, path string) { check(t, os.WriteFile(path, []byte(text), 0o600)) }
}

func statements(text string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		db, err := sql.Open("sqlite", uri(path, nil))
		check(t, err)
		_, err = db.ExecContext(t.Context(), text)
		check(t, errors.Join(err, db.Close()))
	}
}

// A damaged page in the middle is an error with a sentence, not a shorter
// stream.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	s := mustOpen(t, path)
	fill(t, s, 300)
	check(t, s.Close())
	b, err := os.ReadFile(path)
	check(t, err)
	for i := len(b) / 2; i < len(b)/2+8192; i++ {
		b[i] = 0xff
	}
	check(t, os.WriteFile(path, b, 0o600))
	_, _, err = journal.Open(t.Context(), mustOpen(t, path), "gate/a")
	wantError(t, err, "it is damaged", "keep it aside")
}

func TestStoredTimeThatIsNone(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, fresh(t))
	_, err := s.db.ExecContext(t.Context(), "INSERT INTO records VALUES ('gate/a', 1, 'noon', 'intent', 'null', '', '')")
	check(t, err)
	_, err = s.Read(t.Context(), "gate/a", 0, 0)
	if broken, ok := errors.AsType[*journal.ChainError](err); !ok || broken.Seq != 1 {
		t.Errorf("error %v, want a *ChainError at record 1", err)
	}
}
