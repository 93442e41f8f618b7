package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Goals of an andon that has little to do.
const (
	idleChecks      = 10
	maxIdleResident = 25 // MiB
	maxFirst        = time.Second
)

// idle starts andon with ten checks several times: how soon is there a result,
// and how much memory does it take once it has worked for a while?
func (b *bench) idle(ctx context.Context) ([]finding, error) {
	t, err := b.start(ctx, nil, b.self, "target", strconv.Itoa(idleChecks))
	if err != nil {
		return nil, err
	}
	defer t.stop()
	starts := b.repeats()
	b.say("idle: %d checks, %d starts, then for %s", idleChecks, starts, b.window)
	firsts, resident := []time.Duration{}, 0.0
	for i := range starts {
		first, r, err := b.first(ctx, t, i == starts-1)
		if err != nil {
			return nil, err
		}
		firsts, resident = append(firsts, first), max(resident, r)
	}
	first := median(firsts, func(d time.Duration) time.Duration { return d })
	return []finding{
		{"10 checks: first result after start", "≤ 1 s", fmt.Sprintf("%.2f s", first.Seconds()), first <= maxFirst},
		{"10 checks: resident", "≤ 25 MiB", fmt.Sprintf("%.1f MiB", resident), resident <= maxIdleResident},
	}, nil
}

// first is the time from a start to a result in the metrics; the memory is
// looked at once andon has stayed for a window.
func (b *bench) first(ctx context.Context, t *process, stay bool) (first time.Duration, resident float64, err error) {
	begun := time.Now()
	p, err := b.watch(ctx, nil, b.checks(idleChecks, t.port()))
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	err = eventually(ctx, 30*time.Second, 10*time.Millisecond, func() (bool, error) {
		body, err := ask(ctx, http.MethodGet, p.url+"/metrics", nil, "")
		return bytes.Contains(body, []byte("\nprobe_success{")), err
	})
	first = time.Since(begun)
	if err != nil || !stay {
		return first, 0, err
	}
	for from := time.Now(); time.Since(from) < b.window; {
		if err := sleep(ctx, min(time.Second, b.window)); err != nil {
			return 0, 0, err
		}
		now, err := p.resident()
		if err != nil {
			return 0, 0, err
		}
		resident = max(resident, now)
	}
	return first, resident, nil
}
