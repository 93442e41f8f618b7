package sources

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/andon-project/andon/calendar"
)

// How often all is looked at that happens without being told: records of others, clocks
// that were set, records and copies that could not be written.
const patrol = 10 * time.Second

// How often files are looked at: that costs nobody anything, unless they are read.
const glance = 2 * time.Second

// firstRetry is how soon a source that failed is asked again. It doubles, up to its
// beat.
const firstRetry = 15 * time.Second

// Run keeps all sources until ctx is done.
func (k *Keeper) Run(ctx context.Context) {
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { k.patrol(ctx) })
	running := map[*source]context.CancelFunc{}
	for {
		wanted := k.all()
		for s := range wanted {
			if running[s] == nil {
				ctx, stop := context.WithCancel(ctx)
				running[s] = stop
				parts.Go(func() { k.follow(ctx, s) })
			}
		}
		for s, stop := range running {
			if !wanted[s] {
				stop()
				delete(running, s)
			}
		}
		k.settleAll(ctx)
		k.sweep()
		select {
		case <-ctx.Done():
			return
		case <-k.renewed:
		}
	}
}

// Once reads everything once: for who asks and leaves.
func (k *Keeper) Once(ctx context.Context) {
	var parts sync.WaitGroup
	for s := range k.all() {
		parts.Go(func() {
			k.load(ctx, s)
			k.attempt(ctx, s)
		})
	}
	parts.Wait()
	k.settleAll(ctx)
}

func (k *Keeper) all() map[*source]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := map[*source]bool{}
	for _, s := range k.sources {
		all[s] = true
	}
	return all
}

func (k *Keeper) patrol(ctx context.Context) {
	tick := time.NewTicker(patrol)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			k.settleAll(ctx)
		}
	}
}

// follow asks a source on its beat. A change of its settings counts from now on, and
// asks nothing by itself.
func (k *Keeper) follow(ctx context.Context, s *source) {
	k.load(ctx, s)
	for {
		if news := k.attempt(ctx, s); news {
			k.settle(ctx, s.ref.Calendar)
		} else {
			k.refresh(s.ref.Calendar)
		}
		asked := time.Now()
		for due := false; !due; {
			wait := time.NewTimer(k.pause(s) - time.Since(asked))
			select {
			case <-ctx.Done():
				wait.Stop()
				return
			case <-wait.C:
				due = true
			case <-s.poke:
				wait.Stop()
			}
		}
	}
}

// pause is how long a source is left alone. Sources that are asked together drift
// apart, so that many daemons that started together do not ask in step.
func (k *Keeper) pause(s *source) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	pause := s.every()
	switch file := kindOf(s.of) == "file"; {
	case file && s.failures > 0:
		pause = min(pause, patrol)
	case file:
		pause = min(pause, glance)
	case s.failures > 0:
		pause = min(pause, firstRetry<<min(s.failures-1, 20))
	}
	return pause - pause/10 + rand.N(pause/5+1)
}

// load takes the copy of an earlier run from disk.
func (k *Keeper) load(ctx context.Context, s *source) {
	k.mu.Lock()
	of, key := s.of, s.key
	done := s.ready
	k.mu.Unlock()
	if done {
		return
	}
	k.pen.Lock()
	body, l, err := k.shelf.load(ctx, key)
	k.pen.Unlock()
	var r *reading
	if err == nil {
		r, err = k.understand(ctx, body, of)
	}
	if err != nil && !isNone(err) && ctx.Err() == nil {
		k.settings.Log.Warn("the last good copy of a source cannot be used; its calendar is unreadable until the source has been read", "source", of.Ref, "error", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.ready = true; r != nil {
		s.restore(k.now(), r, l)
	}
}

// attempt asks a source once, makes of the answer what it amounts to, and tells whether
// there is something to write down.
func (k *Keeper) attempt(ctx context.Context, s *source) (news bool) {
	k.mu.Lock()
	of, good, version := s.of, s.good, s.version
	k.mu.Unlock()
	answer, err := k.ask(ctx, s, of, version)
	var next *reading
	if err == nil && !answer.Same && (good == nil || good.digest != digestOf(answer.Body)) {
		next, err = k.understand(ctx, answer.Body, of)
	}
	if ctx.Err() != nil {
		return false // that says nothing of the source
	}
	k.mu.Lock()
	before, owed := s.failed, len(s.owed)
	s.settle(k.now(), answer, next, err)
	after, gone := s.failed, s.owed[owed:]
	k.mu.Unlock()
	k.tell(of, before, after, gone)
	return next != nil
}

// ask is one question to a source. That a fetcher panics is a failure like others.
func (k *Keeper) ask(ctx context.Context, s *source, of calendar.Source, last Version) (a Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			a, err = Answer{}, &Failure{Code: Unknown, Text: "reading it made andon panic", Do: "report it, with what the source answers"}
		}
	}()
	if s.fetcher == nil {
		if s.fetcher, err = k.settings.Open(ctx, of); err != nil {
			return Answer{}, err
		}
	}
	return s.fetcher.Fetch(ctx, last)
}

// understand reads an answer; one at a time, since it may be large.
func (k *Keeper) understand(ctx context.Context, body []byte, of calendar.Source) (r *reading, err error) {
	select {
	case k.parsing <- struct{}{}:
		defer func() { <-k.parsing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			r, err = nil, &Failure{Code: Unknown, Text: "what it answered made andon panic", Do: "report it, with what the source answers", Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return read(body, of, k.now().wall)
}

// tell logs what a person should hear of, once.
func (k *Keeper) tell(of calendar.Source, before, after *calendar.Problem, gone []VanishedRecord) {
	log := k.settings.Log.With("source", of.Ref.String())
	switch {
	case after != nil && (before == nil || before.Code != after.Code):
		log.Warn("a source of a calendar cannot be read; its last good copy counts until it is stale", "code", after.Code, "why", after.Text, "do", after.Do)
	case after == nil && before != nil:
		log.Info("a source of a calendar can be read again")
	}
	for _, v := range gone {
		for _, c := range v.Causes {
			log.Warn("a freeze vanished from a source before its time, and blocks until somebody acknowledges that: andon calendar ack",
				"reason", c.Reason, "from", c.Start, "to", c.End)
		}
	}
}
