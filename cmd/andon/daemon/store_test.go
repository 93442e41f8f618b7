package daemon

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/andon-project/andon/journal"
)

// failing is a journal of which only the error is known.
type failing struct {
	journal.Store
	err error
}

func (f failing) Append(context.Context, journal.Record) error { return f.err }

// Failures of the journal are counted; that somebody else was faster, or that
// we are stopping, is none.
func TestJournalFailuresAreCounted(t *testing.T) {
	t.Parallel()
	var err error
	s := &Journal{open: func(context.Context) (journal.Store, error) { return failing{err: err}, nil }}
	for _, c := range []struct {
		err  error
		want uint64
	}{
		{nil, 0},
		{fmt.Errorf("append: %w", journal.ErrConflict), 0},
		{context.Canceled, 0},
		{errors.New("disk full"), 1},
		{context.DeadlineExceeded, 2},
	} {
		s.store, err = nil, c.err
		if got := s.Append(t.Context(), journal.Record{}); !errors.Is(got, c.err) || s.failures.Load() != c.want {
			t.Errorf("%v: returned %v, %d counted, want %d", c.err, got, s.failures.Load(), c.want)
		}
	}
	s.store, s.open = nil, func(context.Context) (journal.Store, error) { return nil, errors.New("no such folder") }
	if s.Append(t.Context(), journal.Record{}) == nil || s.failures.Load() != 3 {
		t.Errorf("%d counted once it cannot be opened, want 3", s.failures.Load())
	}
}
