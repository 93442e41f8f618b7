package exporters

import "time"

// fewAsking is how many approvals and answers a card shows.
const fewAsking = 5

// asking is a release that waits at an approval.
type asking struct {
	member
	Will    string
	Expires moment
	Reasons []note
}

func drawAsking(views []ApprovalView, now time.Time) []asking {
	var all []asking
	for _, v := range views[:min(len(views), fewAsking)] {
		all = append(all, asking{member{ID: short(v.Execution, 8), Revision: short(v.Revision, 12), Rollback: v.Rollback, Since: moment{v.Since, now}},
			v.Will, moment{v.Expires, now}, notes(v.Reasons, now)})
	}
	return all
}

func drawAnswers(views []AnswerView, now time.Time) []note {
	var all []note
	for _, v := range views[:min(len(views), fewAsking)] {
		text := v.Summary
		if v.By != "" {
			text = v.By
			if v.Execution != "" {
				text = "execution " + short(v.Execution, 8) + ": " + v.By
			}
		}
		all = append(all, note{Text: text, Since: moment{v.At, now}})
	}
	return all
}
