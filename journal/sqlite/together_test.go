package sqlite

import (
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// Two processes that begin with the same new file change its journal mode at
// once, and SQLite refuses one of them without waiting.
func TestOpenedTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 40 {
		path := filepath.Join(dir, strconv.Itoa(i), "journal.db")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				s, err := Open(t.Context(), path)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}
