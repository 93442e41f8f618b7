package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
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
	var firsts []time.Duration
	for range starts {
		first, err := b.first(ctx, t)
		if err != nil {
			return nil, err
		}
		firsts = append(firsts, first)
	}
	first := median(firsts, asIs)
	p, err := b.watch(ctx, nil, b.checks(idleChecks, t.port()))
	if err != nil {
		return nil, err
	}
	defer p.stop()
	resident, err := b.look(ctx, p)
	if err != nil {
		return nil, err
	}
	usual := median(resident, asIs)
	return []finding{
		{"10 checks: first result after start", "≤ 1 s", fmt.Sprintf("%.2f s", first.Seconds()), first <= maxFirst},
		{"10 checks: resident", "≤ 25 MiB", fmt.Sprintf("%.1f MiB (most %.1f)", usual, slices.Max(resident)), usual <= maxIdleResident},
	}, nil
}

// first is the time from a start to a result in the metrics.
func (b *bench) first(ctx context.Context, t *process) (time.Duration, error) {
	begun := time.Now()
	p, err := b.watch(ctx, nil, b.checks(idleChecks, t.port()))
	if err != nil {
		return 0, err
	}
	defer p.stop()
	err = eventually(ctx, 30*time.Second, 10*time.Millisecond, func() (bool, error) {
		body, err := ask(ctx, http.MethodGet, p.url+"/metrics", nil, "")
		return bytes.Contains(body, []byte("\nprobe_success{")), err
	})
	return time.Since(begun), err
}
