// Package sqlite keeps a journal in one SQLite file: the store for a machine
// whose disk survives a restart. Several processes may use a file at once, on
// one machine: SQLite's locks do not hold across a network file system.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// connections bounds how many calls may be stuck in a disk that hangs.
const connections = 4

// A Store is a journal.Store in one file. Safe for concurrent use.
type Store struct {
	path string
	file fs.FileInfo // what path named when it was opened
	db   *sql.DB     // nil when opened for reading only, see reading
}

// Open opens the journal at path for reading and appending. It creates the
// directory (mode 0700) and the file (mode 0600) where they are missing.
// Errors say what is wrong with the file and what to do about it.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path,
		"busy_timeout(5000)", // ms; a deadline of the caller's ends the wait sooner
		"synchronous(FULL)",  // an append is on the disk before it is acknowledged
	)
}

// open is Open with the PRAGMAs that each connection begins with.
func open(ctx context.Context, path string, pragmas ...string) (*Store, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("journal %s: cannot create it: %w: "+
			"give its directory to the user andon runs as, or name another data directory", path, err)
	}
	path, file, err := locate(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", uri(path, url.Values{"mode": {"rw"}, "_pragma": pragmas}))
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	s := &Store{path: path, file: file, db: db}
	if _, err := within(ctx, func() (struct{}, error) { return struct{}{}, patiently(ctx, func() error { return prepare(ctx, db) }) }); err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	return s, nil
}

// OpenReadOnly opens the journal at path, which has to exist, for reading: a
// daemon may be appending to it meanwhile, or it may be a copy on a read-only
// medium. It writes nothing and creates no file, save one: beside a copy whose
// -wal file came along without its -shm file, SQLite has to make the latter.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	path, file, err := locate(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, file: file}
	empty, err := reading(ctx, s, func(db *sql.DB) (bool, error) { return inspect(ctx, db) })
	if err == nil && empty {
		err = errors.New("it is empty: no andon has written it yet")
	}
	if err != nil {
		return nil, explain(path, err)
	}
	return s, nil
}

// Close releases the file. The last process that closes it folds SQLite's
// -wal file into it.
func (s *Store) Close() error {
	if s.db == nil {
		return nil
	}
	return explain(s.path, s.db.Close())
}

// create makes an empty file, if there is none. SQLite would give it the
// mode that the umask leaves; its -wal and -shm files get the mode of this one.
// An existing file is not opened: closing it again would drop the locks that
// this process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// locate returns the absolute path of an existing file, and what it names.
func locate(path string) (string, fs.FileInfo, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", nil, fmt.Errorf("journal %s: %w", path, err)
	}
	file, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("journal %s: there is none: name the data directory that the daemon uses", abs)
	case err != nil:
		return "", nil, fmt.Errorf("journal %s: %w", abs, err)
	case !file.Mode().IsRegular():
		return "", nil, fmt.Errorf("journal %s: it is not a file: name another data directory", abs)
	}
	return abs, file, nil
}

// uri names a file for SQLite (https://www.sqlite.org/uri.html), whatever
// characters its path contains.
func uri(path string, query url.Values) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return u.String()
}

// within runs f and waits for it as long as ctx lasts. SQLite watches the
// context while it computes and while it waits for a lock, but nothing ends a
// write to a disk that hangs: then f is left behind, and its outcome unknown.
func within[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := f()
		done <- outcome{v, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
