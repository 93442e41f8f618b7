package sources_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/calendar"
)

// A clock that is set back makes no copy young again, and one that is set forward makes
// it old.
func TestClockThatIsSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		w.feed.body(file())
		w.start()
		defer func() { w.stop() }()
		w.feed.fails(errors.New("down"))
		w.pass(20 * hour)
		w.skew.Store(int64(-19 * hour))
		w.pass(5 * hour)
		w.is(calendar.Unreadable, "25 hours old, by a clock that was set back 19")
		w.feed.body(file())
		w.pass(35 * time.Minute)
		w.is(calendar.Clear, "read again")
		w.feed.fails(errors.New("down"))
		w.skew.Add(int64(25 * hour)) // or the machine slept
		w.pass(11 * time.Second)
		w.is(calendar.Unreadable, "25 hours old, by the wall clock")
	})
}

// A copy keeps its age over a restart while its source is down; one from the future is
// of an unknown age, and not believed.
func TestAgeOverRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ics.Every = 30 * time.Minute
		w.feed.body(file(w.event("a", 26*hour, hour)))
		w.start()
		w.feed.fails(errors.New("down"))
		for range 4 {
			w.pass(5 * hour)
			w.stop()
			w.start()
			w.is(calendar.Clear, "restarted")
		}
		w.pass(5 * hour)
		w.is(calendar.Unreadable, "25 hours old")
		w.stop()
		w.skew.Store(int64(-24 * hour))
		w.start()
		w.is(calendar.Unreadable, "from the future, by a clock that was set back while nobody looked")
		w.skew.Store(0)
		w.stop()
		w.start()
		w.pass(90 * time.Minute)
		w.is(calendar.Unreadable, "old, and it said that this is a freeze")
		w.stop()
	})
}

// Copies on disk are for us alone, tell nobody where they came from, and are believed
// only whole.
func TestCopiesOnDisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.folder = filepath.Join(w.folder, "calendars")
		for _, body := range []string{file(w.event("a", hour, hour)), file(w.event("a", hour, 2*hour))} {
			w.feed.body(body)
			w.start()
			w.pass(6 * time.Minute)
			w.stop()
		}
		files, err := os.ReadDir(w.folder)
		if err != nil || len(files) != 2 {
			t.Fatalf("%v, %v: want a copy and its label", files, err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil || info.Mode().Perm() != 0o600 || strings.Contains(f.Name(), "feed") {
				t.Errorf("%s %s %v", f.Name(), info.Mode(), err)
			}
			text, err := os.ReadFile(filepath.Join(w.folder, f.Name()))
			if err != nil || strings.Contains(string(text), "5ecre7") {
				t.Errorf("%s tells the address: %s, %v", f.Name(), text, err)
			}
		}
		if info, err := os.Stat(w.folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v", info, err)
		}
		w.feed.fails(errors.New("down"))
		for _, f := range files {
			name := filepath.Join(w.folder, f.Name())
			whole, _ := os.ReadFile(name)
			for _, damaged := range []string{string(whole[:len(whole)/2]), "", strings.Replace(string(whole), "a", "b", 1), "{}"} {
				if err := os.WriteFile(name, []byte(damaged), 0o600); err != nil {
					t.Fatal(err)
				}
				w.log = logbook{}
				w.start()
				w.is(calendar.Unreadable, "a damaged copy "+f.Name())
				if !strings.Contains(w.log.String(), "cannot be used") {
					t.Errorf("%s: nobody was told:\n%s", f.Name(), w.log.String())
				}
				w.stop()
			}
			if err := os.WriteFile(name, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w.start()
		w.is(calendar.Clear, "whole again")
		w.stop()
	})
}

// Where copies cannot be kept, all goes on without.
func TestNoRoomForCopies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.folder = filepath.Join(w.folder, "file")
		if err := os.WriteFile(w.folder, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.feed.body(file(w.event("a", hour, hour)))
		w.start()
		defer w.stop()
		w.pass(hour)
		w.is(calendar.Black, "in the freeze")
		if n := strings.Count(w.log.String(), "cannot be kept on disk"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, w.log.String())
		}
	})
}

// Reloading keeps copies of what stays, and gives none to what reads something else.
func TestReplace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.feed.body(file())
		w.start()
		defer func() { w.stop() }()
		w.feed.fails(errors.New("down"))
		other := w.ics
		other.Every, other.StaleAfter = time.Minute, 2*hour
		w.keeper.Replace([]*calendar.Calendar{w.calendar(other)})
		w.is(calendar.Clear, "another beat")
		asked := w.feed.count()
		w.pass(10 * time.Minute)
		if n := w.feed.count() - asked; n < 8 {
			t.Errorf("asked %d times in ten minutes, want about 10", n)
		}
		w.pass(2 * hour)
		w.is(calendar.Unreadable, "stale by the new settings")

		other.StaleAfter, other.SkipFree = day, true
		w.keeper.Replace([]*calendar.Calendar{w.calendar(other)})
		synctest.Wait()
		w.is(calendar.Clear, "read otherwise, from the copy on disk")

		other.URL = "https://elsewhere.example.com/basic.ics"
		w.keeper.Replace([]*calendar.Calendar{w.calendar(other)})
		w.is(calendar.Unreadable, "another address")
		w.pass(hour)
		w.is(calendar.Unreadable, "another address, which is down")
		w.keeper.Replace([]*calendar.Calendar{w.calendar(w.ics)})
		w.pass(time.Minute)
		w.is(calendar.Clear, "the address before")
		w.keeper.Replace(nil)
		w.is(calendar.Unreadable, "no calendar at all")
		if s := w.keeper.States(); len(s) != 0 {
			t.Errorf("%+v", s)
		}
	})
}
