package daemon

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/gates"
)

// What asks is told when what becomes of it changes, and each answer once; what was
// answered before the first tick is no news.
func TestTellApprovals(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	teller := newTeller(slog.New(slog.NewTextHandler(&log, nil)))
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	asks := func(run string, reply gates.Reply) gates.Case {
		return gates.Case{Approval: gates.Approval{Run: run, Execution: gates.Execution{ID: "execution-" + run}}, Reply: reply}
	}
	ruling := func(intent, by string) gates.Ruling {
		return gates.Ruling{Intent: intent, Verb: gates.Approve, By: by, Execution: gates.Execution{ID: "execution-" + intent}}
	}
	alice := func(run string, after time.Duration) gates.Answered {
		return gates.Answered{Run: run, Status: gates.Rejected, By: "alice", At: noon.Add(after)}
	}
	gate := gates.Gate{Name: "blackday", Action: "BlackDay", May: []gates.Verb{gates.Approve}}
	for i, c := range []struct {
		report gates.Report
		want   string
	}{
		{gates.Report{Rulings: []gates.Ruling{ruling("a", "")}, Seen: gates.Seen{Answered: []gates.Answered{alice("0", 0)}}}, ""},
		{gates.Report{Rulings: []gates.Ruling{ruling("a", "")}, Cases: []gates.Case{asks("1", gates.WaitReply)}}, "execution-1 asks for approval; it waits"},
		{gates.Report{Rulings: []gates.Ruling{ruling("a", "")}, Cases: []gates.Case{asks("1", gates.WaitReply)}}, ""},
		{gates.Report{Rulings: []gates.Ruling{ruling("a", "")}, Cases: []gates.Case{asks("1", gates.ApproveReply)}}, "execution-1 asks for approval; andon is about to approve it"},
		{gates.Report{Rulings: []gates.Ruling{ruling("a", ""), ruling("b", "")}}, "blackday approved execution execution-b"},
		{gates.Report{Rulings: []gates.Ruling{ruling("a", ""), ruling("b", "")}}, ""},
		{gates.Report{Rulings: []gates.Ruling{ruling("b", ""), ruling("c", "alice rejected it")}}, "somebody else answered for execution execution-c"},
		{gates.Report{Rulings: []gates.Ruling{ruling("c", "alice rejected it")}, Seen: gates.Seen{Answered: []gates.Answered{alice("2", time.Minute)}}}, "alice rejected it, and not andon"},
		{gates.Report{Rulings: []gates.Ruling{ruling("c", "alice rejected it")}, Seen: gates.Seen{Answered: []gates.Answered{alice("2", time.Minute)}}}, ""},
	} {
		log.Reset()
		c.report.Gate, c.report.Fresh = gate, true
		teller.tell([]gates.Report{c.report})
		if got := log.String(); strings.Count(got, "\n") > 1 || (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			if i > 0 || strings.Contains(got, "execution") {
				t.Errorf("tick %d says %q, want %q", i+1, got, c.want)
			}
		}
	}
}
