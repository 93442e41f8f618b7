// Package storetest checks that a journal.Store keeps its promises. Each
// implementation runs it in its own tests.
package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
)

// A Fresh prepares an empty journal for one test and returns a function that
// opens it. Each call opens the same journal once more, as another process or
// a restart would; what it opens is closed when the test ends.
type Fresh func(t *testing.T) (open func() journal.Store)

// Test runs all checks, each in a parallel subtest with a journal of its own.
func Test(t *testing.T, fresh Fresh) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, open func() journal.Store)
	}{
		{"an empty journal", testEmpty},
		{"append and read", testAppendRead},
		{"streams are apart", testStreams},
		{"conflict", testConflict},
		{"racing writers", testRace},
		{"byte-exact", testExact},
		{"large body", testLarge},
		{"reopen", testReopen},
		{"cancelled", testCancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, fresh(t))
		})
	}
}

// at is the time of the n-th record in these tests.
func at(n int) time.Time {
	return time.Date(2026, 11, 27, 9, 0, n, n+1, time.UTC)
}

// chain returns the first n records of a stream.
func chain(stream string, n int) []journal.Record {
	var records []journal.Record
	var prev journal.Record
	for i := range n {
		prev = journal.Next(prev, stream, at(i), "intent", json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)))
		records = append(records, prev)
	}
	return records
}

func appendAll(t *testing.T, s journal.Store, records ...journal.Record) {
	t.Helper()
	for _, r := range records {
		if err := s.Append(t.Context(), r); err != nil {
			t.Fatalf("Append(%s, %d): %v", r.Stream, r.Seq, err)
		}
	}
}

// wantRead checks that a read returns exactly these records, byte for byte.
func wantRead(t *testing.T, s journal.Store, stream string, after uint64, limit int, want []journal.Record) {
	t.Helper()
	got, err := s.Read(t.Context(), stream, after, limit)
	if err != nil {
		t.Fatalf("Read(%s, after %d, limit %d): %v", stream, after, limit, err)
	}
	if !slices.EqualFunc(got, want, same) {
		t.Fatalf("Read(%s, after %d, limit %d):\n got %v\nwant %v", stream, after, limit, got, want)
	}
}

func same(a, b journal.Record) bool {
	return a.Stream == b.Stream && a.Seq == b.Seq && a.Kind == b.Kind && a.Prev == b.Prev && a.Hash == b.Hash &&
		bytes.Equal(a.Body, b.Body) && a.Time.Equal(b.Time) && a.Time.Location() == b.Time.Location()
}

func testEmpty(t *testing.T, open func() journal.Store) {
	s := open()
	wantRead(t, s, "gate/none", 0, 0, nil)
	wantRead(t, s, "gate/none", 7, 3, nil)
	if got, err := s.Streams(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("Streams() = %q, %v; want none", got, err)
	}
}

func testAppendRead(t *testing.T, open func() journal.Store) {
	s, records := open(), chain("gate/production", 5)
	appendAll(t, s, records...)
	for _, c := range []struct {
		after uint64
		limit int
		want  []journal.Record
	}{
		{0, 0, records},
		{0, 2, records[:2]},
		{2, 2, records[2:4]},
		{3, 9, records[3:]},
		{5, 0, nil},
		{99, 1, nil},
		{math.MaxUint64, 0, nil},
	} {
		wantRead(t, s, "gate/production", c.after, c.limit, c.want)
	}
}

func testStreams(t *testing.T, open func() journal.Store) {
	s := open()
	// Names that a pattern, a collation or a trimmed blank would mix up.
	names := []string{"gate/a", "gate/a%", "gate/A", "gate/a ", "gate/ä", "gate/a.b", "gate", "instance/a"}
	for _, name := range names {
		appendAll(t, s, chain(name, 2)...)
	}
	for _, name := range names {
		wantRead(t, s, name, 0, 0, chain(name, 2))
	}
	got, err := s.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("Streams() = %q, want %q", got, names)
	}
}

func testConflict(t *testing.T, open func() journal.Store) {
	s, records := open(), chain("gate/production", 3)
	appendAll(t, s, records...)
	for _, seq := range []uint64{0, 1, 3, 5, 1 << 40, math.MaxInt64, math.MaxUint64} {
		r := journal.Next(journal.Record{Seq: seq - 1, Hash: "other"}, "gate/production", at(9), "outcome", nil)
		if err := s.Append(t.Context(), r); !errors.Is(err, journal.ErrConflict) {
			t.Errorf("Append at %d of a stream that ends at 3: %v, want ErrConflict", seq, err)
		}
	}
	first := chain("gate/other", 2)
	if err := s.Append(t.Context(), first[1]); !errors.Is(err, journal.ErrConflict) {
		t.Errorf("Append at 2 of an empty stream: %v, want ErrConflict", err)
	}
	wantRead(t, s, "gate/production", 0, 0, records)
	wantRead(t, s, "gate/other", 0, 0, nil)
	appendAll(t, s, first...) // a refusal leaves no trace
}

// testRace lets several writers, each with its own handle, fill one stream:
// every sequence has one winner, and the losers are told.
func testRace(t *testing.T, open func() journal.Store) {
	const writers, each = 4, 15
	var wg sync.WaitGroup
	for w := range writers {
		s := open()
		wg.Go(func() {
			l, _, err := journal.Open(t.Context(), s, "gate/race")
			for i := 0; err == nil && i < each; {
				_, err = l.Append(t.Context(), at(i), "intent", [2]int{w, i})
				switch {
				case err == nil:
					i++
				case errors.Is(err, journal.ErrConflict):
					_, err = l.CatchUp(t.Context())
				}
			}
			if err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		})
	}
	wg.Wait()
	records, err := open().Read(t.Context(), "gate/race", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Verify(records); err != nil {
		t.Error(err)
	}
	seen := make(map[string]bool)
	for _, r := range records {
		seen[string(r.Body)] = true
	}
	if len(records) != writers*each || len(seen) != writers*each {
		t.Errorf("%d records, %d different, want %d: an append was lost or doubled", len(records), len(seen), writers*each)
	}
}

func testExact(t *testing.T, open func() journal.Store) {
	s := open()
	prev := journal.Record{}
	var records []journal.Record
	for i, body := range []string{
		`null`, `""`, `{}`, `0.10`, `1e400`, `123456789012345678901234567890`,
		`"日本語 🚦 é e\u0301 \u0000 \u2028"`, "\"raw \u2028 \u202e\"", `"<b>&amp;'; DROP TABLE records; --"`,
		`{"b":1,"a":2,"a":3}`, "\"not UTF-8: \xff\xfe\"",
	} {
		r := journal.Next(prev, "gate/停止 line", at(i), "kind: ü", nil)
		r.Body = json.RawMessage(body) // as it is: a store does not tidy up
		records = append(records, r)
		prev = r
	}
	for i, when := range []time.Time{
		{}, time.Unix(0, 0), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(2026, 3, 29, 2, 30, 0, 100, time.FixedZone("CEST", 7200)), time.Now(),
	} {
		r := journal.Next(prev, "gate/停止 line", when, "time", json.RawMessage(fmt.Sprint(i)))
		records = append(records, r)
		prev = r
	}
	appendAll(t, s, records...)
	wantRead(t, s, "gate/停止 line", 0, 0, records)
}

func testLarge(t *testing.T, open func() journal.Store) {
	s := open()
	// 300 KB: a body with the evidence of a large gate; DynamoDB's items end at
	// 400 KB.
	large := json.RawMessage(`"` + strings.Repeat("0123456789abcdef", 300<<10/16) + `"`)
	first := journal.Next(journal.Record{}, "gate/large", at(0), "intent", large)
	second := journal.Next(first, "gate/large", at(1), "outcome", nil)
	appendAll(t, s, first, second)
	wantRead(t, s, "gate/large", 0, 0, []journal.Record{first, second})
}

func testReopen(t *testing.T, open func() journal.Store) {
	records := chain("gate/production", 6)
	for i := range records {
		s := open()
		wantRead(t, s, "gate/production", 0, 0, records[:i])
		appendAll(t, s, records[i])
	}
	l, got, err := journal.Open(t.Context(), open(), "gate/production")
	if err != nil || len(got) != len(records) {
		t.Fatalf("journal.Open: %d records, %v; want %d", len(got), err, len(records))
	}
	if r, err := l.Append(t.Context(), at(7), "outcome", nil); err != nil || r.Seq != 7 {
		t.Errorf("Append after reopening: record %d, %v; want 7", r.Seq, err)
	}
}

func testCancelled(t *testing.T, open func() journal.Store) {
	s, records := open(), chain("gate/production", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Append(ctx, records[0]); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v, want context.Canceled", err)
	}
	if _, err := s.Read(ctx, "gate/production", 0, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("Read: %v, want context.Canceled", err)
	}
	if _, err := s.Streams(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Streams: %v, want context.Canceled", err)
	}
	// Cancelled before it began: nothing was stored, nothing is stuck.
	appendAll(t, s, records...)
}
