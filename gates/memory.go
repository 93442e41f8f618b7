package gates

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/andon-project/andon/journal"
)

// Memory is what a gate knows of its own past: its journal, folded. Applying a
// record twice is the same as once.
type Memory struct {
	Closes     map[string]Hold // every close ever intended or adopted, by its id: what a mark of ours may say
	Principals map[string]bool // who AWS said we were when it showed our mark
	Where      Place           // where Pending, Hold and Override are
	Left       []Left          // holds elsewhere
	Pending    *Intent         // written, and not known what became of it
	Hold       *Hold           // what has to be recovered from before we open
	Stands     *Hold           // what stands in AWS as far as we know, whatever was ordered since
	Override   *Override
	Ended      *OrderEnd // how the last override ended, until the next
	Closing    time.Time // when the last close was intended; zero once it was lifted
	Honoured   time.Time // AWS's time of the last person's enable that became an override
	Allows     []Allow   // orders to let one execution through, by time; never changed, replaced
	Lapse      *Lapse    // what the last open did not let go on
	Passage    *Passage  // the last execution that was let in
	Opens      []Opening // of late, oldest first; never changed, replaced
	Rulings    []Ruling  // on approvals, of late, oldest first; never changed, replaced
}

// newMemory is an empty past.
func newMemory() Memory {
	return Memory{Closes: map[string]Hold{}, Principals: map[string]bool{}}
}

// closing tells whether there is a close to forget.
func (m Memory) closing() bool { return m.Hold != nil || m.Stands != nil || !m.Closing.IsZero() }

func (m *Memory) holds(h *Hold) { m.Hold, m.Stands = h, h }

func (m *Memory) lifted() { m.Hold, m.Stands, m.Closing = nil, nil, time.Time{} }

// apply folds one record in. Kinds it does not know are for others.
func (m *Memory) apply(r journal.Record) error {
	if err := m.fold(r.Kind, r.Body); err != nil {
		return fmt.Errorf("journal %s, record %d (%s): %w", r.Stream, r.Seq, r.Kind, err)
	}
	return nil
}

func (m *Memory) fold(kind string, body json.RawMessage) error {
	switch kind {
	case kindIntent:
		return into(body, m.intended)
	case kindOutcome:
		return into(body, m.cameOut)
	case kindAdopt:
		return into(body, func(a adoption) {
			m.at(a.Place)
			m.Closes[a.Mark.Intent] = a.Hold
			m.holds(&a.Hold)
			m.Closing = a.Hold.Began
		})
	case kindRelease:
		return into(body, func(release) { m.lifted() })
	case kindOverride:
		return into(body, func(o Override) {
			m.at(o.Place)
			m.Override, m.Ended = &o, nil
			if o.Wants() == Opened {
				m.Hold, m.Closing = nil, time.Time{}
			}
			if !o.Enabled.IsZero() {
				m.lifted()
			}
			if o.Enabled.After(m.Honoured) {
				m.Honoured = o.Enabled
			}
		})
	case kindAllow:
		return into(body, m.allow)
	case kindAllowEnd:
		return into(body, m.allowEnded)
	case kindPassage:
		return into(body, func(p Passage) { m.Passage = &p })
	case kindMove:
		return into(body, func(v move) { m.at(v.To) })
	case kindEnd:
		return into(body, m.ended)
	case kindExtend:
		return into(body, func(x extension) {
			m.Closes[x.Hold.Intent] = x.Hold
			m.holds(&x.Hold)
		})
	case kindLate:
		var l struct {
			Kind string
			Body json.RawMessage
		}
		if err := json.Unmarshal(body, &l); err != nil {
			return err
		}
		if l.Kind == kindLate {
			return fmt.Errorf("a late record inside a late record")
		}
		return m.fold(l.Kind, l.Body)
	}
	return nil
}

func (m *Memory) intended(i Intent) {
	m.at(i.Place)
	if i.Verb == Close {
		var h Hold
		if i.Hold != nil {
			h = *i.Hold
		}
		m.Closes[i.ID] = h
		if m.Closing.IsZero() {
			m.Closing = h.Began
		}
	}
	if i.Verb == Open {
		m.opening(i)
	}
	m.Pending = &i
}

func (m *Memory) cameOut(o Outcome) {
	if o.Principal != "" {
		m.Principals[o.Principal] = true
	}
	if o.Result == Lost {
		return
	}
	m.opened(o)
	m.cameOutElsewhere(o)
	if m.Pending == nil || m.Pending.ID != o.Intent {
		return
	}
	i := m.Pending
	m.Pending = nil
	m.ruled(*i, o)
	switch {
	case o.Result == Done && i.Verb == Close:
		h := m.Closes[i.ID]
		if s := o.Seen; s != nil {
			h.Changed = s.ChangedAt
			h.Suspect = h.Suspect || !h.bare() && !h.Resumed && s.suspect(s.ChangedAt) // it may have entered while we closed
		}
		m.Closes[i.ID] = h
		m.holds(&h)
	case o.Result == Done && i.Verb == Open && i.Allow != nil:
		m.Passage, m.Stands = m.passage(*i, o), nil
	case o.Result == Done && i.Verb == Open:
		m.lifted()
		m.Lapse = lapse(*i)
	}
}

// ended ends the order in force. With one to close that a person lifted in AWS
// goes the hold that stood for it.
func (m *Memory) ended(e OrderEnd) {
	if m.Override == nil || m.Override.ID != e.ID {
		return
	}
	m.Override, m.Ended = nil, &e
	if !e.Enabled.IsZero() && m.Hold != nil && m.Hold.bare() {
		m.lifted()
	}
}

// into decodes a body and hands it on.
func into[T any](body json.RawMessage, use func(T)) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	use(v)
	return nil
}
