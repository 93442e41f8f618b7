package ical_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/andon-project/andon/calendar/ical"
)

// Files of our own in the manner of the applications that write most calendars, read
// in Tokyo, with what they say from 2026-09 to the end of 2027.
func TestFeeds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/feeds/*.ics")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(name, ".ics") + ".tsv")
			if err != nil {
				t.Fatal(err)
			}
			for way, text := range map[string]string{
				"as it is":        string(text),
				"with CRLF":       strings.ReplaceAll(string(text), "\n", "\r\n"),
				"behind a mark":   "\ufeff" + string(text),
				"folded anywhere": refold(string(text)),
			} {
				c := parse(t, text)
				all, err := c.Over(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC), nil)
				if err != nil {
					t.Fatal(err)
				}
				var got strings.Builder
				for _, o := range all {
					const utc = "20060102T150405Z"
					fmt.Fprintf(&got, "%s\t%s\t%s\n", o.Start.Format(utc), o.End.Format(utc), o.Event.Summary)
				}
				if got.String() != string(want) || c.Warned > 0 {
					t.Errorf("%s:\n%s\nwant\n%s\n%v", way, &got, want, c.Warnings)
				}
			}
		})
	}
}

// refold folds a file at 20 octets, also within characters.
func refold(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\n ", ""), "\n") {
		for len(line) > 20 {
			b.WriteString(line[:20] + "\n ")
			line = line[20:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestChangeCalendarType(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/feeds/change-calendar.ics")
	if err != nil {
		t.Fatal(err)
	}
	if c := parse(t, string(text)); c.Type != "DEFAULT_OPEN" || c.Len() != 2 {
		t.Errorf("%q, %d events", c.Type, c.Len())
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/feeds/*.ics")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		berlin, _ := ical.LookupZone("Europe/Berlin")
		c, err := ical.Parse(strings.NewReader(text), ical.Options{Zone: berlin})
		if err != nil {
			if s := err.Error(); strings.ContainsFunc(s, unicode.IsControl) || len(s) > 1000 {
				t.Errorf("%d octets of reason: %q", len(s), s)
			}
			return
		}
		// What one question says of an instant, the other does.
		for day := range 30 {
			at := now.AddDate(0, 0, day)
			s, err := c.At(at, nil)
			if err != nil {
				continue
			}
			for _, o := range s.Causes {
				if o.Start.After(at) || !o.End.After(at) || s.Until.Before(o.End) {
					t.Errorf("at %s: %s to %s, until %s", at, o.Start, o.End, s.Until)
				}
			}
			all, err := c.Over(at, at.Add(time.Second), nil)
			if err != nil {
				continue
			}
			inside := false
			for _, o := range all {
				inside = inside || o.Start.Before(o.End)
			}
			if inside != (len(s.Causes) > 0) {
				t.Errorf("at %s: %v, and %v", at, s, all)
			}
			if !s.Until.IsZero() && !s.AtLeast && s.Until.Before(at) {
				t.Errorf("at %s: until %s", at, s.Until)
			}
		}
	})
}
