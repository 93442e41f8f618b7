package exporters

import (
	"fmt"
	"net/http"
	"time"

	"github.com/andon-project/andon/calendar"
)

// CalendarSpansView is the body of /api/v1/calendars/{name}?from=&to=: stretches that
// follow each other without a gap.
type CalendarSpansView struct {
	Calendar string             `json:"calendar"`
	Timezone string             `json:"timezone"`
	From     time.Time          `json:"from"`
	To       time.Time          `json:"to"` // exclusive
	Spans    []CalendarSpanView `json:"spans"`
}

// CalendarSpanView is a stretch in which a calendar says the same, for the same causes.
type CalendarSpanView struct {
	Start  time.Time           `json:"start"`
	End    time.Time           `json:"end"` // exclusive
	State  calendar.Word       `json:"state"`
	Causes []CalendarCauseView `json:"causes"`
	Warns  []CalendarCauseView `json:"warns"`
}

// Bounds of one answer: the time that it tells of, and its stretches.
const (
	maxSpansFor = 400 * 24 * time.Hour
	maxSpans    = 20_000
)

// ViewSpans is what c says from one time to before another, known at now. The error is a
// sentence.
func ViewSpans(c *calendar.Calendar, now, from, to time.Time) (CalendarSpansView, error) {
	v := CalendarSpansView{Calendar: c.Name(), Timezone: c.Zone().String(), From: from.UTC(), To: to.UTC(), Spans: []CalendarSpanView{}}
	switch {
	case !from.Before(to):
		return v, fmt.Errorf("from %s is not before to %s", stamp(from), stamp(to))
	case to.Sub(from) > maxSpansFor:
		return v, fmt.Errorf("from %s to %s are more than %d days, the most that is told at once: ask for less", stamp(from), stamp(to), maxSpansFor/(24*time.Hour))
	}
	spans, err := c.Spans(now, from, to)
	if err != nil {
		return v, fmt.Errorf("calendar %s cannot be told from %s to %s: %w", c.Name(), stamp(from), stamp(to), err)
	}
	if len(spans) > maxSpans {
		return v, fmt.Errorf("calendar %s changes %d times from %s to %s, and at most %d are told at once: ask for less", c.Name(), len(spans), stamp(from), stamp(to), maxSpans)
	}
	for _, s := range spans {
		v.Spans = append(v.Spans, CalendarSpanView{s.Start.UTC(), s.End.UTC(), s.Word, ViewCauses(s.Causes), ViewCauses(s.Warns)})
	}
	return v, nil
}

// Plain are the spans that were told.
func (v CalendarSpansView) Plain() []calendar.Span {
	spans := make([]calendar.Span, len(v.Spans))
	for i, s := range v.Spans {
		spans[i] = calendar.Span{Start: s.Start, End: s.End, Word: s.State, Causes: plainCauses(s.Causes), Warns: plainCauses(s.Warns)}
	}
	return spans
}

func plainCauses(views []CalendarCauseView) []calendar.Cause {
	var causes []calendar.Cause
	for _, v := range views {
		c := calendar.Cause{Window: v.Window, Reason: v.Reason, Owner: v.Owner, Predicted: v.Predicted}
		if v.Start != nil {
			c.Start = *v.Start
		}
		if v.End != nil {
			c.End = *v.End
		}
		causes = append(causes, c)
	}
	return causes
}

func (s Sources) showSpans(w http.ResponseWriter, r *http.Request, c *calendar.Calendar) {
	q := r.URL.Query()
	var bounds [2]time.Time
	for i, key := range []string{"from", "to"} {
		t, err := calendar.ParseTime(q.Get(key), c.Zone())
		if err != nil {
			writeError(w, http.StatusBadRequest, key+" "+err.Error())
			return
		}
		bounds[i] = t
	}
	v, err := ViewSpans(c, s.Clock(), bounds[0], bounds[1])
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, span := range v.Spans {
		clipCauses(span.Causes)
		clipCauses(span.Warns)
	}
	writeJSON(w, http.StatusOK, v)
}
