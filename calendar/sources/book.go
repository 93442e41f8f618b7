package sources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
)

// Kinds of records in the stream of a calendar.
const (
	KindVanished     = "vanished"     // freezes left a source, and go on blocking
	KindAcknowledged = "acknowledged" // a person said that they may be gone
)

// A VanishedRecord is written when freezes left a source before their time.
type VanishedRecord struct {
	Window string           `json:"window"`
	Source string           `json:"source"` // which one, as a digest: another at the same window does not inherit
	Causes []calendar.Cause `json:"causes"`
}

// Stream is the journal's stream of a calendar.
func Stream(calendar string) string { return "calendar/" + calendar }

// journalDeadline bounds every use of the journal.
const journalDeadline = 2 * time.Second

// A book is the stream of one calendar, and what it amounts to. Not safe for concurrent
// use.
type book struct {
	store  journal.Store
	stream string
	log    *journal.Log // nil: not read yet
	kept   []keeping
}

// A keeping is what one record says still blocks.
type keeping struct {
	source string
	calendar.Cause
}

// read takes in what was written since, by us or by others.
func (b *book) read(ctx context.Context) (err error) {
	var records []journal.Record
	if b.log == nil {
		b.log, records, err = journal.Open(ctx, b.store, b.stream)
	} else {
		records, err = b.log.CatchUp(ctx)
	}
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := b.take(r); err != nil {
			b.log, b.kept = nil, nil // to be told again: what is not understood is not passed over
			return err
		}
	}
	return nil
}

// take folds a record.
func (b *book) take(r journal.Record) error {
	switch r.Kind {
	case KindVanished:
		var v VanishedRecord
		if err := json.Unmarshal(r.Body, &v); err != nil {
			return fmt.Errorf("record %d of stream %q: %w", r.Seq, r.Stream, err)
		}
		for _, c := range v.Causes {
			c.Window = v.Window
			b.kept = append(b.kept, keeping{v.Source, c})
		}
	case KindAcknowledged:
		var a calendar.Acked
		if err := json.Unmarshal(r.Body, &a); err != nil {
			return fmt.Errorf("record %d of stream %q: %w", r.Seq, r.Stream, err)
		}
		b.kept = freed(b.kept, a.Freed)
	}
	return nil
}

func (k keeping) same(l keeping) bool {
	return k.source == l.source && k.Window == l.Window && k.Reason == l.Reason && k.Start.Equal(l.Start) && k.End.Equal(l.End)
}

// freed is what is left of kept times without those that were acknowledged: as times,
// since their beginning may have been cut off meanwhile.
func freed(kept []keeping, by []calendar.Cause) []keeping {
	spans := map[string][]span{} // by window
	for _, c := range by {
		spans[c.Window] = append(spans[c.Window], span{c.Start, c.End})
	}
	for window := range spans {
		spans[window] = union(spans[window])
	}
	var left []keeping
	for _, k := range kept {
		for _, s := range (span{k.Start, k.End}).minus(spans[k.Window]) {
			left = append(left, keeping{k.source, withSpan(k.Cause, s)})
		}
	}
	return left
}

// write appends records after all that others wrote, and folds them. A record that is
// said already is not said again: another andon reads the same source.
func (b *book) write(ctx context.Context, at time.Time, kind string, body any) error {
	const tries = 5
	for range tries {
		if err := b.read(ctx); err != nil {
			return err
		}
		if v, ok := body.(VanishedRecord); ok && b.knows(v) {
			return nil
		}
		r, err := b.log.Append(ctx, at, kind, body)
		if err == nil {
			return b.take(r)
		}
		if !errors.Is(err, journal.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("others wrote to stream %q first, %d times", b.stream, tries)
}

func (b *book) knows(v VanishedRecord) bool {
	return !slices.ContainsFunc(v.Causes, func(c calendar.Cause) bool {
		return !slices.ContainsFunc(b.kept, keeping{v.Source, c}.same)
	})
}

// forget lets go what is over.
func (b *book) forget(now time.Time) {
	b.kept = slices.DeleteFunc(b.kept, func(k keeping) bool { return !k.End.After(now) })
}
