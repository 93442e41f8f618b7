package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The driver starts its roles by its own name, which is the test's here.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"target", "floor"}, os.Args[1]) {
		main()
	}
	os.Exit(m.Run())
}

// Everything is measured once, too shortly to mean anything: whether a goal is
// met is not asked, only that each was.
func TestSmoke(t *testing.T) {
	t.Parallel()
	var table, progress bytes.Buffer
	err := drive(t.Context(), []string{"-targets", "20", "-every", "200ms", "-window", "600ms", "-rounds", "1"}, &table, &progress)
	if err != nil && err != errMissed {
		t.Fatalf("%v\n%s", err, &progress)
	}
	for _, want := range []string{"10 checks: first result", "10 checks: resident", "failure to closed", "20 targets: /metrics",
		"20 targets: runs missed by a reload", "20 targets: CPU of a check / floor", "20 targets: resident", "20 targets: missed runs",
		"20 targets: start deviation p99", "20 targets: busiest 100 ms / mean", "20 targets: reported latency − floor's"} {
		if !strings.Contains(table.String(), "| "+want) {
			t.Errorf("the table tells nothing of %q", want)
		}
	}
	if t.Failed() {
		t.Log(&table)
	}
}

func TestMisused(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"-only speed":              "choose one of idle",
		"-targets 0":               "want numbers from 1",
		"-targets 10,x":            "want numbers from 1",
		"-every 1s -window 1s":     "two periods",
		"-every 10ms -window 10s":  "100ms or more",
		"-targets 10 -rounds 0":    "a round",
		"-targets 10 -duration 1s": "not defined: -duration",
	} {
		var progress bytes.Buffer
		if err := drive(context.Background(), strings.Fields(args), &progress, &progress); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestBeat(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	at := func(ms ...int64) (times []int64) {
		for _, m := range ms {
			times = append(times, from.UnixNano()+m*1e6)
		}
		return times
	}
	to := from.Add(6 * time.Second)
	for _, c := range []struct {
		name     string
		arrivals [][]int64
		want     beat
	}{
		{"regular", [][]int64{at(500, 1500, 2500, 3500, 4500, 5500)}, beat{checks: 6, peak: 10}},
		{"one is missed", [][]int64{at(500, 1500, 3500, 4500, 5500)}, beat{checks: 5, missed: 1, deviation: time.Second, peak: 12}},
		{"one is late", [][]int64{at(500, 1530, 2500, 3500, 4500, 5500)}, beat{checks: 6, deviation: 30 * time.Millisecond, peak: 10}},
		{"it stops", [][]int64{at(500, 1500)}, beat{checks: 2, missed: 4, peak: 30}}, // the fifth may yet come
		{"it never comes", [][]int64{nil}, beat{missed: 5}},
		{"before and after do not count", [][]int64{at(-500, 500, 1500, 2500, 3500, 4500, 5500, 6500)}, beat{checks: 6, peak: 10}},
		{"two at once", [][]int64{at(500, 1500, 2500, 3500, 4500, 5500), at(500, 1500, 2500, 3500, 4500, 5500)}, beat{checks: 12, peak: 10}},
		{"two in turns", [][]int64{at(500, 1500, 2500, 3500, 4500, 5500), at(0, 1000, 2000, 3000, 4000, 5000)}, beat{checks: 12, peak: 5}},
	} {
		got := beatOf(c.arrivals, from, to, time.Second)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A goal that is missed by little is missed.
func TestJudge(t *testing.T) {
	t.Parallel()
	floor := measured{beat: beat{checks: 1000}, cpu: time.Second, latency: 20 * time.Millisecond}
	good := measured{beat: beat{checks: 1000, deviation: 20 * time.Millisecond, peak: 2}, cpu: 1100 * time.Millisecond, resident: 40, latency: 20200 * time.Microsecond}
	bad := measured{beat: beat{checks: 1000, missed: 1, deviation: 21 * time.Millisecond, peak: 2.1}, cpu: 1110 * time.Millisecond, resident: 40.1, latency: 20210 * time.Microsecond}
	for _, m := range []measured{good, bad} {
		for _, f := range judge(1000, []measured{floor}, []measured{m}) {
			if f.met != (m == good) {
				t.Errorf("%+v", f)
			}
		}
	}
	if tell(&bytes.Buffer{}, judge(1000, []measured{floor}, []measured{bad})) == nil {
		t.Error("a goal is missed, and nothing is said")
	}
}

func TestTotal(t *testing.T) {
	t.Parallel()
	const metrics = "# TYPE a_count counter\na_count{x=\"a b\"} 2\na_count 1.5\na_counter 7\n"
	if got := total(metrics, "a_count"); got != 3.5 {
		t.Errorf("%v, want 3.5", got)
	}
}
