package ical

import (
	"cmp"
	"fmt"
	"time"
)

// Civil is a wall-clock time without a zone, in the Gregorian calendar.
type Civil struct {
	Year                 int // 1 to 9999
	Month                time.Month
	Day                  int
	Hour, Minute, Second int
}

// Valid tells whether there is such a date and time. The second 60 is not valid:
// RFC 5545 section 3.3.12 lets it be read as 59.
func (c Civil) Valid() bool {
	return c.Year >= firstYear && c.Year <= lastYear && c.Month >= 1 && c.Month <= 12 &&
		c.Day >= 1 && c.Day <= daysIn(c.Year, c.Month) &&
		c.Hour >= 0 && c.Hour < 24 && c.Minute >= 0 && c.Minute < 60 && c.Second >= 0 && c.Second < 60
}

// Midnight returns the beginning of the day, which in some zones does not exist.
func (c Civil) Midnight() Civil { return Civil{Year: c.Year, Month: c.Month, Day: c.Day} }

// Add returns the wall-clock time that is so many days and seconds later or earlier
// on a clock that is never changed: the nominal durations of RFC 5545.
func (c Civil) Add(days, seconds int) Civil {
	return civilOf(c.wall() + int64(days)*daySeconds + int64(seconds))
}

// Sub returns the seconds from d to c on a clock that is never changed.
func (c Civil) Sub(d Civil) int64 { return c.wall() - d.wall() }

// Compare orders wall-clock times: -1 if c is before d, 0 if they are the same.
func (c Civil) Compare(d Civil) int { return cmp.Compare(c.wall(), d.wall()) }

// String writes 2026-11-20T09:00:00.
func (c Civil) String() string {
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", c.Year, c.Month, c.Day, c.Hour, c.Minute, c.Second)
}

// A wall is a Civil as a number: seconds since 1970-01-01T00:00:00 as if every day
// had 24 hours.
func (c Civil) wall() int64 {
	return int64(dayOf(c.Year, int(c.Month), c.Day))*daySeconds + int64(c.Hour*3600+c.Minute*60+c.Second)
}

func civilOf(wall int64) Civil {
	day, second := split(wall)
	year := yearOf(day)
	month, monthDay := monthOf(year, day-firstDay(year))
	return Civil{Year: year, Month: time.Month(month), Day: monthDay,
		Hour: second / 3600, Minute: second / 60 % 60, Second: second % 60}
}

// parseStamp reads 20261120, 20261120T090000 and 20261120T090000Z, the two forms of
// RFC 5545 sections 3.3.4 and 3.3.5. The second 60 becomes 59.
func parseStamp(s string) (c Civil, form stampForm, err error) {
	form = dateStamp
	digits := s
	if len(s) > 8 {
		form = localStamp
		if s[len(s)-1] == 'Z' || s[len(s)-1] == 'z' {
			form = utcStamp
			s = s[:len(s)-1]
		}
		if len(s) != 15 || s[8] != 'T' && s[8] != 't' {
			return Civil{}, 0, errStamp
		}
		digits = s[:8] + s[9:]
	}
	var n [14]int
	if len(digits) != 8 && len(digits) != 14 {
		return Civil{}, 0, errStamp
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return Civil{}, 0, errStamp
		}
		n[i] = int(digits[i] - '0')
	}
	c = Civil{Year: n[0]*1000 + n[1]*100 + n[2]*10 + n[3], Month: time.Month(n[4]*10 + n[5]), Day: n[6]*10 + n[7],
		Hour: n[8]*10 + n[9], Minute: n[10]*10 + n[11], Second: n[12]*10 + n[13]}
	if c.Second == 60 {
		c.Second = 59
	}
	if !c.Valid() {
		return Civil{}, 0, errStamp
	}
	return c, form, nil
}

type stampForm uint8

const (
	dateStamp  stampForm = iota + 1 // 20261120
	localStamp                      // 20261120T090000
	utcStamp                        // 20261120T090000Z
)

const errStamp = failure("no such date or time: write it as 20261120, 20261120T090000 or 20261120T090000Z")

// A failure is an error that is a constant.
type failure string

func (f failure) Error() string { return string(f) }
