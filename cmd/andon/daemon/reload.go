package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/exporters"
	"github.com/andon-project/andon/gates"
)

// An Origin is where a configuration was read, and can be read again. Zero, it
// stays as it is.
type Origin struct {
	Read  func() (*config.Config, config.Files, error)
	Files config.Files // that it was read from
}

// reloads is what became of the configuration since start.
type reloads struct {
	mu      sync.Mutex
	files   config.Files
	state   exporters.ConfigState
	pending *config.Config // refused because of what will pass: tried again
}

func (r *reloads) began(now time.Time, files config.Files) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files = files
	r.state.Loaded = now
}

func (r *reloads) read() config.Files {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files
}

func (r *reloads) last() exporters.ConfigState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// A laterError refuses a configuration for what will pass by itself.
type laterError struct{ err error }

func (e *laterError) Error() string { return e.err.Error() }
func (e *laterError) Unwrap() error { return e.err }

// Follow tells what may surprise in the configuration, and reloads when a file
// has changed and when hup receives, until ctx is done. What was refused because
// a gate holds is taken up when it has opened.
func (d *Daemon) Follow(ctx context.Context, hup <-chan os.Signal) {
	const again = 3 * time.Second
	d.warn(d.cfg())
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() {
		config.Watch(ctx, d.reloads.read, func() { _ = d.reload(ctx) }, func(err error) {
			d.log.Warn("the system does not tell of changes of the configuration; andon looks every 30 s, and SIGHUP makes it look at once", "error", err)
		})
	})
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			_ = d.reload(ctx) // told where it happens
		case <-time.After(again):
			d.retry(ctx)
		}
	}
}

// reload reads the configuration anew and puts it to work as a whole, or leaves
// everything as it is and says why.
func (d *Daemon) reload(ctx context.Context) error {
	d.changing.Lock()
	defer d.changing.Unlock()
	cfg, files, err := d.read()
	d.reloads.mu.Lock()
	d.reloads.files = files
	d.reloads.mu.Unlock()
	if err == nil {
		err = d.apply(ctx, cfg)
	}
	if ctx.Err() == nil { // stopping is no news
		d.ended(cfg, err)
	}
	return err
}

// retry takes up what was refused for something that passes.
func (d *Daemon) retry(ctx context.Context) {
	d.changing.Lock()
	defer d.changing.Unlock()
	cfg := d.reloads.pending
	if cfg == nil {
		return
	}
	if err := d.apply(ctx, cfg); ctx.Err() == nil {
		d.ended(cfg, err)
	}
}

// ended keeps and tells how an attempt to change the configuration ended.
func (d *Daemon) ended(cfg *config.Config, err error) {
	r := &d.reloads
	r.mu.Lock()
	before := r.state.Problem
	r.pending = nil
	if later, ok := errors.AsType[*laterError](err); ok {
		r.pending, err = cfg, later.err
	}
	if err == nil {
		r.state = exporters.ConfigState{Loaded: time.Now()}
	} else {
		r.state.Problem = oneSentence(err)
		if r.state.Failed.IsZero() {
			r.state.Failed = time.Now()
		}
	}
	now := r.state.Problem
	r.mu.Unlock()
	switch {
	case err == nil:
		d.warn(cfg)
		d.log.Info("the configuration was reloaded", "checks", len(cfg.Checks), "witnesses", len(cfg.Witnesses), "gates", len(cfg.Gates))
	case now != before:
		d.log.Error("the configuration was not reloaded, andon goes on with the one before")
		for line := range strings.Lines(err.Error()) {
			d.log.Error("configuration: " + strings.TrimSpace(line))
		}
	}
}

// warn tells what works and will surprise.
func (d *Daemon) warn(cfg *config.Config) {
	for _, w := range cfg.WarningsAt(time.Now()) {
		d.log.Warn("the configuration may surprise", "warning", w.Error())
	}
}

func oneSentence(err error) string {
	return strings.Join(strings.Split(strings.TrimSpace(err.Error()), "\n"), "; ")
}

// apply puts cfg to work between two ticks of every line: none ever sees half
// of it, and none is cut short. Call it with d.changing locked.
func (d *Daemon) apply(ctx context.Context, cfg *config.Config) error {
	before := d.setup.Load()
	if err := fixed(before.cfg, cfg); err != nil {
		return err
	}
	next, err := d.newSetup(ctx, cfg, before)
	if err != nil {
		return err
	}
	resume, err := pause(ctx, before.lines)
	if err != nil {
		return err
	}
	defer resume()
	var refused []error
	for _, l := range before.lines {
		refused = append(refused, l.Refuse(next.gates)...)
	}
	if len(refused) > 0 {
		return &laterError{errors.Join(refused...)}
	}
	d.monitor.Reload(next.questions.list)
	d.velocity.Set(cfg.MaxOpens.N, cfg.MaxOpens.Per)
	for at, l := range before.lines {
		if next.lines[at] == nil {
			l.Set(ctx, time.Now(), nil, d.store)
		}
	}
	d.work(ctx, next)
	d.setup.Store(next)
	for _, c := range []chan struct{}{d.renewed, d.relook, d.untidy} {
		select {
		case c <- struct{}{}:
		default: // who is told already will look at this one
		}
	}
	return nil
}

// pause keeps lines from ticking until resume is called. A line in the middle
// of calls that take long is not waited for: others have to close meanwhile.
func pause(ctx context.Context, lines map[place]*gates.Line) (resume func(), err error) {
	const deadline = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	var resumes []func()
	resume = func() {
		for _, r := range resumes {
			r()
		}
	}
	for at, l := range lines {
		r, err := l.Pause(ctx)
		if err != nil {
			resume()
			return nil, &laterError{fmt.Errorf("andon is in the middle of calls to AWS about pipeline %s that take long; it tries again in a moment", at.name)}
		}
		resumes = append(resumes, r)
	}
	return resume, nil
}

// fixed says what of next needs a restart.
func fixed(old, next *config.Config) error {
	var errs []error
	for _, f := range []struct{ key, old, next string }{
		{"instance", old.Instance, next.Instance},
		{"listen", old.Listen, next.Listen},
		{"data", old.Data, next.Data},
		{"web_config", old.WebConfig, next.WebConfig}, // its contents may
	} {
		if f.old != f.next {
			errs = append(errs, fmt.Errorf("%s cannot change from %q to %q while andon runs: restart andon, or put it back", f.key, f.old, f.next))
		}
	}
	return errors.Join(errs...)
}
