package journal

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Memory is a Store that forgets everything with the process: for tests, the
// simulator and the demo. The zero value is empty and ready.
type Memory struct {
	mu      sync.Mutex
	streams map[string][]Record
}

// Append implements Store.
func (m *Memory) Append(ctx context.Context, r Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := uint64(len(m.streams[r.Stream])); r.Seq != last+1 {
		return fmt.Errorf("%w: stream %q ends at %d", ErrConflict, r.Stream, last)
	}
	if m.streams == nil {
		m.streams = make(map[string][]Record)
	}
	m.streams[r.Stream] = append(m.streams[r.Stream], detached(r))
	return nil
}

// Read implements Store.
func (m *Memory) Read(ctx context.Context, stream string, after uint64, limit int) ([]Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	records := m.streams[stream]
	records = records[min(after, uint64(len(records))):]
	if limit > 0 {
		records = records[:min(limit, len(records))]
	}
	out := make([]Record, len(records))
	for i, r := range records {
		out[i] = detached(r)
	}
	return out, nil
}

// Streams implements Store.
func (m *Memory) Streams(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.streams)), nil
}

// detached is r with a body of its own, so that nobody's later edit of a slice
// changes what is stored.
func detached(r Record) Record {
	r.Time = r.Time.UTC()
	r.Body = bytes.Clone(r.Body)
	return r
}
