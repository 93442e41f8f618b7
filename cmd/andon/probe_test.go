package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/probes"
)

type probeFunc func(context.Context, probes.Target) (probes.Facts, error)

func (f probeFunc) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	return f(ctx, t)
}

func checkOf(name string, f probeFunc, targets ...string) probes.Check {
	c := probes.Check{Name: name, Kind: "fake", Every: time.Minute, Timeout: 3 * time.Second,
		Policy: probes.Policy{Down: 3, Of: 5, Up: 4}, Probe: f}
	for _, t := range targets {
		c.Targets = append(c.Targets, probes.Target{Name: t})
	}
	return c
}

// Healthy is: all targets have passed often enough in a row, at the same time.
func TestProbeUntilHealthy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a, b atomic.Int32
		steady := checkOf("steady", func(context.Context, probes.Target) (probes.Facts, error) {
			a.Add(1)
			return probes.Facts{}, nil
		}, "one", "two")
		shaky := checkOf("shaky", func(context.Context, probes.Target) (probes.Facts, error) {
			switch b.Add(1) {
			case 4:
				return probes.Facts{}, errors.New("fell over")
			case 6:
				return probes.Facts{}, probes.ErrInconclusive // neither counts nor breaks
			}
			return probes.Facts{}, nil
		}, "three")
		p := newProber([]probes.Check{steady, shaky}, 0)
		start := time.Now()
		if !p.untilHealthy(t.Context()) {
			t.Fatal("not healthy")
		}
		if took := time.Since(start); took != 8*time.Minute {
			t.Errorf("healthy after %v, want 8m: three passes, a failure, and four passes around one that could not tell", took)
		}
		if got := b.Load(); got != 9 {
			t.Errorf("shaky ran %d times, want 9", got)
		}
		if got := a.Load(); got < 16 { // who comes last at the last instant may not be asked any more
			t.Errorf("what was healthy first ran %d times: it has to be asked until the end", got)
		}
	})
}

func TestProbeUntilHealthyEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := checkOf("hang", func(ctx context.Context, _ probes.Target) (probes.Facts, error) {
			<-ctx.Done()
			return probes.Facts{}, ctx.Err()
		}, "one")
		p := newProber([]probes.Check{hang}, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 61*time.Second)
		defer cancel()
		start := time.Now()
		if p.untilHealthy(ctx) || time.Since(start) != 61*time.Second {
			t.Errorf("ended after %v", time.Since(start))
		}
		v := p.view(outcomeTimeout)
		if got := v.Checks[0].Targets[0]; got.Outcome != "fail" || got.Last.Reason != "timeout" || got.Runs != 1 {
			t.Errorf("a run that was cut short tells nothing, got %+v", got)
		}
	})
}

// No more than atOnce runs go on at the same time, and all are made.
func TestProbeIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most, all atomic.Int32
		c := checkOf("many", func(context.Context, probes.Target) (probes.Facts, error) {
			all.Add(1)
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return probes.Facts{}, nil
		}, make([]string, 10*atOnce)...)
		p := newProber([]probes.Check{c}, 0)
		p.once(t.Context())
		if most.Load() != atOnce || all.Load() != 10*atOnce {
			t.Errorf("%d runs, %d at once", all.Load(), most.Load())
		}
	})
}

func TestProbeOutcome(t *testing.T) {
	t.Parallel()
	pass, fail, unsure := error(nil), errors.New("no"), probes.ErrInconclusive
	for _, c := range []struct {
		errs []error
		want string
		exit int
	}{
		{[]error{pass, pass}, "pass", exitGood},
		{[]error{pass, fail}, "fail", exitBad},
		{[]error{unsure, fail}, "fail", exitBad},
		{[]error{fail, unsure}, "fail", exitBad},
		{[]error{unsure, pass}, "inconclusive", exitUnknown},
		{[]error{}, "inconclusive", exitUnknown}, // no targets: nothing was asked
	} {
		errs := map[string]error{"a": nil, "b": nil}
		names := []string{"a", "b"}[:len(c.errs)]
		for i, name := range names {
			errs[name] = c.errs[i]
		}
		p := newProber([]probes.Check{checkOf("c", func(_ context.Context, t probes.Target) (probes.Facts, error) {
			return probes.Facts{}, errs[t.Name]
		}, names...)}, 0)
		p.once(t.Context())
		if got := p.outcome().String(); got != c.want || exitOfProbe(got) != c.exit {
			t.Errorf("%v: %s, exit %d", c.errs, got, exitOfProbe(got))
		}
	}
}

// Whatever a target is called or answers, the report is XML with a case for
// each target.
func TestProbeJUnitOfHostileText(t *testing.T) {
	t.Parallel()
	hostile := "]]></failure>\x00\x1b[31m\xff<a href=\"&quot;\">\u202e\n\ufffe"
	v := probedAll{Outcome: "fail", Checks: []probedCheck{{Name: "c", Kind: "http", Outcome: "fail", Targets: []probedTarget{
		{Name: hostile, Outcome: "fail", Wanted: 1, Last: &exporters.RunView{Error: hostile, Reason: "other", Duration: 1.25}},
		{Name: "ok", Outcome: "pass", Passes: 1, Wanted: 1, Last: &exporters.RunView{Duration: 0.25}},
		{Name: "never", Outcome: "inconclusive", Wanted: 1},
		{Name: "early", Outcome: "pass", Passes: 2, Wanted: 3, Last: &exporters.RunView{}},
	}}}}
	var b strings.Builder
	if err := printJUnit(&b, v); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	d := xml.NewDecoder(strings.NewReader(b.String()))
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%v in:\n%s", err, b.String())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		if _, err = d.Token(); !errors.Is(err, io.EOF) {
			t.Errorf("more than one document: %v", err)
		}
	}
	if got.Tests != 4 || got.Failures != 2 || got.Errors != 1 || got.Time != "1.500" || len(got.Suites) != 1 || got.Suites[0].Time != "1.500" {
		t.Errorf("counts: %+v in:\n%s", got.junitCounts, b.String())
	}
	cases := got.Suites[0].Cases
	if len(cases) != 4 || cases[0].Failure == nil || cases[1].Failure != nil || cases[1].Error != nil || cases[2].Error == nil || cases[3].Failure == nil {
		t.Errorf("cases: %+v", cases)
	}
	for _, r := range b.String() {
		if r == 0x1b || r == 0x202e || r == 0 {
			t.Errorf("%U came through", r)
		}
	}
}

// What is interrupted could not tell: exit 2, and soon.
func TestProbeInterrupted(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := filepath.Join(t.TempDir(), "andon.yaml")
	if err := os.WriteFile(file, []byte("checks:\n- name: hang\n  every: 10m\n  timeout: 10m\n  http: {url: http://"+l.Addr().String()+"/}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--until-healthy", "--timeout", "10m", "--passes", "1"}} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if c, err := l.Accept(); err == nil {
				cancel()
				io.Copy(io.Discard, c)
				c.Close()
			}
		}()
		var out, stderr strings.Builder
		p := program{Stdout: &out, Stderr: &stderr}
		exit := p.Main(ctx, append([]string{"probe", "hang", "--config", file, "-o", "json"}, more...))
		if exit != exitUnknown || !strings.Contains(stderr.String(), "interrupted") {
			t.Errorf("exit %d: %s", exit, stderr.String())
		}
		var v probedAll
		if err := json.Unmarshal([]byte(out.String()), &v); err != nil || v.Outcome != "inconclusive" {
			t.Errorf("%v: %s", err, out.String())
		}
	}
}
