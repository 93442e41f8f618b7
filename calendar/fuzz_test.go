package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andon-project/andon/calendar"
)

// Whatever a window is, it is refused with the key at fault, or what it says of times
// fits together, worked out or not.
func FuzzWindow(f *testing.F) {
	for _, s := range []string{
		"from=2026-11-20 to=2026-11-30T18:00", "from=12-28 to=01-03 hours=22:00-06:00", "days=fri-mon hours=22:00-06:00 months=11-2",
		"rrule=FREQ=MONTHLY;BYDAY=-1FR start=2026-01-30", "rrule=FREQ=SECONDLY start=1970-01-01T00:00 for=1s", "rrule=FREQ=MINUTELY;BYSETPOS=1 start=2026-03-08T02:30 for=1h",
		"cron=*/15_0-7/2_1_*_fri-sun for=1d2h", "cron=30_2_*_*_* for=36h days=sun", "days=sat-sun except=2026-11-21", "from=02-29 to=02-29",
		"outside=mon-fri hours=09:00-17:00", "country=JP before=1d", "add=2026-03-08 before=12h after=2d zone=3", "from=2026-03-08T02:30-05:00 to=2026-03-08T24:00",
	} {
		for zone := range uint8(4) {
			f.Add(s, int64(zone)*86_400*33, zone)
		}
	}
	zones := list("America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Africa/Cairo", "Antarctica/Troll")
	f.Fuzz(func(t *testing.T, text string, days int64, zone uint8) {
		w := calendar.Window{Name: "w"}
		windowOf(text, &w)
		now := instant(t, "2026-03-05T00:00:00Z").Add(time.Duration(days%200_000) * time.Second)
		c, err := calendar.New(calendar.Settings{Name: "fuzz", Timezone: zones[int(zone)%len(zones)], Windows: []calendar.Window{w}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "windows[0]") {
				t.Fatalf("%q: no key in %q", text, err)
			}
			return
		}
		worked := c.With(nil, now)
		for _, at := range []time.Time{now, now.Add(100 * time.Hour), now.Add(-90 * time.Hour)} {
			fits(t, text, c, worked, now, at)
		}
		worked.Lint(now)
		worked.NextOf("w", now)
	})
}

// windowOf reads key=value, with underscores for spaces in values.
func windowOf(text string, w *calendar.Window) {
	for field := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(field, "=")
		value = strings.ReplaceAll(value, "_", " ")
		switch key {
		case "from":
			w.From = value
		case "to":
			w.To = value
		case "days":
			w.Days = append(w.Days, value)
		case "hours":
			if w.Outside != nil {
				w.Outside.Hours = append(w.Outside.Hours, value)
			} else {
				w.Hours = append(w.Hours, value)
			}
		case "months":
			w.Months = append(w.Months, value)
		case "outside":
			w.Outside = &calendar.Outside{Days: list(value)}
		case "rrule":
			w.RRule = value
		case "start":
			w.Start = value
		case "cron":
			w.Cron = value
		case "for":
			_ = w.For.UnmarshalText([]byte(value))
		case "except":
			w.Except = append(w.Except, calendar.Selector{From: value, To: value})
		case "country", "add", "before", "after":
			if w.Holidays == nil {
				w.Holidays = &calendar.HolidayDays{}
			}
			switch key {
			case "country":
				w.Holidays.Country = value
			case "add":
				w.Holidays.Add = append(w.Holidays.Add, value)
			case "before":
				_ = w.Holidays.Before.UnmarshalText([]byte(value))
			default:
				_ = w.Holidays.After.UnmarshalText([]byte(value))
			}
		}
	}
}

// fits looks at what is said of one instant from several sides.
func fits(t *testing.T, text string, c, worked *calendar.Calendar, now, at time.Time) {
	t.Helper()
	s, other := c.At(now, at), worked.At(now, at)
	if s.Word != other.Word || len(s.Causes) != len(other.Causes) || s.Word != calendar.Unreadable && !s.Next.IsZero() && !other.Next.IsZero() && !s.Next.Equal(other.Next) {
		t.Fatalf("%q at %v: %+v on demand, %+v worked out", text, at, s, other)
	}
	for i, cause := range s.Causes {
		if o := other.Causes[i]; !cause.Start.Equal(o.Start) && !cause.Start.IsZero() && !o.Start.IsZero() || !cause.End.Equal(o.End) && !cause.End.IsZero() && !o.End.IsZero() {
			t.Fatalf("%q at %v: %+v on demand, %+v worked out", text, at, cause, o)
		}
		if at.Before(cause.Start) || !cause.End.IsZero() && !at.Before(cause.End) {
			t.Fatalf("%q at %v: %+v is not then", text, at, cause)
		}
	}
	if s.Next.IsZero() || s.Word == calendar.Unreadable {
		return
	}
	if !s.Next.After(at) {
		t.Fatalf("%q at %v: the next change is %v", text, at, s.Next)
	}
	if after := c.At(now, s.Next); after.Word == s.Word {
		t.Fatalf("%q at %v: nothing changes at %v: %+v", text, at, s.Next, after)
	}
	if before := c.At(now, s.Next.Add(-time.Second)); before.Word != s.Word && before.Word != calendar.Unreadable {
		t.Fatalf("%q at %v: it has changed before %v: %+v", text, at, s.Next, before)
	}
	if o, ok := c.Opening(now, at, time.Minute); ok {
		if over := c.Over(now, o, o.Add(time.Minute)); over.Word == calendar.Black {
			t.Fatalf("%q at %v: the opening at %v is %+v", text, at, o, over)
		}
	}
}
