package sources_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/journal"
)

const secret = "https://feeds.example.com/private-5ecre7/basic.ics"

// A script is a source that says what the test wants.
type script struct {
	mu    sync.Mutex
	says  func(last sources.Version) (sources.Answer, error)
	asked []time.Time
}

func (s *script) Fetch(_ context.Context, last sources.Version) (sources.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Now())
	return s.says(last)
}

func (s *script) say(f func(sources.Version) (sources.Answer, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says = f
}

func (s *script) body(text string) {
	s.say(func(sources.Version) (sources.Answer, error) { return sources.Answer{Body: []byte(text)}, nil })
}

func (s *script) fails(err error) {
	s.say(func(sources.Version) (sources.Answer, error) { return sources.Answer{}, err })
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// A logbook is what was logged.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// A world is a keeper at work in virtual time, with one calendar of one source.
type world struct {
	*testing.T
	feed   *script
	store  journal.Store
	folder string
	skew   atomic.Int64 // of the wall clock
	log    logbook
	ics    calendar.ICS

	keeper *sources.Keeper
	stop   func()
}

func newWorld(t *testing.T) *world {
	return &world{T: t, feed: &script{}, store: &journal.Memory{}, folder: t.TempDir(),
		ics: calendar.ICS{URL: secret, Every: 5 * time.Minute, StaleAfter: 24 * time.Hour}}
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.skew.Load())).Round(0) }

func (w *world) calendar(ics calendar.ICS) *calendar.Calendar {
	w.Helper()
	c, err := calendar.New(calendar.Settings{Name: "black", Timezone: "UTC", Windows: []calendar.Window{
		{Name: "feed", Selector: calendar.Selector{ICS: &ics}}}})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// start starts a keeper, as a daemon that starts does.
func (w *world) start() {
	w.Helper()
	w.keeper = sources.NewKeeper(sources.Settings{Folder: w.folder, Journal: w.store, Clock: w.now,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Open: func(context.Context, calendar.Source) (sources.Fetcher, error) {
			return w.feed, nil
		}})
	w.keeper.Replace([]*calendar.Calendar{w.calendar(w.ics)})
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.keeper.Run(ctx)
	}()
	w.stop = func() { cancel(); <-done }
	synctest.Wait()
}

// pass lets time pass, and everybody settle.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) state() calendar.State {
	return w.keeper.Snapshot().Over("black", w.now(), w.now(), w.now().Add(time.Minute))
}

// is checks what the calendar says now.
func (w *world) is(want calendar.Word, when string) {
	w.Helper()
	if got := w.state(); got.Word != want {
		w.Fatalf("%s: %s, want %s\n%+v\n%s", when, got.Word, want, got, w.log.String())
	}
}

func (w *world) source() calendar.SourceState {
	w.Helper()
	all := w.keeper.States()
	if len(all) != 1 {
		w.Fatalf("%d sources", len(all))
	}
	return all[0]
}

func (w *world) failed(want sources.Code) {
	w.Helper()
	got := sources.Code("")
	if f := w.source().Failed; f != nil {
		got = sources.Code(f.Code)
	}
	if got != want {
		w.Fatalf("the source failed with %q, want %q: %+v", got, want, w.source().Failed)
	}
}

// file writes a calendar file.
func file(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

// event writes an event from so long from now on, and for so long.
func (w *world) event(uid string, in, lasts time.Duration, more ...string) string {
	const layout = "20060102T150405Z"
	from := w.now().UTC().Add(in)
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s\r\nSUMMARY:freeze %s\r\nDTSTART:%s\r\nDTEND:%s\r\n%sEND:VEVENT\r\n",
		uid, uid, from.Format(layout), from.Add(lasts).Format(layout), strings.Join(more, "\r\n"))
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)
