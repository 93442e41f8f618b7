package daemon

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/andon-project/andon/gates"
)

// An order is told, and its end, once each; and the end also of one that came
// and went between two ticks.
func TestTellOrders(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	teller := newTeller(slog.New(slog.NewTextHandler(&log, nil)))
	order := func(id string) *gates.Override { return &gates.Override{ID: id, State: gates.Closed, Actor: "mia"} }
	end := func(id string) *gates.OrderEnd { return &gates.OrderEnd{ID: id, Why: "it is over"} }
	for i, c := range []struct {
		report gates.Report
		want   string
	}{
		{gates.Report{Ended: end("long ago")}, ""},
		{gates.Report{Override: order("a"), Ended: end("long ago")}, "mia has ordered it closed"},
		{gates.Report{Override: order("a"), Ended: end("long ago")}, ""},
		{gates.Report{Ended: end("a")}, "the order has ended"},
		{gates.Report{Ended: end("a")}, ""},
		{gates.Report{Ended: end("b")}, "the order has ended"},
	} {
		log.Reset()
		teller.tell([]gates.Report{c.report})
		got := ""
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "order=") {
				got += line
			}
		}
		if strings.Count(got, "\n") > 1 || (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("tick %d says %q, want %q", i+1, got, c.want)
		}
	}
}
