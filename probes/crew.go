package probes

import (
	"sync"
	"sync/atomic"
)

// mostIdle are kept: what an outage needed for a while is not.
const mostIdle = 32

// A crew runs functions side by side, on goroutines that it keeps for the next
// one: a run goes deep into TLS and HTTP, and a new goroutine would have to grow
// its stack each time.
type crew struct {
	jobs chan func() // unbuffered: taken by who is idle
	idle atomic.Int32
	all  sync.WaitGroup
}

func newCrew() *crew { return &crew{jobs: make(chan func())} }

// do runs f on a goroutine of its own.
func (c *crew) do(f func()) {
	select {
	case c.jobs <- f:
	default:
		c.all.Go(func() { c.work(f) })
	}
}

func (c *crew) work(f func()) {
	for f != nil {
		f()
		f = nil
		if c.idle.Add(1) <= mostIdle {
			f = <-c.jobs
		}
		c.idle.Add(-1)
	}
}

// dismiss lets the idle go, and returns once all have ended. Nothing is done
// after it.
func (c *crew) dismiss() {
	close(c.jobs)
	c.all.Wait()
}
