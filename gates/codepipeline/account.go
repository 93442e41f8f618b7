// Package codepipeline is how gates see and move AWS CodePipeline: stage
// transitions, read once per pipeline and tick.
//
// Every call has a deadline, one limiter per account and region keeps half of
// its rate for closes, and no write is repeated by the SDK: after an unknown
// outcome somebody else may have acted, so the state is read first.
package codepipeline

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	egressaws "github.com/andon-project/andon/egress/aws"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// Limits of calls. CodePipeline publishes no rate; polling 160 pipelines
// without one was throttled.
const (
	admitDeadline = time.Second     // for our own limiter
	callDeadline  = 4 * time.Second // after that, for a whole call with its retries
	perSecond     = 5               // for all calls, and once more kept for closes
	burst         = 20
)

// An Account is one AWS account in one region: a client, its limiter and what
// its answers tell of our clock.
type Account struct {
	api   *codepipeline.Client
	skew  *skew
	calls *Calls

	shared, closes *rate.Limiter
}

// NewAccount makes a client from what the environment configured. calls may
// be shared among accounts.
func NewAccount(cfg aws.Config, calls *Calls) *Account {
	a := &Account{skew: new(skew), calls: calls,
		shared: rate.NewLimiter(perSecond, burst), closes: rate.NewLimiter(perSecond, burst)}
	cfg = egressaws.Tame(cfg, maxAnswer)
	cfg.HTTPClient = a.skew.watch(cfg.HTTPClient)
	a.api = codepipeline.NewFromConfig(cfg)
	return a
}

// once keeps the SDK from repeating a write.
func once(o *codepipeline.Options) { o.Retryer = aws.NopRetryer{} }

// notAfter keeps a request from being sent later, whatever it waited for:
// credentials too may take their time. The zero time is no limit.
func notAfter(t time.Time) func(*codepipeline.Options) {
	check := middleware.FinalizeMiddlewareFunc("NotAfter", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		now := time.Now() // the monotonic clock stands still while a machine sleeps, the other may be set back
		if late := max(now.Sub(t), now.Round(0).Sub(t.Round(0))); late > 0 && !t.IsZero() {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &limitedError{fmt.Errorf("it could be sent only %v after what was read had become too old", late)}
		}
		return next.HandleFinalize(ctx, in)
	})
	return func(o *codepipeline.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error { return s.Finalize.Add(check, middleware.After) })
	}
}

// admit waits for the limiter, but not for long: who is refused comes again, and
// what is reserved for one who leaves is lost. What is kept for closes serves
// others too while more than half of its burst is left.
func (a *Account) admit(ctx context.Context, closing bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if (closing || a.closes.Tokens() > burst/2) && a.closes.Allow() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, admitDeadline)
	defer cancel()
	return a.shared.Wait(ctx)
}

// call makes one limited, bounded and counted call.
func call[In, Out any](ctx context.Context, a *Account, operation string, closing bool, in In,
	f func(context.Context, In, ...func(*codepipeline.Options)) (Out, error), opts ...func(*codepipeline.Options)) (Out, error) {
	var out Out
	if err := a.admit(ctx, closing); err != nil {
		return out, a.failed(operation, &limitedError{fmt.Errorf("our own limit of calls per second left no room: %w", err)})
	}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	out, err := f(ctx, in, opts...)
	if err != nil {
		return out, a.failed(operation, err)
	}
	a.calls.Count(operation, "ok")
	return out, nil
}

// skew is AWS's clock minus ours, from the Date header of the last answer.
// The SDK corrects its signatures silently, so we compare for ourselves.
type skew struct{ last atomic.Int64 }

func (s *skew) now() time.Duration { return time.Duration(s.last.Load()) }

type httpClient interface {
	Do(*http.Request) (*http.Response, error)
}

func (s *skew) watch(next httpClient) httpClient { return &watched{next, s} }

type watched struct {
	next httpClient
	skew *skew
}

func (w *watched) Do(r *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := w.next.Do(r)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		w.skew.last.Store(int64(offset(date, sent, time.Now())))
	}
	return resp, nil
}

// maxAnswer bounds what an answer may take of our memory: the largest of
// CodePipeline's, the state of a pipeline of 1000 actions, is well below.
const maxAnswer = 16 << 20

// offset is how far date, in whole seconds, lies outside of what our clock
// showed while the answer was made.
func offset(date, sent, received time.Time) time.Duration {
	switch {
	case date.Before(sent.Add(-time.Second)):
		return date.Sub(sent)
	case date.After(received.Add(time.Second)):
		return date.Sub(received)
	}
	return 0
}
