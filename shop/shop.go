// Package shop is a small shop that can be broken, and mended again: something
// for andon to watch in the demo and in tests.
//
//	GET  /              the page
//	GET  /api/products  the goods
//	GET  /api/cart      what a returning customer finds in the cart
//	POST /api/checkout  an order that costs nothing: the same cart and
//	                    Idempotency-Key give the same order
//	GET  /healthz       200 as long as the process lives, however broken the
//	                    shop is: which is why andon asks as a customer does
//
// These control it. They are never broken themselves, and a page from
// elsewhere cannot send them from a visitor's browser:
//
//	POST /break         ?mode=error (default), hang, slow, garbage, reset; slow takes ?delay=2s
//	POST /mend
//	GET  /state         as JSON
//	GET  /backroom      the same with buttons, for browsers
package shop

import (
	"context"
	"html/template"
	"net/http"
	"sync"
	"time"
)

// A Shop is an http.Handler. It is safe for concurrent use.
type Shop struct {
	handler http.Handler
	page    *template.Template

	mu      sync.Mutex
	state   State
	changed chan struct{} // closed when the state changes
}

// New opens a shop that works.
func New() *Shop {
	s := &Shop{page: template.Must(template.New("page").Parse(pageHTML)), changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.breakable(s.front, s.frontFails))
	mux.HandleFunc("GET /api/products", s.breakable(products, apiFails))
	mux.HandleFunc("GET /api/cart", s.breakable(cart, apiFails))
	mux.HandleFunc("POST /api/checkout", s.breakable(checkout, apiFails))
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("POST /break", s.serveBreak)
	mux.HandleFunc("POST /mend", s.serveMend)
	mux.HandleFunc("GET /state", s.serveState)
	mux.HandleFunc("GET /backroom", s.backroom)
	s.handler = http.NewCrossOriginProtection().Handler(mux)
	return s
}

// ServeHTTP serves customers, and whoever breaks and mends.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Break breaks the shop from the next answer on; Works mends it, Slow delays
// by DefaultDelay. Requests that hang or are being delayed meet the new mode.
func (s *Shop) Break(m Mode) {
	if m == Slow {
		s.SlowDown(DefaultDelay)
		return
	}
	s.change(func(st *State) { st.Mode, st.Delay = m, 0 })
}

// SlowDown breaks the shop so that every answer takes by longer.
func (s *Shop) SlowDown(by time.Duration) {
	s.change(func(st *State) { st.Mode, st.Delay = Slow, by })
}

// Mend makes the shop work. Whoever hangs gets the right answer at once, so
// mend it before waiting for the end of requests in a http.Server's Shutdown.
func (s *Shop) Mend() { s.Break(Works) }

// SetRevision tells which revision was deployed; the page's footer shows it.
func (s *Shop) SetRevision(revision string) {
	s.change(func(st *State) { st.Revision = revision })
}

// State tells what the shop is like now.
func (s *Shop) State() State {
	st, _ := s.look()
	return st
}

// look returns the state and what is closed when it is no longer true.
func (s *Shop) look() (State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.changed
}

func (s *Shop) change(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
	close(s.changed)
	s.changed = make(chan struct{})
}

// endure waits as long as a shop that hangs or is slow makes its customers
// wait, and returns how it is broken then. It errs when the customer leaves.
// The delay counts from the beginning, whatever is deployed meanwhile.
func (s *Shop) endure(ctx context.Context) (Mode, error) {
	begun := time.Now()
	for {
		st, changed := s.look()
		var late <-chan time.Time // never, for Hang
		switch st.Mode {
		case Slow:
			late = time.After(st.Delay - time.Since(begun))
		case Hang:
		default:
			return st.Mode, nil
		}
		select {
		case <-late:
			return Slow, nil
		case <-changed:
		case <-ctx.Done():
			return st.Mode, ctx.Err()
		}
	}
}
