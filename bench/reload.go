package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"
)

// maxScrape is the goal for /metrics of the most targets.
const maxScrape = 300 * time.Millisecond

// reload scrapes the metrics of the most targets, then changes one check and
// adds another: nobody else may miss a run.
func (b *bench) reload(ctx context.Context) ([]finding, error) {
	n := slices.Max(b.targets)
	b.say("metrics and reload, %d targets every %s", n, b.every)
	t, p, err := b.pair(ctx, "andon", n+1)
	if err != nil {
		return nil, err
	}
	defer t.stop()
	defer p.stop()
	var scrapes []time.Duration
	for range 5 {
		begun := time.Now()
		if _, err := ask(ctx, http.MethodGet, p.url+"/metrics", nil, ""); err != nil {
			return nil, err
		}
		scrapes = append(scrapes, time.Since(begun))
		if err := sleep(ctx, b.every/10); err != nil {
			return nil, err
		}
	}
	scrape := median(scrapes, asIs)
	m, took, err := b.change(ctx, t, p, n)
	if err != nil {
		return nil, err
	}
	what := func(text string) string { return fmt.Sprintf("%d targets: %s", n, text) }
	return []finding{
		{what("/metrics"), "< 300 ms", fmt.Sprintf("%.0f ms", scrape.Seconds()*1000), scrape < maxScrape},
		{what("runs missed by a reload"), "0", fmt.Sprintf("%d (reloaded in %.2f s)", m.missed, took.Seconds()), m.missed == 0},
	}, nil
}

// change reloads with other settings for the first check and without the last,
// and looks at all between them.
func (b *bench) change(ctx context.Context, t, p *process, n int) (m beat, took time.Duration, err error) {
	if _, err := t.arrivals(ctx); err != nil { // forgets them
		return m, 0, err
	}
	from := time.Now()
	if err := sleep(ctx, b.every); err != nil {
		return m, 0, err
	}
	loaded := func() (float64, error) {
		body, err := ask(ctx, http.MethodGet, p.url+"/metrics", nil, "")
		return total(string(body), "andon_config_last_reload_success_timestamp_seconds"), err
	}
	before, err := loaded()
	if err != nil {
		return m, 0, err
	}
	begun := time.Now()
	other := strings.Replace(b.checks(n, t.port()), "status == 200", "status < 300", 1)
	if err := b.configure(other); err != nil {
		return m, 0, err
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return m, 0, err
	}
	err = eventually(ctx, 30*time.Second, 50*time.Millisecond, func() (bool, error) {
		now, err := loaded()
		return now > before, err
	})
	took = time.Since(begun)
	if err != nil {
		return m, 0, fmt.Errorf("the configuration was not reloaded: %w", err)
	}
	if err := sleep(ctx, 2*b.every); err != nil {
		return m, 0, err
	}
	to := time.Now()
	arrivals, err := t.arrivals(ctx)
	if err != nil {
		return m, 0, err
	}
	return beatOf(arrivals[2:n+1], from, to, b.every), took, nil
}
