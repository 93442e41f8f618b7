package exporters

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// CalendarSourceView is how something that a calendar reads is doing: a file, a feed,
// or a calendar of AWS. Where it is, it does not say: that may be a secret.
type CalendarSourceView struct {
	Window   string               `json:"window"`
	Kind     string               `json:"kind"`  // file, https, s3, ssm
	Up       bool                 `json:"up"`    // the last attempt to read it succeeded
	Stale    bool                 `json:"stale"` // its last good copy is too old to be believed, or there is none
	Tried    *time.Time           `json:"tried"` // the last attempt
	Read     *time.Time           `json:"read"`  // when its copy was last said to be good; null: there is none
	Age      *float64             `json:"age_seconds"`
	StaleAt  *time.Time           `json:"stale_at"` // from then on it is not believed; null: always
	Events   int                  `json:"events"`
	Refused  int                  `json:"refused"`  // events that make no sense and do not count
	Failures int                  `json:"failures"` // attempts in a row
	Failed   *CalendarProblemView `json:"failed"`
	Doubt    *CalendarProblemView `json:"doubt,omitempty"` // it contradicts itself
	Kept     []CalendarCauseView  `json:"kept"`            // vanished before their time, and block until acknowledged
	Refusal  *CalendarRefusalView `json:"refusal,omitempty"`
	Warnings []string             `json:"warnings"`
}

// CalendarRefusalView is an answer that lacks most of what was ahead, and waits to be
// believed.
type CalendarRefusalView struct {
	Since    time.Time `json:"since"`
	Believed time.Time `json:"believed"` // if it stays as it is until then
	Lost     int       `json:"lost"`     // events ahead that it lacks, …
	Of       int       `json:"of"`       // … of so many
}

func (s Sources) sourcesOf(name string) []CalendarSourceView {
	views, now := []CalendarSourceView{}, s.Clock()
	for _, f := range s.Feeds() {
		if f.Ref.Calendar == name {
			views = append(views, viewSource(f, now))
		}
	}
	return views
}

func viewSource(f calendar.SourceState, now time.Time) CalendarSourceView {
	v := CalendarSourceView{Window: f.Ref.Window, Kind: f.Kind, Up: f.Failed == nil && !f.Tried.IsZero(), Stale: staleSource(f, now),
		Tried: known(f.Tried), Read: known(f.Read), StaleAt: known(f.Stale), Events: f.Events, Refused: f.Refused, Failures: f.Failures,
		Failed: problemOrNil(f.Failed), Doubt: problemOrNil(f.Doubt), Kept: ViewCauses(f.Kept), Warnings: []string{}}
	clipCauses(v.Kept)
	if !f.Read.IsZero() {
		v.Age = new(now.Sub(f.Read).Seconds())
	}
	if r := f.Refusal; r != nil {
		v.Refusal = &CalendarRefusalView{r.Since.UTC(), r.Believed.UTC(), r.Lost, r.Of}
	}
	for _, w := range f.Warnings[:min(len(f.Warnings), maxNames)] {
		v.Warnings = append(v.Warnings, clip(w))
	}
	return v
}

func staleSource(f calendar.SourceState, now time.Time) bool {
	return f.Read.IsZero() || !f.Stale.IsZero() && !now.Before(f.Stale)
}

func problemOrNil(p *calendar.Problem) *CalendarProblemView {
	if p == nil {
		return nil
	}
	v := ViewProblem(*p)
	v.Text, v.Do = clip(v.Text), clip(v.Do)
	return &v
}

// AckRequest is the body of POST /api/v1/calendars/{name}/ack.
type AckRequest struct {
	Window string `json:"window,omitempty"` // all, unless one is named
	Reason string `json:"reason"`           // why, in one line, at most 200 characters
}

// AckView is what it answers.
type AckView struct {
	Calendar string              `json:"calendar"`
	Actor    string              `json:"actor"`
	Reason   string              `json:"reason"`
	Time     time.Time           `json:"time"`
	Freed    []CalendarCauseView `json:"freed"`    // what had vanished, and blocks no longer
	Believed []string            `json:"believed"` // windows whose waiting answer counts now
}

func (s Sources) acknowledge(w http.ResponseWriter, r *http.Request, actor string) {
	var body AckRequest
	if status, why := decode(w, r, &body); why != "" {
		writeError(w, status, why)
		return
	}
	if s.Acknowledge == nil {
		writeError(w, http.StatusConflict, "this andon reads no calendars from elsewhere: there is nothing to acknowledge")
		return
	}
	ctx := context.WithoutCancel(r.Context()) // who asked may leave, and it is done or not
	said, err := s.Acknowledge(ctx, calendar.Ack{Calendar: r.PathValue("name"), Window: body.Window, Actor: actor, Reason: strings.TrimSpace(body.Reason)})
	if err != nil {
		code := ""
		if refused, ok := errors.AsType[*calendar.AckError](err); ok {
			code = refused.Code
		}
		writeError(w, ackStatus(code), err.Error())
		return
	}
	freed := ViewCauses(said.Freed)
	clipCauses(freed)
	writeJSON(w, http.StatusOK, AckView{said.Calendar, said.Actor, said.Reason, said.Time.UTC(), freed, list(said.Believed)})
}

func ackStatus(code string) int {
	switch code {
	case "invalid":
		return http.StatusBadRequest
	case "no-calendar", "no-window":
		return http.StatusNotFound
	case "nothing":
		return http.StatusConflict
	}
	return http.StatusServiceUnavailable
}
