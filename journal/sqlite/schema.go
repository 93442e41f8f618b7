package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	driver "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"
)

const (
	applicationID = 0x616e646e // "andn", where file(1) looks for it
	schemaVersion = 1
)

// schema makes an empty file a journal. Everything in it may be run twice:
// two processes may begin with the same empty file. The triggers hold against
// every program that writes SQL, REPLACE included; against an editor of bytes
// there is the hash chain.
const schema = `
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS records (
	stream TEXT    NOT NULL,
	seq    INTEGER NOT NULL,
	time   TEXT    NOT NULL, -- RFC 3339, UTC, up to nanoseconds
	kind   TEXT    NOT NULL,
	body   TEXT    NOT NULL, -- JSON
	prev   TEXT    NOT NULL, -- hash of the record before, '' for the first
	hash   TEXT    NOT NULL,
	PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS records_in_sequence BEFORE INSERT ON records
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM records WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, 'not the next sequence of this stream'); END;
CREATE TRIGGER IF NOT EXISTS records_stay BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS records_do_not_change BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA application_id = %d;
PRAGMA user_version = %d;
COMMIT;`

// inspect says whether the database is still empty, without changing it. An
// error: it cannot be read, or it is not a journal of a schema known here.
func inspect(ctx context.Context, db *sql.DB) (empty bool, err error) {
	var id, version, tables int64
	err = db.QueryRowContext(ctx, `SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&id, &version, &tables)
	switch {
	case err != nil:
		return false, err
	case id == 0 && version == 0 && tables == 0:
		return true, nil
	case id != applicationID:
		return false, errors.New("it is a database of another program: name another data directory")
	case version > schemaVersion:
		return false, fmt.Errorf("a newer andon wrote it (schema %d, this one knows %d): "+
			"use that version, or name another data directory", version, schemaVersion)
	}
	return false, nil
}

// patiently repeats f while another process stands in the way. SQLite waits
// for a lock by itself, but not where two would wait for each other: both have
// read a new file and want to change its journal mode. Then it refuses one of
// them at once, and that one may try again.
func patiently(ctx context.Context, f func() error) error {
	const enough = 5 * time.Second
	begun := time.Now()
	for wait := time.Millisecond; ; wait *= 2 {
		err := f()
		said, ok := errors.AsType[*driver.Error](err)
		if !ok || said.Code()&0xff != result.SQLITE_BUSY || time.Since(begun) > enough {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// prepare makes sure that db is a journal, and one that readers can read while
// somebody writes.
func prepare(ctx context.Context, db *sql.DB) error {
	empty, err := inspect(ctx, db)
	if err != nil {
		return err
	}
	// Write-ahead logging is a property of the file; asking again costs nothing.
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system does not support write-ahead logging (journal mode %s): "+
			"put the data directory on a local disk", mode)
	}
	if !empty {
		return nil
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf(schema, applicationID, schemaVersion))
	return err
}
