package daemon

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/sqlite"
)

// A Journal is the embedded journal. It opens its file when it is first needed, and tries again
// while it cannot: a full or read-only disk must not keep andon from starting,
// because closing needs no journal.
type Journal struct {
	open func(context.Context) (journal.Store, error)

	failures atomic.Uint64 // uses of the journal that failed, since start

	mu     sync.Mutex
	store  journal.Store
	closer io.Closer
}

// JournalFile is the embedded journal's name in the data directory.
const JournalFile = "journal.db"

var _ journal.Store = (*Journal)(nil)

// Journal is the journal in a data directory. Nothing is opened yet.
func (w World) Journal(dir string) *Journal {
	path := filepath.Join(dir, JournalFile)
	s := &Journal{}
	s.open = func(ctx context.Context) (journal.Store, error) {
		db, err := sqlite.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		s.closer = db
		if w.WrapStore != nil {
			return w.WrapStore(db), nil
		}
		return db, nil
	}
	return s
}

func (s *Journal) ready(ctx context.Context) (journal.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		store, err := s.open(ctx)
		if err != nil {
			return nil, err
		}
		s.store = store
	}
	return s.store, nil
}

// counted counts what went wrong with the journal itself. That somebody else
// wrote first, or that we are stopping, is not.
func (s *Journal) counted(err error) error {
	if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, context.Canceled) {
		s.failures.Add(1)
	}
	return err
}

// Append is journal.Store's.
func (s *Journal) Append(ctx context.Context, r journal.Record) error {
	store, err := s.ready(ctx)
	if err != nil {
		return s.counted(err)
	}
	return s.counted(store.Append(ctx, r))
}

// Read is journal.Store's.
func (s *Journal) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	store, err := s.ready(ctx)
	if err != nil {
		return nil, s.counted(err)
	}
	records, err := store.Read(ctx, stream, after, limit)
	return records, s.counted(err)
}

// Streams is journal.Store's.
func (s *Journal) Streams(ctx context.Context) ([]string, error) {
	store, err := s.ready(ctx)
	if err != nil {
		return nil, s.counted(err)
	}
	names, err := store.Streams(ctx)
	return names, s.counted(err)
}

// Close ends the use of the journal.
func (s *Journal) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}
