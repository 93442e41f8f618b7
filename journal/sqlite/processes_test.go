package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"testing"

	"github.com/andon-project/andon/journal"
)

// A test starts its own binary with this variable naming a journal, and the
// binary then appends to it instead of testing.
const appendTo = "ANDON_TEST_APPEND_TO"

func TestMain(m *testing.M) {
	path := os.Getenv(appendTo)
	if path == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := appendUntilKilled(ctx, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// appendUntilKilled appends to gate/a and prints the hash of each record that
// was acknowledged.
func appendUntilKilled(ctx context.Context, path string) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	l, _, err := journal.Open(ctx, s, "gate/a")
	for i := 0; err == nil; i++ {
		var r journal.Record
		r, err = l.Append(ctx, nine, "intent", [2]int{os.Getpid(), i})
		switch {
		case err == nil:
			fmt.Println(r.Hash)
		case errors.Is(err, journal.ErrConflict):
			_, err = l.CatchUp(ctx)
		}
	}
	return err
}

// A writer is a process that appends until it is killed.
type writer struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	acked []string
}

func startWriter(t *testing.T, path string) *writer {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	cmd := exec.CommandContext(t.Context(), self) // killed when the test ends, whatever happens
	cmd.Env = append(os.Environ(), appendTo+"="+path)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	return &writer{cmd: cmd, lines: bufio.NewScanner(out)}
}

// killAfter sends SIGKILL once n more records are acknowledged, and takes note
// of those that were acknowledged until it arrived.
func (w *writer) killAfter(t *testing.T, n int) {
	t.Helper()
	for range n {
		if !w.lines.Scan() {
			t.Fatalf("the writer ended by itself: %v", w.cmd.Wait())
		}
		w.acked = append(w.acked, w.lines.Text())
	}
	check(t, w.cmd.Process.Kill())
	for w.lines.Scan() {
		w.acked = append(w.acked, w.lines.Text())
	}
	_ = w.cmd.Wait() // "signal: killed"
}

// wantAcked checks that the stream verifies and holds every acknowledged
// record, and beyond them at most one for each killed writer.
func wantAcked(t *testing.T, s journal.Store, killed int, acked []string) {
	t.Helper()
	_, records, err := journal.Open(t.Context(), s, "gate/a")
	if err != nil {
		t.Fatal(err)
	}
	stored := make(map[string]bool)
	for _, r := range records {
		stored[r.Hash] = true
	}
	for _, hash := range acked {
		if !stored[hash] {
			t.Errorf("record %s was acknowledged and is lost", hash)
		}
	}
	if extra := len(records) - len(acked); extra < 0 || extra > killed {
		t.Errorf("%d records, %d acknowledged, %d writers killed", len(records), len(acked), killed)
	}
}

// S8, S9: whatever moment the process dies at, what it was told is durable is
// there, and the next process goes on.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	var acked []string
	for round := range 8 {
		w := startWriter(t, path)
		w.killAfter(t, 1+round*5)
		acked = append(acked, w.acked...)
		wantAcked(t, mustOpenReadOnly(t, path), round+1, acked)
	}
	wantAcked(t, mustOpen(t, path), 8, acked)
}

// Two processes that begin with the same missing file, append at once and are
// killed one after the other.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path := fresh(t)
	a, b := startWriter(t, path), startWriter(t, path)
	a.killAfter(t, 40)
	b.killAfter(t, 40)
	wantAcked(t, mustOpen(t, path), 2, append(a.acked, b.acked...))
}
