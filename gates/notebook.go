package gates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/journal"
)

// journalDeadline bounds every use of the journal, so that a dead disk cannot
// keep a close from being sent.
const journalDeadline = 2 * time.Second

// A notebook is one gate's stream with what it amounts to, and the records
// that wait because the journal could not be written.
type notebook struct {
	store  journal.Store
	stream string
	log    *journal.Log
	past   Memory
	late   []lateRecord
	err    error // why the journal cannot be used now
	opened bool  // it has been read
	forgot bool  // … and was empty at first: the gate is new, or its past is lost
}

type lateRecord struct {
	kind string
	time time.Time
	body json.RawMessage
	why  string
}

func newNotebook(s journal.Store, stream string) *notebook {
	return &notebook{store: s, stream: stream, past: newMemory()}
}

// catchUp reads what others wrote, and writes what waited, before anything else.
func (n *notebook) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	if n.err = n.read(ctx); n.err != nil {
		return
	}
	for len(n.late) > 0 {
		l := n.late[0]
		if _, n.err = n.log.Append(ctx, l.time, kindLate, late{l.kind, l.time, l.why, l.body}); n.err != nil {
			return
		}
		n.late = n.late[1:]
	}
}

func (n *notebook) read(ctx context.Context) error {
	var records []journal.Record
	var err error
	if n.log == nil {
		var l *journal.Log
		if l, records, err = journal.Open(ctx, n.store, n.stream); err != nil {
			return err
		}
		n.log, n.past = l, newMemory()
		n.forgot = n.forgot || !n.opened && len(records) == 0
		n.opened = true
	} else if records, err = n.log.CatchUp(ctx); err != nil {
		return err
	}
	for _, r := range records {
		if err := n.past.apply(r); err != nil {
			n.log = nil // read it all again, when it can be read
			return err
		}
	}
	for _, l := range n.late {
		if err := n.past.fold(l.kind, l.body); err != nil {
			return err
		}
	}
	return nil
}

// write appends durably, or changes nothing that we believe.
func (n *notebook) write(ctx context.Context, at time.Time, kind string, body any) error {
	if n.err != nil {
		return n.err
	}
	ctx, cancel := context.WithTimeout(ctx, journalDeadline)
	defer cancel()
	r, err := n.log.Append(ctx, at, kind, body)
	if err != nil {
		n.err = err
		return err
	}
	return n.past.apply(r)
}

// note is for what has happened whether it can be written or not: it counts
// at once, and is kept to be written late. A record that was stored although
// its writing failed is then there twice, which changes nothing.
func (n *notebook) note(ctx context.Context, at time.Time, kind string, body any) {
	if err := n.write(ctx, at, kind, body); err != nil {
		n.keep(at, kind, body, err)
	}
}

// conclude is note for what was concluded from all that was known: if somebody
// else has written meanwhile, perhaps a person's order, that is read first, and
// nothing is written or kept.
func (n *notebook) conclude(ctx context.Context, at time.Time, kind string, body any) {
	switch err := n.write(ctx, at, kind, body); {
	case errors.Is(err, journal.ErrConflict):
		n.catchUp(ctx)
	case err != nil:
		n.keep(at, kind, body, err)
	}
}

// keep lets a record count that could not be written, and wait.
func (n *notebook) keep(at time.Time, kind string, body any, err error) {
	raw, jerr := json.Marshal(body)
	if jerr != nil {
		n.err = errors.Join(err, jerr)
		return
	}
	n.late = append(n.late, lateRecord{kind, at, raw, err.Error()})
	if ferr := n.past.fold(kind, raw); ferr != nil {
		n.err = errors.Join(err, ferr)
	}
}

func (n *notebook) nextID(at time.Time) string {
	if n.log == nil {
		return new(journal.Log).NextID(at)
	}
	return n.log.NextID(at)
}

// doubt says why nothing may be opened, nil while the journal is well.
func (n *notebook) doubt() []Reason {
	if n.err == nil && len(n.late) == 0 {
		return nil
	}
	if errors.Is(n.err, journal.ErrConflict) {
		return []Reason{{Code: "journal", Text: "somebody else wrote to this gate's journal first, and that has to be read before anything is written",
			Do: "if it goes on, a second andon works with this instance and data directory: end one of the two; until then andon closes, but opens nothing"}}
	}
	text := fmt.Sprintf("%d records wait to be written", len(n.late))
	if n.err != nil {
		text = n.err.Error()
	}
	return []Reason{{Code: "journal", Text: "the journal cannot be written: " + text,
		Do: "look at the data directory: space, permissions, whether the file is whole (andon journal verify); until then andon closes, but opens nothing"}}
}
