package ical

import "strings"

// No length goes beyond this many years, so that sums of times do not overflow.
const maxLengthYears = 100

// parseDuration reads a DURATION (RFC 5545 section 3.3.6): P1D, PT24H, P1DT12H30M, P2W, also with a sign.
func parseDuration(s string) (lasting, bool) {
	sign := int64(1)
	switch {
	case strings.HasPrefix(s, "-"):
		s, sign = s[1:], -1
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	s = strings.ToUpper(s)
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" {
		return lasting{}, false
	}
	var days, seconds, number int64
	timed, digits := false, false
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			number, digits = number*10+int64(r-'0'), true
			if number > maxLengthYears*366*daySeconds {
				return lasting{}, false
			}
			continue
		case r == 'T' && !timed && !digits:
			timed = true
			continue
		case !digits:
			return lasting{}, false
		case r == 'W' && !timed:
			days += number * 7
		case r == 'D' && !timed:
			days += number
		case r == 'H' && timed:
			seconds += number * 3600
		case r == 'M' && timed:
			seconds += number * 60
		case r == 'S' && timed:
			seconds += number
		default:
			return lasting{}, false
		}
		number, digits = 0, false
	}
	if digits || days > maxLengthYears*366 || seconds > maxLengthYears*366*daySeconds {
		return lasting{}, false
	}
	return lasting{int(sign * days), sign * seconds}, true
}
