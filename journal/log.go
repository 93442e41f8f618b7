package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrBehind is returned by Log.Append when the log has not read since an
// append failed: nothing was tried, catch up first.
var ErrBehind = errors.New("journal: not caught up since an append failed")

// A Log is one stream open for appending. It remembers the newest record it
// has seen and appends after that one only, so an append proves that nobody
// wrote anything its owner has not read.
//
// Not safe for concurrent use. Several Logs, in several processes, may be open
// on one stream.
type Log struct {
	store   Store
	stream  string
	last    Record // newest record seen; only the stream's name before the first
	current bool   // nothing failed since the last read
}

// Open reads and verifies a stream and returns it ready for appending, with
// all its records. The error is a *ChainError when the stream is damaged,
// otherwise what the store says.
func Open(ctx context.Context, s Store, stream string) (*Log, []Record, error) {
	l := &Log{store: s, stream: stream, last: Record{Stream: stream}}
	records, err := l.CatchUp(ctx)
	if err != nil {
		return nil, nil, err
	}
	return l, records, nil
}

// CatchUp returns the records that were appended since this log last read or
// appended, verified against the chain it knows. After a failed Append they
// begin with that very record (equal Hash) if it was stored after all.
//
// The error is a *ChainError when the stream is damaged or no longer contains
// what this log has seen, otherwise what the store says; nothing can be
// appended until a CatchUp succeeds.
func (l *Log) CatchUp(ctx context.Context) ([]Record, error) {
	l.current = false
	// The newest record we know is read again, to notice a journal that was
	// replaced by an older copy, or by an empty one, behind our back.
	known := min(l.last.Seq, 1)
	records, err := l.store.Read(ctx, l.stream, l.last.Seq-known, 0)
	if err != nil {
		return nil, fmt.Errorf("journal: read stream %q: %w", l.stream, err)
	}
	if known == 1 {
		if len(records) == 0 || hashOf(records[0]) != l.last.Hash {
			return nil, &ChainError{l.stream, l.last.Seq, "gone or replaced since it was read"}
		}
		records = records[1:]
	}
	prev := l.last
	for _, r := range records {
		if err := follows(prev, r); err != nil {
			return nil, err
		}
		prev = r
	}
	l.last, l.current = prev, true
	return records, nil
}

// Append stores a record after the newest one this log has seen, durably
// before it returns. body is anything that encoding/json can marshal.
//
//   - ErrConflict: somebody else appended first. CatchUp and decide again.
//   - ErrBehind: an earlier Append failed and CatchUp has not succeeded since.
//   - An error from the store: unknown whether the record is stored. It is
//     returned beside the error, so that the caller can recognise it by its
//     Hash when CatchUp returns it. After a deadline or a failing disk it may
//     even turn up later, after a crash for instance, but only at its own
//     sequence: never once this log has appended another record there.
func (l *Log) Append(ctx context.Context, at time.Time, kind string, body any) (Record, error) {
	if !l.current {
		return Record{}, fmt.Errorf("journal: append to stream %q: %w: call CatchUp", l.stream, ErrBehind)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return Record{}, fmt.Errorf("journal: append %s to stream %q: body: %w", kind, l.stream, err)
	}
	r := Next(l.last, l.stream, at, kind, raw)
	if err := follows(l.last, r); err != nil { // never write what we would refuse to read
		return Record{}, fmt.Errorf("journal: refusing to write: %w", err)
	}
	if err := l.store.Append(ctx, r); err != nil {
		l.current = false
		if errors.Is(err, ErrConflict) {
			return r, fmt.Errorf("journal: append %s to stream %q at %d: %w: catch up and decide again", kind, l.stream, r.Seq, err)
		}
		return r, fmt.Errorf("journal: append %s to stream %q at %d: %w", kind, l.stream, r.Seq, err)
	}
	l.last = r
	return r, nil
}

// NextID returns an id for an intent that is about to be appended: ten
// lowercase hex digits, drawn from the stream, the next sequence, the record
// before and the time with its nanoseconds. The time keeps ids apart where a
// journal was lost and its sequences begin anew.
func (l *Log) NextID(at time.Time) string {
	return digest("andon intent 1", l.stream, strconv.FormatUint(l.last.Seq+1, 10), l.last.Hash, stamp(at))[:10]
}
