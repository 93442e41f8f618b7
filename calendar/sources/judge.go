package sources

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/ical"
)

// What is worked out of an answer before it is believed: what a calendar will be asked
// for later must not be too expensive then.
const (
	back  = 7 * 24 * time.Hour
	ahead = 400 * 24 * time.Hour
)

// A reading is an answer that was understood.
type reading struct {
	events *ical.Calendar
	digest [sha256.Size]byte // of the body
}

// read understands an answer. What is HTML, empty, cut off, hostile, or says in an
// unknown way when a freeze is, is a *Failure.
func read(body []byte, s calendar.Source, now time.Time) (*reading, error) {
	events, err := ical.Parse(bytes.NewReader(body), ical.Options{Zone: s.Zone, SkipTransparent: skipsFree(s)})
	if refused, ok := errors.AsType[*ical.RefusedError](err); ok {
		return nil, &Failure{Code: NotCalendar, Text: "what it answered cannot be trusted: " + refused.Error(), Err: err}
	}
	if err != nil {
		return nil, &Failure{Code: Unknown, Text: "what it answered could not be read", Err: err}
	}
	if _, err := calendar.Occurrences(events, now.Add(-back), now.Add(ahead)); err != nil {
		return nil, tooDear(err)
	}
	return &reading{events: events, digest: sha256.Sum256(body)}, nil
}

// over asks events that were understood. What could be worked out for a year can be for
// any part of it.
func over(events *ical.Calendar, from, to time.Time) ([]ical.Occurrence, error) {
	plenty := ical.Budget(20_000_000) // a fifth of a second
	found, err := events.Over(from, to, &plenty)
	if err != nil {
		return nil, tooDear(err)
	}
	return found, nil
}

func tooDear(err error) *Failure {
	return &Failure{Code: TooDear, Text: "what it answered is too expensive to work out: " + err.Error(), Err: err}
}

func skipsFree(s calendar.Source) bool { return s.ICS != nil && s.ICS.SkipFree }

// opens tells that events are the times in which changes may happen, and that all else
// is closed: a Change Calendar of type DEFAULT_CLOSED.
func (r *reading) opens() bool { return r.events.Type == "DEFAULT_CLOSED" }

// A loss is what an answer lacks of what the last good one had ahead: the events that
// were going to block, by key. Past events are nobody's loss: people clear them out.
type loss struct {
	keys map[string]bool
	had  map[string]ical.Occurrence // all that was ahead
}

// half tells that so much is lost that it looks like an accident: a feed that is built
// while it is read, an export that broke, a calendar emptied by mistake.
func (l loss) half() bool { return 2*len(l.keys) > len(l.had) }

// same tells that as much is lost as was before, but for what is over by now.
func (l loss) same(before map[string]bool) bool {
	for key := range l.keys {
		if !before[key] {
			return false
		}
	}
	for key := range before {
		if _, ahead := l.had[key]; ahead && !l.keys[key] {
			return false
		}
	}
	return true
}

// losses compares an answer with the last good one. An event is there if its UID is,
// or if something is at its time (exporters that give new UIDs each time), or if it is
// said to be cancelled. Of calendars whose events open, a loss closes more, and is
// believed.
func losses(old, next *reading, now time.Time) (loss, error) {
	if old == nil || old.opens() {
		return loss{}, nil
	}
	had, err := coming(old.events, now)
	if err != nil {
		return loss{}, err
	}
	has, err := coming(next.events, now)
	if err != nil {
		return loss{}, err
	}
	l := loss{keys: map[string]bool{}, had: had}
	for key, o := range had {
		if _, ok := has[key]; ok || next.events.Cancelled(o.Event.UID, o.Start) {
			continue
		}
		same, err := over(next.events, o.Start, o.End)
		if err != nil {
			return loss{}, err
		}
		found := false
		for _, s := range same {
			found = found || s.Start.Equal(o.Start) && s.End.Equal(o.End)
		}
		if !found {
			l.keys[key] = true
		}
	}
	return l, nil
}

// coming is the first occurrence of each event that has not ended, by key. It looks
// piece by piece: all occurrences at once may be millions.
func coming(events *ical.Calendar, now time.Time) (map[string]ical.Occurrence, error) {
	const piece = 25 * 24 * time.Hour
	first := map[string]ical.Occurrence{}
	for from := now; from.Before(now.Add(ahead)); from = from.Add(piece) {
		all, err := over(events, from, from.Add(piece))
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			key := keyOf(o)
			if _, known := first[key]; !known && o.Start.Before(o.End) {
				first[key] = o
			}
		}
	}
	return first, nil
}

// keyOf is the same for what is the same event in another answer.
func keyOf(o ical.Occurrence) string {
	if o.Event.UID != "" {
		return "uid " + o.Event.UID
	}
	return fmt.Sprintf("at %d/%d", o.Start.Unix(), o.End.Unix())
}
