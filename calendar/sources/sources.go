// Package sources keeps what calendars read from elsewhere: files, feeds and
// calendars of AWS, which fail.
//
// A [Fetcher] asks one source once. A [Keeper] asks all of them on their beat, judges
// the answers, and keeps of each the last one that was good, on disk as well, so that
// a restart while a feed is down changes nothing. Nothing that a source answers, or
// does not answer, opens what its last good answer closed: see judge.go for what is
// good, and vanish.go for freezes that are there no more.
package sources

import (
	"context"
	"time"
)

// MaxBody is the size of the largest answer that is read, after decompression:
// 10 MiB, what calendar/ical takes.
const MaxBody = 10 << 20

// Deadline is what one attempt to read a source may take, whatever it does.
const Deadline = 30 * time.Second

// A Version is what a source says that an answer is, to be asked whether there is a
// newer one (RFC 9110 section 8.8). Its zero value asks for the answer itself.
type Version struct {
	ETag     string `json:"etag,omitempty"`     // as it came, with its quotation marks
	Modified string `json:"modified,omitempty"` // as it came; for who has no ETag
}

// An Answer is what a source says.
type Answer struct {
	Body    []byte  // the iCalendar text, not judged yet
	Same    bool    // it is what Version last said, and Body is nil
	Version Version // of this answer; zero: it has none
	Says    *Said   // nil: nobody but the body speaks
}

// Said is what an authority says of a moment, whatever the body says: AWS'
// GetCalendarState. It is asked together with the body, also where that is the same.
type Said struct {
	Open bool
	At   time.Time // the moment it speaks of
	Next time.Time // when that changes; zero: it does not say
}

// A Fetcher asks a source. Fetch ends with ctx, reads at most MaxBody, and returns
// what is wrong as a *Failure; any other error is told to nobody but by its class,
// since it may hold an address that is secret. It is asked by one goroutine at a time.
type Fetcher interface {
	Fetch(ctx context.Context, last Version) (Answer, error)
}

// A Code is the class of a failure: a label of metrics.
type Code string

// The classes of failures. There are no others.
const (
	Unreachable Code = "unreachable"   // no connection, no name, no TLS, no answer
	Timeout     Code = "timeout"       // no whole answer within Deadline
	Refused     Code = "refused"       // an address that andon does not ask
	Redirected  Code = "redirected"    // too often, or to where it must not go
	Denied      Code = "denied"        // it wants credentials that we lack
	Missing     Code = "missing"       // there is no such file, page or document
	Status      Code = "status"        // another status than 200 or 304, or an error of AWS
	TooLarge    Code = "too-large"     // more than MaxBody
	NotCalendar Code = "not-calendar"  // HTML, empty, cut off, or in a way that is not understood
	TooDear     Code = "too-expensive" // its rules take too many steps to be answered
	HalfEmpty   Code = "half-empty"    // it lacks most of what was ahead
	Disagrees   Code = "disagrees"     // AWS says something else of now than the document
	NoJournal   Code = "journal"       // andon cannot read which freezes vanished before
	Unknown     Code = "unknown"       // anything else
)

// A Failure says why a source could not be read, in words that hold no secret.
type Failure struct {
	Code Code
	Text string // what happened: "it answered with status 503"
	Do   string // what to do about it; may be empty
	Err  error  // what is behind it, for errors.Is; its own text is shown to nobody
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Err }
