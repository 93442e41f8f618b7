package daemon

import (
	"slices"
	"strings"
	"time"

	"github.com/andon-project/andon/gates"
)

// approvals tells what asks for approval and what becomes of it, and each answer.
// Answers from before the first tick are no news.
func (t *teller) approvals(r gates.Report) {
	if r.Gate.Action == "" {
		return
	}
	t.others(r)
	name, run := "gate "+r.Gate.Name, r.Gate.Name+" run "
	for about := range t.said {
		id, is := strings.CutPrefix(about, run)
		if is && !slices.ContainsFunc(r.Cases, func(c gates.Case) bool { return c.Run == id }) {
			delete(t.said, about)
		}
	}
	for _, c := range r.Cases {
		if t.news(run+c.Run, string(c.Reply)+" "+codes(c.Decision.Reasons)) {
			t.log.Info(name+": execution "+c.Execution.ID+" asks for approval; "+c.Will(r.Gate),
				"revision", c.Execution.Revision, "why", sentences(c.Decision.Reasons), "expires", c.Expires)
		}
	}
	told, before := t.said[r.Gate.Name+" ruling"]
	for i, a := range r.Rulings {
		if i == len(r.Rulings)-1 {
			t.said[r.Gate.Name+" ruling"] = a.Intent
		}
		if before && !slices.ContainsFunc(r.Rulings[i:], func(b gates.Ruling) bool { return b.Intent == told }) {
			t.ruling(name, a)
		}
	}
	if !before && len(r.Rulings) == 0 {
		t.said[r.Gate.Name+" ruling"] = ""
	}
}

// others tells of answers that were not the gate's. AWS shows the last, or some.
func (t *teller) others(r gates.Report) {
	about := r.Gate.Name + " others"
	told, before := t.said[about]
	newest := told
	for _, a := range r.Others() {
		at := a.At.UTC().Format(time.RFC3339Nano)
		if before && at > told {
			t.log.Info("gate "+r.Gate.Name+": "+a.Who()+", and not andon", "summary", a.Summary)
		}
		newest = max(newest, at)
	}
	if r.Fresh {
		t.said[about] = newest
	}
}

func (t *teller) ruling(name string, a gates.Ruling) {
	switch {
	case a.By != "":
		t.log.Info(name+": somebody else answered for execution "+a.Execution.ID, "who", a.By, "revision", a.Execution.Revision)
	case a.Verb == gates.Approve:
		t.log.Info(name+" approved execution "+a.Execution.ID, "revision", a.Execution.Revision, "summary", a.Summary)
	default:
		t.log.Info(name+" rejected execution "+a.Execution.ID, "revision", a.Execution.Revision, "summary", a.Summary)
	}
}
