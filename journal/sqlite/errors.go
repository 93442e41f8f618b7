package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	result "modernc.org/sqlite/lib"
)

// explain adds the file, what happened and what to do to an error of SQLite's.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if said, ok := errors.AsType[*driver.Error](err); ok {
		if advice := advise(said.Code()); advice != "" {
			return fmt.Errorf("journal %s: %s: %w", path, advice, err)
		}
	}
	return fmt.Errorf("journal %s: %w", path, err)
}

// advise is about a result code (https://www.sqlite.org/rescode.html); extended
// codes have the plain one in their low byte.
func advise(code int) string {
	switch code & 0xff {
	case result.SQLITE_FULL:
		return "no space is left for it: free some; the next append tries again"
	case result.SQLITE_BUSY:
		return "another process has kept it locked for 5 s: find out which (lsof) and end it"
	case result.SQLITE_READONLY, result.SQLITE_PERM:
		return "it cannot be written: give the file and its directory to the user andon runs as"
	case result.SQLITE_CANTOPEN:
		return "it cannot be opened: give the file and its directory to the user andon runs as, or raise its limit of open files (ulimit -n)"
	case result.SQLITE_NOTADB:
		return "it is not a journal: move it away or name another data directory"
	case result.SQLITE_CORRUPT:
		return "it is damaged: keep it aside as evidence and start with an empty one or a good copy"
	case result.SQLITE_IOERR:
		return "the disk failed: look at the space left and at the kernel's log"
	}
	return ""
}
