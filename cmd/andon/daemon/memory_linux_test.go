package daemon

import (
	"os"
	"strings"
	"testing"
)

func TestMappingsThatMayGo(t *testing.T) {
	t.Parallel()
	part := func(line, anonymous, swap string) string {
		return line + "\nSize: 8 kB\nPrivate_Dirty: 4 kB\nAnonymous: " + anonymous + " kB\nSwap: " + swap + " kB\nVmFlags: rd mr\n"
	}
	smaps := part("00400000-00500000 r-xp 00000000 fe:00 1          /andon", "0", "0") +
		part("00500000-00600000 r--p 00100000 fe:00 1          /andon", "0", "0") +
		part("00600000-00700000 rw-p 00200000 fe:00 1          /andon", "0", "0") +
		part("00700000-00800000 r--p 00300000 fe:00 1          /andon", "12", "0") + // relocated
		part("00800000-00900000 r--p 00400000 fe:00 1          /andon", "0", "4") +
		part("00900000-00a00000 r-xp 00000000 fe:00 2          /lib/andon", "0", "0") +
		part("00a00000-00b00000 r--p 00000000 00:00 0 ", "0", "0")
	got, err := cleanMappings(strings.NewReader(smaps), "/andon")
	if want := []mapping{{0x400000, 0x500000}, {0x500000, 0x600000}}; err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
	if _, err := cleanMappings(strings.NewReader("nonsense r-xp\n"), "/andon"); err == nil {
		t.Error("nonsense is taken for smaps")
	}
}

// What was let go has to come back: every test after this one runs on it.
func TestDropCode(t *testing.T) {
	t.Parallel()
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Skip("no /proc here")
	}
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if clean, err := cleanMappings(f, exe); err != nil || len(clean) == 0 {
		t.Errorf("no code found to let go: %x, %v", clean, err)
	}
	if err := dropCode(); err != nil {
		t.Error(err)
	}
}
