package main

import (
	"container/heap"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The floor is the least that a Go program does for checks over HTTP: starts in
// a heap, one timer, a new connection and a goroutine each, two counters.
type floor struct {
	client *http.Client
	every  time.Duration
	queue  floorQueue
	counters
}

type floorCheck struct {
	next    time.Time
	request *http.Request
}

type floorQueue []*floorCheck

func (q floorQueue) Len() int           { return len(q) }
func (q floorQueue) Less(i, j int) bool { return q[i].next.Before(q[j].next) }
func (q floorQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *floorQueue) Push(x any)        { *q = append(*q, x.(*floorCheck)) }
func (q *floorQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// runFloor is the role "floor PORT N EVERY".
func runFloor(ctx context.Context, args []string, stdout io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("floor wants PORT N EVERY")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	every, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	f := &floor{every: every, client: &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true, ReadBufferSize: 1024, WriteBufferSize: 1024,
		DialContext: (&net.Dialer{KeepAlive: -1}).DialContext}}}
	begin := time.Now()
	for i := range n {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, addressOf(i+1, args[0]), nil)
		if err != nil {
			return err
		}
		f.queue = append(f.queue, &floorCheck{begin.Add(every * time.Duration(i) / time.Duration(n)), r})
	}
	heap.Init(&f.queue)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go f.run(ctx)
	return serveUntil(ctx, l, f, stdout)
}

func (f *floor) run(ctx context.Context) {
	timer := time.NewTimer(0)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case now := <-timer.C:
			for first := f.queue[0]; !first.next.After(now); first = f.queue[0] {
				first.next = first.next.Add(f.every)
				heap.Fix(&f.queue, 0)
				go f.check(first.request)
			}
			timer.Reset(time.Until(f.queue[0].next))
		}
	}
}

func (f *floor) check(r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	begun := time.Now()
	answer, err := f.client.Do(r.WithContext(ctx))
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)); err == nil && answer.StatusCode == http.StatusOK {
		f.count(time.Since(begun))
	}
}
