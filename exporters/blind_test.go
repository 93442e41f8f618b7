package exporters

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// witness is alone in its network.
func witness(name string, errs ...error) probes.CheckState {
	c := check(name, target(name+":53", errs...))
	c.Kind, c.Witness, c.Network = "tcp", true, "net-"+name
	return c
}

// L4: blindness is said by all faces, and so is which witness fails.
func TestBlindIsSaid(t *testing.T) {
	t.Parallel()
	refused := errors.New("network is unreachable")
	for name, c := range map[string]struct {
		b    error
		want bool
	}{
		"two networks are dark": {refused, true},
		"one witness is dead":   {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := world(probes.Snapshot{sick(), witness("a", nil, refused, refused), witness("b", nil, c.b, c.b)}, open())
			_, body, _ := get(t, s, "/api/v1/checks")
			var view ChecksView
			if err := json.Unmarshal([]byte(body), &view); err != nil {
				t.Fatal(err)
			}
			if (view.Blind != nil) != c.want {
				t.Fatalf("the API says %+v, want blind %v", view.Blind, c.want)
			}
			if w := view.Checks[1]; !w.Witness || w.Network != "net-a" || view.Checks[0].Witness {
				t.Errorf("the witness is told as %+v", w)
			}
			if b := view.Blind; b != nil && (len(b.Witnesses) != 2 || b.Witnesses[0].Why != refused.Error() || b.Since.IsZero()) {
				t.Errorf("the API says %+v, want both witnesses, since when, and why", b)
			}
			_, metrics, _ := get(t, s, "/metrics")
			for _, line := range []string{"andon_blind " + bit(c.want), `andon_witness_failing{check="a",network="net-a"} 1`, `andon_witness_failing{check="b",network="net-b"} ` + bit(c.want)} {
				if !strings.Contains(metrics, "\n"+line+"\n") {
					t.Errorf("the metrics lack %s", line)
				}
			}
			_, page, _ := get(t, s, "/")
			if strings.Contains(page, "<strong>Blind</strong>") != c.want || !strings.Contains(page, "witness in net-a") {
				t.Errorf("the page does not say it, or says it wrongly:\n%s", page)
			}
		})
	}
}

// L4: a glimpse does not hide that andon cannot be relied upon.
func TestFlickerIsSaid(t *testing.T) {
	t.Parallel()
	refused := errors.New("network is unreachable")
	s := world(probes.Snapshot{sick(), witness("a", nil, refused, nil), witness("b", nil, refused, nil)}, open())
	_, body, _ := get(t, s, "/api/v1/checks")
	var view ChecksView
	if err := json.Unmarshal([]byte(body), &view); err != nil || view.Blind == nil || !view.Blind.Flickers || len(view.Blind.Witnesses) != 2 || view.Blind.Since.IsZero() {
		t.Errorf("%v, the API says %+v, want that it flickers, since when, and both witnesses", err, view.Blind)
	}
	_, metrics, _ := get(t, s, "/metrics")
	if !strings.Contains(metrics, "\nandon_blind 0\n") || !strings.Contains(metrics, "\nandon_sight_flickers 1\n") {
		t.Error("the metrics do not say that it sees at this moment only")
	}
	if _, page, _ := get(t, s, "/"); !strings.Contains(page, "sight comes and goes") {
		t.Errorf("the page does not say it:\n%s", page)
	}
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func TestDoubtInOneselfIsMeasured(t *testing.T) {
	t.Parallel()
	late := sick()
	late.Targets[0].Status.Last.Late = 6 * time.Second
	far := with(open(), func(r *gates.Report) { r.Gate.Name, r.Seen.Skew = "far", -3*time.Hour })
	near := with(open(), func(r *gates.Report) { r.Seen.Skew = time.Second })
	_, body, _ := get(t, world(probes.Snapshot{late, well()}, near, far), "/metrics")
	for _, line := range []string{"andon_self_starved_checks 1", "andon_self_clock_skew_seconds -10800"} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}
