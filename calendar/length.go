package calendar

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar/ical"
)

// A Length is how long something lasts: days by the wall clock, which may have 23 or
// 25 hours, and after them an exact time.
type Length struct {
	Days  int
	Exact time.Duration // whole seconds

	none bool // it is written, as 0h: that a start lasts so long is no default, and a mistake
}

var errLength = errors.New("want a length of time like 45m, 12h, 2d or 1d12h")

// UnmarshalText reads 45m, 12h, 2d, 1d12h and 1w, and the same as RFC 5545 writes it:
// PT45M, P1DT12H.
func (l *Length) UnmarshalText(text []byte) error {
	*l = Length{}
	rest := strings.ToLower(strings.TrimSpace(string(text)))
	if strings.HasPrefix(rest, "p") {
		days, exact, timed := strings.Cut(rest[1:], "t")
		if timed && exact == "" || strings.ContainsAny(days, "hms") || strings.ContainsAny(exact, "wd.nuµ") {
			return errLength
		}
		rest = days + exact
	}
	if rest == "" {
		return errLength
	}
	for _, unit := range []struct {
		letter string
		days   int
	}{{"w", 7}, {"d", 1}} {
		number, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return errLength
		}
		l.Days += int(n) * unit.days
		rest = after
	}
	if rest == "" {
		l.none = l.Days == 0
		return nil
	}
	var err error
	if l.Exact, err = time.ParseDuration(rest); err != nil || l.Exact < 0 || rest[0] == '-' || rest[0] == '+' {
		*l = Length{}
		return errLength
	}
	l.none = l.Days == 0 && l.Exact == 0
	return nil
}

// String is what UnmarshalText reads.
func (l Length) String() string {
	var s string
	if l.Days != 0 {
		s = strconv.Itoa(l.Days) + "d"
	}
	if l.Exact == 0 && s != "" {
		return s
	}
	exact := l.Exact.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(exact, zero) {
			exact = exact[:len(exact)-2]
		}
	}
	return s + exact
}

// MarshalText writes what UnmarshalText reads.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// seconds is the exact part.
func (l Length) seconds() int64 { return int64(l.Exact / time.Second) }

// most is as long as it can be, wherever clocks change meanwhile.
func (l Length) most() int64 {
	if l.Days == 0 {
		return l.seconds()
	}
	return int64(l.Days)*daySeconds + l.seconds() + daySeconds
}

// before is the instant that is so much earlier.
func (l Length) before(at int64, wall ical.Civil, zone ical.Zone) int64 {
	if l.Days != 0 {
		at = min(at, instant(wall.Add(-l.Days, 0), zone))
	}
	return at - l.seconds()
}
