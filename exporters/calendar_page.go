package exporters

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

//go:embed calendar.html
var calendarHTML string

// newCalendarPage serves the page of a calendar at /calendars/NAME, and beside it, at
// NAME.ics, the calendar to subscribe to, and at NAME.svg the month as a picture.
func newCalendarPage(s Sources) http.Handler {
	page := template.Must(template.Must(template.New("page").Parse(pageHTML)).New("calendar").Parse(calendarHTML))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, kind := r.PathValue("file"), ""
		if s.Calendars()[name] == nil { // a calendar may be called anything.ics
			kind = path.Ext(name)
			name = strings.TrimSuffix(name, kind)
		}
		c := s.calendarOr404(w, name)
		switch {
		case c == nil:
		case kind == "":
			s.servePage(w, r, c, page)
		case kind == ".ics":
			s.serveICS(w, r, c)
		case kind == ".svg":
			s.serveSVG(w, r, c)
		default:
			writeError(w, http.StatusNotFound, "there is nothing here; there are /calendars/NAME, /calendars/NAME.ics and /calendars/NAME.svg")
		}
	})
}

func (s Sources) servePage(w http.ResponseWriter, r *http.Request, c *calendar.Calendar, page *template.Template) {
	view, err := s.lookAt(c, r.URL.Query().Get("month"))
	if err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return
	}
	var b bytes.Buffer
	if err := page.Execute(&b, view); err != nil {
		writeText(w, http.StatusInternalServerError,
			"the page could not be drawn, which is a defect of andon: please report it. The same is told under /api/v1/calendars. "+err.Error())
		return
	}
	write(w, http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// calendarPage is all that the page of a calendar tells.
type calendarPage struct {
	calendarCard
	Zone          string
	Now           zoned
	Title         string // of the month
	Before, After monthLink
	Weeks         [][]dayCell
	Legend        []calendar.Entry
	Openings      []calendar.Times
	MoreTimes     int // openings that are not listed
	Sources       []sourceRow
	Version       string
}

// monthLink leads to another month.
type monthLink struct{ Path, Title string }

// mostTimes is how many kinds of hours the legend lists of one window.
const mostTimes = 12

// lookAt draws a month of a calendar, 2026-12; "" is this month.
func (s Sources) lookAt(c *calendar.Calendar, month string) (calendarPage, error) {
	m, today, err := s.month(c, month)
	if err != nil {
		return calendarPage{}, err
	}
	now, year, which := s.Clock(), m.Year, m.Month
	v := calendarPage{calendarCard: s.calendarCard(c, now), Zone: m.Zone.String(), Now: zoned{moment{now, now}, m.Zone}, Title: monthTitle(year, which),
		Before: linkTo(c, year, which-1), After: linkTo(c, year, which+1), Version: s.Version.Version}
	v.Weeks = drawWeeks(m, today)
	v.Legend, v.Openings = fewTimes(m.Legend()), m.Openings()
	v.MoreTimes = max(0, len(v.Openings)-mostTimes)
	v.Openings = v.Openings[:len(v.Openings)-v.MoreTimes]
	for _, f := range s.sourcesOf(c.Name()) {
		v.Sources = append(v.Sources, drawSource(f, now))
	}
	return v, nil
}

// month works out a month of a calendar, 2026-12; "" is this month.
func (s Sources) month(c *calendar.Calendar, month string) (m calendar.Month, today calendar.Date, err error) {
	now, zone := s.Clock(), c.Zone()
	today = calendar.DateOf(now, zone)
	year, which := today.Year, today.Month
	if month != "" {
		if year, which, err = calendar.ParseMonth(month); err != nil {
			return m, today, err
		}
	}
	from, to := calendar.MonthBounds(year, which, zone)
	spans, err := c.Spans(now, from, to)
	if err != nil {
		return m, today, errors.New("this month cannot be told: " + err.Error())
	}
	return calendar.NewMonth(year, which, zone, spans), today, nil
}

func fewTimes(all []calendar.Entry) []calendar.Entry {
	for i := range all {
		e := &all[i]
		e.Reason, e.Owner = clip(e.Reason), clip(e.Owner)
		if len(e.Times) > mostTimes {
			e.Times = append(e.Times[:mostTimes], calendar.Times{Days: "…", Hours: "and other hours"})
		}
	}
	return all
}

func monthTitle(year int, month time.Month) string {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Format("January 2006")
}

func linkTo(c *calendar.Calendar, year int, month time.Month) monthLink {
	t := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return monthLink{"/calendars/" + c.Name() + "?month=" + t.Format("2006-01"), t.Format("January 2006")}
}
