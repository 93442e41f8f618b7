package exporters

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
)

// L4: a refused configuration, and a hold that no gate answers for, are told by
// all faces.
func TestTroubleOfTheWholeIsSaid(t *testing.T) {
	t.Parallel()
	const mistake = `andon.yaml:3:9: checks[0].every: want a duration like 10s, got "soon"`
	for name, c := range map[string]struct {
		state   ConfigState
		orphans []gates.Orphan
		api     []string
		metrics []string
		page    []string
	}{
		"all is well": {ConfigState{Loaded: ago(time.Hour)}, nil,
			[]string{`"orphans": []`, `"problems": []`}, []string{"andon_config_last_reload_successful 1", "andon_orphans 0"}, nil},
		"a bad file": {ConfigState{Loaded: ago(time.Hour), Failed: ago(time.Minute), Problem: mistake}, nil,
			[]string{`"code": "config"`, "2026-11-20 11:00:00 UTC", `want a duration like 10s, got \"soon\"`, `"since": "2026-11-20T11:59:00Z"`},
			[]string{"andon_config_last_reload_successful 0", "andon_config_last_reload_success_timestamp_seconds 1.7951724e+09"},
			[]string{"was not reloaded", "andon notices by itself"}},
		"a hold left behind": {ConfigState{Loaded: ago(time.Hour)},
			[]gates.Orphan{{Gate: "prod", Place: gates.Place{Pipeline: "shop", Stage: "Production"}, Since: ago(2 * time.Hour), Why: "no such gate", Do: "andon unhold prod"}},
			[]string{`"gate": "prod"`, `"stage": "Production"`, `"why": "no such gate"`, `"do": "andon unhold prod"`},
			[]string{"andon_orphans 1"}, []string{"Gate prod left a hold at stage Production of pipeline shop", "andon unhold prod"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := world(nil)
			s.Config = func() ConfigState { return c.state }
			s.Orphans = func() []gates.Orphan { return c.orphans }
			_, api, _ := get(t, s, "/api/v1/gates")
			if !json.Valid([]byte(api)) {
				t.Errorf("no JSON: %s", api)
			}
			_, metrics, _ := get(t, s, "/metrics")
			_, page, _ := get(t, s, "/")
			for where, said := range map[string]struct {
				text string
				want []string
			}{"API": {api, c.api}, "metrics": {metrics, c.metrics}, "page": {page, c.page}} {
				for _, want := range said.want {
					if !strings.Contains(said.text, want) {
						t.Errorf("the %s lacks %q", where, want)
					}
				}
			}
			if strings.Contains(page, "Look here") != (c.page != nil) {
				t.Errorf("the page asks to look: %v, want %v", c.page == nil, c.page != nil)
			}
		})
	}
}
