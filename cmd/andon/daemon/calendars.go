package daemon

import (
	"context"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/awscal"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/egress"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/journal"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// Calendars are the calendars of cfg with what their sources say now, and how those
// are doing. Each is asked once. Nothing is kept, and what vanished from one before
// is not known.
func Calendars(ctx context.Context, cfg *config.Config, w World) (calendar.Snapshot, []calendar.SourceState) {
	return once(ctx, cfg, newKeeper(w, newOutlet(w, cfg.Egress, nil), "", nil))
}

// CalendarFiles are Calendars that read files alone, and ask nobody.
func CalendarFiles(ctx context.Context, cfg *config.Config) calendar.Snapshot {
	all, _ := once(ctx, cfg, sources.NewKeeper(sources.Settings{Open: func(_ context.Context, s calendar.Source) (sources.Fetcher, error) {
		if f, ok := (sources.World{}).Open(s); ok && s.ICS.File != "" {
			return f, nil
		}
		return nil, &sources.Failure{Code: sources.Unknown, Text: "it was not asked"}
	}}))
	return all
}

func once(ctx context.Context, cfg *config.Config, k *sources.Keeper) (calendar.Snapshot, []calendar.SourceState) {
	k.Replace(calendarsOf(cfg, new(setup)))
	k.Once(ctx)
	return k.Snapshot(), k.States()
}

// newKeeper keeps calendars. Without a data directory no copies are kept, without a
// journal nothing is written.
func newKeeper(w World, out *outlet, data string, store journal.Store) *sources.Keeper {
	if data != "" {
		data = filepath.Join(data, "calendars")
	}
	return sources.NewKeeper(sources.Settings{Folder: data, Journal: store, Open: out.open, Log: w.Log})
}

// calendarsOf are those of cfg. One whose settings are as before is the same, so that
// nobody has to work it out again.
func calendarsOf(cfg *config.Config, before *setup) []*calendar.Calendar {
	all := make([]*calendar.Calendar, len(cfg.Calendars))
	for i, c := range cfg.Calendars {
		all[i] = c.Calendar
		for j, old := range before.calendars {
			if reflect.DeepEqual(before.cfg.Calendars[j].Settings, c.Settings) {
				all[i] = old
			}
		}
	}
	return all
}

// An outlet asks the sources of calendars, and nothing that the configuration of the
// day refuses.
type outlet struct {
	world  World
	egress atomic.Pointer[config.Egress]
	aws    *awscal.World
}

// newOutlet counts what AWS is asked in calls, which may be nil.
func newOutlet(w World, e config.Egress, calls *codepipeline.Calls) *outlet {
	o := &outlet{world: w}
	o.aws = awscal.NewWorld(func(ctx context.Context, region string) (aws.Config, error) { return w.AWS(ctx, region, "") }, time.Now, calls.Count)
	o.egress.Store(&e)
	return o
}

func (o *outlet) open(_ context.Context, s calendar.Source) (sources.Fetcher, error) {
	if f, ok := o.aws.Open(s); ok {
		return f, nil
	}
	return fetch(func(ctx context.Context, last sources.Version) (sources.Answer, error) {
		e := o.egress.Load()
		w := sources.World{Dialer: &egress.Dialer{RefusePrivate: e.RefusePrivate, RefuseLoopback: e.RefuseLoopback}, Agent: "andon/" + o.world.Build.Version}
		f, ok := w.Open(s)
		if !ok {
			return sources.Answer{}, &sources.Failure{Code: sources.Unknown, Text: "andon does not know how to ask it"}
		}
		return f.Fetch(ctx, last)
	}), nil
}

// A fetch is a sources.Fetcher that makes up its mind each time.
type fetch func(ctx context.Context, last sources.Version) (sources.Answer, error)

// Fetch implements sources.Fetcher.
func (f fetch) Fetch(ctx context.Context, last sources.Version) (sources.Answer, error) {
	return f(ctx, last)
}

// either tells out when one of two channels receives, until ctx is done.
func either(ctx context.Context, one, other <-chan struct{}, out chan<- struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-one:
		case <-other:
		}
		select {
		case out <- struct{}{}:
		default: // told already
		}
	}
}
