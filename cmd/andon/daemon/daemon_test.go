package daemon

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/andon-project/andon/config"
)

// Prometheus, a hook and a proxy ask a daemon by the name it is known by.
func TestDaemonAnswersByItsNames(t *testing.T) {
	t.Parallel()
	d, err := New(t.Context(), World{Log: slog.New(slog.DiscardHandler)}, &config.Config{Listen: "andon.internal:9797", Hosts: []string{"andon.example.com"}, Data: t.TempDir()}, Origin{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	h := d.Handler()
	for host, want := range map[string]int{
		"andon.internal:9797": 200, "andon.example.com": 200, "localhost": 200, "evil.example": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+"/-/healthy", nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("asked by the name %s: %d, want %d", host, w.Code, want)
		}
	}
}
