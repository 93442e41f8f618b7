// Package journal keeps the durable record of what andon intended, did, was
// told and believed: hash-chained streams of records, one stream per gate, per
// calendar whose sources lost something, and per instance.
//
// The append is the fence: a record is put at sequence n+1 only if nobody has
// put one there, so whoever appends an intent has seen all that came before.
package journal

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// A Record is one entry of a stream. Body is the JSON of what Kind says; the
// packages that write records own their bodies.
type Record struct {
	Stream string          `json:"stream"` // gate/NAME, calendar/NAME or instance/NAME
	Seq    uint64          `json:"seq"`    // 1, 2, 3, … without holes
	Time   time.Time       `json:"time"`   // UTC, the writer's clock
	Kind   string          `json:"kind"`   // intent, outcome, adopt, override, verdict, late, …
	Body   json.RawMessage `json:"body"`
	Prev   string          `json:"prev"` // Hash of the record before, "" for the first
	Hash   string          `json:"hash"` // hex SHA-256 over all of the above
}

// A Store keeps streams. Implementations are safe for concurrent use, by
// several processes where the medium allows it.
type Store interface {
	// Append stores r if the stream's last sequence is r.Seq-1, durably before
	// it returns. ErrConflict: somebody else put a record there, read first.
	// Any other error: unknown whether it is stored, read first.
	Append(ctx context.Context, r Record) error
	// Read returns the records of a stream with Seq > after, in order, at most
	// limit (0: all).
	Read(ctx context.Context, stream string, after uint64, limit int) ([]Record, error)
	// Streams lists the streams that have records, sorted.
	Streams(ctx context.Context) ([]string, error)
}

// ErrConflict is returned by Append when the sequence is already taken or
// would leave a hole.
var ErrConflict = errors.New("journal: sequence already taken")
