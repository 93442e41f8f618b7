package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/journal/sqlite"
)

// A patientStore opens its journal when it is first needed, and tries again
// while it cannot: a full or read-only disk must not keep andon from starting,
// because closing needs no journal.
type patientStore struct {
	open func(context.Context) (journal.Store, error)

	failures atomic.Uint64 // uses of the journal that failed, since start

	mu     sync.Mutex
	store  journal.Store
	closer io.Closer
}

// journal is the embedded journal in a file.
func (p *program) journal(path string) *patientStore {
	s := &patientStore{}
	s.open = func(ctx context.Context) (journal.Store, error) {
		db, err := sqlite.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		s.closer = db
		if p.wrapStore != nil {
			return p.wrapStore(db), nil
		}
		return db, nil
	}
	return s
}

func (s *patientStore) ready(ctx context.Context) (journal.Store, error) {
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
func (s *patientStore) counted(err error) error {
	if err != nil && !errors.Is(err, journal.ErrConflict) && !errors.Is(err, context.Canceled) {
		s.failures.Add(1)
	}
	return err
}

// Append is journal.Store's.
func (s *patientStore) Append(ctx context.Context, r journal.Record) error {
	store, err := s.ready(ctx)
	if err != nil {
		return s.counted(err)
	}
	return s.counted(store.Append(ctx, r))
}

// Read is journal.Store's.
func (s *patientStore) Read(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	store, err := s.ready(ctx)
	if err != nil {
		return nil, s.counted(err)
	}
	records, err := store.Read(ctx, stream, after, limit)
	return records, s.counted(err)
}

// Streams is journal.Store's.
func (s *patientStore) Streams(ctx context.Context) ([]string, error) {
	store, err := s.ready(ctx)
	if err != nil {
		return nil, s.counted(err)
	}
	names, err := store.Streams(ctx)
	return names, s.counted(err)
}

// Close ends the use of the journal.
func (s *patientStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}
