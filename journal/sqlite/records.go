package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	driver "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"

	"github.com/andon-project/andon/journal"
)

// Append implements journal.Store. A deadline of ctx is kept even when the
// disk hangs; the record may then be stored later, at its sequence or not at
// all.
func (s *Store) Append(ctx context.Context, r journal.Record) error {
	if s.db == nil {
		return fmt.Errorf("journal %s: opened for reading only", s.path)
	}
	if r.Seq > math.MaxInt64 { // beyond SQLite's integers, and beyond any stream
		return fmt.Errorf("%w: %d is beyond the end of stream %q", journal.ErrConflict, r.Seq, r.Stream)
	}
	_, err := within(ctx, func() (sql.Result, error) {
		if err := s.inPlace(); err != nil {
			return nil, err
		}
		return s.db.ExecContext(ctx, "INSERT INTO records (stream, seq, time, kind, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
			r.Stream, int64(r.Seq), r.Time.UTC().Format(time.RFC3339Nano), r.Kind, string(r.Body), r.Prev, r.Hash)
	})
	if refused, ok := errors.AsType[*driver.Error](err); ok && refused.Code() == result.SQLITE_CONSTRAINT_TRIGGER {
		return fmt.Errorf("%w: %d is not the next of stream %q", journal.ErrConflict, r.Seq, r.Stream)
	}
	return explain(s.path, err)
}

// Read implements journal.Store.
func (s *Store) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	if after > math.MaxInt64 {
		return nil, nil
	}
	if limit <= 0 {
		limit = -1 // SQLite's word for no limit
	}
	records, err := reading(ctx, s, func(db *sql.DB) ([]journal.Record, error) {
		rows, err := db.QueryContext(ctx, `SELECT seq, time, kind, body, prev, hash FROM records
			WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`, stream, int64(after), limit)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var records []journal.Record
		for rows.Next() {
			r, err := scan(rows, stream)
			if err != nil {
				return nil, err
			}
			records = append(records, r)
		}
		return records, rows.Err()
	})
	return records, explain(s.path, err)
}

func scan(rows *sql.Rows, stream string) (journal.Record, error) {
	r := journal.Record{Stream: stream}
	var when, body string
	if err := rows.Scan(&r.Seq, &when, &r.Kind, &body, &r.Prev, &r.Hash); err != nil {
		return r, err
	}
	r.Body = json.RawMessage(body)
	t, err := time.Parse(time.RFC3339Nano, when)
	if err != nil {
		return r, &journal.ChainError{Stream: stream, Seq: r.Seq, Problem: fmt.Sprintf("the time %q is not RFC 3339", when)}
	}
	r.Time = t
	return r, nil
}

// Streams implements journal.Store.
func (s *Store) Streams(ctx context.Context) ([]string, error) {
	streams, err := reading(ctx, s, func(db *sql.DB) ([]string, error) {
		rows, err := db.QueryContext(ctx, "SELECT DISTINCT stream FROM records ORDER BY stream")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var streams []string
		for rows.Next() {
			var stream string
			if err := rows.Scan(&stream); err != nil {
				return nil, err
			}
			streams = append(streams, stream)
		}
		return streams, rows.Err()
	})
	return streams, explain(s.path, err)
}

// inPlace makes sure that the open file is still the one at path. What is
// written to a deleted file is gone with the process.
func (s *Store) inPlace() error {
	now, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("the file was moved or deleted while open: put it back or restart: %w", err)
	}
	if !os.SameFile(s.file, now) {
		return errors.New("the file was replaced by another while open: restart")
	}
	return nil
}
