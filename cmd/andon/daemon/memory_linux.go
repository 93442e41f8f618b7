package daemon

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// settled is how long after start, or a new configuration, its work is done.
const settled = 10 * time.Second

// giveBack returns, some time after start and after each reload, the memory
// that only reading a configuration needed: most of the heap's peak, and a
// third of the program's own code and tables. What is needed again comes back
// from the page cache.
func (d *Daemon) giveBack(ctx context.Context, reloaded <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(settled):
		}
		debug.FreeOSMemory()
		if err := dropCode(); err != nil {
			d.log.Debug("code that is not in use stays in memory", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-reloaded:
		}
	}
}

// dropCode lets go of the pages of the program's file. madvise(2): after
// MADV_DONTNEED a page of a file is read again when it is next touched; pages
// that were written to would be lost, so mappings with any are left alone.
func dropCode() error {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	f, err := os.Open("/proc/self/smaps") // proc_pid_smaps(5)
	if err != nil {
		return err
	}
	defer f.Close()
	clean, err := cleanMappings(f, exe)
	if err != nil {
		return err
	}
	for _, m := range clean {
		if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, m.start, m.end-m.start, syscall.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("madvise: %w", errno)
		}
	}
	return nil
}

// A mapping is a range of addresses.
type mapping struct{ start, end uintptr }

// cleanMappings are the read-only mappings of a file no page of which differs
// from the file.
func cleanMappings(smaps io.Reader, file string) ([]mapping, error) {
	var clean []mapping
	var m mapping
	candidate := false
	keep := func() {
		if candidate {
			clean = append(clean, m)
		}
		candidate = false
	}
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		switch {
		case !strings.HasSuffix(name, ":"):
			keep()
			if _, err := fmt.Sscanf(name, "%x-%x", &m.start, &m.end); err != nil {
				return nil, fmt.Errorf("smaps: %q: %w", lines.Text(), err)
			}
			candidate = strings.HasPrefix(rest, "r") && !strings.HasPrefix(rest, "rw") && strings.HasSuffix(rest, " "+file)
		case name == "Anonymous:" || name == "Swap:": // written to since, and where that is now
			candidate = candidate && strings.TrimSpace(rest) == "0 kB"
		}
	}
	keep()
	return clean, lines.Err()
}
