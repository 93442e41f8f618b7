package gates

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Velocity limits how often gates are opened, all of an instance together:
// what falls sick and well in many places at once must not let every release
// go at the same time (S11). Nil limits nothing. Closing is never limited.
//
// What has been opened is kept in the gates' journals. Until those of all gates
// have been read, for as long as they may matter, nothing is opened.
type Velocity struct {
	mu     sync.Mutex
	max    int
	per    time.Duration
	born   time.Time
	opens  map[string][]Opening // by stream
	unread map[string]time.Time // since when
}

// An Opening is one open of a gate, done or not known to have failed.
type Opening struct {
	Intent  string
	At      time.Time
	Pending bool // it may still be on its way
}

// NewVelocity allows at most max opens in any window of length per, at now.
func NewVelocity(max int, per time.Duration, now time.Time) *Velocity {
	return &Velocity{max: max, per: per, born: now, opens: map[string][]Opening{}, unread: map[string]time.Time{}}
}

// Set changes the limit. What has been opened counts against the new one.
func (v *Velocity) Set(max int, per time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.max, v.per = max, per
}

// join announces at now a gate whose journal has to be read.
func (v *Velocity) join(stream string, now time.Time) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, known := v.opens[stream]; !known {
		v.unread[stream] = later(now, v.born)
	}
}

// learn replaces what is known of a gate by what its journal says.
func (v *Velocity) learn(stream string, opens []Opening) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.unread, stream)
	v.opens[stream] = opens
}

// wait is when the gate of stream may be opened; zero: at now. Its own open
// intended under id counts for nothing, since it is the one that asks.
func (v *Velocity) wait(now time.Time, stream, id string) time.Time {
	if v == nil {
		return time.Time{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.next(now, stream, id)
}

// reserve counts an open that is about to be intended, and tells whether it may
// be: a person's order may always.
func (v *Velocity) reserve(now time.Time, stream, id string, ordered bool) bool {
	if v == nil {
		return true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !ordered && !v.next(now, stream, id).IsZero() {
		return false
	}
	v.opens[stream] = append(slices.Clone(v.opens[stream]), Opening{id, now, true})
	return true
}

func (v *Velocity) next(now time.Time, stream, id string) time.Time {
	var all time.Time // until then what no journal has told may count
	for _, since := range v.unread {
		all = later(all, since.Add(v.per))
	}
	if now.Before(all) {
		return all
	}
	var times []time.Time
	for whose, opens := range v.opens {
		for _, o := range opens {
			if whose != stream || o.Intent != id {
				times = append(times, o.counts(now))
			}
		}
	}
	return nextOpen(now, v.max, v.per, times)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// counts is when o happened, for a limit that is asked about now. One that may
// still be on its way happens now, for as long as a call can take.
func (o Opening) counts(now time.Time) time.Time {
	const onItsWay = time.Minute
	if last := o.At.Add(onItsWay); o.Pending && now.After(last) {
		return last
	} else if o.Pending && now.After(o.At) {
		return now
	}
	return o.At
}

// nextOpen is when one more than opens keeps to the limit, zero if it does at
// now. What is further away than the window does not matter, not even in the
// future: a clock was set back.
func nextOpen(now time.Time, most int, per time.Duration, opens []time.Time) time.Time {
	within := opens[:0]
	for _, t := range opens {
		if now.Sub(t).Abs() < per {
			within = append(within, t)
		}
	}
	if len(within) < most || most < 1 {
		return time.Time{}
	}
	slices.SortFunc(within, time.Time.Compare)
	return within[len(within)-most].Add(per)
}

// What a gate remembers of its opens: no limit asks for more.
const (
	openedFor = 24 * time.Hour
	openedMax = 1000
)

// opening remembers that i is about to open.
func (m *Memory) opening(i Intent) {
	m.Opens = slices.DeleteFunc(slices.Clone(m.Opens), func(o Opening) bool {
		return o.Intent == i.ID || i.Seen.Begun.Sub(o.At) > openedFor
	})
	m.Opens = m.Opens[max(0, len(m.Opens)+1-openedMax):]
	m.Opens = append(m.Opens, Opening{i.ID, i.Seen.Begun, true})
}

// opened remembers what became of it.
func (m *Memory) opened(o Outcome) {
	at := slices.IndexFunc(m.Opens, func(p Opening) bool { return p.Intent == o.Intent })
	if at < 0 {
		return
	}
	m.Opens = slices.Clone(m.Opens)
	if o.Result != Done {
		m.Opens = slices.Delete(m.Opens, at, at+1)
		return
	}
	m.Opens[at].Pending = false
	if o.Seen != nil && o.Seen.Begun.After(m.Opens[at].At) {
		m.Opens[at].At = o.Seen.Begun
	}
}

// waits tells whether the limit of opens is what keeps the gate from opening.
func (e Evidence) waits() bool { return e.Hold != nil && !e.Wait.IsZero() && e.Override == nil }

func (e Evidence) velocityReason() Reason {
	over := "production is well again"
	if e.Hold != nil && e.Hold.Black && e.Hold.bare() {
		over = "the BlackDay is over"
	}
	return Reason{Code: "velocity",
		Text: fmt.Sprintf("%s, and this waits its turn until %s: andon opens no more in a while than max_opens allows", over, e.Wait.UTC().Format("15:04:05 UTC")),
		Do:   fmt.Sprintf("look at what has been let go; andon override set %s open passes the limit, and max_opens sets it", e.Gate)}
}
