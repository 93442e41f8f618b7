package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// maxStop is the goal from the deciding failure to the closed transition.
const maxStop = time.Second

// pipeline is what the emulator runs.
const pipeline = `{"pipeline":{"name":"shop","roleArn":"arn:aws:iam::123456789012:role/pipeline",
"artifactStore":{"type":"S3","location":"artifacts"},"stages":[
{"name":"Source","actions":[{"name":"Fetch","actionTypeId":{"category":"Source","owner":"AWS","provider":"S3","version":"1"},"outputArtifacts":[{"name":"source"}]}]},
{"name":"Production","actions":[{"name":"Deploy","actionTypeId":{"category":"Deploy","owner":"AWS","provider":"CodeDeploy","version":"1"},"inputArtifacts":[{"name":"source"}]}]}]}}`

const gate = `instance: bench
max_opens: 100 per 1m
checks:
- {name: t1, every: 200ms, timeout: 5s, http: {url: "%s", expect: [status == 200]}, down: 3 of 5, up: 3}
gates:
- {name: production, may: [close, open], checks: [t1], codepipeline: {pipeline: shop, transition: Production}, min_hold: 1s, reopen: auto}
`

// stop lets production fail several times, and looks how soon after the third
// failure, which decides, the transition is disabled in the emulator.
func (b *bench) stop(ctx context.Context) ([]finding, error) {
	times := b.repeats()
	b.say("stop: production fails %d times", times)
	t, err := b.start(ctx, nil, b.self, "target", "1")
	if err != nil {
		return nil, err
	}
	defer t.stop()
	aws, err := b.start(ctx, nil, b.andon, "emulator", "--listen", "127.0.0.1:0", "--action-duration", "50ms")
	if err != nil {
		return nil, err
	}
	defer aws.stop()
	_, err = ask(ctx, http.MethodPost, aws.url, http.Header{
		"X-Amz-Target":  {"CodePipeline_20150709.CreatePipeline"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=ADMIN/20261127/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=00"},
	}, pipeline)
	if err != nil {
		return nil, err
	}
	p, err := b.watch(ctx, []string{"AWS_ENDPOINT_URL=" + aws.url, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=ANDON", "AWS_SECRET_ACCESS_KEY=any"},
		fmt.Sprintf(gate, addressOf(1, t.port())))
	if err != nil {
		return nil, err
	}
	defer p.stop()
	var all []time.Duration
	for range times {
		d, err := failOnce(ctx, t, p, aws)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	worst := slices.Max(all)
	middle := median(all, asIs)
	return []finding{{fmt.Sprintf("failure to closed transition, worst of %d", times), "≤ 1 s",
		fmt.Sprintf("%.3f s (median %.3f)", worst.Seconds(), middle.Seconds()), worst <= maxStop}}, nil
}

// failOnce waits until the gate is open and lets the target fail. It returns
// the time from the deciding answer to the call that closed, and mends.
func failOnce(ctx context.Context, t, p, aws *process) (time.Duration, error) {
	open := func() (bool, error) { // 423 and 503 are answers too
		_, err := ask(ctx, http.MethodGet, p.url+"/api/v1/gates/production/go", nil, "")
		return err == nil, ctx.Err()
	}
	if err := eventually(ctx, time.Minute, 50*time.Millisecond, open); err != nil {
		return 0, fmt.Errorf("the gate does not open: %w", err)
	}
	known, err := closes(ctx, aws)
	if err != nil {
		return 0, err
	}
	if _, err := t.arrivals(ctx); err != nil { // forgets them
		return 0, err
	}
	failing := time.Now() // rather too early: that makes it longer
	if _, err := ask(ctx, http.MethodPost, t.url+"/status/500", nil, ""); err != nil {
		return 0, err
	}
	var now []time.Time
	err = eventually(ctx, 30*time.Second, 50*time.Millisecond, func() (_ bool, err error) {
		now, err = closes(ctx, aws)
		return len(now) > len(known), err
	})
	if err != nil {
		return 0, fmt.Errorf("the transition is not disabled: %w", err)
	}
	arrivals, err := t.arrivals(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := ask(ctx, http.MethodPost, t.url+"/status/200", nil, ""); err != nil {
		return 0, err
	}
	failures := slices.DeleteFunc(arrivals[1], func(at int64) bool { return at < failing.UnixNano() })
	if len(failures) < 3 {
		return 0, fmt.Errorf("closed after %d failures, not 3", len(failures))
	}
	return now[len(known)].Sub(time.Unix(0, failures[2]).Add(served)), nil
}

// closes are the times at which the emulator was asked to disable, and did.
func closes(ctx context.Context, aws *process) (times []time.Time, err error) {
	body, err := ask(ctx, http.MethodGet, aws.url+"/_emulator/calls", nil, "")
	if err != nil {
		return nil, err
	}
	var calls []struct {
		Time      time.Time
		Operation string
		Applied   bool
	}
	if err := json.Unmarshal(body, &calls); err != nil {
		return nil, err
	}
	for _, c := range calls {
		if c.Operation == "DisableStageTransition" && c.Applied {
			times = append(times, c.Time)
		}
	}
	return times, nil
}
