package kinds

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andon-project/andon/probes"
)

// The machine's resolver is read at each run; that there is none is no fault of DNS.
func TestFirstResolver(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "resolv.conf")
	for text, want := range map[string]string{
		"# none first\nsearch test\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n": "192.0.2.53:53",
		"nameserver 2001:db8::53\n": "[2001:db8::53]:53",
		"search test\n":             "",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := firstResolver(file)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, probes.ErrInconclusive) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := firstResolver(file + ".gone"); !errors.Is(err, probes.ErrInconclusive) || !strings.Contains(err.Error(), "write server:") {
		t.Error(err)
	}
}
