package sources

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/andon-project/andon/calendar"
)

// Ack frees what vanished and is kept, and believes answers that are refused because
// they lack too much. It counts once it is in the journal. Errors are
// *calendar.AckError, and then nothing has changed, unless it is the journal's: then
// it may be there, and counts as soon as the journal can be read.
func (k *Keeper) Ack(ctx context.Context, a calendar.Ack) (calendar.Acked, error) {
	if err := valid(a); err != nil {
		return calendar.Acked{}, err
	}
	acked, err := k.ack(ctx, a)
	if err != nil {
		return calendar.Acked{}, err
	}
	k.refresh(a.Calendar)
	return acked, nil
}

func (k *Keeper) ack(ctx context.Context, a calendar.Ack) (calendar.Acked, error) {
	k.pen.Lock()
	defer k.pen.Unlock()
	if k.settings.Journal == nil {
		return calendar.Acked{}, &calendar.AckError{Code: "journal", Text: "there is no journal here, so nothing can be acknowledged: ask the daemon"}
	}
	if err := k.known(a); err != nil {
		return calendar.Acked{}, err
	}
	if err := k.bookkeep(ctx, a.Calendar); err != nil { // what vanished has to be written before what is said of it
		return calendar.Acked{}, noJournal(err)
	}
	now := k.now()
	acked, waiting, err := k.toFree(a, now)
	if err != nil {
		return calendar.Acked{}, err
	}
	if len(acked.Freed)+len(acked.Believed) == 0 {
		return calendar.Acked{}, &calendar.AckError{Code: "nothing", Text: "there is nothing to acknowledge: no freeze of " + place(a) + " has vanished, and no answer waits"}
	}
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	b := k.books[a.Calendar]
	if err := b.write(ctx, now.wall, KindAcknowledged, acked); err != nil {
		return calendar.Acked{}, noJournal(err)
	}
	k.mu.Lock()
	k.publish(a.Calendar, b)
	for s, r := range waiting {
		if s.refusal == r {
			s.accept(now)
			poke(s.poke)
		}
	}
	k.mu.Unlock()
	k.store(a.Calendar)
	k.settings.Log.Info("it was acknowledged that freezes are gone", "calendar", a.Calendar, "window", a.Window, "by", a.Actor, "reason", a.Reason,
		"freed", len(acked.Freed), "believed", len(acked.Believed))
	return acked, nil
}

// toFree is what an acknowledgement is about.
func (k *Keeper) toFree(a calendar.Ack, now moment) (calendar.Acked, map[*source]*refusal, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	acked, waiting := calendar.Acked{Ack: a, Time: now.wall}, map[*source]*refusal{}
	for ref, s := range k.sources {
		if ref.Calendar != a.Calendar || a.Window != "" && ref.Window != a.Window {
			continue
		}
		acked.Freed = append(acked.Freed, k.keptOf(s, now)...)
		if r := s.refusal; r != nil {
			gone, err := vanished(s.good, r.next, ref.Window, now.wall)
			if err != nil {
				return calendar.Acked{}, nil, &calendar.AckError{Code: "invalid", Text: "the answer of " + ref.String() + " cannot be believed: " + err.Error(), Err: err}
			}
			acked.Freed = append(acked.Freed, gone...)
			acked.Believed = append(acked.Believed, ref.Window)
			waiting[s] = r
		}
	}
	return acked, waiting, nil
}

// known tells whether there is what a person speaks of.
func (k *Keeper) known(a calendar.Ack) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.desks[a.Calendar] == nil {
		return &calendar.AckError{Code: "no-calendar", Text: fmt.Sprintf("there is no calendar %.60q", a.Calendar)}
	}
	if _, ok := k.sources[calendar.Ref{Calendar: a.Calendar, Window: a.Window}]; a.Window != "" && !ok {
		return &calendar.AckError{Code: "no-window", Text: fmt.Sprintf("calendar %s has no window %.60q that reads a source", a.Calendar, a.Window)}
	}
	return nil
}

// valid tells what a person forgot to say.
func valid(a calendar.Ack) error {
	const most = 500 // characters
	for _, f := range []struct{ name, text string }{{"actor", a.Actor}, {"reason", a.Reason}} {
		if strings.TrimSpace(f.text) == "" || utf8.RuneCountInString(f.text) > most || !utf8.ValidString(f.text) {
			return &calendar.AckError{Code: "invalid", Text: fmt.Sprintf("the %s has to be said, in at most %d characters", f.name, most)}
		}
	}
	return nil
}

func noJournal(err error) error {
	return &calendar.AckError{Code: "journal", Text: "the journal cannot be written, so nothing is acknowledged: mend it and try again", Err: err}
}

func place(a calendar.Ack) string {
	return strings.TrimSuffix(a.Calendar+"/"+a.Window, "/")
}
