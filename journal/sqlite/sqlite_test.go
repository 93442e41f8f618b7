package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/storetest"
)

var nine = time.Date(2026, 11, 27, 9, 0, 0, 1, time.UTC)

// fresh names a journal that does not exist yet, in a directory that does not
// either, with every character in its path that a URI would stumble over.
func fresh(t testing.TB) string {
	return filepath.Join(t.TempDir(), "data 100%20?mode=ro#é", "journal.db")
}

func mustOpen(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// fill appends n records to gate/a and returns the stream.
func fill(t testing.TB, s journal.Store, n int) []journal.Record {
	t.Helper()
	l, records, err := journal.Open(t.Context(), s, "gate/a")
	for i := 0; err == nil && i < n; i++ {
		var r journal.Record
		r, err = l.Append(t.Context(), nine, "intent", i)
		records = append(records, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// wantStream checks that gate/a verifies and has n records.
func wantStream(t *testing.T, s journal.Store, n int) {
	t.Helper()
	if _, records, err := journal.Open(t.Context(), s, "gate/a"); err != nil || len(records) != n {
		t.Errorf("%d records, %v; want %d", len(records), err, n)
	}
}

func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("error %v, want one with %q", err, w)
		}
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Test(t, func(t *testing.T) func() journal.Store {
		path := fresh(t)
		return func() journal.Store { return mustOpen(t, path) }
	})
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	s := mustOpen(t, path)
	fill(t, s, 1)
	for name, want := range map[string]os.FileMode{
		filepath.Dir(path): os.ModeDir | 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600,
	} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v; want mode %v", name, info.Mode(), err, want)
		}
	}
}

func TestEveryConnectionIsDurable(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, fresh(t))
	for range connections {
		c, err := s.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close() // kept until the end, so that each turn has another one
		var synchronous, mode string
		err = errors.Join(c.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&synchronous),
			c.QueryRowContext(t.Context(), "PRAGMA journal_mode").Scan(&mode))
		if err != nil || synchronous != "2" || mode != "wal" {
			t.Errorf("synchronous %s, journal mode %s, %v; want 2 (FULL), wal", synchronous, mode, err)
		}
	}
}

func TestAppendOnly(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, fresh(t))
	fill(t, s, 3)
	for _, statement := range []string{
		"UPDATE records SET body = '{}'",
		"DELETE FROM records WHERE seq = 3",
		"DELETE FROM records",
		"REPLACE INTO records SELECT stream, seq, time, kind, 'forged', prev, hash FROM records WHERE seq = 2",
		"INSERT OR IGNORE INTO records SELECT stream, 9, time, kind, body, prev, hash FROM records WHERE seq = 3",
		"INSERT INTO records VALUES ('gate/a', 4, 'now', 'intent', 'null', NULL, '')",
	} {
		if _, err := s.db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("accepted: %s", statement)
		}
	}
	wantStream(t, s, 3)
}

// refusesWhenFull appends until there is no space left: a full disk refuses,
// and refuses cleanly, so that the same store goes on once there is space.
func refusesWhenFull(t *testing.T, s *Store, makeSpace, takeSpace func()) {
	t.Helper()
	l, _, err := journal.Open(t.Context(), s, "gate/a")
	check(t, err)
	body, stored := strings.Repeat("x", 10_000), 0
	for round := range 3 {
		takeSpace()
		for err == nil && stored < 1000 {
			if _, err = l.Append(t.Context(), nine, "intent", body); err == nil {
				stored++
			}
		}
		wantError(t, err, "no space is left", "free some")
		if got, err := l.CatchUp(t.Context()); err != nil || len(got) != 0 {
			t.Fatalf("round %d: CatchUp on a full disk: %d records, %v; want none", round, len(got), err)
		}
		_, err = l.Append(t.Context(), nine, "intent", body)
		wantError(t, err, "no space is left")

		makeSpace()
		_, err = l.CatchUp(t.Context())
		check(t, err)
		_, err = l.Append(t.Context(), nine, "intent", body)
		check(t, err)
		stored++
	}
	wantStream(t, s, stored)
}

func TestFull(t *testing.T) {
	t.Parallel()
	s, err := open(t.Context(), fresh(t), "synchronous(FULL)")
	check(t, err)
	defer s.Close()
	s.db.SetMaxOpenConns(1) // the limit belongs to a connection
	limit := func(pages int) {
		_, err := s.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		check(t, err)
	}
	// A limit below the size of the file means that size.
	refusesWhenFull(t, s, func() { limit(1000) }, func() { limit(1) })
}

func TestLockedByAnother(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	s, other := mustOpen(t, path), mustOpen(t, path)
	records := fill(t, s, 1)
	c, err := other.db.Conn(t.Context())
	check(t, err)
	_, err = c.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	check(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	next := journal.Next(records[0], "gate/a", nine, "outcome", nil)
	if err := s.Append(ctx, next); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Append to a locked file: %v, want the deadline", err)
	}
	wantStream(t, s, 1) // a writer does not keep readers out

	_, err = c.ExecContext(t.Context(), "ROLLBACK")
	check(t, errors.Join(err, c.Close()))
	check(t, s.Append(t.Context(), next))
}

func TestLockedTooLong(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	other := mustOpen(t, path)
	c, err := other.db.Conn(t.Context())
	check(t, err)
	defer c.Close()
	_, err = c.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	check(t, err)
	s, err := open(t.Context(), path, "busy_timeout(1)")
	check(t, err)
	defer s.Close()
	wantError(t, s.Append(t.Context(), journal.Next(journal.Record{}, "gate/a", nine, "intent", nil)), "another process", "lsof")
}

// A disk that hangs holds up a call no longer than its deadline.
func TestWithinLeavesAHangingDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		disk := make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := within(ctx, func() (int, error) { <-disk; return 1, nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
		close(disk) // nothing is left behind for ever: the bubble would not end
	})
}

func TestMovedOrReplaced(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	s := mustOpen(t, path)
	r := fill(t, s, 2)[1]
	next := journal.Next(r, "gate/a", nine, "outcome", nil)

	check(t, os.Rename(path, path+".old"))
	wantError(t, s.Append(t.Context(), next), "moved or deleted", "restart")
	_, err := s.Read(t.Context(), "gate/a", 0, 0)
	wantError(t, err, "moved or deleted", "restart")

	write("")(t, path)
	wantError(t, s.Append(t.Context(), next), "replaced by another", "restart")

	check(t, os.Rename(path+".old", path))
	check(t, s.Append(t.Context(), next))
	wantStream(t, s, 3)
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{100, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := mustOpen(b, fresh(b))
			l, _, err := journal.Open(b.Context(), s, "gate/a")
			body := strings.Repeat("x", size)
			for b.Loop() && err == nil {
				_, err = l.Append(b.Context(), nine, "intent", body)
			}
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
