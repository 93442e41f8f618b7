package exporters

import "time"

// A sourceRow is a source as a page tells it.
type sourceRow struct {
	CalendarSourceView
	Mood, Word  string
	WasRead     moment
	StaleMoment moment
	KeptTexts   []string
	Notes       []note
}

func drawSource(f CalendarSourceView, now time.Time) sourceRow {
	at := func(t *time.Time) moment {
		if t == nil {
			return moment{time.Time{}, now}
		}
		return moment{*t, now}
	}
	row := sourceRow{CalendarSourceView: f, Mood: moodOpen, Word: "read", WasRead: at(f.Read), StaleMoment: at(f.StaleAt)}
	switch {
	case f.Stale || f.Doubt != nil:
		row.Mood, row.Word = moodClosed, "not believed"
	case !f.Up:
		row.Mood, row.Word = moodUnknown, "failing"
	}
	for _, p := range []*CalendarProblemView{f.Failed, f.Doubt} {
		if p != nil {
			row.Notes = append(row.Notes, note{p.Text, p.Do, moment{p.Since, now}})
		}
	}
	for _, k := range f.Kept {
		row.KeptTexts = append(row.KeptTexts, CauseText(k))
	}
	return row
}
