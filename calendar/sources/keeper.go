package sources

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/journal"
)

// Settings are what a Keeper needs.
type Settings struct {
	Folder  string        // of last good copies; empty: none are kept
	Journal journal.Store // nil: nothing is written, and nothing known of earlier runs
	// Open makes the fetcher of a source. It is called again after an error, which is
	// told like one of the fetcher's.
	Open  func(context.Context, calendar.Source) (Fetcher, error)
	Log   *slog.Logger     // nil: says nothing
	Clock func() time.Time // nil: time.Now
}

// A Keeper reads all sources on their beat, and keeps calendars of what they said. It is
// safe for concurrent use.
type Keeper struct {
	settings Settings
	shelf    shelf
	began    time.Time
	parsing  chan struct{} // one at a time: large files cost memory
	renewed  chan struct{} // there are other sources

	snapshot atomic.Pointer[calendar.Snapshot]

	// Locks are taken in this order.
	pen      sync.Mutex // guards books, and what lies on disk
	books    map[string]*book
	building sync.Mutex // one snapshot follows the other
	mu       sync.Mutex // guards all below

	desks     map[string]*desk // by calendar
	sources   map[calendar.Ref]*source
	published map[calendar.Ref]calendar.Copy // what the snapshot says of them
	listeners map[chan struct{}]bool
	diskError string // what was told of the folder
}

// A desk is what is known of one calendar, but for its sources.
type desk struct {
	calendar *calendar.Calendar // without copies
	made     *calendar.Calendar // of which that in the snapshot was made; another than calendar after Replace
	at       time.Time          // when
	read     bool               // its book was, once
	kept     []keeping          // of its book
	trouble  error              // with its book, last time
}

// NewKeeper makes a keeper of no calendars: Replace gives it some.
func NewKeeper(s Settings) *Keeper {
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	k := &Keeper{settings: s, shelf: shelf{s.Folder}, began: time.Now(), parsing: make(chan struct{}, 1), renewed: make(chan struct{}, 1),
		books: map[string]*book{}, desks: map[string]*desk{}, sources: map[calendar.Ref]*source{},
		published: map[calendar.Ref]calendar.Copy{}, listeners: map[chan struct{}]bool{}}
	k.snapshot.Store(&calendar.Snapshot{})
	return k
}

func (k *Keeper) now() moment {
	return moment{k.settings.Clock().UTC().Round(0), time.Since(k.began)}
}

// Replace makes these the calendars. Sources that stay keep their copies, also where
// only their beat changes; others are unreadable until Run or Once has read them.
func (k *Keeper) Replace(calendars []*calendar.Calendar) {
	k.building.Lock()
	defer k.building.Unlock()
	k.mu.Lock()
	desks, sources := map[string]*desk{}, map[calendar.Ref]*source{}
	for _, c := range calendars {
		d := k.desks[c.Name()]
		if d == nil {
			d = &desk{}
		}
		d.calendar, desks[c.Name()] = c, d
		for _, of := range c.Sources() {
			s := k.sources[of.Ref]
			if s == nil || !s.reads(of) {
				s = newSource(of)
			}
			s.of = of
			sources[of.Ref] = s
			poke(s.poke)
		}
	}
	maps.DeleteFunc(k.published, func(ref calendar.Ref, _ calendar.Copy) bool { return sources[ref] != k.sources[ref] })
	k.desks, k.sources = desks, sources
	k.mu.Unlock()

	next := calendar.Snapshot{}
	for name, d := range desks {
		next[name] = k.build(d)
	}
	k.snapshot.Store(&next)
	poke(k.renewed)
	k.wake()
}

// build works a calendar out with what is known now. The caller holds building.
func (k *Keeper) build(d *desk) *calendar.Calendar {
	now := k.now()
	k.mu.Lock()
	c := d.calendar
	copies := k.copies(c, now)
	for ref, copy := range copies {
		k.published[ref] = copy
	}
	if d.made == c {
		c = (*k.snapshot.Load())[c.Name()] // only copies are new: it may have been worked out already
	}
	d.made, d.at = d.calendar, now.wall
	k.mu.Unlock()
	return c.With(copies, now.wall) // takes a while
}

// copies are what is known of the sources of a calendar. The caller holds mu.
func (k *Keeper) copies(c *calendar.Calendar, now moment) map[calendar.Ref]calendar.Copy {
	copies := map[calendar.Ref]calendar.Copy{}
	for _, of := range c.Sources() {
		if s := k.sources[of.Ref]; s != nil {
			copies[of.Ref] = k.copyOf(s, now)
		}
	}
	return copies
}

// copyOf is what is known of a source. Until the journal was read once that is nothing:
// what vanished before the start blocks still. The caller holds mu.
func (k *Keeper) copyOf(s *source, now moment) calendar.Copy {
	if d := k.desks[s.ref.Calendar]; !d.read && k.settings.Journal != nil {
		p := &calendar.Problem{Window: s.ref.Window, Code: string(NoJournal), Text: "the journal has not been read yet, so it is not known which freezes vanished before"}
		if d.trouble != nil {
			p.Text, p.Do = "the journal cannot be read, so it is not known which freezes vanished before", "see what the log says of the journal"
		}
		return calendar.Copy{Failed: p}
	}
	c := s.copy(now)
	c.Kept = k.keptOf(s, now)
	return c
}

// keptOf is what vanished from a source and has not come back. The caller holds mu.
func (k *Keeper) keptOf(s *source, now moment) []calendar.Cause {
	var causes []calendar.Cause
	for _, kept := range k.desks[s.ref.Calendar].kept {
		if kept.source == s.key {
			causes = append(causes, kept.Cause)
		}
	}
	for _, o := range s.owed {
		causes = append(causes, o.Causes...)
	}
	if len(causes) == 0 || s.good == nil {
		return causes
	}
	left, err := s.good.without(causes, now.wall)
	if err != nil {
		return causes // more than needed
	}
	return left
}

// refresh publishes a calendar anew if it would say something else, or only that its
// sources are younger, but then by much: working it out takes a while.
func (k *Keeper) refresh(name string) {
	const day = 24 * time.Hour // the horizon moves
	k.building.Lock()
	defer k.building.Unlock()
	now := k.now()
	k.mu.Lock()
	d := k.desks[name]
	if d == nil {
		k.mu.Unlock()
		return
	}
	renew, tell := now.wall.Sub(d.at).Abs() >= day, false
	for ref, copy := range k.copies(d.calendar, now) {
		s := k.sources[ref]
		other := differs(k.published[ref], copy, now.wall)
		renew = renew || other || younger(k.published[ref], copy, s.staleAfter()/20)
		tell = tell || other
	}
	k.mu.Unlock()
	if !renew {
		return
	}
	next := maps.Clone(*k.snapshot.Load())
	next[name] = k.build(d)
	k.snapshot.Store(&next)
	if tell {
		k.wake()
	}
}

// differs tells that another copy says something else, now.
func differs(a, b calendar.Copy, now time.Time) bool {
	stale := func(c calendar.Copy) bool { return c.Events != nil && !c.Stale.After(now) }
	problem := func(p, q *calendar.Problem) bool { return (p == nil) != (q == nil) || p != nil && *p != *q }
	return a.Events != b.Events || stale(a) != stale(b) || problem(a.Doubt, b.Doubt) || problem(a.Failed, b.Failed) || !slices.Equal(a.Kept, b.Kept)
}

// younger tells that a copy is, by much.
func younger(a, b calendar.Copy, slack time.Duration) bool {
	return b.Read.Sub(a.Read) >= slack
}

// Snapshot is all calendars, as far as they are known. It is never changed.
func (k *Keeper) Snapshot() calendar.Snapshot { return *k.snapshot.Load() }

// Changed wakes whoever waits for a calendar to say something else, until stop is
// called. It is told once where several things changed.
func (k *Keeper) Changed() (changed <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.listeners[ch] = true
	return ch, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.listeners, ch)
	}
}

func (k *Keeper) wake() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ch := range k.listeners {
		poke(ch)
	}
}

// poke says "look", to whoever has not looked since it was said last.
func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
