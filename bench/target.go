package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// most is how many targets there may be: one address of 127.0.0.0/8 each.
const most = 1 << 20

// served is how long the target takes to answer.
const served = 20 * time.Millisecond

// addressOf is where target i answers: each has an address of its own, as in
// life.
func addressOf(i int, port string) string {
	return fmt.Sprintf("http://127.%d.%d.%d:%s/t/%d", 10+i>>16, i>>8&255, i&255, port, i)
}

// A target answers on all addresses of loopback, stamps what arrives, and counts
// what its answers take: more than served, and more where requests come together.
type target struct {
	counters
	mu       sync.Mutex
	arrivals [][]int64 // by target, in nanoseconds since 1970
	status   atomic.Int64
}

// serveTarget is the role "target N".
func serveTarget(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("target wants N")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	t := &target{arrivals: make([][]int64, n+1)}
	t.status.Store(http.StatusOK)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /t/{id}", t.answer)
	mux.HandleFunc("GET /arrivals", t.tell)
	mux.Handle("GET /metrics", &t.counters)
	mux.HandleFunc("POST /status/{code}", t.set)
	listen := net.ListenConfig{Control: onLoopback}
	l, err := listen.Listen(ctx, "tcp4", "0.0.0.0:0")
	if err != nil {
		return fmt.Errorf("cannot listen on all addresses of loopback: %w", err)
	}
	return serveUntil(ctx, l, mux, stdout)
}

// serveUntil says where it serves, and ends with ctx.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler, stdout io.Writer) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "page=http://127.0.0.1:%s/\n", port)
	if err := s.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

func (t *target) answer(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id >= len(t.arrivals) {
		http.NotFound(w, r)
		return
	}
	t.mu.Lock()
	t.arrivals[id] = append(t.arrivals[id], now.UnixNano())
	t.mu.Unlock()
	status := int(t.status.Load()) // as it was when the check arrived
	time.Sleep(served)
	t.count(time.Since(now))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, `{"status":"ok","version":"1.2.3","parts":{"database":"up","cache":"up"}}`)
}

// tell lists what arrived, and forgets it.
func (t *target) tell(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	arrivals := t.arrivals
	t.arrivals = make([][]int64, len(arrivals))
	t.mu.Unlock()
	json.NewEncoder(w).Encode(arrivals) // a driver that has left needs no answer
}

// set says with what status it answers from now on.
func (t *target) set(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.ParseInt(r.PathValue("code"), 10, 64)
	if err != nil || code < 200 || code > 599 {
		http.Error(w, "want a status from 200 to 599", http.StatusBadRequest)
		return
	}
	t.status.Store(code)
}
