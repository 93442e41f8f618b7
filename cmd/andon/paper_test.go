package main

import (
	"os"
	"testing"
)

// Only a terminal gets colours, and only from who did not ask for none.
func TestPaper(t *testing.T) {
	t.Parallel()
	file, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := (&program{Stdout: file}).paper(); got != (paper{columns: usualColumns}) {
		t.Errorf("a file is %+v", got)
	}
	if got := (&program{Stdout: file, Environ: []string{"COLUMNS=44"}}).paper(); got.columns != 44 {
		t.Errorf("COLUMNS=44 is %+v", got)
	}
	if got := (&program{Stdout: file, Environ: []string{"COLUMNS=3"}}).paper(); got.columns != leastColumns {
		t.Errorf("COLUMNS=3 is %+v", got)
	}
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0) // a terminal that nobody sits at
	if err != nil {
		t.Skip("this machine makes no terminals")
	}
	defer tty.Close()
	if got := (&program{Stdout: tty}).paper(); !got.colour {
		t.Errorf("a terminal is %+v", got)
	}
	for _, no := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if got := (&program{Stdout: tty, Environ: []string{no}}).paper(); got.colour {
			t.Errorf("with %s a terminal is %+v", no, got)
		}
	}
}
