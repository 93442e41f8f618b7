// Package awscal asks AWS for calendars: Change Calendars of Systems Manager, whose
// document is read and whose state is asked, and iCalendar files in S3. What they
// answer is judged and kept by package sources.
//
// Settings are loaded, and clients made, when a calendar needs them. S3 is asked by a
// signed GET of our own: its client of the SDK would add 5 MiB to a program of 36, for
// one operation; see s3.go.
package awscal

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	egressaws "github.com/andon-project/andon/egress/aws"
)

// A Loader reads the settings of this machine for a region, or for "" the one that
// andon runs with.
type Loader func(ctx context.Context, region string) (aws.Config, error)

// callDeadline is for one call with its second try. A fetch makes two at most, and
// sources.Deadline is for the whole.
const callDeadline = 12 * time.Second

// A World is what calendars of AWS are asked with. It is safe for concurrent use.
type World struct {
	load  Loader
	clock func() time.Time
	count func(operation, code string)

	mu      sync.Mutex
	regions map[string]aws.Config // what was loaded: one set of credentials serves all sources
}

// NewWorld returns a world that loads settings by load when they are first needed.
// count, which may be nil, is told of each call to AWS and what became of it.
func NewWorld(load Loader, clock func() time.Time, count func(operation, code string)) *World {
	if count == nil {
		count = func(string, string) {}
	}
	return &World{load: load, clock: clock, count: count, regions: map[string]aws.Config{}}
}

// Open makes the fetcher of a calendar of AWS. ok is false for other sources.
func (w *World) Open(s calendar.Source) (_ sources.Fetcher, ok bool) {
	switch {
	case s.SSM != nil:
		return &document{world: w, settings: *s.SSM}, true
	case s.ICS != nil && s.ICS.S3 != "":
		return object{world: w, address: s.ICS.S3, region: s.ICS.Region}, true
	}
	return nil, false
}

// config returns the settings for a region. What could not be loaded is tried again
// the next time.
func (w *World) config(ctx context.Context, region string) (aws.Config, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cfg, ok := w.regions[region]; ok {
		return cfg, nil
	}
	cfg, err := w.load(ctx, region)
	if err != nil {
		return aws.Config{}, &sources.Failure{Code: sources.Unknown, Text: err.Error(), Err: err}
	}
	if region != "" {
		cfg.Region = region
	}
	if cfg.Region == "" {
		return aws.Config{}, &sources.Failure{Code: sources.Refused, Text: "it is not known in which region of AWS it is",
			Do: "write region: at the calendar's window, or give andon one (AWS_REGION)"}
	}
	cfg = egressaws.Tame(cfg, maxAnswer)
	w.regions[region] = cfg
	return cfg, nil
}

// maxAnswer bounds answers: of S3 one byte more than a calendar may have, so that
// what is too large can be told, with some room for what JSON makes of a document.
const maxAnswer = 2*sources.MaxBody + 1
