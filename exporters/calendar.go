package exporters

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/andon-project/andon/calendar"
)

// CalendarsView is the body of /api/v1/calendars.
type CalendarsView struct {
	Calendars []CalendarView `json:"calendars"` // by name
}

// CalendarView is one calendar: the body of /api/v1/calendars/{name}.
type CalendarView struct {
	CalendarStateView
	Sources []CalendarSourceView `json:"sources"` // that it reads, in the order of its windows
}

// CalendarStateView is what a calendar says of an instant, which is told by At.
type CalendarStateView struct {
	State    calendar.Word         `json:"state"`       // clear, black, unreadable
	Causes   []CalendarCauseView   `json:"causes"`      // all that make it black, by start
	Next     *time.Time            `json:"next_change"` // of the state; null: not known, or not within ten years
	Calendar string                `json:"calendar"`
	Timezone string                `json:"timezone"` // where its days begin
	At       time.Time             `json:"at"`
	Warns    []CalendarCauseView   `json:"warns"`    // windows in force that only warn
	Problems []CalendarProblemView `json:"problems"` // why it is unreadable, or about to become so
}

// CalendarCauseView is one time in which no release may start.
type CalendarCauseView struct {
	Window    string     `json:"window"`
	Reason    string     `json:"reason"`
	Start     *time.Time `json:"start"` // null: before what has been worked out
	End       *time.Time `json:"end"`   // exclusive; null: after what has been worked out
	Owner     string     `json:"owner,omitempty"`
	Predicted bool       `json:"predicted,omitempty"` // it rests on a law or a sun that may change
}

// CalendarProblemView is what keeps a calendar from being believed.
type CalendarProblemView struct {
	Window string    `json:"window,omitempty"`
	Code   string    `json:"code"`
	Text   string    `json:"text"`
	Do     string    `json:"do,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// ViewCalendar is what c says at t, known at now. Texts of events are as they are in
// their files.
func ViewCalendar(c *calendar.Calendar, now, t time.Time) CalendarStateView {
	s := c.At(now, t)
	v := CalendarStateView{State: s.Word, Causes: ViewCauses(s.Causes), Next: known(s.Next), Calendar: c.Name(), Timezone: c.Zone().String(),
		At: t.UTC().Truncate(time.Second), Warns: ViewCauses(s.Warns), Problems: []CalendarProblemView{}}
	for _, p := range s.Problems {
		v.Problems = append(v.Problems, ViewProblem(p))
	}
	return v
}

// ViewCauses tells causes.
func ViewCauses(causes []calendar.Cause) []CalendarCauseView {
	views := make([]CalendarCauseView, len(causes))
	for i, c := range causes {
		views[i] = CalendarCauseView{c.Window, c.Reason, known(c.Start), known(c.End), c.Owner, c.Predicted}
	}
	return views
}

// ViewProblem tells a problem.
func ViewProblem(p calendar.Problem) CalendarProblemView {
	return CalendarProblemView{p.Window, p.Code, p.Text, p.Do, p.Since.UTC().Truncate(time.Second)}
}

// clipped bounds what may come from outside: the texts of events.
func (v CalendarStateView) clipped() CalendarStateView {
	clipCauses(v.Causes)
	clipCauses(v.Warns)
	for i := range v.Problems {
		p := &v.Problems[i]
		p.Text, p.Do = clip(p.Text), clip(p.Do)
	}
	return v
}

func clipCauses(causes []CalendarCauseView) {
	for i := range causes {
		causes[i].Reason, causes[i].Owner = clip(causes[i].Reason), clip(causes[i].Owner)
	}
}

// known is a time in UTC; nil: there is none.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// names are those of all calendars, sorted.
func (s Sources) calendarNames() []string { return slices.Sorted(maps.Keys(s.Calendars())) }

// calendarOr404 finds a calendar by its name, or answers which there are.
func (s Sources) calendarOr404(w http.ResponseWriter, name string) *calendar.Calendar {
	c := s.Calendars()[name]
	if c == nil {
		writeError(w, http.StatusNotFound, noSuch("calendar", name, s.calendarNames()))
	}
	return c
}

func (s Sources) listCalendars(w http.ResponseWriter, _ *http.Request) {
	view, all, now := CalendarsView{[]CalendarView{}}, s.Calendars(), s.Clock()
	for _, name := range s.calendarNames() {
		view.Calendars = append(view.Calendars, CalendarView{ViewCalendar(all[name], now, now).clipped(), s.sourcesOf(name)})
	}
	writeJSON(w, http.StatusOK, view)
}

// showCalendar answers what a calendar says now, with ?at= what it says then, and with
// ?from= and ?to= what it says in between.
func (s Sources) showCalendar(w http.ResponseWriter, r *http.Request) {
	c := s.calendarOr404(w, r.PathValue("name"))
	if c == nil {
		return
	}
	q, now := r.URL.Query(), s.Clock()
	if q.Has("from") || q.Has("to") {
		s.showSpans(w, r, c)
		return
	}
	at := now
	if q.Has("at") {
		var err error
		if at, err = calendar.ParseTime(q.Get("at"), c.Zone()); err != nil {
			writeError(w, http.StatusBadRequest, "at "+err.Error())
			return
		}
	}
	writeJSON(w, http.StatusOK, CalendarView{ViewCalendar(c, now, at).clipped(), s.sourcesOf(c.Name())})
}

// CalendarNextView is the body of /api/v1/calendars/{name}/next.
type CalendarNextView struct {
	Calendar string                `json:"calendar"`
	Timezone string                `json:"timezone"`
	At       time.Time             `json:"at"`           // from when it was looked for
	For      string                `json:"for"`          // how long it has to stay clear, in Go's syntax
	Opening  *time.Time            `json:"opening"`      // null: there is none as far as is known
	Until    *time.Time            `json:"until"`        // when that ends; null: not as far as is known
	Latest   *time.Time            `json:"latest_start"` // null: nothing closes, or nothing was to fit
	State    calendar.Word         `json:"state"`        // at At
	Problems []CalendarProblemView `json:"problems"`
}

// ViewNext finds the next opening from t on of at least that length, known at now. With
// fits, it also tells the latest start of something that takes so long.
func ViewNext(c *calendar.Calendar, now, t time.Time, length, fits time.Duration) CalendarNextView {
	state := ViewCalendar(c, now, t).clipped()
	length = max(length, fits, time.Second)
	v := CalendarNextView{Calendar: state.Calendar, Timezone: state.Timezone, At: state.At, For: length.String(), State: state.State, Problems: state.Problems}
	opening, ok := c.Opening(now, t, length)
	if !ok {
		return v
	}
	v.Opening, v.Until = known(opening), known(c.At(now, opening).Next)
	if fits > 0 {
		if latest, ok := c.LatestStart(now, opening, fits); ok {
			v.Latest = known(latest)
		}
	}
	return v
}

// showNext answers when a calendar is clear next, ?for= how long, and with ?fits= the
// latest start of something that takes so long.
func (s Sources) showNext(w http.ResponseWriter, r *http.Request) {
	c := s.calendarOr404(w, r.PathValue("name"))
	if c == nil {
		return
	}
	q, now := r.URL.Query(), s.Clock()
	at := now
	var err error
	if q.Has("at") {
		if at, err = calendar.ParseTime(q.Get("at"), c.Zone()); err != nil {
			writeError(w, http.StatusBadRequest, "at "+err.Error())
			return
		}
	}
	var lengths [2]time.Duration
	for i, key := range []string{"for", "fits"} {
		if !q.Has(key) {
			continue
		}
		if lengths[i], err = time.ParseDuration(q.Get(key)); err != nil || lengths[i] <= 0 || lengths[i] > maxOpening {
			writeError(w, http.StatusBadRequest, fmt.Sprintf("%s is %.40q: write how long, like 45m or 3h, at most %v", key, q.Get(key), maxOpening))
			return
		}
	}
	writeJSON(w, http.StatusOK, ViewNext(c, now, at, lengths[0], lengths[1]))
}

// maxOpening is the longest opening that is looked for.
const maxOpening = 366 * 24 * time.Hour
