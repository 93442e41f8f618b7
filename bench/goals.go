package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A finding is what was measured against a goal.
type finding struct {
	what, goal, measured string
	met                  bool
}

var errMissed = errors.New("a goal is missed")

// tell prints the table, and fails if a goal is missed.
func tell(w io.Writer, all []finding) error {
	missed := error(nil)
	fmt.Fprintf(w, "| %-44s | %-12s | %-34s | met |\n|%s|%s|%s|-----|\n", "what", "goal", "measured",
		strings.Repeat("-", 46), strings.Repeat("-", 14), strings.Repeat("-", 36))
	for _, f := range all {
		met := "yes"
		if !f.met {
			met, missed = "NO", errMissed
		}
		fmt.Fprintf(w, "| %-44s | %-12s | %-34s | %-3s |\n", f.what, f.goal, f.measured, met)
	}
	return missed
}

// names of the measurements, in the order in which they are made.
func names() []string { return []string{"idle", "stop", "reload", "load"} }

func measurements() map[string]func(*bench, context.Context) ([]finding, error) {
	return map[string]func(*bench, context.Context) ([]finding, error){
		"idle": (*bench).idle, "stop": (*bench).stop, "reload": (*bench).reload, "load": (*bench).load,
	}
}

// Goals of a load: those of memory grow with the number of targets.
const (
	maxCPU       = 1.10 // times the floor's
	maxDeviation = 20 * time.Millisecond
	maxPeak      = 2.0 // times the mean
	maxLatency   = 200 * time.Microsecond
)

// maxResident is the goal in MiB: 40 for 1 000 targets, 120 for 10 000, and in
// proportion between and beyond.
func maxResident(targets int) float64 {
	return max(40, 40+80*float64(targets-1000)/9000)
}

// load measures both programs at each number of targets, in turns: floor,
// andon, andon, floor, so that what a machine does meanwhile strikes both.
func (b *bench) load(ctx context.Context) ([]finding, error) {
	var all []finding
	for _, n := range b.targets {
		var floor, andon []measured
		for round := range b.rounds {
			kinds := []string{"floor", "andon"}
			if round%2 == 1 {
				kinds = []string{"andon", "floor"}
			}
			for _, kind := range kinds {
				m, err := b.measure(ctx, kind, n)
				if err != nil {
					return nil, fmt.Errorf("%s, %d targets: %w", kind, n, err)
				}
				if kind == "floor" {
					floor = append(floor, m)
				} else {
					andon = append(andon, m)
				}
			}
		}
		all = append(all, judge(n, floor, andon)...)
	}
	return all, nil
}

// judge holds medians against the goals; of what must never be, all counts.
func judge(n int, floor, andon []measured) []finding {
	cpu := func(m measured) float64 { return m.cpu.Seconds() * 1000 / float64(max(1, m.checks)) }
	latency := func(m measured) float64 { return m.latency.Seconds() }
	ours, theirs := median(andon, cpu), median(floor, cpu)
	ratio := ours / max(theirs, 1e-9)
	resident := median(andon, func(m measured) float64 { return m.resident })
	deviation := duration(median(andon, func(m measured) float64 { return m.deviation.Seconds() }))
	floorDeviation := duration(median(floor, func(m measured) float64 { return m.deviation.Seconds() }))
	peak := median(andon, func(m measured) float64 { return m.peak })
	later := duration(median(andon, latency) - median(floor, latency))
	missed := 0
	for _, m := range andon {
		missed += m.missed
	}
	what := func(text string) string { return fmt.Sprintf("%d targets: %s", n, text) }
	return []finding{
		{what("CPU of a check / floor"), "≤ 1.10", fmt.Sprintf("%.2f (%.3f / %.3f s per 1 000)", ratio, ours, theirs), ratio <= maxCPU},
		{what("resident"), fmt.Sprintf("≤ %.0f MiB", maxResident(n)), fmt.Sprintf("%.1f MiB (floor %.1f)", resident, median(floor, func(m measured) float64 { return m.resident })), resident <= maxResident(n)},
		{what("missed runs"), "0", fmt.Sprint(missed), missed == 0},
		{what("start deviation p99"), "≤ 20 ms", fmt.Sprintf("%s ms (floor %s)", millis(deviation), millis(floorDeviation)), deviation <= maxDeviation},
		{what("busiest 100 ms / mean"), "≤ 2", fmt.Sprintf("%.2f", peak), peak <= maxPeak},
		{what("reported latency − floor's"), "≤ 0.2 ms", millis(later) + " ms", later <= maxLatency},
	}
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }
