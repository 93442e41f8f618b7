package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Next returns the record that follows prev in a stream; the zero Record as
// prev begins the stream. The time becomes UTC with nanoseconds, without a
// monotonic reading. The body becomes the compact JSON that encoding/json
// writes, so that a record exported as JSON and read back has the same hash;
// nil becomes null. A body that is not JSON is kept as it is, and Verify
// refuses it.
func Next(prev Record, stream string, at time.Time, kind string, body json.RawMessage) Record {
	if compact, err := json.Marshal(body); err == nil {
		body = compact
	}
	r := Record{
		Stream: stream,
		Seq:    prev.Seq + 1,
		Time:   at.Round(0).UTC(),
		Kind:   kind,
		Body:   body,
		Prev:   prev.Hash,
	}
	r.Hash = hashOf(r)
	return r
}

// Verify checks a whole stream from its first record: one stream name,
// sequences 1, 2, 3, … without holes, UTC times, bodies that are JSON, and the
// hash chain. The error is a *ChainError and names the first record that is
// wrong. Times may run backwards: a clock that was set back is no forgery.
//
// A chain cannot tell that its newest records were cut off; whoever must know
// keeps the last Hash elsewhere.
func Verify(records []Record) error {
	var prev Record
	for i, r := range records {
		if i == 0 {
			prev.Stream = r.Stream
		}
		if err := follows(prev, r); err != nil {
			return err
		}
		prev = r
	}
	return nil
}

// A ChainError tells which record does not belong where it stands, and why.
type ChainError struct {
	Stream  string
	Seq     uint64 // of the record found, or of the one that is missing
	Problem string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("journal: stream %q, record %d: %s: the journal was damaged or altered; "+
		"keep it aside as evidence and start with an empty one or a good copy", e.Stream, e.Seq, e.Problem)
}

// follows says whether r is a record that may stand right after prev, nil if
// so. For the first record, prev is zero but for the stream's name.
func follows(prev, r Record) error {
	problem := ""
	switch {
	case r.Stream != prev.Stream:
		problem = fmt.Sprintf("belongs to stream %q", r.Stream)
	case r.Stream == "" || !utf8.ValidString(r.Stream):
		problem = "the stream's name is empty or not UTF-8"
	case r.Seq != prev.Seq+1:
		return &ChainError{prev.Stream, prev.Seq + 1, fmt.Sprintf("missing, found record %d in its place", r.Seq)}
	case r.Kind == "" || !utf8.ValidString(r.Kind):
		problem = "the kind is empty or not UTF-8"
	case r.Time.Location() != time.UTC:
		problem = "the time is not in UTC"
	case r.Time.Year() < 0 || r.Time.Year() > 9999: // what RFC 3339 can write
		problem = "the time is not between the years 0 and 9999"
	case !json.Valid(r.Body):
		problem = "the body is not JSON"
	case r.Prev != prev.Hash:
		problem = "does not continue the record before it"
	case r.Hash != hashOf(r):
		problem = "the content does not match its hash"
	default:
		return nil
	}
	return &ChainError{prev.Stream, r.Seq, problem}
}

// hashOf is the hash of everything in r but its Hash field.
func hashOf(r Record) string {
	return digest("andon journal 1", r.Stream, strconv.FormatUint(r.Seq, 10), stamp(r.Time), r.Kind, string(r.Body), r.Prev)
}

// stamp writes a time for hashing: UTC, always nine decimals.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
}

// digest is the hex SHA-256 over the fields, each written as a netstring
// (https://cr.yp.to/proto/netstrings.txt), so that no two lists of fields give
// the same bytes and anybody can compute it again with a shell.
func digest(fields ...string) string {
	h := sha256.New()
	for _, f := range fields {
		fmt.Fprintf(h, "%d:%s,", len(f), f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A Verifier checks a stream record by record, from wherever it begins: what is
// exported from the middle of a stream is whole in itself, and begins with a
// Prev that says what it continues. The zero Verifier is ready.
type Verifier struct {
	prev  Record
	begun bool
}

// Next checks that r follows the record before. The error is a *ChainError.
func (v *Verifier) Next(r Record) error {
	if !v.begun && r.Seq > 1 {
		v.prev = Record{Stream: r.Stream, Seq: r.Seq - 1, Hash: r.Prev}
	} else if !v.begun {
		v.prev = Record{Stream: r.Stream}
	}
	if err := follows(v.prev, r); err != nil {
		return err
	}
	v.prev, v.begun = r, true
	return nil
}
