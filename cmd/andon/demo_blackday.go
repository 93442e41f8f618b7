package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/andon-project/andon/cmd/andon/demo"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
)

// A demoCalendar is the BlackDay of the demo, which a button begins and ends: it
// changes the configuration, and lets andon read that again.
type demoCalendar struct {
	file    string
	environ []string
	again   chan os.Signal // tells andon to read

	mu    sync.Mutex
	until time.Time // zero: it is a day like others
}

func (c *demoCalendar) black() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.until)
}

// set begins a BlackDay of an hour, or ends it.
func (c *demoCalendar) set(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Time{}
	if on {
		c.until = time.Now().Add(time.Hour)
	}
	select {
	case c.again <- syscall.SIGHUP:
	default: // it is about to be read
	}
}

// read loads the configuration with the BlackDay as it is now.
func (c *demoCalendar) read() (*config.Config, config.Files, error) {
	const layout = "2006-01-02T15:04:05"
	from, to := "2100-01-01T00:00:00", "2100-01-01T01:00:00" // far ahead
	c.mu.Lock()
	if !c.until.IsZero() {
		from, to = c.until.Add(-time.Hour).UTC().Format(layout), c.until.UTC().Format(layout)
	}
	c.mu.Unlock()
	environ := append([]string{"DEMO_BLACK_FROM=" + from, "DEMO_BLACK_TO=" + to}, c.environ...)
	return config.LoadFiles(c.file, config.Overrides{Environ: environ})
}

// fix lets the newest release through that waits, and what locks its way be rejected.
func (d *demonstration) fix(ctx context.Context) error {
	v, err := demo.ViewOf(ctx, d.client("viewer"), "shop")
	if err != nil {
		return err
	}
	newest := v.Newest()
	if newest == "" {
		return errors.New("no release waits; begin a BlackDay or break the shop, and wait for one")
	}
	_, err = d.daemon.Ways().Allow(ctx, "shop", "", gates.WayOrder{Execution: newest, Actor: "you", Reason: "it is a fix", Blocker: true})
	return err
}
