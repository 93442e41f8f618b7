// Package aws is the way out to AWS: what holds for each of its clients, whichever
// service they speak to. The SDK knows no overall deadline (callers give one), no
// largest answer, and a quota of retries that runs dry in a long outage and then
// refuses to try at all.
package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Tame returns a configuration whose clients read at most so many bytes of an
// answer, try twice within a second or two without a quota that runs dry, and whose
// want of credentials can be told from a request that failed: see Explain.
func Tame(cfg aws.Config, maxAnswer int) aws.Config {
	cfg.HTTPClient = Bound(cfg.HTTPClient, maxAnswer)
	if cfg.Credentials != nil {
		cfg.Credentials = signer{cfg.Credentials}
	}
	cfg.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 2
			o.MaxBackoff = time.Second
			o.RateLimiter = ratelimit.None
		})
	}
	return cfg
}

// signer is a provider whose failures can be told.
type signer struct{ aws.CredentialsProvider }

func (s signer) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := s.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return c, &credentialsError{err}
	}
	return c, nil
}

// credentialsError: there are no credentials to sign with, so nothing was sent.
// The SDK does not tell it from a request that failed on its way.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// Bound is a client for one who cannot know who answers: a proxy, or what
// AWS_ENDPOINT_URL names, may send for ever. nil is the usual client.
func Bound(client aws.HTTPClient, maxAnswer int) aws.HTTPClient {
	if client == nil {
		client = http.DefaultClient
	}
	return bounded{client, maxAnswer}
}

type bounded struct {
	next aws.HTTPClient
	max  int
}

func (b bounded) Do(r *http.Request) (*http.Response, error) {
	r, err := detached(r)
	if err != nil {
		return nil, err
	}
	resp, err := b.next.Do(r)
	if err != nil {
		return nil, err
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, left: b.max, max: b.max}
	return resp, nil
}

// detached is r with a body of its own. The SDK closes the one of r when the answer
// begins to come, and net/http, if it has not found the end of what it sends by
// then, closes the connection: the rest of a long answer is lost.
func detached(r *http.Request) (*http.Request, error) {
	if r.Body == nil {
		return r, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.WithContext(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r, nil
}

// A TooLongError says that an answer did not end in time.
type TooLongError struct{ Max int }

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the answer is longer than %d MiB, and so none of AWS's", e.Max>>20)
}

type boundedBody struct {
	io.ReadCloser
	left, max int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left == 0 { // is there more?
		if n, err := b.ReadCloser.Read(make([]byte, 1)); n == 0 {
			return 0, err
		}
		return 0, &TooLongError{b.max}
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
