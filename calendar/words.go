package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// items are the words of lists, also those that commas part.
func items(list []string) (all []string) {
	for _, text := range list {
		for word := range strings.SplitSeq(text, ",") {
			all = append(all, strings.TrimSpace(word))
		}
	}
	return all
}

// ends parts a range: mon-fri. Without a hyphen both ends are the same.
func ends(word string) (from, to string, both bool) {
	word = strings.NewReplacer("–", "-", "—", "-", "..", "-").Replace(word)
	if from, to, both = strings.Cut(word, "-"); !both {
		to = from
	}
	return strings.TrimSpace(from), strings.TrimSpace(to), both
}

// parseDays reads mon-fri, sat: a bit for each weekday.
func parseDays(list []string) (days uint8, err error) {
	for _, word := range items(list) {
		first, last, _ := ends(word)
		from, ok := nameOf(first, 2, 0, 7, weekdayName)
		to, ok2 := nameOf(last, 2, 0, 7, weekdayName)
		if !ok || !ok2 {
			return 0, fmt.Errorf("%.40q is no day of the week: write mon-fri, or sat, sun", word)
		}
		for d := from; ; d = (d + 1) % 7 {
			days |= 1 << d
			if d == to {
				break
			}
		}
	}
	return days, nil
}

// parseMonths reads nov-jan, 3, 7-8: a bit for each month.
func parseMonths(list []string) (months uint16, err error) {
	for _, word := range items(list) {
		first, last, _ := ends(word)
		from, ok := monthOf(first)
		to, ok2 := monthOf(last)
		if !ok || !ok2 {
			return 0, fmt.Errorf("%.40q is no month: write nov-dec, or 11-12", word)
		}
		for m := from; ; m = m%12 + 1 {
			months |= 1 << m
			if m == to {
				break
			}
		}
	}
	return months, nil
}

func monthOf(word string) (int, bool) {
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		return int(n), n >= 1 && n <= 12
	}
	return nameOf(word, 3, 1, 13, monthName)
}

func weekdayName(n int) string { return time.Weekday(n).String() }
func monthName(n int) string   { return time.Month(n).String() }

// nameOf is the number of a name, which may be cut off after so many letters.
func nameOf(word string, least, from, to int, name func(int) string) (int, bool) {
	word = strings.TrimSuffix(strings.ToLower(word), ".")
	for n := from; n < to; n++ {
		if len(word) >= least && strings.HasPrefix(strings.ToLower(name(n)), word) {
			return n, true
		}
	}
	return 0, false
}

// parseHours reads 09:00-12:00, 22:00-06:00: stretches of a day that may go on into the
// next, as they are written: where clocks are changed, two that overlap are not one.
func parseHours(list []string) (hours []stretch, err error) {
	for _, word := range items(list) {
		first, last, both := ends(word)
		from, ok := timeOfDay(first)
		to, ok2 := timeOfDay(last)
		switch {
		case !ok || !ok2 || !both || from == daySeconds:
			return nil, fmt.Errorf("%.40q is no range of hours: write it as 09:00-17:00, from 00:00 to 24:00", word)
		case from == to%daySeconds && to != daySeconds:
			return nil, fmt.Errorf("%.40q ends when it begins: write 00:00-24:00 for the whole day", word)
		case to <= from:
			to += daySeconds
		}
		hours = append(hours, stretch{from, to})
	}
	return hours, nil
}

// timeOfDay reads 09:00 or 09:00:30, in seconds; 24:00 is one.
func timeOfDay(word string) (int64, bool) {
	parts := strings.Split(word, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var seconds int64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) > 2 || i > 0 && (len(part) != 2 || n > 59) {
			return 0, false
		}
		seconds = seconds*60 + int64(n)
	}
	if len(parts) == 2 {
		seconds *= 60
	}
	return seconds, seconds <= daySeconds
}
