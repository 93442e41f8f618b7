package sqlite

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"time"
)

// reading runs a query, on a connection of its own if s is read-only.
//
// A reader that merely asks SQLite for read-only access would leave -wal and
// -shm files beside a journal that nobody has open, and could not read one on
// a read-only medium. So while there is no write-ahead log, the file alone is
// read as if it could not change ("immutable"), and once more if it did.
func reading[T any](ctx context.Context, s *Store, query func(*sql.DB) (T, error)) (T, error) {
	return within(ctx, func() (T, error) {
		if s.db != nil {
			if err := s.inPlace(); err != nil {
				var none T
				return none, err
			}
			return query(s.db)
		}
		for {
			before, err := look(s.path)
			if err != nil {
				var none T
				return none, err
			}
			v, err := once(s.path, !before.logged, query)
			if before.logged || ctx.Err() != nil {
				return v, err
			}
			if after, lookErr := look(s.path); lookErr == nil && after == before {
				return v, err
			}
		}
	})
}

func once[T any](path string, immutable bool, query func(*sql.DB) (T, error)) (T, error) {
	options := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)"}}
	if immutable {
		options.Set("immutable", "1")
	}
	db, err := sql.Open("sqlite", uri(path, options))
	if err != nil {
		var none T
		return none, err
	}
	defer db.Close()
	return query(db)
}

// A glance is what a look at the directory tells about writers.
type glance struct {
	size    int64
	changed time.Time
	logged  bool // there is a write-ahead log with something in it
}

func look(path string) (glance, error) {
	file, err := os.Stat(path)
	if err != nil {
		return glance{}, err
	}
	wal, err := os.Stat(path + "-wal")
	return glance{file.Size(), file.ModTime(), err == nil && wal.Size() > 0}, nil
}
