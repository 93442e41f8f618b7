package gates

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/andon-project/andon/journal"
)

// Who writes first is not a full disk, and to look at permissions mends nothing.
func TestJournalDoubts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("append: %w", journal.ErrConflict), "a second andon works with this instance and data directory"},
		{errors.New("disk full"), "look at the data directory: space"},
	} {
		n := notebook{err: c.err}
		if got := n.doubt(); len(got) != 1 || got[0].Code != "journal" || !strings.Contains(got[0].Do, c.want) {
			t.Errorf("%v: %+v, want %q", c.err, got, c.want)
		}
	}
	if got := new(notebook).doubt(); got != nil {
		t.Errorf("all is well, and it says %+v", got)
	}
}
