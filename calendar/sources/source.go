package sources

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/andon-project/andon/calendar"
)

// An answer that lacks most of what was ahead is believed when it has been the same
// for so long, or for half of stale_after if that is shorter: so that waiting never
// makes a calendar unreadable. Seldom asked sources are heard three times at least.
const (
	patience  = 6 * time.Hour
	fewestSay = 3
)

// A source is all that is known of one. It is guarded by its keeper's lock, but for ref
// and key, which never change.
type source struct {
	ref calendar.Ref
	key string
	of  calendar.Source

	ready    bool // it is known whether there is a copy of an earlier run
	good     *reading
	version  Version
	age      age // of good
	doubt    *calendar.Problem
	failed   *calendar.Problem // the last attempt; nil: it was good
	failures int
	tried    time.Time
	refusal  *refusal

	owed     []VanishedRecord // not in the journal yet
	unsaved  []byte           // good's body, while it is not on disk
	labelled time.Time        // when the disk was last told how old good is

	poke    chan struct{} // its settings changed
	fetcher Fetcher       // of the goroutine that asks
}

// A refusal is an answer that waits to be believed.
type refusal struct {
	calendar.Refusal
	up      time.Duration   // when it began, since start: no clock that is set can hurry it
	lost    map[string]bool // by key
	seen    int
	next    *reading
	body    []byte
	version Version
}

func newSource(of calendar.Source) *source {
	return &source{ref: of.Ref, of: of, key: keyOfSource(of), poke: make(chan struct{}, 1)}
}

// reads tells that s answers the same as it would by other settings.
func (s *source) reads(of calendar.Source) bool {
	return s.key == keyOfSource(of) && s.of.Zone == of.Zone && skipsFree(s.of) == skipsFree(of)
}

func (s *source) every() time.Duration {
	every := time.Duration(0)
	switch {
	case s.of.ICS != nil:
		every = s.of.ICS.Every
	case s.of.SSM != nil:
		every = s.of.SSM.Every
	}
	return orUsual(every, 5*time.Minute)
}

func (s *source) staleAfter() time.Duration {
	after := time.Duration(0)
	switch {
	case s.of.ICS != nil:
		after = s.of.ICS.StaleAfter
	case s.of.SSM != nil:
		after = s.of.SSM.StaleAfter
	}
	return orUsual(after, 24*time.Hour)
}

func orUsual(d, usual time.Duration) time.Duration {
	if d <= 0 {
		return usual
	}
	return d
}

// A moment is now, by two clocks.
type moment struct {
	wall time.Time
	up   time.Duration // since start
}

// settle takes in what came of an attempt: next is nil where the answer is what the
// last good one was.
func (s *source) settle(now moment, a Answer, next *reading, err error) {
	s.tried = now.wall
	if err == nil && next == nil && s.good == nil {
		err = &Failure{Code: Status, Text: "it says that nothing has changed, and there is no copy of what it was"}
	}
	if err == nil && next != nil {
		err = s.judge(now, a, next)
	}
	if err != nil {
		s.fail(now, err)
	} else {
		s.failed, s.failures, s.refusal = nil, 0, nil
		s.version, s.age = a.Version, age{at: now.wall}
	}
	if a.Says == nil && err != nil {
		return // a doubt is as old as the last answer that could raise it
	}
	d, err := doubt(s.good, a.Says, s.ref.Window)
	if s.doubt = d; err != nil {
		s.fail(now, err)
	}
}

// judge puts a new answer in place of the last good one, or refuses to.
func (s *source) judge(now moment, a Answer, next *reading) error {
	l, err := losses(s.good, next, now.wall)
	if err != nil {
		return err
	}
	if l.half() {
		if failure := s.refuse(now, a, next, l); failure != nil {
			return failure
		}
	}
	gone, err := vanished(s.good, next, s.ref.Window, now.wall)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		s.owed = append(s.owed, VanishedRecord{Window: s.ref.Window, Source: s.key, Causes: gone})
	}
	s.good, s.unsaved = next, a.Body
	return nil
}

// refuse keeps an answer that lacks too much waiting. Nil: it has waited long enough.
func (s *source) refuse(now moment, a Answer, next *reading, l loss) error {
	r := s.refusal
	wait := min(patience, s.staleAfter()/2)
	if r == nil || !l.same(r.lost) {
		r = &refusal{up: now.up, Refusal: calendar.Refusal{Since: now.wall, Believed: now.wall.Add(wait)}}
		s.refusal = r
	}
	r.seen++
	r.lost, r.Lost, r.Of = l.keys, len(l.keys), len(l.had)
	r.next, r.body, r.version = next, a.Body, a.Version
	if r.seen >= fewestSay && now.up-r.up >= wait {
		return nil
	}
	return &Failure{Code: HalfEmpty,
		Text: fmt.Sprintf("since %s it lacks %d of the %d events that lay ahead, so the last good copy counts", stamp(r.Since), r.Lost, r.Of),
		Do: fmt.Sprintf("if they were removed on purpose, say so: andon calendar ack --calendar %s --window '%s' --reason TEXT; if it stays like that, it is believed from %s on",
			s.ref.Calendar, s.ref.Window, stamp(r.Believed))}
}

// accept believes what was refused, because a person said so: what vanishes with it is
// acknowledged already.
func (s *source) accept(now moment) {
	r := s.refusal
	s.good, s.unsaved, s.version, s.age = r.next, r.body, r.version, age{at: now.wall}
	s.failed, s.failures, s.refusal = nil, 0, nil
}

// fail notes why an attempt failed. An error that is no *Failure may say anything, and
// so says nothing.
func (s *source) fail(now moment, err error) {
	f, ok := errors.AsType[*Failure](err)
	if !ok {
		f = &Failure{Code: Unknown, Text: "it could not be read"}
		if errors.Is(err, context.DeadlineExceeded) {
			f = &Failure{Code: Timeout, Text: "no whole answer came within " + Deadline.String()}
		}
	}
	since := now.wall
	if s.failed != nil && s.failed.Code == string(f.Code) {
		since = s.failed.Since
	}
	s.failures++
	s.failed = &calendar.Problem{Window: s.ref.Window, Code: string(f.Code), Text: f.Text, Do: f.Do, Since: since}
}

// restore puts a copy of an earlier run in place.
func (s *source) restore(now moment, r *reading, l label) {
	s.good, s.version, s.labelled = r, l.Version, l.Seen
	s.age = agedFrom(l.Read, l.Seen, now.wall, s.staleAfter())
}

// label is what the disk should say of good.
func (s *source) label(now moment) label {
	return label{Digest: hex.EncodeToString(s.good.digest[:]), Version: s.version, Read: s.age.look(now.wall), Seen: now.wall}
}

// copy is what a calendar is told, but for what is kept by the journal.
func (s *source) copy(now moment) calendar.Copy {
	c := calendar.Copy{Doubt: s.doubt, Failed: s.failed}
	if s.good != nil {
		c.Events = s.good.events
		c.Read = s.age.look(now.wall)
		c.Stale = c.Read.Add(s.staleAfter())
	}
	return c
}
