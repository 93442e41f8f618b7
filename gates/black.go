package gates

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Codes of the reasons that a calendar gives.
const (
	codeBlack      = "blackday"            // no release may start now
	codeTooLate    = "too-late"            // it would not end before the next closing
	codeUnreadable = "calendar-unreadable" // it opens nothing, and closes nothing either
	codeClear      = "clear"               // it stands in nobody's way
)

// span is the time that a release which starts at now may take, by whichever clock
// within MaxSkew: closed early, opened late.
func (g Gate) span(now time.Time) (from, to time.Time) {
	from, to = now.Add(-MaxSkew), now.Add(MaxSkew+g.Fits)
	if g.Action != "" {
		to = to.Add(onItsWay)
	}
	return from, to
}

// onItsWay is how long an answer may take from the look at the calendar until AWS
// has it: after freshFor it is not sent any more, and then a call takes a few seconds.
const onItsWay = freshFor + 4*time.Second

// ask fills in what the gate's calendar says.
func (e *Evidence) ask(g Gate, calendars calendar.Snapshot) {
	if g.Calendar == "" {
		return
	}
	from, to := g.span(e.Now)
	said := calendars.Over(g.Calendar, e.Now, from, to)
	e.Calendar, e.CalendarName, e.Fits = &said, g.Calendar, g.Fits
	e.local = func(t time.Time) time.Time { return calendars.Local(g.Calendar, t) }
	if said.Word != calendar.Black {
		return
	}
	if t, ok := calendars.Opening(g.Calendar, e.Now, from, to.Sub(from)); ok {
		e.Opening = e.local(t.Add(MaxSkew))
	}
}

// black tells whether the calendar forbids a release.
func (e Evidence) black() bool { return e.Calendar != nil && e.Calendar.Word == calendar.Black }

// forbids tells whether what the calendar says speaks against a release, believed or
// not: to close is safe, and can be taken back.
func (e Evidence) forbids() bool {
	return e.black() || e.unreadable() && len(e.Calendar.Causes) > 0
}

// unreadable tells whether the gate has a calendar that says nothing.
func (e Evidence) unreadable() bool {
	return e.Calendar != nil && e.Calendar.Word == calendar.Unreadable
}

// blackReasons are the causes for which the calendar forbids a release, each on its
// own, and since when the first of them does. None where it does not.
func (e Evidence) blackReasons() (rs []Reason, since time.Time) {
	if !e.forbids() {
		return nil, time.Time{}
	}
	for _, c := range e.Calendar.Causes {
		closed := c.Start.Add(-MaxSkew - e.Fits)
		if c.Start.IsZero() { // before all that has been worked out
			closed = e.Now.Add(-worked)
		}
		if since.IsZero() || closed.Before(since) {
			since = closed
		}
		rs = append(rs, e.blackReason(c, closed))
	}
	if len(rs) == 0 {
		since = e.Now
		rs = []Reason{{Code: codeBlack, Text: "calendar " + e.CalendarName + " says it is a BlackDay"}}
	}
	rs = append(rs, e.unreadableReasons()...)
	return rs, later(since, e.Clear) // it may have been entered after it should have begun: nobody overruled it before
}

// worked is how far back a calendar is worked out.
const worked = 7 * 24 * time.Hour

func (e Evidence) blackReason(c calendar.Cause, closed time.Time) Reason {
	what := c.Reason
	if what == "" {
		what = c.Window
	}
	from := fmt.Sprintf("window %s of calendar %s", c.Window, e.CalendarName)
	if c.Owner != "" {
		from += ", ask " + c.Owner
	}
	r := Reason{Code: codeBlack, Since: c.Start, Until: c.End}
	until, brief := "for longer than andon has worked out", ""
	if !c.End.IsZero() {
		until, brief = "until "+e.clock(c.End), " until "+brieftime(c.End)
	}
	if c.Start.After(e.Now.Add(MaxSkew)) {
		r.Code, r.Since = codeTooLate, closed
		r.Text = fmt.Sprintf("too late for a release, which may take %s: BlackDay %s begins at %s and lasts %s (%s)", plain(e.Fits), what, e.clock(c.Start), until, from)
		r.brief = fmt.Sprintf("too late for a release of %s - BlackDay %s from %s%s", plain(e.Fits), cut(what, 80), brieftime(c.Start), brief)
		return r
	}
	r.Text = fmt.Sprintf("BlackDay: %s, %s (%s)", what, until, from)
	r.brief = "BlackDay " + cut(what, 100) + brief
	return r
}

// unreadableReasons say why the calendar cannot be believed.
func (e Evidence) unreadableReasons() []Reason {
	if !e.unreadable() {
		return nil
	}
	r := Reason{Code: codeUnreadable, Text: "calendar " + e.CalendarName + " cannot be read",
		Do: "andon calendar show --calendar " + e.CalendarName + " tells why; until it is read nothing is opened or approved"}
	if len(e.Calendar.Problems) == 0 {
		return []Reason{r}
	}
	var rs []Reason
	for _, p := range e.Calendar.Problems {
		r := r
		r.Text, r.Since = r.Text+": "+p.Text, p.Since
		if p.Do != "" {
			r.Do = p.Do + "; until then nothing is opened or approved"
		}
		rs = append(rs, r)
	}
	return rs
}

// clearReasons tell that the calendar lets pass, and of windows that only warn.
func (e Evidence) clearReasons() []Reason {
	if e.Calendar == nil {
		return nil
	}
	text := "calendar " + e.CalendarName + " is clear"
	if !e.Calendar.Next.IsZero() {
		text += " until " + e.clock(e.Calendar.Next)
	}
	rs := []Reason{{Code: codeClear, Text: text}}
	for _, c := range e.Calendar.Warns {
		rs = append(rs, Reason{Code: "calendar-warns", Since: c.Start, Until: c.End,
			Text: strings.TrimSpace(fmt.Sprintf("window %s of calendar %s only warns: %s %s", c.Window, e.CalendarName, c.Reason, c.Owner))})
	}
	return rs
}

// closesAt is when the calendar forbids the next release, zero where that is not
// known.
func (e Evidence) closesAt() time.Time {
	if e.Calendar == nil || e.Calendar.Next.IsZero() {
		return time.Time{}
	}
	return e.Calendar.Next.Add(-MaxSkew - e.Fits)
}

// clock is a time for people who keep a calendar, in its own zone.
func (e Evidence) clock(t time.Time) string {
	if e.local != nil {
		t = e.local(t)
	}
	return localTime(t)
}

// localTime is a time for people, where it is.
func localTime(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 MST") }

// brieftime is a time as the alphabet of a transition's reason allows it.
func brieftime(t time.Time) string { return t.UTC().Format("20060102T1504Z") }

// plain is a length of time without what is zero at its end: 45m.
func plain(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}
