// Command bench repeats andon's speed goals on this machine (Linux, loopback
// alone): a target counts and stamps what arrives, and the least that a Go
// program does for the same checks, the floor, is measured in the same run.
//
//	go run ./bench
//	go run ./bench -targets 1000 -only load
//
// It exits 1 if a goal is missed. Numbers of a busy machine say little.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the driver, or one of its children: the first argument says so.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := error(nil)
	switch {
	case len(args) > 0 && args[0] == "target":
		err = serveTarget(ctx, args[1:], stdout)
	case len(args) > 0 && args[0] == "floor":
		err = runFloor(ctx, args[1:], stdout)
	default:
		err = drive(ctx, args, stdout, stderr)
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(stderr, "bench:", err)
	return 1
}

// options are what a user may choose.
type options struct {
	targets       []int
	every, window time.Duration
	rounds        int // how often the floor and andon are measured, in turns
	only          string
}

// repeats is how often what takes a moment is measured.
func (o options) repeats() int { return 2*o.rounds + 1 }

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	targets := f.String("targets", "1000,10000", "how many, one measurement each")
	f.DurationVar(&o.every, "every", 10*time.Second, "period of each check")
	f.DurationVar(&o.window, "window", time.Minute, "how long is measured at a time; at least two periods")
	f.IntVar(&o.rounds, "rounds", 2, "how often both are measured; medians are told")
	f.StringVar(&o.only, "only", "", "one measurement alone: "+strings.Join(names(), ", "))
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for _, text := range strings.Split(*targets, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return o, fmt.Errorf("-targets %s: want numbers from 1 to %d, such as 1000,10000", *targets, most)
		}
		o.targets = append(o.targets, n)
	}
	if o.every < 100*time.Millisecond || o.window < 2*o.every || o.rounds < 1 {
		return o, errors.New("want -every 100ms or more, a -window of two periods or more, and a round")
	}
	if _, ok := measurements()[o.only]; o.only != "" && !ok {
		return o, fmt.Errorf("-only %s: there is no such measurement; choose one of %s", o.only, strings.Join(names(), ", "))
	}
	return o, nil
}

// drive measures, prints the table, and fails if a goal is missed.
func drive(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "andon-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, dir: dir, progress: stderr}
	if err := b.build(ctx); err != nil {
		return err
	}
	var all []finding
	for _, name := range names() {
		if o.only != "" && o.only != name {
			continue
		}
		found, err := measurements()[name](b, ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, found...)
	}
	return tell(stdout, all)
}
