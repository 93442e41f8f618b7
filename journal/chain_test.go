package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/journal"
)

var nine = time.Date(2026, 11, 27, 9, 0, 0, 1, time.UTC)

// chain returns the first n records of a stream.
func chain(stream string, n int) []journal.Record {
	var records []journal.Record
	var prev journal.Record
	for i := range n {
		prev = journal.Next(prev, stream, nine.Add(time.Duration(i)), "intent", json.RawMessage(fmt.Sprint(i)))
		records = append(records, prev)
	}
	return records
}

// The encoding under the hash is for ever: a journal written today has to
// verify in every later version. Computed apart from this code:
//
//	printf '%s' '15:andon journal 1,15:gate/production,1:1,30:2026-11-27T09:00:00.000000001Z,6:intent,7:{"a":1},0:,' | sha256sum
func TestNextHash(t *testing.T) {
	t.Parallel()
	cet := time.FixedZone("CET", 3600)
	r := journal.Next(journal.Record{}, "gate/production", nine.In(cet), "intent", json.RawMessage("{ \"a\": 1 }"))
	const want = "94ba317c0e469d5b698e6b02fb22b2ce272c75249274eeda94cc2e301404009c"
	if r.Hash != want {
		t.Errorf("hash %s, want %s", r.Hash, want)
	}
	if r.Seq != 1 || r.Prev != "" || r.Time != nine || string(r.Body) != `{"a":1}` {
		t.Errorf("first record %+v", r)
	}
	second := journal.Next(r, "gate/production", nine, "outcome", nil)
	if second.Seq != 2 || second.Prev != r.Hash || string(second.Body) != "null" {
		t.Errorf("second record %+v", second)
	}
}

func TestNextDropsMonotonicReading(t *testing.T) {
	t.Parallel()
	now := time.Now()
	if r := journal.Next(journal.Record{}, "gate/a", now, "intent", nil); r.Time != now.Round(0).UTC() {
		t.Errorf("time %#v, want the wall clock alone", r.Time)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	swap := func(r []journal.Record) []journal.Record { r[1], r[2] = r[2], r[1]; return r }
	for _, c := range []struct {
		name  string
		spoil func(r []journal.Record) []journal.Record
		seq   uint64
		want  string
	}{
		{"whole", func(r []journal.Record) []journal.Record { return r }, 0, ""},
		{"empty", func(r []journal.Record) []journal.Record { return nil }, 0, ""},
		{"clock set back", func(r []journal.Record) []journal.Record {
			return append(r, journal.Next(r[3], "gate/a", nine.Add(-time.Hour), "outcome", nil))
		}, 0, ""},
		{"first missing", func(r []journal.Record) []journal.Record { return r[1:] }, 1, "missing, found record 2"},
		{"hole", func(r []journal.Record) []journal.Record { return slices.Delete(r, 1, 2) }, 2, "missing, found record 3"},
		{"doubled", func(r []journal.Record) []journal.Record { return slices.Insert(r, 2, r[1]) }, 3, "missing, found record 2"},
		{"swapped", swap, 2, "missing, found record 3"},
		{"stream", func(r []journal.Record) []journal.Record { r[2].Stream = "gate/b"; return r }, 3, `belongs to stream "gate/b"`},
		{"no stream", func([]journal.Record) []journal.Record { return chain("", 2) }, 1, "name is empty"},
		{"kind", func(r []journal.Record) []journal.Record { r[2].Kind = "outcome"; return r }, 3, "does not match its hash"},
		{"no kind", func(r []journal.Record) []journal.Record { r[2].Kind = ""; return r }, 3, "kind is empty"},
		{"body", func(r []journal.Record) []journal.Record { r[2].Body = json.RawMessage("7"); return r }, 3, "does not match its hash"},
		{"no body", func(r []journal.Record) []journal.Record { r[2].Body = nil; return r }, 3, "not JSON"},
		{"nanosecond", func(r []journal.Record) []journal.Record { r[2].Time = r[2].Time.Add(1); return r }, 3, "does not match its hash"},
		{"zone", func(r []journal.Record) []journal.Record {
			r[2].Time = r[2].Time.In(time.FixedZone("", 0))
			return r
		}, 3, "not in UTC"},
		{"year", func(r []journal.Record) []journal.Record {
			return append(r, journal.Next(r[3], "gate/a", nine.AddDate(8000, 0, 0), "intent", nil))
		}, 5, "years 0 and 9999"},
		{"hash", func(r []journal.Record) []journal.Record { r[2].Hash = r[1].Hash; return r }, 3, "does not match its hash"},
		{"rewritten from here", func(r []journal.Record) []journal.Record {
			r[1] = journal.Next(r[0], "gate/a", nine, "outcome", nil)
			return r
		}, 3, "does not continue"},
		{"spliced", func(r []journal.Record) []journal.Record {
			other := journal.Next(journal.Record{Seq: 1, Hash: "other"}, "gate/a", nine, "intent", nil)
			return append(r[:1], other)
		}, 2, "does not continue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := journal.Verify(c.spoil(chain("gate/a", 4)))
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var broken *journal.ChainError
			if !errors.As(err, &broken) {
				t.Fatalf("error %v, want a *ChainError", err)
			}
			if broken.Seq != c.seq || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want record %d and %q", err, c.seq, c.want)
			}
			if !strings.Contains(err.Error(), "keep it aside") {
				t.Errorf("error %q does not say what to do", err)
			}
		})
	}
}

// Fields that run into each other must not give the same hash.
func TestHashIsUnambiguous(t *testing.T) {
	t.Parallel()
	a := journal.Next(journal.Record{}, "gate/a", nine, "b", nil)
	b := journal.Next(journal.Record{}, "gate/", nine, "ab", nil)
	if a.Hash == b.Hash {
		t.Error("two different records have one hash")
	}
}

// FuzzNextVerify: what Next writes verifies, also after a trip through JSON;
// with any byte changed it does not.
func FuzzNextVerify(f *testing.F) {
	f.Add("gate/a", "intent", []byte(`{"a": "<日本>\u2028"}`), int64(1), int64(999), uint16(3))
	f.Add("", "", []byte(`not json`), int64(-1<<62), int64(-1), uint16(0))
	f.Add("a\xff", "\x00", []byte("\"\xff\""), int64(1<<40), int64(0), uint16(40))
	f.Fuzz(func(t *testing.T, stream, kind string, body []byte, sec, nsec int64, flip uint16) {
		first := journal.Next(journal.Record{}, stream, time.Unix(sec, nsec), kind, body)
		records := []journal.Record{first, journal.Next(first, stream, time.Unix(sec, nsec), kind, body)}
		if err := journal.Verify(records); err != nil {
			var broken *journal.ChainError
			if !errors.As(err, &broken) {
				t.Fatalf("error %v, want a *ChainError", err)
			}
			return
		}

		exported, err := json.Marshal(records)
		if err != nil {
			t.Fatalf("verified records do not marshal: %v", err)
		}
		var back []journal.Record
		if err := json.Unmarshal(exported, &back); err != nil {
			t.Fatal(err)
		}
		if err := journal.Verify(back); err != nil {
			t.Fatalf("after a trip through JSON: %v", err)
		}

		i := int(flip) % len(exported)
		exported[i] ^= 1 << (flip % 7)
		var forged []journal.Record
		if json.Unmarshal(exported, &forged) == nil && journal.Verify(forged) == nil && len(forged) == 2 &&
			!slices.EqualFunc(forged, back, equal) {
			t.Fatalf("a forgery verifies: %s", exported)
		}
	})
}

func equal(a, b journal.Record) bool {
	return a.Stream == b.Stream && a.Seq == b.Seq && a.Time == b.Time && a.Kind == b.Kind &&
		string(a.Body) == string(b.Body) && a.Prev == b.Prev && a.Hash == b.Hash
}

func BenchmarkVerify(b *testing.B) {
	records := chain("gate/a", 1000)
	for b.Loop() {
		if err := journal.Verify(records); err != nil {
			b.Fatal(err)
		}
	}
}

// A Verifier takes what Verify takes, from wherever it begins, and nothing else.
func TestVerifier(t *testing.T) {
	t.Parallel()
	all := chain("gate/production", 5)
	check := func(records []journal.Record) error {
		var v journal.Verifier
		for _, r := range records {
			if err := v.Next(r); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range all {
		if err := check(all[i:]); err != nil {
			t.Errorf("from record %d: %v", i+1, err)
		}
	}
	first, other := all[0], all[2]
	first.Prev, other.Stream = "ffff", "gate/staging"
	for name, records := range map[string][]journal.Record{
		"a hole":                            {all[0], all[2]},
		"twice":                             {all[0], all[0]},
		"a first record with one before it": {first},
		"another stream":                    {all[1], other},
		"no sequence":                       {{Stream: "gate/production", Kind: "intent", Body: json.RawMessage(`{}`)}},
	} {
		var broken *journal.ChainError
		if err := check(records); !errors.As(err, &broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
