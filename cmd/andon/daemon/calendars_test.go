package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
	"github.com/andon-project/andon/config"
)

const freeze = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\nDTEND:20990101T000000Z\r\nSUMMARY:freeze\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// A source that a reload leaves as it is keeps its last good copy, whatever becomes
// of its window; one that is new is not believed before it was read.
func TestReloadKeepsWhatSourcesSaid(t *testing.T) {
	t.Parallel()
	const text = "instance: test\ncalendars:\n- {name: blackdays, timezone: UTC, windows: [{name: feed, ics: FILE}]}\n"
	file := filepath.Join(t.TempDir(), "freeze.ics")
	write(t, file, freeze)
	named := func(text string) string { return strings.ReplaceAll(text, "FILE", file) }
	r := newReloadable(t, named(text))
	says := func() calendar.State { return r.calendars.Snapshot()["blackdays"].At(time.Now(), time.Now()) }
	eventually(t, "the file has been read", func() bool { return says().Word == calendar.Black })
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want calendar.Word
	}{
		{strings.Replace(text, "ics: FILE", "ics: {file: FILE, every: 1h, stale_after: 2h}", 1), calendar.Black},
		{strings.Replace(text, "}]}", "}, {name: old, from: 2020-01-01, to: 2020-01-02}]}", 1), calendar.Black},
		{strings.Replace(text, "ics: FILE", "ics: FILE, months: [jan-dec]", 1), calendar.Black},
		{strings.Replace(text, "ics: FILE", "ics: other.ics", 1), calendar.Unreadable},
	} {
		if err := r.becomes(t, named(c.text)); err != nil {
			t.Fatal(err)
		}
		if s := says(); s.Word != c.want {
			t.Errorf("after a reload of %s the calendar is %s %+v, want %s", c.text, s.Word, s.Problems, c.want)
		}
	}
	if err := r.becomes(t, "instance: test\n"); err != nil || len(r.calendars.Snapshot()) != 0 || len(r.calendars.States()) != 0 {
		t.Errorf("without calendars there are still %v, %v", r.calendars.Snapshot(), err)
	}
}

// What egress refuses, feeds do not ask, from the reload on that says so.
func TestEgressHoldsForFeeds(t *testing.T) {
	t.Parallel()
	out := newOutlet(World{}, config.Egress{}, nil)
	f, err := out.open(t.Context(), calendar.Source{ICS: &calendar.ICS{URL: "https://127.0.0.1:1/freeze.ics"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		refuse bool
		want   sources.Code
	}{{false, sources.Unreachable}, {true, sources.Refused}} {
		out.egress.Store(&config.Egress{RefuseLoopback: c.refuse})
		_, err := f.Fetch(t.Context(), sources.Version{})
		if failure, ok := errors.AsType[*sources.Failure](err); !ok || failure.Code != c.want {
			t.Errorf("refuse_loopback is %v: %v, want %s", c.refuse, err, c.want)
		}
	}
}

// Who asks and leaves is told what could not be read.
func TestCalendarsOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "freeze.ics"), freeze)
	write(t, filepath.Join(dir, "andon.yaml"), `calendars:
- {name: good, timezone: UTC, windows: [{name: feed, ics: freeze.ics}]}
- {name: bad, timezone: UTC, windows: [{name: feed, ics: none.ics}]}
- {name: plain, timezone: UTC, windows: [{name: old, from: 2020-01-01, to: 2020-01-02}]}
`)
	cfg, err := config.Load(filepath.Join(dir, "andon.yaml"), config.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	all, states := Calendars(t.Context(), cfg, World{})
	now := time.Now()
	for name, want := range map[string]calendar.Word{"good": calendar.Black, "bad": calendar.Unreadable, "plain": calendar.Clear} {
		if s := all[name].At(now, now); s.Word != want {
			t.Errorf("%s is %s, want %s", name, s.Word, want)
		}
	}
	if len(states) != 2 || states[0].Failed == nil || states[0].Failed.Code != string(sources.Missing) || states[1].Failed != nil {
		t.Errorf("sources are %+v", states)
	}
}
