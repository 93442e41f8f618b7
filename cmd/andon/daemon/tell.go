package daemon

import (
	"log/slog"
	"strings"

	"github.com/andon-project/andon/gates"
)

// A teller logs what changed at the gates of a line since the tick before.
type teller struct {
	log  *slog.Logger
	said map[string]string
}

func newTeller(log *slog.Logger) *teller { return &teller{log, map[string]string{}} }

func (t *teller) tell(reports []gates.Report) {
	for _, r := range reports {
		name := r.Gate.Name
		if t.news(name+" decision", r.Decision.State.String()+" "+codes(r.Decision.Reasons)) {
			t.log.Info("gate "+name+" wants: "+r.Decision.State.String(), "why", sentences(r.Decision.Reasons), "pipeline", r.Gate.Pipeline, "stage", r.Gate.Stage)
		}
		if t.news(name+" holder", string(r.Holder)) && r.Holder != gates.Unread {
			t.log.Info("gate "+name+" is held by: "+string(r.Holder), "reason", r.Seen.Reason, "changed_by", r.Seen.ChangedBy)
		}
		t.order(r)
		t.approvals(r)
		t.passage(r)
		if t.news(name+" problems", codes(r.Problems)) {
			if len(r.Problems) == 0 {
				t.log.Info("gate " + name + " has no problems any more")
			} else {
				t.log.Warn("gate "+name+" has a problem", "what", sentences(r.Problems))
			}
		}
	}
}

// order tells of a person's order, and of its end, also where both came between
// two ticks. What had ended before the first is no news.
func (t *teller) order(r gates.Report) {
	name := "gate " + r.Gate.Name
	if o := r.Override; o != nil {
		if t.news(name+" order", o.ID) {
			t.log.Info(name+": "+o.Actor+" has ordered it "+o.Wants().String(), "reason", o.Reason, "until", o.Expires, "order", o.ID)
		}
	}
	ended := ""
	if r.Ended != nil {
		ended = r.Ended.ID
	}
	if _, before := t.said[name+" ended"]; t.news(name+" ended", ended) && before && ended != "" {
		t.log.Info(name+": the order has ended", "why", r.Ended.Why, "order", ended)
	}
}

// passage tells of executions that are let through, and what entered for them.
func (t *teller) passage(r gates.Report) {
	name := "gate " + r.Gate.Name
	for _, a := range r.Allows {
		if t.news(name+" allow "+a.Execution, a.ID) {
			t.log.Info(name+": "+a.Actor+" lets execution "+a.Execution+" through", "reason", a.Reason, "until", a.Expires, "order", a.ID)
		}
	}
	ended := ""
	if p := r.Passage; p != nil && p.Over {
		ended = p.Intent
	}
	if _, before := t.said[name+" passage"]; t.news(name+" passage", ended) && before && ended != "" {
		switch p := r.Passage; p.Entered {
		case p.Allow.Execution:
			t.log.Info(name+": the execution that is let through has entered, and nothing else", "execution", p.Entered)
		case "":
			t.log.Warn(name+": the execution that is let through did not enter", "execution", p.Allow.Execution)
		default:
			t.log.Error(name+": another execution entered than was to be let through", "entered", p.Entered, "execution", p.Allow.Execution)
		}
	}
}

// news tells whether what is said differs from what was said; silence at first
// is no news.
func (t *teller) news(about, what string) bool {
	old, said := t.said[about]
	t.said[about] = what
	return old != what && (said || what != "")
}

func codes(rs []gates.Reason) string {
	list := make([]string, 0, len(rs))
	for _, r := range rs {
		list = append(list, r.Code+"/"+r.Check)
	}
	return strings.Join(list, " ")
}

func sentences(rs []gates.Reason) string {
	list := make([]string, 0, len(rs))
	for _, r := range rs {
		s := r.Text
		if r.Do != "" {
			s += " (" + r.Do + ")"
		}
		list = append(list, s)
	}
	return strings.Join(list, "; ")
}
