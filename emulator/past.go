package emulator

import (
	"bytes"
	"slices"
	"sync"
	"time"
)

// Bounds of the past: what 128 different reads answered, each in the last 32
// versions that differ.
const (
	pastReads    = 128
	pastVersions = 32
)

// The past remembers what reads answered, so that a stale read can answer it
// again. It knows only what somebody has read.
type past struct {
	mu    sync.Mutex
	order []string // keys of reads, the oldest first
	reads map[string][]version
}

type version struct {
	since time.Time
	body  []byte
}

// add remembers that the read called key answers body at now.
func (p *past) add(key string, now time.Time, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.reads[key]
	if n := len(known); n > 0 && bytes.Equal(known[n-1].body, body) {
		return
	}
	if !ok {
		if len(p.order) == pastReads {
			delete(p.reads, p.order[0])
			p.order = slices.Delete(p.order, 0, 1)
		}
		p.order = append(p.order, key)
	}
	if p.reads == nil {
		p.reads = map[string][]version{}
	}
	if len(known) == pastVersions {
		known = slices.Delete(known, 0, 1)
	}
	p.reads[key] = append(known, version{now, body})
}

// at returns what the read answered at the time t, or the oldest answer known.
func (p *past) at(key string, t time.Time) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.reads[key]
	for _, v := range slices.Backward(known) {
		if !v.since.After(t) {
			return v.body
		}
	}
	if len(known) > 0 {
		return known[0].body
	}
	return nil
}

// previous returns the answer before the present one, or the present one if
// it has never been another.
func (p *past) previous(key string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.reads[key]
	if len(known) == 0 {
		return nil
	}
	return known[max(len(known)-2, 0)].body
}
