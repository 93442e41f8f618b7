package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// timeout of a check.
const timeout = 5 * time.Second

// What both programs tell of their runs.
const (
	runsName = "probe_all_duration_seconds_count"
	tookName = "probe_all_duration_seconds_sum"
)

// measured is what one window showed.
type measured struct {
	beat
	cpu      time.Duration
	resident float64       // MiB, the median of what was seen
	latency  time.Duration // mean, as the program itself tells it, beyond what the target took
}

// measure runs the floor or andon against n targets, and looks at it for a
// window, once all checks are in step.
func (b *bench) measure(ctx context.Context, kind string, n int) (m measured, err error) {
	b.say("%s, %d targets every %s, for %s", kind, n, b.every, b.window)
	t, p, err := b.pair(ctx, kind, n)
	if err != nil {
		return m, err
	}
	defer t.stop()
	defer p.stop()
	latency, err := later(ctx, t, p)
	if err != nil {
		return m, err
	}
	from := time.Now()
	before, err := p.cpu()
	if err != nil {
		return m, err
	}
	samples, err := b.look(ctx, p)
	if err != nil {
		return m, err
	}
	after, err := p.cpu()
	if err != nil {
		return m, err
	}
	to := time.Now()
	if m.latency, err = latency(); err != nil {
		return m, err
	}
	arrivals, err := t.arrivals(ctx)
	if err != nil {
		return m, err
	}
	m.resident = median(samples, asIs)
	m.beat, m.cpu = beatOf(arrivals[1:], from, to, b.every), after-before
	return m, nil
}

// later begins to measure how much longer than the target itself its prober says
// that an answer took, in the mean. The target's own time is no constant: timers
// are late, and later on a machine that sleeps more between checks.
func later(ctx context.Context, t, p *process) (func() (time.Duration, error), error) {
	told, err := meanTime(ctx, p)
	if err != nil {
		return nil, err
	}
	served, err := meanTime(ctx, t)
	return func() (time.Duration, error) {
		toldNow, err := told()
		if err != nil {
			return 0, err
		}
		servedNow, err := served()
		return toldNow - servedNow, err
	}, err
}

// meanTime begins to measure the mean time of a program's runs.
func meanTime(ctx context.Context, p *process) (func() (time.Duration, error), error) {
	runs, took, err := reported(ctx, p)
	return func() (time.Duration, error) {
		runsNow, tookNow, err := reported(ctx, p)
		return duration((tookNow - took) / max(1, runsNow-runs)), err
	}, err
}

// look tells, second by second of a window, how much memory a process has.
func (b *bench) look(ctx context.Context, p *process) (mebibytes []float64, err error) {
	for from := time.Now(); time.Since(from) < b.window; {
		if err := sleep(ctx, min(time.Second, b.window-time.Since(from))); err != nil {
			return nil, err
		}
		now, err := p.resident()
		if err != nil {
			return nil, fmt.Errorf("it ended: %w", err)
		}
		mebibytes = append(mebibytes, now)
	}
	return mebibytes, nil
}

// pair starts a target and who checks it, and waits until every check is in
// step: the first round is closer together than those that follow.
func (b *bench) pair(ctx context.Context, kind string, n int) (t, p *process, err error) {
	if t, err = b.start(ctx, nil, b.self, "target", strconv.Itoa(n)); err != nil {
		return nil, nil, err
	}
	if kind == "floor" {
		p, err = b.start(ctx, nil, b.self, "floor", t.port(), strconv.Itoa(n), b.every.String())
	} else {
		p, err = b.watch(ctx, nil, b.checks(n, t.port()))
	}
	if err == nil {
		err = b.settle(ctx, t, n)
		if err != nil {
			p.stop()
		}
	}
	if err != nil {
		t.stop()
		return nil, nil, err
	}
	return t, p, nil
}

// settle waits until all of n targets were reached, and two periods more.
func (b *bench) settle(ctx context.Context, t *process, n int) error {
	seen := make([]bool, n+1)
	missing := n
	err := eventually(ctx, 3*b.every+30*time.Second, 100*time.Millisecond, func() (bool, error) {
		arrivals, err := t.arrivals(ctx)
		for i, times := range arrivals {
			if len(times) > 0 && !seen[i] {
				seen[i] = true
				missing--
			}
		}
		return missing == 0, err
	})
	if err != nil {
		return fmt.Errorf("%d of %d targets were not reached: %w", missing, n, err)
	}
	return sleep(ctx, 2*b.every)
}

// checks is a configuration: one check for each of n targets.
func (b *bench) checks(n int, port string) string {
	var c strings.Builder
	c.WriteString("checks:\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&c, "- {name: t%d, every: %s, timeout: %s, http: {url: \"%s\", expect: [status == 200]}}\n", i, b.every, timeout, addressOf(i, port))
	}
	return c.String()
}

// watch runs andon with a configuration, and a journal of its own.
func (b *bench) watch(ctx context.Context, env []string, configuration string) (*process, error) {
	dir, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return nil, err
	}
	if err := b.configure(configuration); err != nil {
		return nil, err
	}
	return b.start(ctx, env, b.andon, "run", "--config", b.configuration(), "--listen", "127.0.0.1:0", "--data", dir)
}

func (b *bench) configuration() string { return filepath.Join(b.dir, "andon.yaml") }

// configure replaces the file as a whole: a daemon may read it at any time.
func (b *bench) configure(text string) error {
	next := b.configuration() + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(next, b.configuration())
}

func (p *process) port() string {
	u, err := url.Parse(p.url)
	if err != nil {
		return ""
	}
	return u.Port()
}

// arrivals at a target since they were last asked for.
func (p *process) arrivals(ctx context.Context) (all [][]int64, err error) {
	body, err := ask(ctx, http.MethodGet, p.url+"/arrivals", nil, "")
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(body, &all)
}

// ask makes a request on loopback.
func ask(ctx context.Context, method, url string, header http.Header, body string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if header != nil {
		r.Header = header
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, url, answer.Status, got)
	}
	return got, err
}

// reported adds up, over all checks, how many runs a program tells of, and how
// many seconds they took.
func reported(ctx context.Context, p *process) (runs, took float64, err error) {
	body, err := ask(ctx, http.MethodGet, p.url+"/metrics", nil, "")
	if err != nil {
		return 0, 0, err
	}
	return total(string(body), runsName), total(string(body), tookName), nil
}

// total of all series of a name, in Prometheus' text format.
func total(metrics, name string) (sum float64) {
	for lines := bufio.NewScanner(strings.NewReader(metrics)); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), name)
		if !ok || rest == "" || rest[0] != '{' && rest[0] != ' ' {
			continue
		}
		if v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64); err == nil {
			sum += v
		}
	}
	return sum
}
