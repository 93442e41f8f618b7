// Package exporters tells everybody what the daemon knows: the status API,
// the metrics, the pages and calendars to subscribe to. It reads snapshots only, so what it tells can be
// late by one tick, but is never half of one tick and half of the next.
//
// What answers GET and HEAD changes nothing; what changes something is for
// writers, and calls a small Commands interface.
package exporters

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes"
)

// Sources are where the exporters look. The functions are called from many
// goroutines at once and return values that nobody changes afterwards.
type Sources struct {
	Clock         func() time.Time
	Checks        func() probes.Snapshot
	Gates         func() []gates.Report                        // in the order of the configuration; empty until the first tick
	Ready         func() error                                 // nil: all gates are among Gates; else a sentence why not yet
	Calls         func() map[Call]uint64                       // requests to AWS since start
	Delays        func() *probes.Histogram                     // how late runs began, since start; nil for none
	JournalErrors func() uint64                                // uses of the journal that failed, since start
	Journal       Journal                                      // nil: there is none to show
	Commands      Commands                                     // nil: nothing can be ordered
	Ways          Ways                                         // nil: no execution can be let through
	Writer        func(*http.Request) (name string, err error) // who writes; an error is a sentence why they may not
	Config        func() ConfigState
	Orphans       func() []gates.Orphan
	Calendars     func() calendar.Snapshot
	Feeds         func() []calendar.SourceState                               // what calendars read, by calendar and window
	Acknowledge   func(context.Context, calendar.Ack) (calendar.Acked, error) // nil: nothing can be acknowledged
	Version       BuildInfo
	Hosts         func() []string // names this server answers for, besides loopback and the address it was reached at
}

// A Call is a kind of request to AWS and what became of it: "ok", the API's
// name of an error, or a class of our own where AWS gave none.
type Call struct{ Operation, Code string }

// BuildInfo says which andon this is.
type BuildInfo struct {
	Version   string // v0.2.0
	Revision  string // of the source
	GoVersion string // go1.26.0
}

// Handler serves the status API under /api/v1/, /metrics, /-/healthy,
// /-/ready (every gate has been looked at, in AWS too, since start), the page
// at /, and those of calendars at /calendars/NAME, with NAME.ics beside each.
//
// A request with ?wait= takes up to MaxWait: give the server a longer
// WriteTimeout, and end the requests' contexts when it stops.
func Handler(s Sources) http.Handler {
	s = s.withDefaults()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/gates", s.listGates)
	mux.HandleFunc("/api/v1/gates/{name}", s.showGate)
	mux.HandleFunc("/api/v1/gates/{name}/go", s.mayGo)
	mux.HandleFunc("/api/v1/checks", s.listChecks)
	mux.HandleFunc("/api/v1/checks/{name}", s.showCheck)
	mux.HandleFunc("/api/v1/calendars", s.listCalendars)
	mux.HandleFunc("/api/v1/calendars/{name}", s.showCalendar)
	mux.HandleFunc("/api/v1/calendars/{name}/next", s.showNext)
	mux.HandleFunc("/api/v1/overrides", s.listOverrides)
	mux.HandleFunc("/api/v1/journal", s.readJournal)
	mux.HandleFunc("/api/", s.noSuchPath)
	mux.HandleFunc("/-/healthy", s.healthy)
	mux.HandleFunc("/-/ready", s.ready)
	metrics := registry(s)
	mux.Handle("/metrics", newScraper(s, metrics))
	mux.HandleFunc("/style.css", style)
	mux.Handle("/{$}", newPage(s))
	mux.Handle("/calendars/{file}", newCalendarPage(s))
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(fromElsewhere))
	return counted(metrics, origin.Handler(guard(s.Hosts, mux, s.writes())))
}

// withDefaults fills in what was not given by what is then known: nothing.
func (s Sources) withDefaults() Sources {
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Checks == nil {
		s.Checks = func() probes.Snapshot { return nil }
	}
	if s.Gates == nil {
		s.Gates = func() []gates.Report { return nil }
	}
	if s.Ready == nil {
		s.Ready = func() error { return errors.New("andon does not know whether it is ready") }
	}
	if s.Calls == nil {
		s.Calls = func() map[Call]uint64 { return nil }
	}
	if s.Delays == nil {
		s.Delays = func() *probes.Histogram { return nil }
	}
	if s.Config == nil {
		s.Config = func() ConfigState { return ConfigState{} }
	}
	if s.Orphans == nil {
		s.Orphans = func() []gates.Orphan { return nil }
	}
	if s.Calendars == nil {
		s.Calendars = func() calendar.Snapshot { return nil }
	}
	if s.Feeds == nil {
		s.Feeds = func() []calendar.SourceState { return nil }
	}
	if s.Hosts == nil {
		s.Hosts = func() []string { return nil }
	}
	if s.JournalErrors == nil {
		s.JournalErrors = func() uint64 { return 0 }
	}
	if s.Commands == nil || s.Writer == nil {
		s.Writer = func(*http.Request) (string, error) { return "", errors.New("this andon takes no orders over HTTP") }
	}
	return s
}

// healthy answers while the server serves; whether production is well is
// another question.
func (s Sources) healthy(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "andon is serving")
}

func (s Sources) ready(w http.ResponseWriter, _ *http.Request) {
	if why := s.notReady(); why != "" {
		writeText(w, http.StatusServiceUnavailable, why)
		return
	}
	writeText(w, http.StatusOK, "andon is ready")
}

// notReady says why andon's answers mean little yet: a gate has not been looked
// at since start, or AWS has never shown its point. Once ready andon stays
// so while AWS is away: it has reasons to tell, and who asks should get them.
func (s Sources) notReady() string {
	if err := s.Ready(); err != nil {
		return err.Error()
	}
	for _, r := range s.reports() {
		if !r.Seen.Begun.IsZero() {
			continue
		}
		what := "the transition"
		if r.Gate.Action != "" {
			what = "the approval"
		}
		why := "AWS has not shown " + what + " of gate " + r.Gate.Name + " since start"
		if len(r.Problems) > 0 {
			why += ": " + clip(r.Problems[len(r.Problems)-1].Text)
		}
		return why
	}
	return ""
}

func (s Sources) noSuchPath(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusNotFound, "there is nothing here; there are "+strings.Join([]string{
		"/api/v1/gates", "/api/v1/gates/NAME", "/api/v1/gates/NAME/go",
		"/api/v1/checks", "/api/v1/checks/NAME", "/api/v1/calendars", "/api/v1/calendars/NAME",
		"/api/v1/calendars/NAME/next", "/api/v1/overrides", "/api/v1/journal"}, ", "))
}
