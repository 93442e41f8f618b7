package sources

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// A freeze that vanishes within so short a time before it starts, or while it lasts,
// goes on blocking until a person acknowledges: somebody planned by it, and nobody may
// get a release through by emptying a calendar.
const vanishing = 14 * 24 * time.Hour

// maxKept is how many times are kept apart of one change of a source. What goes beyond
// becomes one time from the first to the end of the last, which blocks more.
const maxKept = 200

// vanished is the time that the last good answer blocked, within the next 14 days, and
// that the next one does not: compared as times, so that it does not matter whether
// an event was deleted, shortened or moved. Only what is cancelled in so many words is
// given up at once, for that is no accident but what its owner says.
func vanished(old, next *reading, window string, now time.Time) ([]calendar.Cause, error) {
	if old == nil || old.opens() && next.opens() { // there, an event that comes opens: nothing vanishes
		return nil, nil
	}
	from := now.Truncate(time.Second)
	causes, err := old.blocking(window, from, from.Add(vanishing))
	if err != nil {
		return nil, err
	}
	var all []calendar.Cause
	for _, c := range causes {
		if old.opens() || !next.events.Cancelled(c.uid, c.began) {
			all = append(all, c.Cause)
		}
	}
	return next.without(all, now)
}

// A blocked time is a cause, and the occurrence that it comes from.
type blocked struct {
	calendar.Cause
	uid   string
	began time.Time
}

// blocking is what r blocks from <= t < to, as far as that goes on; clipped where it
// begins before.
func (r *reading) blocking(window string, from, to time.Time) ([]blocked, error) {
	found, err := over(r.events, from, to)
	if err != nil {
		return nil, err
	}
	var all []blocked
	add := func(s span, reason, uid string, began time.Time) {
		all = append(all, blocked{calendar.Cause{Window: window, Reason: reason, Start: s.start, End: s.end}, uid, began})
	}
	if r.opens() {
		for _, s := range complement(union(spansOf(found)), from, to) {
			add(s, "not one of the times in which changes were allowed", "", s.start)
		}
		return all, nil
	}
	for _, o := range found {
		if o.Start.Before(o.End) {
			add(span{later(o.Start, from), earlier(o.End, from.Add(ahead))}, oneLine(o.Event.Summary), o.Event.UID, o.Start)
		}
	}
	return all, nil
}

// without is what is left of causes that are not over, where r does not block itself.
func (r *reading) without(causes []calendar.Cause, now time.Time) ([]calendar.Cause, error) {
	from, to := now, now
	for _, c := range causes {
		from, to = earlier(from, c.Start), later(to, c.End)
	}
	if !now.Before(to) {
		return nil, nil
	}
	found, err := over(r.events, from, to)
	if err != nil {
		return nil, err
	}
	black := union(spansOf(found))
	if r.opens() {
		black = complement(black, from, to)
	}
	var left []calendar.Cause
	for _, c := range causes {
		for _, s := range (span{c.Start, c.End}).minus(black) {
			if s.end.After(now) {
				left = append(left, withSpan(c, s))
			}
		}
	}
	return joined(left), nil
}

func withSpan(c calendar.Cause, s span) calendar.Cause {
	c.Start, c.End = s.start, s.end
	return c
}

// joined sorts causes, makes one of those that are the same or follow each other, and
// keeps to maxKept.
func joined(causes []calendar.Cause) []calendar.Cause {
	slices.SortStableFunc(causes, func(a, b calendar.Cause) int { return a.Start.Compare(b.Start) })
	var all []calendar.Cause
	last := map[[2]string]int{} // by window and reason
	for _, c := range causes {
		key := [2]string{c.Window, c.Reason}
		n, known := last[key]
		switch {
		case known && !c.Start.After(all[n].End):
			all[n].End = later(all[n].End, c.End)
		case len(all) == maxKept:
			all[maxKept-1].End = later(all[maxKept-1].End, c.End)
		default:
			last[key] = len(all)
			all = append(all, c)
		}
	}
	return all
}

func spansOf(all []ical.Occurrence) []span {
	spans := make([]span, len(all))
	for i, o := range all {
		spans[i] = span{o.Start, o.End}
	}
	return spans
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// oneLine is the summary of an event as a reason: bytes from outside, made fit for
// logs and tables.
func oneLine(summary string) string {
	const most = 120 // runes
	clean := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(summary[:min(len(summary), 16*most)], ""))
	runes := []rune(strings.Join(strings.Fields(clean), " "))
	switch {
	case len(runes) == 0:
		return "an event without a name"
	case len(runes) > most:
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}
