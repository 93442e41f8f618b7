package exporters

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// How far a calendar to subscribe to reaches, in days, and how often it is worth while
// to look again. It stays within what calendars work out beforehand, by a day.
const (
	icsBack    = 6
	icsAhead   = 398
	icsRefresh = time.Hour
	icsMost    = 10_000 // events; calendar applications give up at some point
)

// serveICS serves a calendar to subscribe to. What cannot be told is refused as a
// whole, so that applications stay with what they had: a file without its freezes
// would say that there are none.
func (s Sources) serveICS(w http.ResponseWriter, r *http.Request, c *calendar.Calendar) {
	p, err := s.publish(c, s.Clock())
	if err != nil {
		w.Header().Set("Retry-After", "300")
		writeError(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	body := p.Bytes()
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Disposition", `inline; filename="`+c.Name()+`.ics"`)           // names are letters, digits, dots and hyphens
	writeKept(w, http.StatusOK, "text/calendar; charset=utf-8", "no-cache", body) // kept, and asked about

}

// matches compares weakly (RFC 9110 section 13.1.2).
func matches(header, tag string) bool {
	for want := range strings.SplitSeq(header, ",") {
		if want = strings.TrimSpace(want); want == "*" || strings.TrimPrefix(want, "W/") == tag {
			return true
		}
	}
	return false
}

// publish makes a publication of a calendar, which is the same all day as long as the
// calendar is.
func (s Sources) publish(c *calendar.Calendar, now time.Time) (ical.Publication, error) {
	zone := c.Zone()
	today := calendar.DateOf(now, zone)
	from, to := today.Add(-icsBack).Midnight(zone), today.Add(icsAhead).Midnight(zone)
	p := ical.Publication{Name: c.Name(), Product: "andon//andon " + s.Version.Version, Zone: zone, Stamp: today.Midnight(zone), Refresh: icsRefresh}
	spans, err := c.Spans(now, from, to)
	if err != nil {
		return p, fmt.Errorf("calendar %s cannot be told for a year: %w", c.Name(), err)
	}
	said := once{}
	for _, span := range spans {
		if span.Word == calendar.Unreadable {
			return p, fmt.Errorf("calendar %s is unreadable at %s: /api/v1/calendars/%s says why", c.Name(), stamp(later(span.Start, now)), c.Name())
		}
		for _, cause := range span.Causes {
			if n := notice(c.Name(), cause, from, to); said.more(n.UID) {
				p.Notices = append(p.Notices, n)
			}
		}
	}
	if len(p.Notices) > icsMost {
		return p, fmt.Errorf("calendar %s has %d times in a year in which no release may start, and calendar applications take at most %d: subscribe to a calendar with fewer windows", c.Name(), len(p.Notices), icsMost)
	}
	return p, nil
}

// notice is a cause as an event. Its UID is made of all that it tells, since some
// applications never look again at an event whose UID they know.
func notice(name string, c calendar.Cause, from, to time.Time) ical.Notice {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d %d %v", name, c.Window, c.Reason, c.Owner, c.Start.Unix(), c.End.Unix(), c.Predicted))
	n := ical.Notice{UID: hex.EncodeToString(sum[:16]) + "@andon", Start: c.Start, End: c.End,
		Summary: "No releases: " + clip(c.Reason), Description: fmt.Sprintf("Window %s of the calendar %s.", c.Window, name)}
	if c.Reason == "" {
		n.Summary += clip(c.Window)
	}
	if c.Owner != "" {
		n.Description += "\nAsk " + clip(c.Owner) + "."
	}
	if c.Predicted {
		n.Description += "\nPredicted: the law, or the sun, may say otherwise."
	}
	if n.Start.IsZero() {
		n.Start = from
	}
	if n.End.IsZero() {
		n.End = to
	}
	return n
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
