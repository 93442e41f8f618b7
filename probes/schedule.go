package probes

import (
	"container/heap"
	"errors"
	"hash/fnv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	// grid is the resolution of starts. Neighbours on it share one wake-up, and
	// wait for each other: on a coarser one thousands of checks cost less, and
	// report times that are not their targets'.
	grid = 5 * time.Millisecond
	// gap is the time for each target in the first round, and the shortest period.
	gap = 10 * time.Millisecond
)

// Every is a schedule with a fixed period of at least 10 ms. It answers the
// start after t, counted from t: cron.Every would round to seconds.
func Every(period time.Duration) cron.Schedule { return every(max(period, gap)) }

type every time.Duration

func (p every) Next(t time.Time) time.Time { return t.Add(time.Duration(p)) }

// Timetable parses a five-field cron expression or a descriptor (@hourly) in a
// time zone; the zone cannot be part of the expression.
func Timetable(spec string, zone *time.Location) (cron.Schedule, error) {
	if strings.Contains(spec, "TZ=") { // robfig/cron panics where nothing follows the zone
		return nil, errors.New("a time zone cannot stand in it")
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, err
	}
	if spec, ok := s.(*cron.SpecSchedule); ok && zone != nil {
		spec.Location = zone
	}
	if leap := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC); s.Next(leap).IsZero() {
		return nil, errors.New("there is no such time in any year")
	}
	return s, nil
}

// phase spreads starts by a hash of the names: the same over restarts, so that
// a target sees a steady beat, and different from its neighbours'.
func phase(check, target string, period time.Duration) time.Duration {
	if period < grid {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(check))
	h.Write([]byte{0})
	h.Write([]byte(target))
	steps := uint64(period / grid)
	return time.Duration(mix(h.Sum64())%steps) * grid
}

// mix is the finalizer of SplitMix64: FNV's low bits alone are uneven for
// names that differ in the last character.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// queue orders entries by their next start.
type queue []*entry

// newQueue plans the first starts of those that have none: spread over the
// period, but over no more than 10 ms for each target, so that the first answers
// come soon. From the second start on they are spread over the whole period.
func newQueue(all []*entry, now time.Time) *queue {
	q := queue(all)
	first := time.Duration(0)
	for _, e := range q {
		if e.next.IsZero() {
			first += gap
		}
	}
	for _, e := range q {
		if !e.next.IsZero() {
			continue
		}
		if p, ok := e.check.Schedule.(every); ok {
			e.next = now.Add(phase(e.check.Name, e.target.Name, min(time.Duration(p), first)))
			e.beat = now.Add(phase(e.check.Name, e.target.Name, time.Duration(p)))
		} else {
			e.next = e.check.Schedule.Next(now)
		}
	}
	heap.Init(&q)
	return &q
}

// after is the start that follows the one at t.
func (e *entry) after(t time.Time) time.Time {
	p, ok := e.check.Schedule.(every)
	if !ok || e.beat.IsZero() {
		return e.check.Schedule.Next(t)
	}
	next := e.beat
	e.beat = time.Time{}
	for next.Sub(t) < time.Duration(p)/2 {
		next = p.Next(next)
	}
	return next
}

// due returns an entry whose start has come, nil if there is none. The caller
// sets the entry's next start before it asks again.
func (q *queue) due(now time.Time) *entry {
	if len(*q) == 0 {
		return nil
	}
	heap.Fix(q, 0) // the entry given out before has a new time
	if e := (*q)[0]; !e.next.After(now) {
		return e
	}
	return nil
}

// wait is how long until the next start.
func (q *queue) wait(now time.Time) time.Duration {
	if len(*q) == 0 {
		return time.Hour
	}
	return max(0, (*q)[0].next.Sub(now))
}

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].next.Before(q[j].next) }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push and Pop complete heap.Interface; the queue neither grows nor shrinks.
func (q *queue) Push(x any) { *q = append(*q, x.(*entry)) }
func (q *queue) Pop() any   { e := (*q)[len(*q)-1]; *q = (*q)[:len(*q)-1]; return e }
