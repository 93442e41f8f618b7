// Package probes asks production questions on a schedule and keeps the answers.
//
// A Probe asks one target once. The Monitor runs probes and stamps each run as
// a Result. A Status is what a run of results amounts to, and its Verdict is
// what the gates believe. Data goes one way: Monitor, Result, Status.Add,
// snapshot. Whoever decides or exports reads snapshots.
package probes

import (
	"context"
	"errors"
	"time"
)

// A Probe asks a target once. A nil error is a pass. An error for which
// errors.Is(err, ErrInconclusive) holds could not tell; every other error is a
// failure of the target, and its text is the reason people read.
// Facts hold what was measured, as far as the run came, also beside an error.
type Probe interface {
	Check(ctx context.Context, t Target) (Facts, error)
}

// ErrInconclusive marks a run that says nothing about the target: it was
// cancelled, we had no resources of our own left, or an engine between us and
// the target did not answer.
var ErrInconclusive = errors.New("inconclusive")

// A Target is one address that a check asks.
type Target struct {
	Name    string // label `target` in metrics; stable over reloads
	Address string // what the kind asks: a URL, host:port, …
}

// Facts are what a run measured. Zero fields were not measured.
type Facts struct {
	Phases     []Phase   // in the order they happened
	StatusCode int       // HTTP status
	Version    string    // HTTP version, "1.1" or "2"
	Bytes      int64     // body or DNS message read, after decompression
	Remote     string    // the address really connected to
	CertExpiry time.Time // earliest NotAfter of the chain presented, known even when verification fails
	Redirects  int
	Reused     bool // the connection is one of an earlier run

	Elapsed time.Duration // from the first phase to the last byte of the answer; 0: there was none
}

// A Phase is a part of a run's duration. Phases of one name may repeat
// (redirects); exporters add them up.
type Phase struct {
	Name     string // resolve, connect, tls, processing, transfer
	Duration time.Duration
}

// A Result is one run against one target.
type Result struct {
	Check    string
	Target   string
	Start    time.Time
	Late     time.Duration // how long after the scheduled start it began
	Duration time.Duration // until the answer, or until the run gave up
	Facts    Facts
	Err      error // nil: pass
}

// Outcome of a run.
type Outcome uint8

// Inconclusive is the zero value: a run that was never made tells nothing.
const (
	Inconclusive Outcome = iota
	Pass
	Fail
)

func (o Outcome) String() string {
	return [...]string{"inconclusive", "pass", "fail"}[o]
}

// Outcome tells what r counts as.
func (r Result) Outcome() Outcome {
	switch {
	case r.Start.IsZero():
		return Inconclusive
	case r.Err == nil:
		return Pass
	case errors.Is(r.Err, ErrInconclusive):
		return Inconclusive
	}
	return Fail
}

// End is when the run was over.
func (r Result) End() time.Time { return r.Start.Add(r.Duration) }

// A Reasoner is an error that knows its bounded class, for the label `reason`
// of metrics: connect, dns, tls, timeout, status, expect, body, redirect,
// protocol, refused-address, panic.
type Reasoner interface{ Reason() string }

// Reason is the bounded class of a failure, "" for a pass.
func Reason(err error) string {
	var r Reasoner
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		return r.Reason()
	case errors.Is(err, ErrInconclusive):
		return "inconclusive"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	return "other"
}
